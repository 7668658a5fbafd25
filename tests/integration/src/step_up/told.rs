//! What tokens, introspection and metadata say of it (RFC 9470 §6, RFC 8176, OpenID Connect Discovery §3).

use provider::flow::proof::{ACR_DEFAULT, ACR_MFA, ACR_PHR};
use provider::key::EncryptionKey;
use serde_json::{Value, json as object};

use super::{App, asked, back, by_password, page, proved, strong, type_code};
use crate::device;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, USER, claims, configure, json, member};

/// Tokens of a sign-in with two factors.
async fn tokens(bench: &Bench, scope: &str) -> Value {
    let mut browser = by_password(bench).await;
    let app = App::of(bench, USER.0).await;
    let second = page(asked(&mut browser, &[("acr_values", ACR_MFA)]).await);
    back(type_code(&mut browser, &second, &app.code(bench.now())).await);
    let went = browser.authorize("fast", scope, &[]).await;
    Exchange::code(bench, "fast", &went.param("code").expect("a code"))
        .tokens()
        .await
}

async fn told(bench: &Bench, token: &str) -> Value {
    let asked = Exchange::of(bench, "fast").with("token", token);
    json(&asked.send_to("/application/o/introspect/").await)
}

#[tokio::test]
async fn rfc9470_6_all_tokens_of_a_sign_in_say_the_same_of_it() {
    let bench = Bench::embedded().await;
    let scope = "openid offline_access";
    let first = tokens(&bench, scope).await;
    let auth_time = bench.now().unix();
    let refreshed = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
    let refreshed = refreshed.tokens().await;
    for tokens in [&first, &refreshed] {
        for name in ["access_token", "id_token"] {
            let claims = claims(member(tokens, name));
            assert_eq!(proved(&claims), strong(), "{name}");
            assert_eq!(claims["auth_time"], auth_time);
        }
    }
    for name in ["access_token", "refresh_token"] {
        let told = told(&bench, member(&refreshed, name)).await;
        assert_eq!(proved(&told), strong(), "{name}");
        assert_eq!(told["auth_time"], auth_time, "{name}");
    }
}

#[tokio::test]
async fn rfc9470_6_2_introspection_tells_of_tokens_that_it_cannot_read() {
    let bench = Bench::embedded().await;
    let web = configure::seeded(&bench, "web"); // whose key is RSA
    let key = EncryptionKey {
        kid: "theirs".to_owned(),
        public: web.signing.published().expect("a key pair").public.clone(),
        kms_key: None,
    };
    configure::client(&bench, "fast", |fast| fast.encryption_key = Some(key)).await;
    let tokens = tokens(&bench, "openid").await;
    let told = told(&bench, member(&tokens, "access_token")).await;
    assert_eq!(told["acr"], ACR_MFA);
    assert_eq!(told["auth_time"].as_i64(), Some(bench.now().unix()));
}

#[tokio::test]
async fn oidc_discovery_3_the_metadata_names_every_acr() {
    let bench = Bench::embedded().await;
    let path = "/application/o/fast/.well-known/openid-configuration";
    let metadata = json(&bench.get(path).await);
    let all = object!([ACR_DEFAULT, ACR_MFA, ACR_PHR]);
    assert_eq!(metadata["acr_values_supported"], all);
}

#[tokio::test]
async fn rfc8628_tokens_of_a_device_say_how_the_person_who_allowed_it_had_signed_in() {
    let bench = Bench::embedded().await;
    let codes = device::ask(&bench, "fast", "openid").await;
    let mut browser = by_password(&bench).await;
    let app = App::of(&bench, USER.0).await;
    let second = page(asked(&mut browser, &[("acr_values", ACR_MFA)]).await);
    back(type_code(&mut browser, &second, &app.code(bench.now())).await);
    device::answer(&mut browser, &codes.user, "accept").await;
    let tokens = device::poll(&bench, "fast", &codes).tokens().await;
    assert_eq!(proved(&claims(member(&tokens, "id_token"))), strong());
}
