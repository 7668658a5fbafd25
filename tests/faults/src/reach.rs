//! Whether a run reached what it is for: a run in which nothing fails, or nothing is looked at, shows nothing.

use load::proxy::Service;

use crate::chaos::{Injected, Kind, Rates};
use crate::model::Model;

/// A fault that is to be expected so often in usual weather, by its rate and the calls that were made, has to be there once.
const EXPECTED: u64 = 20;

/// Rules that every run holds against something, however short: deeds are all done once after the faults, and the table has
/// of everything. The others (`docs/faults.md`) need luck or time.
const ALWAYS: [&str; 36] = [
    "a code is redeemed at most once",
    "a device code is redeemed at most once",
    "a token that was answered works",
    "a provider is as it was saved",
    "a mapping is as it was saved",
    "a group is called as was answered",
    "a registered client is as it was told",
    "who was removed stays removed",
    "it works within a second after the faults",
    "a token's grant was redeemed",
    "a grant that was never renewed has one token",
    "a redeemed device has its grant",
    "as many grants as events of them",
    "as many sessions as sign-ins without sign-outs",
    "a login leads to its account",
    "a place in a list leads to its account",
    "an account has its logins",
    "an account is in its lists",
    "a group knows its member",
    "a member knows the group",
    "a member knows the group's name",
    "a group has its name",
    "a group is in the list",
    "as many groups as names and places",
    "a person's token has its places",
    "a person is there as was answered",
    "no errand is left",
    "an object has its names",
    "no name is left over",
    "a client is the same by id and by slug",
    "what a slug leads to is there",
    "no repair is left",
    "a client or flow is what its objects make of it",
    "no client or flow was missing",
    "what is not there would be found",
    "no token is at rest",
];

/// Says what was not reached by a run at the usual rates.
pub(crate) fn check(model: &Model, injected: &Injected) {
    for service in [Service::DynamoDb, Service::Kms] {
        let calls = injected.calls.keys().filter(|(its, _)| *its == service);
        if calls.count() == 0 {
            model.violation(&format!(
                "no call to {service:?} came by: it is not behind the proxy, or its calls are not known"
            ));
        }
    }
    if let Some((service, action)) = injected.calls.keys().find(|(_, name)| name.is_empty()) {
        let text = format!("a call without an action, taken for one of {service:?}{action}");
        model.violation(&text);
    }
    let rates = Rates::default();
    for kind in Kind::ALL {
        let fits = |(service, action): &(Service, String)| kind.suits(*service, action);
        let calls = injected.calls.iter().filter(|(call, _)| fits(call));
        let calls: u64 = calls.map(|(_, count)| count).sum();
        let there = injected.faults.keys().any(|(its, _)| *its == kind);
        if !there && calls * rates.of(kind) / 10_000 >= EXPECTED {
            let name = kind.name();
            model.violation(&format!("of {calls} calls none was `{name}`"));
        }
    }
    let held = model.facts();
    for rule in ALWAYS.iter().filter(|rule| !held.contains_key(*rule)) {
        model.violation(&format!("held against nothing: {rule}"));
    }
}
