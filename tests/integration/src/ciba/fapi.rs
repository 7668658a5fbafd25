//! Clients that are held to FAPI 2.0 (FAPI-CIBA; FAPI 2.0 Security Profile and Message Signing).

use provider::client::{AuthMethod, DeliveryMode, Profile};
use serde_json::{Value, json};

use super::ENDPOINT;
use crate::assertions::Elsewhere;
use crate::fapi::by;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json as body, summary};
use crate::jar::{ISSUER, signing};

/// A bench whose client `fast` has this key and profile, and asks.
async fn fapi(key: &Elsewhere, profile: Profile) -> Bench {
    signing(key, move |client| {
        client.metadata.profile = profile;
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        client.metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Poll);
        client.kind = provider::client::ClientKind::Public; // it has no secret, as none that registered with a key
    })
    .await
}

fn plain<'a>(bench: &'a Bench, key: &Elsewhere) -> Exchange<'a> {
    by(bench, key)
        .with("scope", "openid")
        .with("login_hint", "ada")
        .with("binding_message", "W4SCT")
}

/// The error, or none.
async fn told(exchange: &Exchange<'_>) -> Value {
    body(&exchange.send_to(ENDPOINT).await)["error"].clone()
}

#[tokio::test]
async fn ciba_7_1_a_client_that_has_a_key_and_no_secret_is_authenticated() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key, Profile::Fapi2Security).await;
    let answer = plain(&bench, &key).send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
}

#[tokio::test]
async fn fapi_ciba_5_2_2_2_a_binding_message_is_required() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key, Profile::Fapi2Security).await;
    let without = plain(&bench, &key).without("binding_message");
    assert_eq!(told(&without).await, "invalid_request");
}

#[tokio::test]
async fn fapi2_message_signing_a_backchannel_request_is_signed() {
    let key = Elsewhere::new("k");
    let bench = fapi(&key, Profile::Fapi2MessageSigning).await;
    assert_eq!(told(&plain(&bench, &key)).await, "invalid_request");
    let now = bench.now().unix();
    let request = key.token(&json!({
        "iss": "fast", "aud": ISSUER, "exp": now + 60, "iat": now, "nbf": now, "jti": "1",
        "scope": "openid", "login_hint": "ada", "binding_message": "W4SCT",
    }));
    let signed = by(&bench, &key).with("request", &request);
    assert_eq!(told(&signed).await, Value::Null);
}
