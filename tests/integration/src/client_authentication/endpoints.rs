//! Wherever clients authenticate they do so alike.

use provider::client::AuthMethod;
use serde_json::json;

use super::{REFUSED, by, said, set, with_key};
use crate::assertions::Elsewhere;
use crate::harness::exchange::Exchange;
use crate::harness::jwt::verified;
use crate::harness::{Bench, header, json as body, member, people, sub_of, summary};
use crate::machines::{account_name, events, naming};

const OFFLINE: &str = "openid offline_access";

/// A request of the client `fast`, with an assertion that is good.
fn signed<'a>(key: &Elsewhere, bench: &'a Bench, exchange: Exchange<'a>) -> Exchange<'a> {
    by(exchange.with("client_id", "fast"), &key.token(&said(bench)))
}

#[tokio::test]
async fn oidc_core_9_a_code_and_a_refresh_token_are_redeemed_by_an_assertion() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let code = bench.code("fast", OFFLINE, &[]).await;
    let tokens = signed(&key, &bench, Exchange::code(&bench, "fast", &code));
    let tokens = tokens.tokens().await;
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    signed(&key, &bench, refresh.clone()).tokens().await;
    let answer = refresh.without_authorization().with("client_id", "fast");
    assert_eq!(answer.summary().await, REFUSED);
}

#[tokio::test]
async fn rfc7523_2_2_client_credentials_by_an_assertion_are_the_clients_own() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let asked = signed(&key, &bench, naming(&bench, "fast")).with("scope", "openid");
    let tokens = asked.tokens().await;
    let name = account_name(&bench, "fast").await;
    assert_eq!(sub_of(&tokens), people::sub(&bench, &name).await);
    verified(&bench, "fast", member(&tokens, "access_token")).await;
    let logins = events(&bench, provider::event::Action::Login).await;
    assert_eq!(logins[0].context["auth_method"], "oauth_client_assertion");
}

#[tokio::test]
async fn rfc7009_2_1_and_rfc7662_2_1_and_rfc8628_3_1_take_assertions_too() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let code = bench.code("fast", OFFLINE, &[]).await;
    let tokens = signed(&key, &bench, Exchange::code(&bench, "fast", &code));
    let tokens = tokens.tokens().await;
    let token = member(&tokens, "access_token");
    for (path, field, value) in [
        ("/application/o/introspect/", "token", token),
        ("/application/o/device/", "scope", "openid"),
        ("/application/o/revoke/", "token", token),
    ] {
        let asked = || Exchange::of(&bench, "fast").with(field, value);
        let good = signed(&key, &bench, asked()).send_to(path).await;
        assert_eq!(good.status(), 200, "{path} {}", summary(&good));
        let own = format!("http://localhost:8000{path}");
        let mut claims = said(&bench);
        claims["aud"] = own.into();
        let by_url = by(asked().with("client_id", "fast"), &key.token(&claims));
        let by_url = by_url.send_to(path).await;
        assert_eq!(by_url.status(), 200, "{path} {}", summary(&by_url));
        let bare = asked().without_authorization().with("client_id", "fast");
        let bad = bare.send_to(path).await;
        assert_eq!(
            (bad.status().as_u16(), &body(&bad)["error"]),
            (401, &json!("invalid_client"))
        );
    }
    let asked = Exchange::of(&bench, "fast").with("token", token);
    let gone = signed(&key, &bench, asked);
    let gone = gone.send_to("/application/o/introspect/").await;
    assert_eq!(body(&gone), json!({"active": false}));
}

#[tokio::test]
async fn rfc7662_2_1_a_client_that_proves_nothing_is_told_nothing() {
    let bench = Bench::embedded().await;
    set(&bench, |it| {
        it.token_endpoint_auth_method = Some(AuthMethod::None);
    })
    .await;
    let asked = Exchange::of(&bench, "fast").with("token", "x");
    let asked = asked.without_authorization().with("client_id", "fast");
    let answer = asked.send_to("/application/o/introspect/").await;
    assert_eq!(answer.status(), 401);
    assert!(header(&answer, "www-authenticate").starts_with("Basic"));
}

#[tokio::test]
async fn rfc8628_3_4_a_device_that_registered_how_it_authenticates_does() {
    let bench = Bench::embedded().await;
    let bare = || {
        let exchange = Exchange::of(&bench, "fast").with("scope", "openid");
        exchange.without_authorization().with("client_id", "fast")
    };
    let path = "/application/o/device/";
    assert_eq!(
        bare().send_to(path).await.status(),
        200,
        "authentik's need not"
    );
    set(&bench, |it| {
        it.token_endpoint_auth_method = Some(AuthMethod::ClientSecretPost);
    })
    .await;
    assert_eq!(summary(&bare().send_to(path).await), REFUSED);
    let proven = bare().with("client_secret", "fast-secret");
    assert_eq!(proven.send_to(path).await.status(), 200);
}
