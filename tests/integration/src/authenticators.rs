//! Authenticators: setting them up, and signing in with them. Driven by a program over the JSON executor, with an
//! authenticator app and keys in software.

mod app;
mod codes;
mod configuring;
mod keys;
mod passkey;
mod remembering;
mod strength;
mod weak;

use authenticator::Key;
use protocol::Seconds;
use provider::authenticator::Authenticator;
use provider::flow::proof::Method;
use provider::flow::stage::{
    IdentificationSettings, Parts, PasswordSettings, Settings, StaticSettings, TotpSettings,
    UserLoginSettings, ValidateSettings, WebauthnSettings, Wish,
};
use provider::flow::{Designation, Flow, InvalidResponse};
use provider::user::User;
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::executor::{Program, bound, flow, leads_to, plain};
use crate::harness::{Bench, HOST_NAME, USER};

/// Sets each class up.
const APP: &str = "set-up-app";
const CODES: &str = "set-up-codes";
const KEY: &str = "set-up-key";

/// Name, password, second factor, session.
const MFA: &str = "mfa";

/// Those that set something up, and [`MFA`] with this stage.
fn flows(its: ValidateSettings, parts: Parts) -> Vec<Flow> {
    let set_up =
        |name, settings| flow(name, Designation::StageConfiguration, plain(vec![settings]));
    let key = WebauthnSettings {
        resident_key_requirement: Wish::Preferred,
        ..WebauthnSettings::default()
    };
    vec![
        set_up(APP, Settings::AuthenticatorTotp(TotpSettings::default())),
        set_up(
            CODES,
            Settings::AuthenticatorStatic(StaticSettings::default()),
        ),
        set_up(KEY, Settings::AuthenticatorWebauthn(key)),
        mfa(its, parts),
    ]
}

fn mfa(its: ValidateSettings, parts: Parts) -> Flow {
    let mut stages = plain(vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Password(PasswordSettings::default()),
    ]);
    let validate = Settings::AuthenticatorValidate(its);
    stages.push(bound(validate, InvalidResponse::Retry, parts));
    stages.extend(plain(vec![Settings::UserLogin(
        UserLoginSettings::default(),
    )]));
    flow(MFA, Designation::Authentication, stages)
}

fn program(bench: &Bench) -> Program<'_> {
    Program::with(bench, flows(ValidateSettings::default(), Parts::default()))
}

/// Ada, signed in with her password.
pub(crate) async fn ada(bench: &Bench) -> Program<'_> {
    let mut program = program(bench);
    leads_to(&at_second(&mut program, USER).await);
    assert!(program.cookies.contains_key("latchkey_session"));
    program
}

/// What is asked after name and password.
async fn at_second(program: &mut Program<'_>, (login, password): (&str, &str)) -> Value {
    program.look(MFA).await;
    let asked = program.answer(MFA, json!({ "uid_field": login })).await;
    assert_eq!(asked["component"], "ak-stage-password", "{asked}");
    program.answer(MFA, json!({ "password": password })).await
}

/// The codes of an app that has read this challenge's URL.
fn app_of(challenge: &Value) -> Totp {
    assert_eq!(
        challenge["component"], "ak-stage-authenticator-totp",
        "{challenge}"
    );
    Totp::from_url(challenge["config_url"].as_str().expect("text")).expect("an app reads it")
}

pub(crate) fn code(bench: &Bench, app: &Totp) -> String {
    app.generate(bench.now().unix().try_into().expect("after 1970"))
        .to_string()
}

/// Sets an app up. Its next code is good from then on.
pub(crate) async fn with_app(bench: &Bench, program: &mut Program<'_>) -> Totp {
    let app = app_of(&program.look(APP).await);
    leads_to(
        &program
            .answer(APP, json!({ "code": code(bench, &app) }))
            .await,
    );
    bench.wait(Seconds(30));
    app
}

async fn with_codes(program: &mut Program<'_>) -> Vec<String> {
    let asked = program.look(CODES).await;
    assert_eq!(asked["component"], "ak-stage-authenticator-static");
    let codes = asked["codes"].as_array().expect("codes").iter();
    let codes = codes
        .map(|code| code.as_str().expect("text").to_owned())
        .collect();
    leads_to(
        &program
            .answer(
                CODES,
                json!({ "component": "ak-stage-authenticator-static" }),
            )
            .await,
    );
    codes
}

async fn with_key(program: &mut Program<'_>, key: &mut Key) {
    let asked = program.look(KEY).await;
    assert_eq!(
        asked["component"], "ak-stage-authenticator-webauthn",
        "{asked}"
    );
    let response = key.create(&asked["registration"]);
    leads_to(&program.answer(KEY, json!({ "response": response })).await);
}

/// Of this issuer.
fn here(key: Key) -> Key {
    Key {
        origin: format!("http://{HOST_NAME}"),
        rp_id: "localhost".to_owned(),
        ..key
    }
}

/// What is wrong with the field, in words for programs.
fn wrong<'a>(challenge: &'a Value, field: &str) -> &'a str {
    let errors = &challenge["response_errors"][field];
    errors[0]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("nothing wrong with {field}: {challenge}"))
}

/// The classes that are offered, in order.
fn classes(challenge: &Value) -> Vec<&str> {
    assert_eq!(
        challenge["component"], "ak-stage-authenticator-validate",
        "{challenge}"
    );
    let devices = challenge["device_challenges"]
        .as_array()
        .expect("challenges")
        .iter();
    devices
        .map(|device| device["device_class"].as_str().expect("text"))
        .collect()
}

async fn user(bench: &Bench, login: &str) -> User {
    let found = bench
        .backend
        .stores
        .users()
        .by_login(&bench.seeded.tenant.id, login)
        .await;
    found.expect("reads").expect("is there")
}

async fn theirs(bench: &Bench, login: &str) -> Vec<Authenticator> {
    let id = user(bench, login).await.subject.id;
    let store = bench.backend.stores.authenticators();
    store
        .of_user(&bench.seeded.tenant.id, id)
        .await
        .expect("reads")
}

/// How the newest session of this person was proved.
async fn proved(bench: &Bench, login: &str) -> Vec<Method> {
    let user = user(bench, login).await;
    let store = bench.backend.stores.people();
    let sessions = store
        .sessions(&bench.seeded.tenant.id, &user, bench.now())
        .await;
    let mut sessions = sessions.expect("reads");
    sessions.sort_by_key(|session| session.auth_time);
    let newest = sessions.pop().expect("is signed in");
    newest.proofs.iter().map(|proof| proof.method).collect()
}
