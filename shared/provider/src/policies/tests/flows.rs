//! Policies within a flow: about whom they are, what they see, and what they change there.

use std::sync::Arc;

use protocol::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{binding, expression, set};
use crate::authenticator::{Authenticator, Verifier};
use crate::policies::*;
use crate::policy::PolicySet;
use crate::script::{Changes, Done, FlowChanges, FlowFacts, PendingUser};
use crate::scripts::testing::{Does, World, call, client, group_id, now, person, request, says};
use crate::scripts::{NowAbout, Pending, Within};

/// A flow about this user, or whoever is signed in.
fn within<'a>(pending: Option<&'a User>, context: &Value) -> Within<'a> {
    Within {
        facts: FlowFacts {
            slug: "f".to_owned(),
            context: context.as_object().unwrap().clone(),
            ..FlowFacts::default()
        },
        pending: pending.map_or(Pending::Nobody, Pending::Known),
    }
}

fn judge(
    world: &Arc<World>,
    set: &PolicySet,
    user: Option<&User>,
    (within, own): (Within<'_>, &Value),
) -> Judgement {
    let (client, request) = (client(Vec::new(), PolicySet::default()), request());
    let call = call(&request);
    let question = Question {
        set,
        setting: Setting::of(&call, &client),
        user,
        matter: Matter {
            context: own.as_object().unwrap().clone(),
            within: Some(within),
            ..Matter::default()
        },
    };
    now(Policies::new(world.scripts()).judge(question)).unwrap()
}

/// Passes, and does this to the flow.
fn does(changes: FlowChanges) -> Does {
    Does::Says(Done {
        truthy: true,
        flow_context: Some(Box::new(changes)),
        ..Done::default()
    })
}

fn sets(key: &str, value: Value) -> FlowChanges {
    FlowChanges {
        context: Changes {
            set: Map::from_iter([(key.to_owned(), value)]),
            removed: Vec::new(),
        },
        ..FlowChanges::default()
    }
}

fn all(sources: &[&str]) -> PolicySet {
    set(
        EngineMode::All,
        sources.iter().map(|source| expression(source)).collect(),
    )
}

#[test]
fn release_2022_7_policies_are_about_the_pending_user_and_not_about_who_is_signed_in() {
    let world = Arc::new(
        World::default()
            .group("staff", None)
            .with("x", says(json!(true))),
    );
    let (ada, bob) = (person("ada", &["staff"]), person("bob", &[]));
    let admits = |pending: Option<&User>, target: Target| {
        let set = set(EngineMode::All, vec![binding(target)]);
        let judged = judge(
            &world,
            &set,
            Some(&ada),
            (within(pending, &json!({})), &json!({})),
        );
        judged.ruling == Ruling::Pass
    };
    assert!(admits(None, Target::User(ada.subject.id)));
    assert!(!admits(Some(&bob), Target::User(ada.subject.id)));
    assert!(admits(Some(&bob), Target::User(bob.subject.id)));
    assert!(!admits(Some(&bob), Target::Group(group_id("staff"))));
    assert!(admits(Some(&ada), Target::Group(group_id("staff"))));
    judge(
        &world,
        &all(&["x"]),
        Some(&ada),
        (within(Some(&bob), &json!({})), &json!({})),
    );
    let ran = world.ran.lock().unwrap();
    let facts = &ran.last().unwrap().facts;
    let pending = facts.flow.as_ref().unwrap().pending_user.as_ref().unwrap();
    assert_eq!(
        (&*pending.username, &*facts.user.as_ref().unwrap().username),
        ("bob", "ada")
    );
}

#[test]
fn somebody_who_is_not_known_is_nobody_to_bindings() {
    let world = Arc::new(World::default().group("staff", None));
    let ada = person("ada", &["staff"]);
    let unknown = || Within {
        pending: Pending::Unknown(Box::default()),
        ..Within::default()
    };
    for target in [
        Target::User(ada.subject.id),
        Target::Group(group_id("staff")),
    ] {
        let set = set(EngineMode::All, vec![binding(target)]);
        let judged = judge(&world, &set, Some(&ada), (unknown(), &json!({})));
        assert_ne!(judged.ruling, Ruling::Pass);
    }
}

#[test]
fn each_policy_sees_what_those_before_it_changed() {
    let world = Arc::new(
        World::default()
            .with("a", does(sets("x", json!(2))))
            .with("b", does(FlowChanges::default())),
    );
    let judged = judge(
        &world,
        &all(&["a", "b"]),
        None,
        (within(None, &json!({"x": 1})), &json!({})),
    );
    let seen: Vec<Value> = world
        .ran
        .lock()
        .unwrap()
        .iter()
        .map(|script| script.facts.flow.as_ref().unwrap().context["x"].clone())
        .collect();
    assert_eq!(seen, [json!(1), json!(2)]);
    assert_eq!(judged.effects.changes, [sets("x", json!(2)).context]);
}

#[test]
fn a_change_holds_whether_the_policy_passes_or_not() {
    let refuses = Does::Says(Done {
        flow_context: Some(Box::new(sets("x", json!(1)))),
        messages: vec!["Not today.".to_owned()],
        ..Done::default()
    });
    let world = Arc::new(World::default().with("a", refuses));
    let judged = judge(
        &world,
        &all(&["a"]),
        None,
        (within(None, &json!({})), &json!({})),
    );
    assert_eq!(judged.effects.changes.len(), 1);
    let Ruling::Denied(refusal) = judged.ruling else {
        panic!("denied");
    };
    assert_eq!(refusal.messages, ["Not today."]);
}

#[test]
fn a_flow_can_be_made_to_be_about_another_stored_user_and_about_nobody_else() {
    let (ada, bob) = (person("ada", &[]), person("bob", &[]));
    let becomes = |user: &User| FlowChanges {
        pending_user: PendingUser::Became {
            pk: 1,
            uuid: user.subject.id.to_string(),
        },
        ..FlowChanges::default()
    };
    let judged = |changes: FlowChanges| {
        let world = World {
            people: vec![bob.clone()],
            ..World::default()
        };
        let world = Arc::new(world.with("a", does(changes)).with("b", says(json!(true))));
        let judged = judge(
            &world,
            &all(&["a", "b"]),
            None,
            (within(Some(&ada), &json!({})), &json!({})),
        );
        let ran = world.ran.lock().unwrap();
        let flow = ran[1].facts.flow.clone().unwrap();
        (
            judged.effects.about,
            flow.pending_user.map(|user| user.username),
        )
    };
    let bobs = NowAbout::User(bob.subject.id);
    assert_eq!(judged(becomes(&bob)), (bobs, Some("bob".to_owned())));
    assert_eq!(
        judged(becomes(&ada)),
        (NowAbout::Same, Some("ada".to_owned())),
    );
    let nobody = || (NowAbout::Nobody, None);
    assert_eq!(judged(becomes(&person("gone", &[]))), nobody());
    let removed = FlowChanges {
        pending_user: PendingUser::Removed,
        ..FlowChanges::default()
    };
    assert_eq!(judged(removed), nobody());
}

#[test]
fn validation_policies_change_what_was_entered_one_after_the_other() {
    let changes = |key: &str, value: &str| {
        let set = Map::from_iter([(key.to_owned(), json!(value))]);
        let changes = Changes {
            set,
            removed: Vec::new(),
        };
        Does::Says(Done {
            truthy: true,
            prompt_data: Some(Box::new(changes)),
            ..Done::default()
        })
    };
    let world = Arc::new(
        World::default()
            .with("a", changes("x", "1"))
            .with("b", changes("y", "2")),
    );
    let own = json!({"prompt_data": {"x": "typed", "password": "plain"}});
    let judged = judge(
        &world,
        &all(&["a", "b"]),
        None,
        (within(None, &json!({})), &own),
    );
    let wanted = json!({"x": "1", "y": "2", "password": "plain"});
    assert_eq!(judged.prompt_data.map(Value::Object), Some(wanted));
    let second = &world.ran.lock().unwrap()[1].facts.context["prompt_data"]["x"];
    assert_eq!(second, &json!("1"));
}

#[test]
fn authenticators_are_read_where_a_policy_speaks_of_them() {
    let asks = "return ak_user_has_authenticator(request.user)";
    let ada = person("ada", &[]);
    let theirs = Authenticator {
        id: Uuid::nil(),
        user: ada.subject.id,
        name: String::new(),
        created: Timestamp::from_unix(1),
        last_used: None,
        version: 1,
        secret: Verifier::Static { codes: Vec::new() },
    };
    let world = World {
        authenticators: vec![theirs],
        ..World::default()
    };
    let world = Arc::new(
        world
            .with(asks, says(json!(true)))
            .with("x", says(json!(true))),
    );
    let seen = |source: &str| {
        judge(
            &world,
            &all(&[source]),
            None,
            (within(Some(&ada), &json!({})), &json!({})),
        );
        let ran = world.ran.lock().unwrap();
        let flow = ran.last().unwrap().facts.flow.clone().unwrap();
        flow.pending_user.unwrap().authenticators
    };
    assert!(seen("x").is_empty() && world.reads.lock().unwrap().is_empty());
    assert_eq!(seen(asks), ["static"]);
    assert_eq!(*world.reads.lock().unwrap(), ["authenticators"]);
}
