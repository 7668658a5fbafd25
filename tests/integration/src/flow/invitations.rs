//! Who was invited makes an account, once (authentik: invitation stage).

use futures_util::future::join_all;
use protocol::Seconds;
use provider::flow::Bound;
use provider::flow::stage::{DenySettings, FieldType, InvitationSettings, Settings};
use provider::invitation::{Invitation, InvitedTo};
use provider::policy::{Binding, ExpressionPolicy, Target};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::made::{
    GOOD, OWN, account, codes, denied, enrollment, field, identification, only, prompt,
};
use crate::executor::{Program, SESSION, leads_to, slug};
use crate::harness::Bench;

fn stage(continue_flow_without_invitation: bool) -> Bound {
    only(Settings::Invitation(InvitationSettings {
        continue_flow_without_invitation,
    }))
}

fn invitation(fixed_data: &Value) -> Invitation {
    Invitation {
        id: Uuid::new_v4(),
        name: "for anna".to_owned(),
        flow: None,
        expires: None,
        single_use: true,
        fixed_data: fixed_data.as_object().cloned().unwrap_or_default(),
        created_by: None,
    }
}

async fn invite(bench: &Bench, invitation: &Invitation) {
    let invitations = bench.backend.stores.invitations();
    invitations
        .put(&bench.seeded.tenant.id, invitation)
        .await
        .expect("writes");
}

async fn is_there(bench: &Bench, invitation: &Invitation) -> bool {
    let invitations = bench.backend.stores.invitations();
    let found = invitations
        .find(&bench.seeded.tenant.id, invitation.id)
        .await;
    found.expect("reads").is_some()
}

/// A browser that follows the link of an invitation.
fn invited<'a>(bench: &'a Bench, token: &str) -> Program<'a> {
    let mut program = Program::with(bench, vec![enrollment(vec![stage(false)])]);
    program.asks(&[("itoken", token)]);
    program
}

fn details(name: &str) -> Value {
    json!({ "username": name, "email": format!("{name}@example.com"), "password": GOOD })
}

#[tokio::test]
async fn without_a_good_invitation_there_is_no_way_in() {
    let bench = Bench::embedded().await;
    let mut uninvited = Program::with(&bench, vec![enrollment(vec![stage(false)])]);
    let said = uninvited.look(OWN).await;
    assert!(
        denied(&said).starts_with("You need an invitation"),
        "{said}"
    );
    let over = Invitation {
        expires: Some(bench.now()),
        ..invitation(&json!({}))
    };
    let elsewhere = Invitation {
        flow: Some(InvitedTo::Named(slug("elsewhere"))),
        ..invitation(&json!({}))
    };
    for bad in [&over, &elsewhere] {
        invite(&bench, bad).await;
    }
    let tokens = [
        over.id.to_string(),
        elsewhere.id.to_string(),
        Uuid::new_v4().to_string(),
        "x".to_owned(),
    ];
    for token in tokens {
        let said = invited(&bench, &token).look(OWN).await;
        assert!(
            denied(&said).starts_with("This invitation is not good any more"),
            "{token} {said}"
        );
    }
    let mut open = Program::with(&bench, vec![enrollment(vec![stage(true)])]);
    assert_eq!(open.look(OWN).await["component"], "ak-stage-prompt");
}

#[tokio::test]
async fn an_invitation_is_spent_with_the_account_and_not_before() {
    let bench = Bench::embedded().await;
    let own = Invitation {
        flow: Some(InvitedTo::Named(slug(OWN))),
        ..invitation(&json!({}))
    };
    invite(&bench, &own).await;
    let token = own.id.to_string();
    for _ in 0..2 {
        let mut looking = invited(&bench, &token);
        assert_eq!(
            looking.look(OWN).await["component"],
            "ak-stage-prompt",
            "a look spends nothing"
        );
    }
    let mut anna = invited(&bench, &token);
    anna.look(OWN).await;
    let again = anna.answer(OWN, details("bob")).await; // whose names are taken
    assert_eq!(codes(&again), ["non_field_errors: invalid"]);
    assert!(is_there(&bench, &own).await);
    assert_eq!(
        leads_to(&anna.answer(OWN, details("anna")).await),
        "/if/user/"
    );
    assert!(!is_there(&bench, &own).await);
    let said = invited(&bench, &token).look(OWN).await;
    assert!(denied(&said).starts_with("This invitation is not good any more"));
    let many = Invitation {
        single_use: false,
        ..invitation(&json!({}))
    };
    invite(&bench, &many).await;
    for name in ["carl", "dora"] {
        let mut program = invited(&bench, &many.id.to_string());
        program.look(OWN).await;
        assert_eq!(
            leads_to(&program.answer(OWN, details(name)).await),
            "/if/user/"
        );
    }
}

