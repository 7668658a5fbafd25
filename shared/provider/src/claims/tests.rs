//! Which mappings run, in which order, and what comes of it (reference §9.1, §6.3, §4.2).

use std::sync::Arc;

use protocol::UserId;
use serde_json::json;

use super::*;
use crate::event::Action;
use crate::group::GroupId;
use crate::mapping::Shipped;
use crate::policy::PolicySet;
use crate::script::Failure;
use crate::scripts::testing::{
    Does, World, call, client, mapping, now, person, raises, request, says, tenant,
};
use crate::user::Membership;

pub(crate) fn subject() -> Subject {
    Subject {
        id: UserId::from_random([1; 16]),
        pk: 7,
        version: 1,
        generation: 0,
        username: "ada".into(),
        name: "Ada Lovelace".into(),
        email: "ada@example.com".into(),
        email_verified: true,
        groups: vec![Membership {
            id: GroupId(uuid::Uuid::from_bytes([2; 16])),
            name: "engines".into(),
        }],
        upn: None,
    }
}

fn all_shipped() -> Vec<ScopeMapping> {
    let of = |shipped: Shipped| ScopeMapping {
        description: shipped.description().to_owned(),
        ..mapping(shipped.name(), shipped.scope(), shipped.expression())
    };
    Shipped::ALL.map(of).into()
}

/// What `ada` is said to be by these mappings.
fn claims(world: World, mappings: Vec<ScopeMapping>, scopes: &str) -> (Arc<World>, Value) {
    claims_about(
        world,
        mappings,
        scopes,
        About::User(&person("ada", &["engines"])),
    )
}

fn claims_about(
    world: World,
    mappings: Vec<ScopeMapping>,
    scopes: &str,
    about: About<'_>,
) -> (Arc<World>, Value) {
    let world = Arc::new(world);
    let (client, request) = (client(mappings, PolicySet::default()), request());
    let (call, scopes) = (call(&request), Scopes::parse(scopes).unwrap());
    let mappings = Mappings::new(world.scripts());
    let token = TokenFacts::of(&scopes, call.now);
    let claims = now(mappings.claims(&call, &client, &scopes, about, token)).unwrap();
    (world, Value::Object(claims))
}

fn natively(scopes: &str, subject: &Subject) -> Value {
    let (world, claims) = claims_about(
        World::default(),
        all_shipped(),
        scopes,
        About::Copy(subject),
    );
    assert!(world.ran.lock().unwrap().is_empty(), "no interpreter");
    assert!(world.reads.lock().unwrap().is_empty(), "and no reads");
    claims
}

#[test]
fn oidc_core_5_4_scopes_request_their_claims() {
    assert_eq!(
        natively("openid offline_access goauthentik.io/api", &subject()),
        json!({})
    );
    assert_eq!(
        natively("openid email", &subject()),
        json!({"email": "ada@example.com", "email_verified": true})
    );
    assert_eq!(
        natively("profile", &subject()),
        json!({"name": "Ada Lovelace", "given_name": "Ada Lovelace", "groups": ["engines"],
               "preferred_username": "ada", "nickname": "ada"})
    );
    assert_eq!(
        natively("entitlements", &subject()),
        json!({"entitlements": [], "roles": []})
    );
}

#[test]
fn oidc_core_5_3_2_a_claim_without_value_is_omitted() {
    let nobody = Subject {
        name: String::new(),
        email: String::new(),
        ..subject()
    };
    assert_eq!(natively("email", &nobody), json!({}));
    assert!(natively("profile", &nobody).get("name").is_none());
}

#[test]
fn every_claim_a_shipped_mapping_gives_is_announced() {
    for shipped in Shipped::ALL {
        let claims = shipped::claims(shipped, &subject());
        let names: Vec<&str> = claims.keys().map(String::as_str).collect();
        let announced = shipped::names(shipped);
        assert_eq!(names.len(), announced.len(), "{shipped:?}");
        assert!(
            names.iter().all(|name| announced.contains(name)),
            "{shipped:?}: {names:?}"
        );
    }
}

