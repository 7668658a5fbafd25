//! Authenticator apps (RFC 6238).

use aws::Ports as _;
use protocol::Seconds;
use provider::flow::Designation;
use provider::flow::proof::Method;
use provider::flow::stage::{IdentificationSettings, Settings, TotpSettings};
use serde_json::json;

use super::{
    APP, MFA, ada, app_of, at_second, classes, code, program, proved, theirs, with_app, wrong,
};
use crate::executor::{Program, flow, leads_to, plain};
use crate::harness::browser::location;
use crate::harness::{Bench, USER, header};

#[tokio::test]
async fn reference_c2_an_app_is_set_up_by_its_first_code_and_signs_in_by_the_next() {
    let bench = Bench::embedded().await;
    let mut program = ada(&bench).await;
    let asked = program.look(APP).await;
    let app = app_of(&asked);
    assert_eq!(asked["pending_user"], "ada");
    let wrong_code = program.answer(APP, json!({ "code": 1 })).await;
    assert_eq!(wrong(&wrong_code, "code"), "invalid");
    assert_eq!(
        wrong_code["config_url"], asked["config_url"],
        "the same until it is confirmed"
    );
    assert_eq!(theirs(&bench, "ada").await, []);
    let number: u32 = code(&bench, &app).parse().expect("digits");
    leads_to(&program.answer(APP, json!({ "code": number })).await);
    assert_eq!(theirs(&bench, "ada").await[0].name, "Authenticator app");

    bench.wait(Seconds(30));
    let mut program = super::program(&bench);
    let asked = at_second(&mut program, USER).await;
    assert_eq!(classes(&asked), ["totp"]);
    assert_eq!(asked["device_challenges"][0]["challenge"], json!({}));
    assert_eq!(asked["device_challenges"][0]["last_used"], json!(null));
    let wrong_code = program.answer(MFA, json!({ "code": "000000" })).await;
    assert_eq!(wrong(&wrong_code, "code"), "invalid");
    leads_to(
        &program
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Totp]
    );
}

#[tokio::test]
async fn rfc6238_5_2_a_code_is_good_once_wherever_it_is_used() {
    let bench = Bench::embedded().await;
    let mut first = ada(&bench).await;
    let app = app_of(&first.look(APP).await);
    let used = code(&bench, &app);
    leads_to(&first.answer(APP, json!({ "code": used })).await);
    let (mut second, mut third) = (program(&bench), program(&bench));
    at_second(&mut second, USER).await;
    at_second(&mut third, USER).await;
    let again = second.answer(MFA, json!({ "code": used })).await;
    assert_eq!(wrong(&again, "code"), "invalid", "it set the app up");
    bench.wait(Seconds(30));
    let next = code(&bench, &app);
    leads_to(&second.answer(MFA, json!({ "code": next })).await);
    let again = third.answer(MFA, json!({ "code": next })).await;
    assert_eq!(wrong(&again, "code"), "invalid", "it signed in");
    bench.wait(Seconds(30));
    let stale = third.answer(MFA, json!({ "code": next })).await;
    assert_eq!(
        wrong(&stale, "code"),
        "invalid",
        "a step later it is still the one that was used"
    );
}

#[tokio::test]
async fn a_secret_stands_nowhere_in_the_clear() {
    let bench = Bench::embedded().await;
    let mut program = ada(&bench).await;
    let app = app_of(&program.look(APP).await);
    let secret = app.secret().to_base32();
    let stored = async || {
        let clients = aws::Clients::local(&bench.backend.dynamodb_url, &bench.backend.kms_url);
        let scan = clients
            .expect("loopback")
            .dynamodb()
            .scan()
            .table_name(local::backend::TABLE);
        format!("{:?}", scan.send().await.expect("reads").items)
    };
    let while_shown = stored().await;
    assert!(while_shown.contains("totp") && !while_shown.contains(&secret));
    leads_to(
        &program
            .answer(APP, json!({ "code": code(&bench, &app) }))
            .await,
    );
    assert!(!stored().await.contains(&secret));
}

#[tokio::test]
async fn guessing_codes_is_slowed_and_ends_the_flow_but_locks_nobody_out() {
    let bench = Bench::embedded().await;
    let app = with_app(&bench, &mut ada(&bench).await).await;
    let mut tries = 0;
    let throttled = loop {
        let mut program = program(&bench);
        at_second(&mut program, USER).await;
        let mut said = json!(null);
        for _ in 0..5 {
            tries += 1;
            said = program.answer(MFA, json!({ "code": "000000" })).await;
        }
        if said["component"] != "ak-stage-access-denied" {
            break said;
        }
        assert!(tries < 50, "{said}");
    };
    assert_eq!(wrong(&throttled, "code"), "throttled");
    assert!(tries <= 15, "{tries}");
    bench.wait(Seconds::minutes(2));
    let mut program = program(&bench);
    at_second(&mut program, USER).await;
    leads_to(
        &program
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
}

#[tokio::test]
async fn nobody_sets_up_an_authenticator_for_a_name_that_was_only_typed() {
    let bench = Bench::embedded().await;
    let stages = plain(vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::AuthenticatorTotp(TotpSettings::default()),
    ]);
    let flows = vec![flow("own", Designation::Authentication, stages)];
    for login in ["ada", "nobody"] {
        let mut program = Program::with(&bench, flows.clone());
        program.look("own").await;
        let end = program.answer("own", json!({ "uid_field": login })).await;
        assert_eq!(end["component"], "ak-stage-access-denied", "{login}");
    }
    let mut stranger = program(&bench);
    assert_eq!(
        stranger.look(APP).await["component"],
        "ak-stage-access-denied"
    );
}

#[tokio::test]
async fn who_signed_in_long_ago_signs_in_again_before_setting_something_up() {
    let bench = Bench::embedded().await;
    let mut program = ada(&bench).await;
    bench.wait(Seconds::minutes(31));
    let said = program.look(APP).await;
    assert_eq!(said["component"], "ak-stage-access-denied");
    let page = program.get(&format!("/if/flow/{APP}/")).await;
    let again = location(&page).expect("to sign in");
    assert!(
        again.starts_with("/if/flow/default-authentication-flow/?next="),
        "{again}"
    );
    assert!(again.ends_with("&restart=1"), "{again}");
    let asked = program.get(&again).await;
    assert_eq!(
        (asked.status().as_u16(), header(&asked, "location")),
        (200, ""),
        "it is asked"
    );
}

#[tokio::test]
async fn adding_an_authenticator_is_an_event() {
    let bench = Bench::embedded().await;
    with_app(&bench, &mut ada(&bench).await).await;
    let page = bench
        .backend
        .events()
        .recent(&bench.seeded.tenant.id, None, 10, bench.now())
        .await;
    let events = page.expect("reads").events;
    let added = events
        .iter()
        .find(|event| event.context.get("class") == Some(&json!("totp")));
    let added = added.expect("an event");
    assert_eq!(added.action, provider::event::Action::ModelCreated);
    assert_eq!(added.context["model"]["model_name"], "totpdevice");
    assert_eq!(
        added.user.as_ref().map(|user| user.username.as_str()),
        Some("ada")
    );
}
