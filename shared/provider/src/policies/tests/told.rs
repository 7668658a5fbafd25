//! What the person is told, what an expression sees, and which events are left.

use std::sync::Arc;

use protocol::Seconds;
use serde_json::json;
use uuid::Uuid;

use super::{binding, expression, rule, set, world};
use crate::event::Action;
use crate::policies::*;
use crate::script::Done;
use crate::scripts::SANDBOX_LIMIT;
use crate::scripts::testing::{Does, group_id, person, policy};
fn telling(texts: &[&str], truthy: bool) -> Does {
    Does::Says(Done {
        truthy,
        messages: texts.iter().map(|&text| text.to_owned()).collect(),
        ..Done::default()
    })
}

#[test]
fn a_refusal_shows_what_all_policies_have_to_say_within_bounds() {
    let long = "x".repeat(2_000);
    let world = Arc::new(
        world()
            .with("a", telling(&["first", "  "], false))
            .with("b", telling(&["second"], true))
            .with("c", telling(&[&long], false))
            .with("d", telling(&["d"; 30], false))
            .with("e", telling(&["e"; 30], false)),
    );
    let bindings = ["a", "raises", "b", "c", "d", "e"].map(expression).into();
    let ruling = rule(
        &world,
        set(EngineMode::All, bindings),
        Some(&person("ada", &[])),
    );
    let Ruling::Denied(refusal) = ruling else {
        panic!("denied")
    };
    assert_eq!(refusal.messages[..2], ["first", "second"]);
    assert_eq!(refusal.messages[2].chars().count(), 501);
    assert_eq!(refusal.messages.len(), MOST_MESSAGES);
    assert!(
        !refusal
            .messages
            .iter()
            .any(|text| text.contains("inner-detail")),
        "no traceback"
    );
    assert_eq!(refusal.results, [], "not for everybody");
}

#[test]
fn a_superuser_is_told_which_policy_refused() {
    let world = || {
        Arc::new(
            world()
                .group("staff", None)
                .group("admins", None)
                .group("root", Some("admins")),
        )
    };
    let bindings = || {
        vec![
            expression("yes"),
            expression("no"),
            binding(Target::Group(group_id("staff"))),
        ]
    };
    for groups in [&["admins"], &["root"]] {
        let root = person("root", groups);
        let Ruling::Denied(refusal) = rule(&world(), set(EngineMode::All, bindings()), Some(&root))
        else {
            panic!("denied: superusers are asked like everybody")
        };
        let finding = |name: &str, passing| Finding {
            name: name.to_owned(),
            passing,
        };
        assert_eq!(
            refusal.results[..2],
            [finding("yes", true), finding("no", false)]
        );
        assert!(!refusal.results[2].passing);
    }
}

#[test]
fn an_exception_leaves_an_event_that_says_who_and_what() {
    let world = Arc::new(world());
    rule(
        &world,
        set(EngineMode::All, vec![expression("raises")]),
        Some(&person("ada", &[])),
    );
    assert_eq!(world.actions(), [Action::PolicyException]);
    let events = world.events.lock().unwrap();
    let event = &events[0];
    assert_eq!(event.user.as_ref().unwrap().username, "ada");
    assert_eq!(event.client_id.as_ref().unwrap().as_str(), "app-id");
    assert_eq!(event.client_ip.as_deref(), Some("203.0.113.9"));
    assert_eq!(
        event.context,
        *json!({
            "policy_name": "raises",
            "policy_id": Uuid::nil().to_string(),
            "expression": "raises",
            "message": "KeyError: 'inner-detail' (line 2)",
        })
        .as_object()
        .unwrap()
    );
}

#[test]
fn execution_logging_leaves_an_event_of_every_run() {
    for (source, passing) in [("yes", true), ("no", false)] {
        let world = Arc::new(world());
        let logged = ExpressionPolicy {
            execution_logging: true,
            ..policy("logged", source)
        };
        let bound = vec![binding(Target::Policy(logged)), expression("yes")];
        rule(
            &world,
            set(EngineMode::Any, bound),
            Some(&person("ada", &[])),
        );
        assert_eq!(
            world.actions(),
            [Action::PolicyExecution],
            "of the one that asks for it"
        );
        let events = world.events.lock().unwrap();
        assert_eq!(events[0].context["passing"], passing);
    }
}

#[test]
fn a_timeout_can_only_shorten() {
    let limit = |seconds| {
        let world = Arc::new(world());
        let timed = Binding {
            timeout: Seconds(seconds),
            ..expression("yes")
        };
        rule(&world, set(EngineMode::All, vec![timed]), None);
        world.ran.lock().unwrap()[0].time_limit_ms
    };
    assert_eq!(
        (limit(30), limit(1)),
        (30_000, 1_000),
        "the sandbox takes the shorter of both"
    );
    assert_eq!((limit(0), limit(-5)), (SANDBOX_LIMIT, SANDBOX_LIMIT));
}

#[test]
fn a_policy_sees_the_request_its_context_and_the_application() {
    let world = Arc::new(world());
    rule(
        &world,
        set(EngineMode::All, vec![expression("yes")]),
        Some(&person("ada", &[])),
    );
    let ran = world.ran.lock().unwrap();
    let facts = &ran[0].facts;
    assert_eq!(facts.context["oauth_scopes"], json!(["openid"]));
    assert_eq!(facts.client_ip.as_deref(), Some("203.0.113.9"));
    assert_eq!(facts.user.as_ref().unwrap().username, "ada");
    assert_eq!(facts.object.as_ref().unwrap().slug, "app");
    assert!(!facts.is_sso_flow);
}
