//! What is known of the person: whether they are signed in as the request wants, and have agreed.

use protocol::authorize::AuthorizeRequest;
use protocol::{Scopes, Seconds};

use crate::claims;
use crate::client::{Client, ConsentMode};
use crate::fault::Denied;
use crate::http::Call;
use crate::ports::Browser;
use crate::session::{Decision, Session};
use crate::user::User;

/// Session and user, where they satisfy the request; `None` where somebody has to sign in (again).
///
/// A sign-in made on the way to this very request (`plan.authenticated`) satisfies `prompt=login` and any
/// `max_age`.
pub(super) fn signed_in<'b>(
    call: &Call<'_>,
    client: &Client,
    request: &AuthorizeRequest,
    hinted: Option<&str>,
    browser: &'b Browser,
) -> Result<Option<&'b (Session, User)>, Denied> {
    let Some(both) = &browser.signed_in else {
        return Ok(None);
    };
    let (session, user) = both;
    let for_this = browser
        .plan
        .as_ref()
        .is_some_and(|plan| plan.authenticated == Some(session.id));
    // OIDC Core §3.1.2.1: with max_age=0 as with prompt=login, the person is asked again.
    let age = call.now.since(session.auth_time);
    let too_old = request
        .max_age
        .is_some_and(|max| age > max || max == Seconds(0));
    if (request.prompt.login || too_old) && !for_this {
        return Ok(None);
    }
    let other_hinted =
        hinted.is_some_and(|sub| sub != claims::sub(&call.tenant, client.sub_mode, &user.subject));
    match (other_hinted, for_this) {
        (false, _) => Ok(Some(both)),
        (true, false) => Ok(None),
        (true, true) => Err(Denied::LoginRequired), // §3.1.2.2: somebody else signed in
    }
}

/// What is known of consent; `None` where it has to be asked for.
pub(super) fn consented(
    call: &Call<'_>,
    client: &Client,
    request: &AuthorizeRequest,
    scopes: &Scopes,
    browser: &Browser,
) -> Option<Decision> {
    let (_, user) = browser.signed_in.as_ref()?;
    let granted = || Decision::Granted {
        user: user.subject.id,
        scopes: scopes.clone(),
    };
    match browser.plan.as_ref().and_then(|plan| plan.consent.as_ref()) {
        Some(Decision::Denied) => return Some(Decision::Denied),
        Some(Decision::Granted {
            user: by,
            scopes: to,
        }) if *by == user.subject.id && scopes.is_subset_of(to) => {
            return Some(granted());
        }
        Some(Decision::Granted { .. }) | None => {}
    }
    if request.prompt.consent {
        return None; // OIDC Core §3.1.2.1: ask, whatever is on record
    }
    let on_record = || {
        browser
            .consent
            .as_ref()
            .is_some_and(|c| c.covers(scopes, call.now))
    };
    let given = match client.consent {
        ConsentMode::Implicit => true,
        ConsentMode::AlwaysRequire => false,
        ConsentMode::Permanent | ConsentMode::Expiring(_) => on_record(),
    };
    given.then(granted)
}
