//! Policies within flows (authentik release 2022.7, "Change in context behaviour for policies executed within
//! flows"), and the expressions of prompts.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod bounds;
mod changes;
mod defaults;
mod documentation;
mod objects;
mod prompts;

use std::collections::BTreeMap;

use expressions::engine::{Engine, FoundUser, Link};
use expressions::script::{
    Done, Facts, Failure, FlowChanges, FlowFacts, GroupFacts, HttpFacts, Kind, Script, UserFacts,
    Verdict,
};
use serde_json::{Map, Value, json};

/// Knows one user more.
struct Directory;

impl Link for Directory {
    fn user_by(&mut self, filters: &BTreeMap<String, Value>) -> Result<FoundUser, String> {
        let known = [user(7, "alice"), user(9, "guest")];
        let wanted = filters.get("username").and_then(Value::as_str);
        let mut known = known.into_iter();
        let found = known.find(|user| Some(user.username.as_str()) == wanted);
        Ok(found.map(|user| (user, BTreeMap::new())))
    }

    fn call_policy(&mut self, name: &str, _: &Map<String, Value>) -> Result<Verdict, String> {
        Ok(Verdict {
            passing: name == "open",
            messages: Vec::new(),
        })
    }
}

fn user(pk: u64, username: &str) -> UserFacts {
    UserFacts {
        pk,
        uuid: format!("00000000-0000-4000-8000-{pk:012}"),
        username: username.to_owned(),
        email: format!("{username}@example.org"),
        is_active: true,
        ..UserFacts::default()
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

/// alice (7) signs in; nobody is signed in yet, and no password was asked for.
fn flow(context: Value) -> Facts {
    Facts {
        now: 1_732_190_400,
        flow: Some(FlowFacts {
            pk: "5b1c9f5e0f0e4d6aa4a7a1a6f4d3b2c1".to_owned(),
            slug: "default-authentication-flow".to_owned(),
            title: "Welcome".to_owned(),
            designation: "authentication".to_owned(),
            context: map(context),
            pending_user: Some(user(7, "alice")),
            bindings: vec![
                "default-authentication-password".to_owned(),
                "login".to_owned(),
            ],
            ..FlowFacts::default()
        }),
        http_request: Some(HttpFacts {
            method: "GET".to_owned(),
            path: "/api/v3/flows/executor/default-authentication-flow/".to_owned(),
            ..HttpFacts::default()
        }),
        client_ip: Some("10.1.2.3".to_owned()),
        ..Facts::default()
    }
}

/// As [`flow`], with something else about the flow.
fn flow_with(context: Value, change: impl FnOnce(&mut FlowFacts)) -> Facts {
    let mut facts = flow(context);
    change(facts.flow.as_mut().unwrap());
    facts
}

fn run_as(kind: Kind, facts: Facts, source: &str) -> Result<Done, Failure> {
    let script = Script {
        kind,
        name: "test".to_owned(),
        source: source.to_owned(),
        facts,
        time_limit_ms: 5_000,
    };
    let mut engine = Engine::new();
    engine.check(kind, source)?;
    engine.run(&script, &mut Directory)
}

fn run(facts: Facts, source: &str) -> Done {
    run_as(Kind::Policy, facts, source).unwrap_or_else(|why| panic!("{why}\n{source}"))
}

fn passes(facts: Facts, source: &str) -> bool {
    run(facts, source).truthy
}

/// What a policy changed in the plan.
fn changed(facts: Facts, source: &str) -> FlowChanges {
    *run(facts, source).flow_context.expect("a change")
}

/// The plan's context after a policy, without the pending user.
fn after(context: &Value, source: &str) -> Value {
    let mut values = map(context.clone());
    if let Some(changes) = run(flow(context.clone()), source).flow_context {
        changes.context.apply(&mut values);
    }
    Value::Object(values)
}

/// The class of what a policy raises.
fn raised(facts: Facts, source: &str) -> String {
    match run_as(Kind::Policy, facts, source) {
        Err(Failure::Raised { kind, .. }) => kind,
        other => panic!("{source}: {other:?}"),
    }
}
