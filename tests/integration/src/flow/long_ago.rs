//! Who signed in long ago proves again who they are before they change what lets others in (OWASP Authentication Cheat
//! Sheet: re-authenticate before sensitive changes).

use protocol::Seconds;
use provider::flow::stage::{Creation, EmailSettings, FieldType, Settings};
use provider::flow::{Designation, PASSWORD_CHANGE};
use serde_json::json;

use super::made::{GOOD, OWN, account, denied, field, only, own, prompt, signed_in, write};
use crate::executor::{Program, leads_to};
use crate::harness::browser::{field as form_field, location};
use crate::harness::{Bench, USER, text};

const AGAIN: &str = "Sign in again to do this";

#[tokio::test]
async fn a_password_is_changed_only_soon_after_a_sign_in() {
    let bench = Bench::embedded().await;
    let mut ada = Program::new(&bench);
    ada.sign_in(USER.0, USER.1).await;
    bench.wait(Seconds(Seconds::minutes(30).0 + 1));
    let new = json!({ "password": GOOD, "password_repeat": GOOD });
    ada.look(PASSWORD_CHANGE).await;
    let said = ada.answer(PASSWORD_CHANGE, new.clone()).await;
    assert!(denied(&said).starts_with(AGAIN), "{said}");
    let page = "/if/flow/default-password-change/?next=%2Fif%2Fuser%2F";
    let csrf = form_field(&text(&ada.get(page).await), "csrf").expect("a csrf field");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-prompt"),
        ("password", GOOD),
        ("password_repeat", GOOD),
    ];
    let led = ada.submit(page, &form).await;
    let back = "%2Fif%2Fflow%2Fdefault-password-change%2F%3Fnext%3D%252Fif%252Fuser%252F";
    let again = format!("/if/flow/default-authentication-flow/?next={back}&restart=1");
    assert_eq!(location(&led), Some(again));
    let mut old = Program::new(&bench);
    assert_eq!(leads_to(&old.sign_in(USER.0, USER.1).await), "/if/user/");
    old.look(PASSWORD_CHANGE).await;
    assert_eq!(
        leads_to(&old.answer(PASSWORD_CHANGE, new).await),
        "/if/user/"
    );
}

#[tokio::test]
async fn an_address_is_changed_only_soon_after_a_sign_in_and_a_name_at_any_time() {
    let bench = Bench::embedded().await;
    let fields = vec![
        field("name", FieldType::Text),
        field("email", FieldType::Email),
    ];
    let stages = vec![prompt(fields), write(Creation::NeverCreate)];
    let mut ada = signed_in(&bench, own(Designation::StageConfiguration, stages)).await;
    bench.wait(Seconds::days(13));
    let details = |email| json!({ "name": "Ada L.", "email": email });
    ada.look(OWN).await;
    let end = ada.answer(OWN, details("ada@example.com")).await;
    assert_eq!(leads_to(&end), "/if/user/");
    ada.look(OWN).await;
    let said = ada.answer(OWN, details("thief@example.com")).await;
    assert!(denied(&said).starts_with(AGAIN), "{said}");
    let user = account(&bench, "ada").await.expect("her account");
    assert_eq!(
        (user.subject.name.as_str(), user.subject.email.as_str()),
        ("Ada L.", "ada@example.com")
    );
}

/// That somebody has a mailbox says nothing of an account that has another.
#[tokio::test]
async fn a_link_to_a_new_address_is_no_sign_in() {
    let bench = Bench::embedded().await;
    let stages = vec![
        prompt(vec![field("email", FieldType::Email)]),
        only(Settings::Email(EmailSettings::default())),
        write(Creation::NeverCreate),
    ];
    let mut thief = signed_in(&bench, own(Designation::StageConfiguration, stages)).await;
    bench.wait(Seconds::days(13));
    thief.look(OWN).await;
    let sent = thief
        .answer(OWN, json!({ "email": "thief@example.com" }))
        .await;
    assert_eq!(sent["component"], "ak-stage-email", "{sent}");
    let letters = bench.backend.mailbox.letters();
    let (_, link) = letters[0].text.split_once("flow_token=").expect("a link");
    let token = link.split_whitespace().next().expect("a token");
    thief.asks(&[("flow_token", token)]);
    let said = thief.look(OWN).await;
    assert!(denied(&said).starts_with(AGAIN), "{said}");
    assert!(account(&bench, "thief@example.com").await.is_none());
}
