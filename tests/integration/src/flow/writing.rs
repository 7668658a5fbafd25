//! What was filled in, written to accounts (authentik: user write stage).

use futures_util::future::join_all;
use provider::event::Action;
use provider::flow::stage::{Creation, FieldType, Settings, UserWriteSettings};
use provider::flow::{Bound, Designation};
use provider::group::{Group, GroupId};
use provider::user::UserKind;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::made::{
    GOOD, OWN, account, codes, denied, enrollment, field, identification, login, only, own, prompt,
    signed_in, write,
};
use crate::executor::{Program, SESSION, leads_to};
use crate::harness::browser::Browser;
use crate::harness::{Bench, USER, json};

fn details(username: &str, email: &str) -> Value {
    json!({ "username": username, "email": email, "password": GOOD })
}

#[tokio::test]
async fn an_account_is_made_as_the_stage_says_and_signed_in() {
    let bench = Bench::embedded().await;
    let staff = Group {
        id: GroupId(Uuid::new_v4()),
        name: "staff".to_owned(),
        is_superuser: false,
        parent: None,
        attributes: Map::new(),
        version: 1,
    };
    let groups = bench.backend.stores.groups();
    assert_eq!(
        groups.put(&bench.seeded.tenant.id, &staff, None).await,
        Ok(true)
    );
    let fields = vec![
        field("email", FieldType::Email),
        field("name", FieldType::Text),
        field("password", FieldType::Password),
        field("attributes.department", FieldType::Text),
        field("locale", FieldType::Locale),
        field("is_active", FieldType::Hidden),
    ];
    let making = only(Settings::UserWrite(UserWriteSettings {
        user_creation_mode: Creation::AlwaysCreate,
        create_users_as_inactive: false,
        create_users_group: Some(staff.id),
        user_type: UserKind::External,
        user_path_template: "/guests/web/".to_owned(),
    }));
    let mut program = Program::with(
        &bench,
        vec![own(
            Designation::Enrollment,
            vec![prompt(fields), making, login()],
        )],
    );
    program.look(OWN).await;
    let answer = json!({
        "email": "anna@example.com", "name": "Anna", "password": GOOD, "attributes.department": "x", "locale": "de",
        "is_superuser": true,
    });
    let done = program.answer(OWN, answer).await;
    assert_eq!(leads_to(&done), "/if/user/");
    assert!(program.cookies.contains_key(SESSION));
    let anna = account(&bench, "anna@example.com")
        .await
        .expect("an account");
    assert_eq!(anna.subject.username, "anna@example.com");
    assert!(
        anna.active && !anna.subject.email_verified,
        "nobody proved the address"
    );
    assert_eq!(
        (anna.profile.kind, anna.profile.path.as_str()),
        (UserKind::External, "guests/web")
    );
    assert_eq!(
        anna.subject
            .groups
            .iter()
            .map(|it| it.id)
            .collect::<Vec<_>>(),
        [staff.id]
    );
    let attributes = json!({"department": "x", "settings": {"locale": "de"}});
    assert_eq!(Value::Object(anna.profile.attributes), attributes);
    let mut other = Program::new(&bench);
    assert_eq!(
        leads_to(&other.sign_in("anna@example.com", GOOD).await),
        "/if/user/"
    );
    let events = bench.backend.stores.events();
    let page = events
        .recent(&bench.seeded.tenant.id, None, 100, bench.now())
        .await
        .expect("reads");
    let written = page
        .events
        .iter()
        .find(|it| it.action == Action::UserWrite)
        .expect("an event");
    assert_eq!(written.context["created"], true);
    assert!(
        !serde_json::to_string(&page.events)
            .expect("JSON")
            .contains("argon2")
    );
}

#[tokio::test]
async fn an_account_that_cannot_be_made_does_not_tell_why() {
    let bench = Bench::embedded().await;
    let mut said = Vec::new();
    for (username, email) in [
        ("ada@example.com", "new@example.com"),
        ("new", "Ada@Example.com"),
        ("new", "gone@example.com"),
        ("ada", "new@example.com"),
    ] {
        let mut program = Program::with(&bench, vec![enrollment(Vec::new())]);
        program.look(OWN).await;
        let again = program.answer(OWN, details(username, email)).await;
        assert_eq!(again["component"], "ak-stage-prompt", "{again}");
        assert_eq!(
            again["fields"][0]["initial_value"], username,
            "what was typed is kept"
        );
        said.push(again["response_errors"].clone());
        assert_eq!(
            account(&bench, "new").await.map(|it| it.subject.username),
            None
        );
        let done = program
            .answer(OWN, details("anna", "anna@example.com"))
            .await;
        assert_eq!(leads_to(&done), "/if/user/", "with others it can");
        let anna = account(&bench, "anna").await.expect("made");
        let people = bench.backend.stores.people();
        let event = provider_event(&bench);
        assert_eq!(
            people.remove(&bench.seeded.tenant.id, &anna, &event).await,
            Ok(true)
        );
    }
    assert!(
        said[0]["non_field_errors"][0]["string"]
            .as_str()
            .unwrap()
            .contains("these details")
    );
    assert!(said.iter().all(|other| *other == said[0]), "{said:?}");
}

fn provider_event(bench: &Bench) -> provider::event::Event {
    let mut event = crate::contract::event();
    event.at = bench.now();
    event
}