#[tokio::test]
async fn what_an_invitation_says_counts_more_than_what_is_typed() {
    let bench = Bench::embedded().await;
    let own = invitation(&json!({
        "email": "anna@example.com",
        "attributes": {"team": "a"},
        "is_active": false,
        "password": "never used, as one is typed",
    }));
    invite(&bench, &own).await;
    let mut program = invited(&bench, &own.id.to_string());
    let asked = program.look(OWN).await;
    let email = &asked["fields"][1];
    assert_eq!(
        (email["type"].as_str(), email["initial_value"].as_str()),
        (Some("text_read_only"), Some("anna@example.com"))
    );
    let mut typed = details("anna");
    typed["email"] = json!("eve@example.com");
    assert_eq!(leads_to(&program.answer(OWN, typed).await), "/if/user/");
    let anna = account(&bench, "anna").await.expect("an account");
    assert_eq!(anna.subject.email, "anna@example.com");
    assert!(anna.active);
    assert_eq!(
        anna.profile.attributes,
        Map::from_iter([("team".to_owned(), json!("a"))])
    );
    assert_eq!(
        leads_to(&Program::new(&bench).sign_in("anna", GOOD).await),
        "/if/user/"
    );
}

#[tokio::test]
async fn an_invitation_counts_more_by_whatever_name_an_attribute_is_typed() {
    let bench = Bench::embedded().await;
    let role = prompt(vec![field("attributes.role", FieldType::Text)]);
    let own = invitation(&json!({ "attributes": { "role": "guest" } }));
    invite(&bench, &own).await;
    let flow = enrollment(vec![stage(false), role]);
    let mut eve = Program::with(&bench, vec![flow]);
    eve.asks(&[("itoken", &own.id.to_string())]);
    eve.look(OWN).await;
    eve.answer(OWN, json!({ "attributes.role": "admin" })).await;
    assert_eq!(
        leads_to(&eve.answer(OWN, details("eve")).await),
        "/if/user/"
    );
    let eve = account(&bench, "eve").await.expect("an account");
    assert_eq!(eve.profile.attributes["role"], "guest");
}

#[tokio::test]
async fn a_link_is_remembered_where_the_invitation_is_asked_for_later() {
    let bench = Bench::embedded().await;
    let own = invitation(&json!({}));
    invite(&bench, &own).await;
    let before = prompt(vec![field("name", FieldType::Text)]);
    let flow = enrollment(vec![before.clone(), stage(false)]);
    let mut program = Program::with(&bench, vec![flow.clone()]);
    program.asks(&[("itoken", &own.id.to_string())]);
    program.look(OWN).await;
    program.asks(&[]); // a form does not bring it back
    let asked = program.answer(OWN, json!({"name": "Anna"})).await;
    assert_eq!(asked["fields"][0]["field_key"], "username", "{asked}");
    let typed = prompt(vec![field("token", FieldType::Text)]);
    let mut typing = Program::with(&bench, vec![enrollment(vec![typed, stage(false)])]);
    typing.look(OWN).await;
    let asked = typing.answer(OWN, json!({"token": own.id})).await;
    assert_eq!(asked["fields"][0]["field_key"], "username", "{asked}");
}

