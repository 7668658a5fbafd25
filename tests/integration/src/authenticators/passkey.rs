//! Signing in with a passkey and nothing else.

use authenticator::Key;
use protocol::Seconds;
use provider::flow::Designation;
use provider::flow::proof::Method;
use provider::flow::stage::{
    DeviceClass, IdentificationSettings, NotConfigured, Parts, PasswordSettings, Settings,
    UserLoginSettings, ValidateSettings, Wish,
};
use provider::ports::{ChangedAccount, Written};
use serde_json::{Value, json};

use super::{MFA, ada, flows, here, proved, theirs, user, with_key, wrong};
use crate::executor::{Program, flow, leads_to, plain};
use crate::harness::browser::field;
use crate::harness::page::unescape;
use crate::harness::{Bench, text};

const ALONE: &str = "passkey-alone";

/// A passkey, and the session.
fn alone(bench: &Bench) -> Program<'_> {
    let its = ValidateSettings {
        not_configured_action: NotConfigured::Deny,
        device_classes: vec![DeviceClass::Webauthn],
        webauthn_user_verification: Wish::Required,
        ..ValidateSettings::default()
    };
    let stages = plain(vec![
        Settings::AuthenticatorValidate(its),
        Settings::UserLogin(UserLoginSettings::default()),
    ]);
    Program::with(
        bench,
        vec![flow(ALONE, Designation::Authentication, stages)],
    )
}

/// What the browser gets to ask whoever is there.
async fn options(program: &mut Program<'_>) -> Value {
    let asked = program.look(ALONE).await;
    assert_eq!(
        asked["component"], "ak-stage-authenticator-validate",
        "{asked}"
    );
    let devices = asked["device_challenges"].as_array().expect("challenges");
    assert_eq!(devices.len(), 1);
    assert_eq!(
        (&devices[0]["device_class"], &devices[0]["device_uid"]),
        (&json!("webauthn"), &json!("-1"))
    );
    assert_eq!(devices[0]["challenge"]["allowCredentials"], json!([]));
    assert_eq!(devices[0]["challenge"]["userVerification"], "required");
    devices[0]["challenge"].clone()
}

async fn passkey(bench: &Bench) -> Key {
    let mut key = here(Key::passkey());
    with_key(&mut ada(bench).await, &mut key).await;
    key
}

#[tokio::test]
async fn a_passkey_says_who_it_is_and_signs_in_without_a_password() {
    let bench = Bench::embedded().await;
    let mut key = passkey(&bench).await;
    let mut program = alone(&bench);
    bench.wait(Seconds(1));
    let response = key.get(&options(&mut program).await);
    leads_to(&program.answer(ALONE, json!({ "webauthn": response })).await);
    assert_eq!(proved(&bench, "ada").await, [Method::WebauthnVerified]);
    assert!(theirs(&bench, "ada").await[0].last_used.is_some());
}

#[tokio::test]
async fn an_answer_that_was_seen_is_worth_nothing_in_another_browser() {
    let bench = Bench::embedded().await;
    let mut key = passkey(&bench).await;
    let (mut first, mut second) = (alone(&bench), alone(&bench));
    let response = key.get(&options(&mut first).await);
    options(&mut second).await;
    leads_to(&first.answer(ALONE, json!({ "webauthn": response })).await);
    let stolen = second.answer(ALONE, json!({ "webauthn": response })).await;
    assert_eq!(wrong(&stolen, "webauthn"), "invalid");
    let mut third = alone(&bench);
    let unasked = third.answer(ALONE, json!({ "webauthn": response })).await;
    assert_eq!(wrong(&unasked, "webauthn"), "invalid");
}

#[tokio::test]
async fn somebody_inactive_or_unknown_and_a_touch_alone_are_refused_in_the_same_words() {
    let bench = Bench::embedded().await;
    let mut key = passkey(&bench).await;
    let refusal = async |key: &mut Key| {
        let mut program = alone(&bench);
        let response = key.get(&options(&mut program).await);
        let said = program.answer(ALONE, json!({ "webauthn": response })).await;
        assert_eq!(wrong(&said, "webauthn"), "invalid");
        said["response_errors"].clone()
    };
    key.verifies = false;
    let touch = refusal(&mut key).await;
    key.verifies = true;
    let handle = key.handle.replace(vec![7; 16]);
    let unknown = refusal(&mut key).await;
    key.handle = Some(user(&bench, "bob").await.subject.id.as_bytes().to_vec());
    let bob = refusal(&mut key).await;
    key.handle = handle;
    let before = user(&bench, "ada").await;
    let mut after = before.clone();
    after.active = false;
    after.subject.version += 1;
    let event = crate::contract::event();
    let changed = ChangedAccount {
        user: &after,
        previous: &before,
        keeping: None,
        event: &event,
    };
    let people = bench.backend.stores.people();
    assert_eq!(
        people.change(&bench.seeded.tenant.id, &changed).await,
        Ok(Written::Yes)
    );
    let inactive = refusal(&mut key).await;
    assert!([unknown, bob, inactive].iter().all(|said| *said == touch));
}

