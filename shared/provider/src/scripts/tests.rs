//! What expressions see, ask and leave behind.

use std::sync::Arc;

use serde_json::{Value, json};

use super::testing::{
    Does, World, call, client, now, person, policy, raises, request, says, value,
};
use super::*;
use crate::policy::PolicySet;
use crate::script::{ScriptEvent, ScriptLog, Verdict};

/// Runs one policy for `ada` of `engines`, and says what it gave and what it left.
fn run(world: World, source: &str) -> (Arc<World>, Result<Done, Failure>) {
    let world = Arc::new(world);
    let (scripts, client, request) = (
        world.scripts(),
        client(Vec::new(), PolicySet::default()),
        request(),
    );
    let (call, ada) = (call(&request), person("ada", &["engines"]));
    let context = Map::from_iter([("oauth_scopes".to_owned(), json!(["openid"]))]);
    let matter = Matter {
        context,
        ..Matter::default()
    };
    let evaluation = Evaluation::begin(&scripts, Setting::of(&call, &client), Some(&ada), matter);
    let evaluation = now(evaluation).unwrap();
    let result = now(evaluation.policy(&policy("outer", source), SANDBOX_LIMIT));
    now(evaluation.end());
    (world, result)
}

fn passes(world: World, source: &str) -> bool {
    run(world, source).1.unwrap().truthy
}

/// What it raised.
fn raised(world: World, source: &str) -> String {
    let (world, result) = run(world, source);
    assert_eq!(world.actions().last(), Some(&Action::PolicyException));
    result.unwrap_err().to_string()
}

fn named(name: &str, expression: &str) -> World {
    World {
        policies: vec![policy(name, expression)],
        ..World::default()
    }
}

#[test]
fn nothing_secret_of_the_request_is_seen() {
    let (world, _) = run(World::default().with("x", says(json!(true))), "x");
    let ran = world.ran.lock().unwrap();
    let seen = serde_json::to_string(&ran[0]).unwrap();
    assert!(!seen.contains("hidden-"), "{seen}");
    let http = ran[0].facts.http_request.as_ref().unwrap();
    assert_eq!(
        http.query,
        [("scope", "openid"), ("state", "s")]
            .map(|(n, v)| (n.into(), v.into()))
            .into()
    );
    assert_eq!(http.meta["HTTP_USER_AGENT"], "Firefox");
    assert_eq!(http.meta["REMOTE_ADDR"], "203.0.113.9");
    assert_eq!(
        (http.method.as_str(), http.path.as_str()),
        ("GET", "/application/o/authorize/")
    );
}

#[test]
fn a_session_key_tells_sessions_apart_and_is_neither_cookie_nor_key_of_the_table() {
    let token = crate::session::SessionToken::generate(
        person("ada", &[]).subject.id,
        crate::session::SessionId(uuid::Uuid::from_u128(5)),
        &crate::entropy::Fixed(3),
    );
    let mut request = request();
    let cookie = format!("__Host-latchkey_session={}", token.raw().expose());
    request
        .headers_mut()
        .insert("cookie", cookie.parse().unwrap());
    let (call, client) = (call(&request), client(Vec::new(), PolicySet::default()));
    let facts = facts::of(Setting::of(&call, &client));
    let key = facts.http_request.unwrap().session_key.expect("a session");
    assert_eq!(key.len(), 64);
    assert!(
        ![
            token.raw().expose(),
            &token.id().to_string(),
            &token.digest().encode(),
            &crate::claims::hex(&token.digest())
        ]
        .contains(&&*key)
    );
}

#[test]
fn an_unknown_address_is_the_broadcast_one() {
    let request = http::Request::get("/").body(bytes::Bytes::new()).unwrap();
    let (call, client) = (call(&request), client(Vec::new(), PolicySet::default()));
    let facts = facts::of(Setting::of(&call, &client));
    assert_eq!(facts.client_ip.as_deref(), Some("255.255.255.255"));
    assert_eq!(
        facts.http_request.unwrap().meta["REMOTE_ADDR"],
        "255.255.255.255"
    );
}