#[tokio::test]
async fn another_link_begins_anew_with_what_it_says() {
    let bench = Bench::embedded().await;
    let (one, two) = (
        invitation(&json!({"email": "one@example.com"})),
        invitation(&json!({"email": "two@example.com"})),
    );
    for invitation in [&one, &two] {
        invite(&bench, invitation).await;
    }
    let mut program = invited(&bench, &one.id.to_string());
    assert_eq!(
        program.look(OWN).await["fields"][1]["initial_value"],
        "one@example.com"
    );
    program.asks(&[("itoken", &two.id.to_string())]);
    assert_eq!(
        program.look(OWN).await["fields"][1]["initial_value"],
        "two@example.com"
    );
    assert_eq!(
        leads_to(&program.answer(OWN, details("anna")).await),
        "/if/user/"
    );
    assert!(is_there(&bench, &one).await && !is_there(&bench, &two).await);
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_makes_no_account() {
    let bench = Bench::embedded().await;
    let many = Invitation {
        single_use: false,
        expires: Some(bench.now() + Seconds(600)),
        ..invitation(&json!({}))
    };
    invite(&bench, &many).await;
    let (mut early, mut late) = (
        invited(&bench, &many.id.to_string()),
        invited(&bench, &many.id.to_string()),
    );
    early.look(OWN).await;
    late.look(OWN).await;
    let invitations = bench.backend.stores.invitations();
    bench.wait(Seconds(600));
    let said = early.answer(OWN, details("anna")).await;
    assert!(denied(&said).starts_with("This invitation is not good any more"));
    assert_eq!(
        invitations.remove(&bench.seeded.tenant.id, many.id).await,
        Ok(true)
    );
    let said = late.answer(OWN, details("berta")).await;
    assert!(denied(&said).starts_with("This invitation is not good any more"));
    assert!(account(&bench, "anna").await.is_none() && account(&bench, "berta").await.is_none());
}

#[tokio::test]
async fn of_many_at_once_with_one_invitation_one_makes_an_account() {
    let bench = Bench::on_dynamodb_local().await;
    let own = invitation(&json!({}));
    invite(&bench, &own).await;
    let token = own.id.to_string();
    let mut browsers = Vec::new();
    for number in 0..6 {
        let mut program = invited(&bench, &token);
        assert_eq!(program.look(OWN).await["component"], "ak-stage-prompt");
        browsers.push((format!("guest{number}"), program));
    }
    let answers = browsers.into_iter().map(|(name, mut program)| async move {
        let said = program.answer(OWN, details(&name)).await;
        (name, said, program.cookies.contains_key(SESSION))
    });
    let mut made = Vec::new();
    for (name, said, signed_in) in join_all(answers).await {
        let exists = account(&bench, &name).await.is_some();
        assert_eq!(exists, signed_in, "{name} {said}");
        if exists {
            made.push(name);
        } else {
            assert!(
                denied(&said).starts_with("This invitation is not good any more"),
                "{said}"
            );
        }
    }
    assert_eq!(made.len(), 1, "{made:?}");
}

/// authentik keeps it whatever the stages after it find out: it is for whoever has the link.
#[tokio::test]
async fn an_invitation_outlives_that_somebody_says_who_they_are() {
    let bench = Bench::embedded().await;
    let policy = ExpressionPolicy {
        id: Uuid::new_v4(),
        name: "not invited".to_owned(),
        expression: "return 'invitation' not in request.context".to_owned(),
        execution_logging: false,
    };
    let mut uninvited = only(Settings::Deny(DenySettings {
        deny_message: "Not invited.".to_owned(),
    }));
    uninvited.re_evaluate_policies = true;
    uninvited.policies.bindings.push(Binding {
        id: Uuid::new_v4(),
        order: 0,
        enabled: true,
        negate: false,
        timeout: Seconds(30),
        failure_result: false,
        target: Target::Policy(policy),
    });
    let stages = |invitation: Option<Bound>| {
        let first = invitation.into_iter();
        let rest = [identification(), uninvited.clone()];
        enrollment(first.chain(rest).collect())
    };
    let own = invitation(&json!({}));
    invite(&bench, &own).await;
    let mut anna = Program::with(&bench, vec![stages(Some(stage(false)))]);
    anna.asks(&[("itoken", &own.id.to_string())]);
    anna.look(OWN).await;
    let asked = anna.answer(OWN, json!({ "uid_field": "anna" })).await;
    assert_eq!(asked["component"], "ak-stage-prompt", "{asked}");
    let mut stranger = Program::with(&bench, vec![stages(None)]);
    let said = stranger.answer(OWN, json!({ "uid_field": "anna" })).await;
    assert_eq!(denied(&said), "Not invited.");
}
