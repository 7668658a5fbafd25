//! What a client wants of a sign-in decides which authenticators are asked for (RFC 9470).

use authenticator::Key;
use protocol::Seconds;
use provider::flow::proof::{ACR_MFA, ACR_PHR, Method};
use serde_json::json;

use super::{
    MFA, ada, at_second, classes, code, here, program, proved, theirs, with_app, with_key, wrong,
};
use crate::executor::leads_to;
use crate::harness::browser::authorize_path;
use crate::harness::{Bench, USER};

#[tokio::test]
async fn where_phishing_resistance_is_wanted_keys_alone_are_asked_for() {
    let bench = Bench::embedded().await;
    let mut settings = ada(&bench).await;
    let app = with_app(&bench, &mut settings).await;
    let mut key = here(Key::touch_only());
    with_key(&mut settings, &mut key).await;
    let wanted = authorize_path("web", "openid", &[("acr_values", ACR_PHR)]);
    bench.wait(Seconds(1));
    let mut program = program(&bench).to(&wanted);
    let asked = at_second(&mut program, USER).await;
    assert_eq!(classes(&asked), ["webauthn"]);
    let other = program
        .answer(MFA, json!({ "code": code(&bench, &app) }))
        .await;
    assert_eq!(wrong(&other, "code"), "invalid");
    let response = key.get(&other["device_challenges"][0]["challenge"]);
    leads_to(&program.answer(MFA, json!({ "webauthn": response })).await);
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Webauthn]
    );
}

#[tokio::test]
async fn who_is_signed_in_already_proves_only_what_is_missing() {
    let bench = Bench::embedded().await;
    let mut settings = ada(&bench).await;
    let app = with_app(&bench, &mut settings).await;
    let wanted = authorize_path("web", "openid", &[("acr_values", ACR_MFA)]);
    bench.wait(Seconds(1));
    let mut program = settings.to(&wanted);
    let asked = program.look(MFA).await;
    assert_eq!(classes(&asked), ["totp"], "neither name nor password");
    leads_to(
        &program
            .answer(MFA, json!({ "code": code(&bench, &app) }))
            .await,
    );
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::Totp]
    );
    assert!(theirs(&bench, "ada").await[0].last_used.is_some());
}