#[tokio::test]
async fn a_passkey_that_signed_in_is_not_asked_for_a_password_or_a_second_factor() {
    let bench = Bench::embedded().await;
    let mut key = passkey(&bench).await;
    let validate = |device_classes| {
        Settings::AuthenticatorValidate(ValidateSettings {
            device_classes,
            ..ValidateSettings::default()
        })
    };
    let stages = plain(vec![
        validate(vec![DeviceClass::Webauthn]),
        Settings::Password(PasswordSettings::default()),
        validate(vec![DeviceClass::Totp, DeviceClass::Webauthn]),
        Settings::UserLogin(UserLoginSettings::default()),
    ]);
    let mut program = Program::with(
        &bench,
        vec![flow(ALONE, Designation::Authentication, stages)],
    );
    let asked = program.look(ALONE).await;
    let response = key.get(&asked["device_challenges"][0]["challenge"]);
    leads_to(&program.answer(ALONE, json!({ "webauthn": response })).await);
}

#[tokio::test]
async fn nobody_is_asked_for_a_passkey_where_a_name_was_typed_or_nobody_signs_in() {
    let bench = Bench::embedded().await;
    let only = ValidateSettings {
        device_classes: vec![DeviceClass::Webauthn],
        ..ValidateSettings::default()
    };
    let stages = plain(vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::AuthenticatorValidate(only.clone()),
        Settings::UserLogin(UserLoginSettings::default()),
    ]);
    let own = flow("own", Designation::Authentication, stages);
    for login in ["nobody", "bob"] {
        let mut program = Program::with(&bench, vec![own.clone()]);
        program.look("own").await;
        let end = program.answer("own", json!({ "uid_field": login })).await;
        assert_eq!(
            end["component"], "ak-stage-access-denied",
            "{login} proved nothing"
        );
    }
    let stages = plain(vec![Settings::AuthenticatorValidate(only)]);
    let other = flow("own", Designation::Recovery, stages);
    let mut program = Program::with(&bench, vec![other]);
    leads_to(&program.look("own").await);
}

#[tokio::test]
async fn a_flow_of_every_class_asks_for_a_passkey_alone_where_nobody_is_known() {
    let bench = Bench::embedded().await;
    let mut all = flows(ValidateSettings::default(), Parts::default());
    let mfa = all
        .iter_mut()
        .find(|flow| flow.slug.as_str() == MFA)
        .expect("it");
    mfa.stages.drain(..2); // neither name nor password
    let mut program = Program::with(&bench, all);
    let asked = program.look(MFA).await;
    assert_eq!(super::classes(&asked), ["webauthn"]);
    let code = program.answer(MFA, json!({ "code": "123456" })).await;
    assert_eq!(wrong(&code, "non_field_errors"), "invalid");
}

/// Conditional mediation (WebAuthn L3 §5.1.4): the passkey stands in the list of names of the sign-in page.
#[tokio::test]
async fn a_passkey_is_offered_beside_the_name_and_signs_in_from_there() {
    let bench = Bench::embedded().await;
    let mut key = passkey(&bench).await;
    let identification = IdentificationSettings {
        passwordless_flow: Some(crate::executor::slug(ALONE)),
        ..IdentificationSettings::default()
    };
    let stages = plain(vec![
        Settings::Identification(identification),
        Settings::Password(PasswordSettings::default()),
        Settings::AuthenticatorValidate(ValidateSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ]);
    let mut program = Program::with(
        &bench,
        vec![flow("own", Designation::Authentication, stages)],
    );
    let page = program.get("/if/flow/own/").await;
    let html = text(&page);
    let options = html
        .split("data-options=\"")
        .nth(1)
        .expect("options")
        .split('"')
        .next()
        .expect("its end");
    let options: Value = serde_json::from_str(&unescape(options)).expect("JSON");
    let response = key.get(&options).to_string();
    bench.wait(Seconds(1));
    let csrf = field(&html, "csrf").expect("a token");
    let fields = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-identification"),
        ("uid_field", ""),
        ("webauthn", &response),
    ];
    let answered = program.submit("/if/flow/own/", &fields).await;
    assert_eq!(answered.status().as_u16() / 100, 3, "{}", text(&answered));
    assert!(program.cookies.contains_key("latchkey_session"));
    assert_eq!(proved(&bench, "ada").await, [Method::WebauthnVerified]);
}