#[tokio::test]
async fn who_is_signed_in_is_told_which_name_is_taken() {
    let bench = Bench::embedded().await;
    let fields = vec![
        field("username", FieldType::Text),
        field("email", FieldType::Email),
    ];
    let flow = own(
        Designation::StageConfiguration,
        vec![prompt(fields), write(Creation::NeverCreate)],
    );
    let mut program = signed_in(&bench, flow).await;
    program.look(OWN).await;
    let again = program
        .answer(OWN, json!({"username": "bob", "email": "ada@example.com"}))
        .await;
    assert_eq!(codes(&again), ["username: unique"]);
    let again = program
        .answer(OWN, json!({"username": "ada", "email": "BOB@example.com"}))
        .await;
    assert_eq!(codes(&again), ["email: unique"]);
    let again = program
        .answer(OWN, json!({"username": "a b", "email": "ada@example.com"}))
        .await;
    assert_eq!(
        codes(&again),
        ["username: invalid"],
        "whatever the field is"
    );
    let done = program
        .answer(OWN, json!({"username": "ada", "email": "ada@new.example"}))
        .await;
    assert_eq!(leads_to(&done), "/if/user/");
    let ada = account(&bench, "ada").await.expect("her account");
    assert_eq!(ada.subject.email, "ada@new.example");
    assert!(!ada.subject.email_verified, "nobody proved the new one");
}

#[tokio::test]
async fn a_name_that_was_typed_does_not_let_anybody_change_the_account() {
    let bench = Bench::embedded().await;
    for mode in [Creation::NeverCreate, Creation::CreateWhenRequired] {
        let stages = vec![
            identification(),
            prompt(vec![field("password", FieldType::Password)]),
            write(mode),
        ];
        let mut program = Program::with(&bench, vec![own(Designation::Recovery, stages)]);
        program.look(OWN).await;
        program.answer(OWN, json!({"uid_field": "ada"})).await;
        let said = program.answer(OWN, json!({"password": GOOD})).await;
        assert!(!denied(&said).is_empty());
        let mut ada = Program::new(&bench);
        assert_eq!(leads_to(&ada.sign_in(USER.0, USER.1).await), "/if/user/");
    }
    let mut unknown = Program::with(
        &bench,
        vec![own(Designation::Recovery, {
            vec![
                identification(),
                prompt(vec![field("password", FieldType::Password)]),
                write(Creation::NeverCreate),
            ]
        })],
    );
    unknown.look(OWN).await;
    unknown.answer(OWN, json!({"uid_field": "nobody"})).await;
    let said = unknown.answer(OWN, json!({"password": GOOD})).await;
    assert!(!denied(&said).is_empty());
}

fn password_change() -> Vec<Bound> {
    vec![
        prompt(vec![field("password", FieldType::Password)]),
        write(Creation::NeverCreate),
    ]
}

#[tokio::test]
async fn another_password_ends_all_other_sessions_and_keeps_this_one() {
    let bench = Bench::embedded().await;
    let mut here = signed_in(
        &bench,
        own(Designation::StageConfiguration, password_change()),
    )
    .await;
    let mut elsewhere = Program::new(&bench);
    elsewhere.sign_in(USER.0, USER.1).await;
    assert!(is_signed_in(&bench, &elsewhere).await);
    here.look(OWN).await;
    let done = here.answer(OWN, json!({"password": GOOD})).await;
    assert_eq!(leads_to(&done), "/if/user/");
    assert!(is_signed_in(&bench, &here).await);
    assert!(!is_signed_in(&bench, &elsewhere).await);
    assert!(!signs_in(&bench, USER.1).await, "the old password");
    assert!(signs_in(&bench, GOOD).await, "the new one");
    let events = bench.backend.stores.events();
    let page = events
        .recent(&bench.seeded.tenant.id, None, 100, bench.now())
        .await
        .expect("reads");
    let actions: Vec<&Action> = page.events.iter().map(|it| &it.action).collect();
    assert!(
        actions.contains(&&Action::PasswordSet) && actions.contains(&&Action::UserWrite),
        "{actions:?}"
    );
}

/// Whether this browser's session counts.
async fn is_signed_in(bench: &Bench, program: &Program<'_>) -> bool {
    let mut browser = Browser::new(bench);
    browser.cookies = program.cookies.clone();
    super::is_signed_in(&mut browser).await
}

/// Whether ada signs in with this.
async fn signs_in(bench: &Bench, password: &str) -> bool {
    let mut program = Program::new(bench);
    program.sign_in(USER.0, password).await["component"] == "xak-flow-redirect"
}

#[tokio::test]
async fn a_form_that_is_sent_many_times_at_once_makes_one_account() {
    let bench = Bench::on_dynamodb_local().await;
    let mut program = Program::with(&bench, vec![enrollment(Vec::new())]);
    program.look(OWN).await;
    let again = program.answer(OWN, json!({"username": "anna"})).await; // so that there is a plan to race for
    assert_eq!(codes(&again).len(), 2);
    let clicks = (0..4).map(|_| {
        let mut click = program.clone();
        async move {
            (
                click.post(OWN, &details("anna", "anna@example.com")).await,
                click,
            )
        }
    });
    let answers = join_all(clicks).await;
    let mut entered = 0;
    for (answer, click) in answers {
        let signed_in = click.cookies.contains_key(SESSION);
        entered += usize::from(signed_in);
        if !signed_in && answer.status() == 200 {
            let said = json(&answer);
            assert_eq!(
                said["component"], "xak-flow-redirect",
                "nobody hears that the names are taken: {said}"
            );
        }
    }
    assert_eq!(entered, 1);
    assert!(account(&bench, "anna").await.is_some());
}