#[test]
fn mappings_run_for_granted_scopes_ordered_by_scope_and_then_by_name() {
    let mappings = vec![
        mapping("a", "z", "z-a"),
        mapping("b", "m", "m-b"),
        mapping("a", "m", "m-a"),
        mapping("a", "other", "never"),
    ];
    let world = World::default()
        .with(
            "m-a",
            says(json!({"who": "m-a", "list": [1], "deep": {"a": 1}})),
        )
        .with(
            "m-b",
            says(json!({"who": "m-b", "list": [2], "deep": {"b": 2}})),
        )
        .with(
            "z-a",
            says(json!({"who": "z-a", "list": [3], "deep": {"a": 3}})),
        );
    let (world, claims) = claims(world, mappings, "z m");
    let wanted = json!({"who": "z-a", "list": [1, 2, 3], "deep": {"a": 3, "b": 2}});
    assert_eq!(claims, wanted);
    let ran: Vec<String> = world
        .ran
        .lock()
        .unwrap()
        .iter()
        .map(|run| run.source.clone())
        .collect();
    assert_eq!(ran, ["m-a", "m-b", "z-a"]);
}

#[test]
fn shipped_and_own_mappings_are_merged_in_the_same_order() {
    let mut mappings = all_shipped();
    mappings.push(mapping("own", "email", "own")); // its name comes after the shipped one's
    mappings.push(mapping("zz", "profile", "after"));
    let world = World::default()
        .with("own", says(json!({"email": "other@example.com"})))
        .with("after", says(json!({"groups": ["more"], "name": null})));
    let (_, claims) = claims(world, mappings, "openid email profile");
    assert_eq!(
        (&claims["email"], &claims["groups"], &claims["name"]),
        (
            &json!("other@example.com"),
            &json!(["engines", "more"]),
            &json!(null)
        )
    );
}

#[test]
fn what_is_no_dict_says_nothing_and_is_no_error() {
    for value in [
        json!(null),
        json!(true),
        json!(["a"]),
        json!("text"),
        json!(1),
    ] {
        let mappings = vec![mapping("odd", "a", "odd"), mapping("good", "b", "good")];
        let world = World::default()
            .with("odd", says(value))
            .with("good", says(json!({"b": 1})));
        let (world, claims) = claims(world, mappings, "a b");
        assert_eq!((claims, world.actions()), (json!({"b": 1}), vec![]));
    }
}

#[test]
fn a_mapping_that_fails_contributes_nothing_and_leaves_events() {
    let failures = [
        Failure::Refused {
            line: 1,
            message: "bad".into(),
        },
        Failure::Raised {
            kind: "KeyError".into(),
            message: "'x'".into(),
            line: 2,
        },
        Failure::TimedOut { limit_ms: 200 },
        Failure::Exceeded {
            what: "memory".into(),
        },
        Failure::Unavailable { why: "gone".into() },
    ];
    for failure in failures {
        let mappings = vec![mapping("bad one", "a", "bad"), mapping("good", "b", "good")];
        let world = World::default()
            .with("bad", Does::Fails(failure.clone()))
            .with("good", says(json!({"b": 1})));
        let (world, claims) = claims(world, mappings, "a b");
        assert_eq!(claims, json!({"b": 1}), "{failure}");
        let actions = [Action::PropertyMappingException, Action::ConfigurationError];
        assert_eq!(world.actions(), actions, "{failure}");
        let events = world.events.lock().unwrap();
        let context = &events[0].context;
        assert_eq!(
            (
                &context["mapping_name"],
                &context["expression"],
                &context["message"]
            ),
            (
                &json!("bad one"),
                &json!("bad"),
                &json!(failure.to_string())
            )
        );
        assert_eq!(events[0].user.as_ref().unwrap().username, "ada");
        assert_eq!(events[0].client_ip.as_deref(), Some("203.0.113.9"));
        assert_eq!(
            events[1].context["message"],
            "Failed to evaluate property-mapping: 'bad one'"
        );
    }
}