#[test]
fn a_user_is_seen_with_all_of_their_groups_and_ancestors() {
    let groups = World::default()
        .group("engines", Some("admins"))
        .group("admins", None)
        .groups;
    let ada = person("ada", &["engines", "gone"]);
    let tenant = testing::tenant();
    let facts = facts::user_facts(&tenant, &ada, Some(&groups));
    assert_eq!(
        facts.groups,
        [testing::group_id("engines").0.to_string()],
        "one is gone"
    );
    assert!(facts.is_superuser, "through an ancestor");
    assert_eq!(facts.uid, crate::claims::hashed(&tenant, &ada.subject));
    assert_eq!(facts.r#type, "internal");
    let seen = facts::group_facts(&groups);
    let engines = &seen[&facts.groups[0]];
    assert_eq!(
        engines.parent.as_deref(),
        Some(&*testing::group_id("admins").0.to_string())
    );
    let digits = testing::group_id("engines").0.as_u128().to_string();
    assert_eq!(engines.num_pk.to_string(), digits[..5]);
}

#[test]
fn ak_call_policy_is_answered_by_name_with_the_callers_context() {
    let called = || {
        named("inner", "inner")
            .with("outer", Does::Calls("inner"))
            .with(
                "inner",
                Does::Says(Done {
                    messages: vec!["hello".into()],
                    ..value(json!(1))
                }),
            )
    };
    let (world, result) = run(called(), "outer");
    let done = result.unwrap();
    assert_eq!(
        (done.truthy, done.messages),
        (true, vec!["hello".to_owned()])
    );
    let ran = world.ran.lock().unwrap();
    let seen = Value::Object(ran[1].facts.context.clone());
    assert_eq!(seen, json!({"oauth_scopes": ["openid"], "asked": true}));
    assert_eq!(ran[1].name, "inner");
    assert_eq!(ran[1].time_limit_ms, SANDBOX_LIMIT, "a limit of its own");
}

#[test]
fn a_called_policy_that_fails_does_not_pass_and_leaves_its_event() {
    let world = named("inner", "inner")
        .with("outer", Does::Calls("inner"))
        .with("inner", raises());
    let (world, result) = run(world, "outer");
    assert_eq!(result.unwrap(), Done::default());
    assert_eq!(world.actions(), [Action::PolicyException]);
    let events = world.events.lock().unwrap();
    assert_eq!(events[0].context["policy_name"], "inner");
}

#[test]
fn a_policy_that_is_not_there_is_an_evaluation_error() {
    let world = World::default().with("outer", Does::Calls("inner"));
    assert!(raised(world, "outer").contains("there is no policy named 'inner'"));
}

#[test]
fn policies_call_one_another_five_deep_at_most() {
    let world = named("self", "self").with("self", Does::Calls("self"));
    let (world, result) = run(world, "self");
    assert!(
        !result.unwrap().truthy,
        "the sixth call fails, and so none passes"
    );
    assert_eq!(world.ran.lock().unwrap().len(), 6);
    assert_eq!(
        world.actions(),
        [Action::PolicyException],
        "of the innermost"
    );
}

#[test]
fn a_called_policy_gets_groups_where_its_caller_needed_none() {
    let world = named("inner", "groups!")
        .group("engines", Some("admins"))
        .group("admins", None)
        .with("outer", Does::Calls("inner"))
        .with("groups!", says(json!(true)));
    let (world, _) = run(world, "outer");
    let ran = world.ran.lock().unwrap();
    assert_eq!(
        (ran[0].facts.groups.len(), ran[1].facts.groups.len()),
        (0, 2)
    );
    assert!(ran[1].facts.user.as_ref().unwrap().is_superuser);
}

fn people() -> World {
    let (mut ada, bob) = (person("ada", &[]), person("bob", &[]));
    ada.active = false;
    World {
        people: vec![ada, bob],
        ..World::default()
    }
}

#[test]
fn ak_user_by_finds_by_name_address_and_uuid_and_narrows_down_by_the_rest() {
    let uuid = person("bob", &[]).subject.id.to_string();
    for (filters, found) in [
        (json!({"username": "bob"}), true),
        (json!({"username": "Bob"}), false),
        (json!({"username__iexact": "Bob"}), true),
        (json!({"email": "bob@example.com"}), true),
        (json!({"email": "bob"}), false),
        (json!({"username": "bob@example.com"}), false),
        (json!({"uuid": uuid}), true),
        (json!({"uuid": uuid, "username": "ada"}), false),
        (json!({"uuid": "no uuid"}), false),
        (json!({"username": "bob", "is_active": true}), true),
        (json!({"username": "ada", "is_active": true}), false),
        (json!({"username": "bob", "pk": 7}), true),
        (json!({"username": "bob", "pk": 8}), false),
        (json!({"username": "nobody"}), false),
        (json!({"username": ""}), false),
    ] {
        let world = people().with("x", Does::Finds(filters.clone()));
        assert_eq!(passes(world, "x"), found, "{filters}");
    }
}

#[test]
fn what_ak_user_by_cannot_find_by_is_an_error_and_not_nobody() {
    for (filters, words) in [
        (json!({"pk": 7}), "needs username, email or uuid"),
        (
            json!({"name": "bob Lovelace"}),
            "needs username, email or uuid",
        ),
        (
            json!({"username": "bob", "attributes__x": 1}),
            "cannot filter by attributes__x",
        ),
        (
            json!({"username": "bob", "email__contains": "b"}),
            "cannot filter by email__contains",
        ),
    ] {
        let told = raised(people().with("x", Does::Finds(filters.clone())), "x");
        assert!(told.contains(words), "{filters}: {told}");
    }
}

#[test]
fn a_port_that_fails_is_an_evaluation_error_without_its_words() {
    let world = World {
        broken: Some(PortError::Unavailable("table at 10.0.0.1".into())),
        ..people()
    };
    let told = raised(
        world.with("x", Does::Finds(json!({"username": "bob"}))),
        "x",
    );
    assert!(
        told.contains("cannot be read") && !told.contains("10.0.0.1"),
        "{told}"
    );
}

#[test]
fn ak_create_event_is_recorded_as_a_custom_action_about_the_user_and_bounded() {
    let event = |action: &str| ScriptEvent {
        action: action.into(),
        data: Map::from_iter([
            ("why".to_owned(), json!("x")),
            ("token".to_owned(), json!("t")),
        ]),
    };
    let done = Done {
        events: vec![event("login"); 80],
        ..value(json!(true))
    };
    let (world, _) = run(World::default().with("x", Does::Says(done)), "x");
    let events = world.events.lock().unwrap();
    assert_eq!(events.len(), MOST_EVENTS);
    assert_eq!(events[0].action, Action::Custom("custom_login".into()));
    assert_eq!(events[0].context["why"], "x");
    assert_ne!(events[0].context["token"], "t");
    assert_eq!(events[0].user.as_ref().unwrap().username, "ada");
}

#[test]
fn log_lines_of_every_level_are_taken() {
    let line = |level: &str| ScriptLog {
        level: level.into(),
        text: "text".into(),
        data: Map::new(),
    };
    let logs = ["debug", "info", "warning", "error", "odd"]
        .map(line)
        .into();
    let done = Done {
        logs,
        ..value(json!(true))
    };
    assert!(passes(World::default().with("x", Does::Says(done)), "x"));
}

#[test]
fn a_verdict_of_nothing_does_not_pass() {
    assert!(!Verdict::default().passing);
}
