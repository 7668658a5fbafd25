//! Who proved a second factor in this browser a while ago is not asked again (authentik: `last_auth_threshold`).

use protocol::Seconds;
use provider::config::Validity;
use provider::flow::Designation;
use provider::flow::proof::Method;
use provider::flow::stage::{
    IdentificationSettings, Parts, Settings, UserLoginSettings, ValidateSettings,
};
use serde_json::json;

use super::{MFA, ada, at_second, classes, code, flows, proved, theirs, with_app};
use crate::executor::{Program, SESSION, flow, leads_to, plain};
use crate::harness::people::change;
use crate::harness::{Bench, USER};

const MEMORY: &str = "latchkey_mfa";

fn remembering() -> ValidateSettings {
    let hour = Validity::parse("hours=1").expect("a lifetime");
    ValidateSettings {
        last_auth_threshold: Some(hour),
        ..ValidateSettings::default()
    }
}

fn asking(bench: &Bench) -> Program<'_> {
    Program::with(bench, flows(remembering(), Parts::default()))
}

/// A browser in which ada has proved her second factor.
async fn remembered(bench: &Bench) -> Program<'_> {
    let app = with_app(bench, &mut ada(bench).await).await;
    let mut first = asking(bench);
    at_second(&mut first, USER).await;
    leads_to(
        &first
            .answer(MFA, json!({ "code": code(bench, &app) }))
            .await,
    );
    first
}

/// The same browser, signed out.
fn signed_out<'a>(program: &Program<'a>) -> Program<'a> {
    let mut program = program.clone();
    program.cookies.retain(|name, _| name == MEMORY);
    program
}

#[tokio::test]
async fn a_second_factor_is_remembered_in_its_browser_for_as_long_as_the_stage_says() {
    let bench = Bench::embedded().await;
    let app = with_app(&bench, &mut ada(&bench).await).await;
    let mut first = asking(&bench);
    assert_eq!(classes(&at_second(&mut first, USER).await), ["totp"]);
    leads_to(
        &first
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
    assert!(first.cookies.contains_key(MEMORY));

    bench.wait(Seconds::minutes(59));
    leads_to(&at_second(&mut signed_out(&first), USER).await);
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Totp]
    );
    assert_eq!(
        classes(&at_second(&mut asking(&bench), USER).await),
        ["totp"],
        "another browser"
    );
    let mut bob = signed_out(&first);
    leads_to(&at_second(&mut bob, ("bob", "bobs own password")).await);
    assert_eq!(
        proved(&bench, "bob").await,
        [Method::Password],
        "another person"
    );
    bench.wait(Seconds::minutes(1));
    assert_eq!(
        classes(&at_second(&mut signed_out(&first), USER).await),
        ["totp"],
        "an hour later"
    );
}

#[tokio::test]
async fn what_is_remembered_ends_with_its_authenticator() {
    let bench = Bench::embedded().await;
    let mut settings = ada(&bench).await;
    let app = with_app(&bench, &mut settings).await;
    let mut first = asking(&bench);
    at_second(&mut first, USER).await;
    leads_to(
        &first
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
    let one = theirs(&bench, "ada").await.remove(0);
    let (store, event) = (
        bench.backend.stores.authenticators(),
        crate::contract::event(),
    );
    assert_eq!(
        store.remove(&bench.seeded.tenant.id, &one, &event).await,
        Ok(true)
    );
    with_app(&bench, &mut settings).await;
    assert_eq!(
        classes(&at_second(&mut signed_out(&first), USER).await),
        ["totp"]
    );
}

#[tokio::test]
async fn what_is_remembered_ends_with_all_that_is_taken_back() {
    let bench = Bench::embedded().await;
    let first = remembered(&bench).await;
    change(&bench, USER.0, |user| user.subject.generation += 1).await;
    assert_eq!(
        classes(&at_second(&mut signed_out(&first), USER).await),
        ["totp"]
    );
}

#[tokio::test]
async fn what_is_remembered_is_never_the_first_factor() {
    let bench = Bench::embedded().await;
    let first = remembered(&bench).await;
    let stages = plain(vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::AuthenticatorValidate(remembering()),
        Settings::UserLogin(UserLoginSettings::default()),
    ]);
    let alone = flow("alone", Designation::Authentication, stages);
    let mut program = Program::with(&bench, vec![alone]);
    program.cookies = signed_out(&first).cookies;
    let asked = program.answer("alone", json!({ "uid_field": "ada" })).await;
    assert_eq!(classes(&asked), ["totp"]);
    assert!(!program.cookies.contains_key(SESSION));
}
