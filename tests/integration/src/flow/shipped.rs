//! The flows that are shipped for accounts, from end to end in JSON.

use provider::flow::{ENROLLMENT, PASSWORD_CHANGE, RECOVERY, USER_SETTINGS};
use provider::invitation::Invitation;
use provider::user::UserKind;
use serde_json::{Map, json};
use url::Url;
use uuid::Uuid;

use super::made::{GOOD, account, codes, denied};
use crate::executor::{Program, SESSION, leads_to};
use crate::harness::{Bench, USER};

/// Follows the link of the newest letter in another browser, and looks at what is asked there.
async fn follow<'a>(bench: &'a Bench, flow: &str) -> (Program<'a>, serde_json::Value) {
    let letters = bench.backend.mailbox.letters();
    let words = letters.first().expect("a letter").text.split_whitespace();
    let mut links = words.filter_map(|word| Url::parse(word).ok());
    let link = links
        .find(|url| url.path() == format!("/if/flow/{flow}/"))
        .expect("a link");
    let query: Vec<(String, String)> = link.query_pairs().into_owned().collect();
    let query: Vec<(&str, &str)> = query
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let mut program = Program::new(bench);
    program.asks(&query);
    let shown = program.look(flow).await;
    (program, shown)
}

#[tokio::test]
async fn who_was_invited_proves_the_address_and_has_an_account() {
    let bench = Bench::embedded().await;
    let own = Invitation {
        id: Uuid::new_v4(),
        name: "for anna".to_owned(),
        flow: None,
        expires: None,
        single_use: true,
        fixed_data: Map::from_iter([("email".to_owned(), json!("anna@example.com"))]),
        created_by: None,
    };
    let invitations = bench.backend.stores.invitations();
    invitations
        .put(&bench.seeded.tenant.id, &own)
        .await
        .expect("writes");
    assert!(!denied(&Program::new(&bench).look(ENROLLMENT).await).is_empty());
    let mut anna = Program::new(&bench);
    anna.asks(&[("itoken", &own.id.to_string())]);
    assert_eq!(anna.look(ENROLLMENT).await["component"], "ak-stage-prompt");
    let answer = json!({"name": "Anna", "password": "typed before the address is proved"});
    assert_eq!(
        anna.answer(ENROLLMENT, answer).await["component"],
        "ak-stage-email"
    );
    assert!(
        account(&bench, "anna@example.com").await.is_none(),
        "not before the address is proved"
    );
    let (mut anna, asked) = follow(&bench, ENROLLMENT).await;
    assert_eq!(
        asked["fields"][0]["field_key"], "password",
        "of whoever has the mailbox: {asked}"
    );
    let end = anna
        .answer(
            ENROLLMENT,
            json!({"password": GOOD, "password_repeat": GOOD}),
        )
        .await;
    assert_eq!(leads_to(&end), "/if/user/");
    assert!(anna.cookies.contains_key(SESSION));
    let user = account(&bench, "anna@example.com")
        .await
        .expect("an account");
    assert!(user.active && user.subject.email_verified);
    assert_eq!(
        (user.profile.kind, user.profile.path.as_str()),
        (UserKind::External, "users/enrolled")
    );
    let found = invitations.find(&bench.seeded.tenant.id, own.id).await;
    assert_eq!(found, Ok(None), "it is spent");
}

#[tokio::test]
async fn who_forgot_the_password_sets_another_by_mail() {
    let bench = Bench::embedded().await;
    let mut lost = Program::new(&bench);
    lost.look(RECOVERY).await;
    assert_eq!(
        lost.answer(RECOVERY, json!({"uid_field": "ada"})).await["component"],
        "ak-stage-email"
    );
    let (mut back, asked) = follow(&bench, RECOVERY).await;
    assert_eq!(asked["component"], "ak-stage-prompt", "{asked}");
    let answer = json!({"password": "ada@example.com", "password_repeat": "ada@example.com"});
    let again = back.answer(RECOVERY, answer).await;
    assert_eq!(codes(&again), ["password: invalid"], "her own name");
    let end = back
        .answer(RECOVERY, json!({"password": GOOD, "password_repeat": GOOD}))
        .await;
    assert_eq!(leads_to(&end), "/if/user/");
    assert!(back.cookies.contains_key(SESSION));
    let mut old = Program::new(&bench);
    assert_eq!(
        old.sign_in(USER.0, USER.1).await["component"],
        "ak-stage-password"
    );
    assert_eq!(
        leads_to(&Program::new(&bench).sign_in(USER.0, GOOD).await),
        "/if/user/"
    );
}

#[tokio::test]
async fn people_change_their_name_and_language_and_nothing_that_others_vouch_for() {
    let bench = Bench::embedded().await;
    let mut ada = Program::new(&bench);
    ada.sign_in(USER.0, USER.1).await;
    let asked = ada.look(USER_SETTINGS).await;
    let values: Vec<_> = asked["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|it| it["initial_value"].clone())
        .collect();
    assert_eq!(
        json!(values),
        json!(["ada", "Ada Lovelace", "ada@example.com", ""])
    );
    let settings = |email: &str| json!({"username": "ada", "name": "Ada L.", "email": email, "attributes.settings.locale": "de"});
    let again = ada.answer(USER_SETTINGS, settings("ada@new.example")).await;
    assert_eq!(codes(&again), ["non_field_errors: invalid"]);
    let end = ada.answer(USER_SETTINGS, settings("ada@example.com")).await;
    assert_eq!(leads_to(&end), "/if/user/");
    let user = account(&bench, "ada").await.expect("her account");
    assert_eq!(user.subject.name, "Ada L.");
    assert_eq!(user.profile.attributes["settings"]["locale"], "de");
}

#[tokio::test]
async fn people_change_their_password() {
    let bench = Bench::embedded().await;
    let mut ada = Program::new(&bench);
    ada.sign_in(USER.0, USER.1).await;
    ada.look(PASSWORD_CHANGE).await;
    let again = ada
        .answer(
            PASSWORD_CHANGE,
            json!({"password": GOOD, "password_repeat": "other"}),
        )
        .await;
    assert_eq!(codes(&again), ["non_field_errors: invalid"]);
    let end = ada
        .answer(
            PASSWORD_CHANGE,
            json!({"password": GOOD, "password_repeat": GOOD}),
        )
        .await;
    assert_eq!(leads_to(&end), "/if/user/");
    assert_eq!(
        leads_to(&Program::new(&bench).sign_in(USER.0, GOOD).await),
        "/if/user/"
    );
}