#[test]
fn facts_are_gathered_once_and_the_user_is_read_where_only_a_copy_is_known() {
    let ada = person("ada", &["engines"]);
    let world = || {
        let mut world = World::default()
            .group("engines", None)
            .with("one group", says(json!({"a": 1})))
            .with("two group", says(json!({"b": 1})))
            .with("plain", says(json!({"c": 1})));
        world.people.push(ada.clone());
        world
    };
    let both = vec![
        mapping("x", "a", "one group"),
        mapping("y", "b", "two group"),
    ];
    let (seen, _) = claims_about(world(), both.clone(), "a b", About::Copy(&ada.subject));
    assert_eq!(*seen.reads.lock().unwrap(), ["subject", "groups"]);
    let (seen, _) = claims_about(world(), both, "a b", About::User(&ada));
    assert_eq!(*seen.reads.lock().unwrap(), ["groups"]);
    let plain = vec![mapping("z", "c", "plain")];
    let (seen, _) = claims_about(world(), plain, "c", About::User(&ada));
    assert_eq!(
        *seen.reads.lock().unwrap(),
        [""; 0],
        "it does not speak of groups"
    );
}

#[test]
fn a_user_who_is_gone_is_nobody_in_particular() {
    let ada = person("ada", &[]);
    let world = World::default().with("x", says(json!({"x": 1})));
    let (world, _) = claims_about(
        world,
        vec![mapping("x", "a", "x")],
        "a",
        About::Copy(&ada.subject),
    );
    assert_eq!(world.ran.lock().unwrap()[0].facts.user, None);
}

#[test]
fn a_mapping_sees_itself_its_token_and_nothing_of_policies() {
    let world = World::default().with("x", says(json!({})));
    let (world, _) = claims(world, vec![mapping("mine", "a", "x")], "a");
    let ran = world.ran.lock().unwrap();
    let facts = &ran[0].facts;
    let object = facts.object.as_ref().unwrap();
    assert_eq!((object.name.as_str(), object.slug.as_str()), ("mine", "a"));
    assert_eq!(facts.token.as_ref().unwrap().scope, ["a"]);
    assert_eq!(facts.context, Map::new());
}

#[test]
fn a_failing_port_fails_the_request() {
    let world = Arc::new(World {
        broken: Some(PortError::Unavailable("down".into())),
        ..World::default()
    });
    let (client, request) = (
        client(vec![mapping("x", "a", "x")], PolicySet::default()),
        request(),
    );
    let (call, scopes) = (call(&request), Scopes::parse("a").unwrap());
    let about = person("ada", &[]);
    let mappings = Mappings::new(world.scripts());
    let claims = mappings.claims(
        &call,
        &client,
        &scopes,
        About::Copy(&about.subject),
        TokenFacts::default(),
    );
    assert!(now(claims).is_err());
}

#[test]
fn a_mapping_announces_what_it_yields_for_nobody() {
    let world = Arc::new(
        World::default()
            .with("own", says(json!({"quota": null, "email": 1})))
            .with("broken", raises()),
    );
    let mappings = Mappings::new(world.scripts());
    let announced = |expression: &str| {
        let mapping = mapping("any", "any", expression);
        let mut names =
            now(mappings.announced(&tenant(), &mapping, Timestamp::from_unix(1))).unwrap();
        names.sort();
        names
    };
    assert_eq!(announced("own"), ["email", "quota"]);
    assert_eq!(announced("broken"), [""; 0]);
    assert_eq!(
        announced(Shipped::Email.expression()),
        ["email", "email_verified"]
    );
    let ran = world.ran.lock().unwrap();
    assert_eq!((ran.len(), &ran[0].facts.user), (2, &None));
    assert_eq!(world.actions(), [], "nobody asked");
}

#[test]
fn consent_lists_mappings_by_name_and_then_githubs_scopes() {
    let mut mappings = all_shipped();
    mappings.push(ScopeMapping {
        description: "Second text of email".into(),
        ..mapping("A first name", "email", "x")
    });
    let client = client(mappings, PolicySet::default());
    let scopes = Scopes::parse("user:email profile openid email read:org user unknown").unwrap();
    assert_eq!(
        consent_texts(&client, &scopes),
        [
            ("email", "Second text of email"),
            ("email", "Email address"),
            ("profile", "General Profile Information"),
            ("user:email", "GitHub compatibility: your email address"),
            ("read:org", "GitHub compatibility: your groups"),
            ("user", "GitHub compatibility: your user information"),
        ]
    );
}
