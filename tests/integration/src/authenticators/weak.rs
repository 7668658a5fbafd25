//! Who has the password alone does not get round an authenticator that is set up (OWASP MFA Cheat Sheet).

use protocol::Seconds;
use provider::flow::Designation;
use provider::flow::stage::{
    IdentificationSettings, Parts, PasswordSettings, Settings, UserLoginSettings, ValidateSettings,
};
use provider::ports::Admission;
use serde_json::json;

use super::{
    APP, CODES, KEY, MFA, ada, at_second, classes, code, flows, program, with_app, with_codes,
};
use crate::executor::{KNOWN, Program, SESSION, flow, leads_to, plain};
use crate::harness::browser::location;
use crate::harness::people::{self, change};
use crate::harness::{Bench, USER};

/// Ada, signed in by a flow that asks for the password alone.
async fn by_password(bench: &Bench) -> Program<'_> {
    let stages = plain(vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Password(PasswordSettings::default()),
        Settings::UserLogin(UserLoginSettings::default()),
    ]);
    let mut all = flows(ValidateSettings::default(), Parts::default());
    all.push(flow("weak", Designation::Authentication, stages));
    let mut program = Program::with(bench, all);
    program.answer("weak", json!({ "uid_field": USER.0 })).await;
    leads_to(&program.answer("weak", json!({ "password": USER.1 })).await);
    program
}

#[tokio::test]
async fn a_session_that_was_not_asked_for_an_authenticator_adds_none() {
    let bench = Bench::embedded().await;
    let mut early = by_password(&bench).await;
    bench.wait(Seconds(1));
    let app = with_app(&bench, &mut early).await;
    with_codes(&mut early).await; // the sign-in could not have asked for what was set up since
    let mut thief = by_password(&bench).await;
    for set_up in [APP, CODES, KEY] {
        let said = thief.look(set_up).await;
        assert_eq!(said["component"], "ak-stage-access-denied", "{said}");
        let page = thief.get(&format!("/if/flow/{set_up}/")).await;
        let again = location(&page).expect("to sign in");
        assert!(
            again.starts_with("/if/flow/default-authentication-flow/?next="),
            "{again}"
        );
    }
    let mut owner = program(&bench);
    at_second(&mut owner, USER).await;
    leads_to(
        &owner
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
    with_codes(&mut owner).await;
}

#[tokio::test]
async fn a_password_that_was_changed_meanwhile_does_not_count_with_a_second_factor() {
    let bench = Bench::embedded().await;
    let app = with_app(&bench, &mut ada(&bench).await).await;
    let mut program = program(&bench);
    assert_eq!(classes(&at_second(&mut program, USER).await), ["totp"]);
    change(&bench, USER.0, |user| user.subject.generation += 1).await;
    let anew = program
        .answer(MFA, json!({ "code": code(&bench, &app) }))
        .await;
    assert_eq!(anew["component"], "ak-stage-identification", "{anew}");
    assert!(!program.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn who_has_the_password_alone_does_not_keep_the_owner_out() {
    let bench = Bench::embedded().await;
    let mut known = ada(&bench).await;
    let app = with_app(&bench, &mut known).await;
    known.cookies.retain(|name, _| name == KNOWN);
    let mut tries = 0;
    let mut thief = program(&bench);
    at_second(&mut thief, USER).await;
    loop {
        tries += 1;
        assert!(tries < 30, "nobody slows the thief down");
        let said = thief.answer(MFA, json!({ "code": "000000" })).await;
        if said["response_errors"]["code"][0]["code"] == "throttled" {
            break;
        }
        if said["component"] == "ak-stage-access-denied" {
            at_second(&mut thief, USER).await;
        }
    }
    at_second(&mut known, USER).await;
    let owner = known
        .answer(MFA, json!({ "code": code(&bench, &app) }))
        .await;
    leads_to(&owner);
}

/// NIST SP 800-63B §5.2.2: 100 in a row at most. Whoever tries has the password already, and may take months.
#[tokio::test]
async fn of_codes_that_are_tried_slowly_a_hundred_are_looked_at_and_then_one_an_hour() {
    let bench = Bench::embedded().await;
    let user = people::user(&bench, "ada").await.subject.id;
    let buckets = provider::guessing::second_factor(user, None);
    let (store, tenant) = (bench.backend.stores.throttle(), &bench.seeded.tenant.id);
    let mut looked_at = 0;
    for minute in 0..240 {
        let then = bench.now() + Seconds::minutes(minute);
        let admission = store.admit(tenant, &buckets, then).await;
        looked_at += u32::from(admission == Ok(Admission::Admitted));
    }
    assert!((100..=104).contains(&looked_at), "{looked_at}");
}
