//! ID tokens encrypted to one of the client's own keys (OpenID Connect Core §2, OpenID Connect Registration §2).

use josekit::jwe::{ECDH_ES_A128KW, JweDecrypter, RSA_OAEP, deserialize_compact};
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jwk::alg::rsa::RsaKeyPair;
use provider::client::Metadata;
use serde_json::{Value, json};

use crate::harness::exchange::Exchange;
use crate::harness::jwt::verified;
use crate::harness::{Bench, claims, configure, member};

/// As it is published, with this `use`.
fn published(pair: &Jwk, kid: &str, usage: &str) -> Value {
    let public = pair.to_public_key().expect("a public half");
    let mut jwk = Value::Object(public.as_ref().clone());
    jwk["kid"] = kid.into();
    jwk["use"] = usage.into();
    jwk
}

/// What is in it, and its header.
fn opened(jwe: &str, decrypter: &dyn JweDecrypter) -> (String, Value) {
    let (inside, header) = deserialize_compact(jwe, decrypter).expect("it opens");
    let header = Value::Object(header.claims_set().clone());
    (String::from_utf8(inside).expect("a JWT"), header)
}

/// The client `fast` with this metadata.
async fn with(metadata: Metadata) -> Bench {
    let bench = Box::pin(Bench::embedded()).await;
    Box::pin(configure::client(&bench, "fast", |fast| {
        *fast.metadata = metadata;
    }))
    .await;
    bench
}

#[tokio::test]
async fn oidc_registration_2_the_id_token_is_encrypted_to_the_clients_key_and_nothing_else_is() {
    let (rsa, ec) = (
        RsaKeyPair::generate(2048).unwrap().to_jwk_key_pair(),
        EcKeyPair::generate(EcCurve::P256)
            .unwrap()
            .to_jwk_key_pair(),
    );
    let bench = with(Metadata {
        jwks: Some(json!({"keys": [
            published(&rsa, "signs", "sig"),
            published(&ec, "curve", "enc"),
            published(&rsa, "theirs", "enc"),
        ]})),
        id_token_encrypted_response_alg: Some("RSA-OAEP".to_owned()),
        id_token_encrypted_response_enc: Some("A256GCM".to_owned()),
        ..Metadata::default()
    })
    .await;
    let tokens = bench.tokens("fast", "openid").await;
    let decrypter = RSA_OAEP.decrypter_from_jwk(&rsa).unwrap();
    let (id_token, header) = opened(member(&tokens, "id_token"), &*decrypter);
    let want = json!({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "theirs", "cty": "JWT"});
    assert_eq!(header, want);
    let claims = verified(&bench, "fast", &id_token).await;
    assert_eq!(claims["aud"], "fast");
    let access = verified(&bench, "fast", member(&tokens, "access_token")).await;
    assert_eq!(access["azp"], "fast", "and that is only signed");
}

#[tokio::test]
async fn oidc_registration_2_without_enc_it_is_a128cbc_hs256() {
    let ec = EcKeyPair::generate(EcCurve::P384)
        .unwrap()
        .to_jwk_key_pair();
    let bench = with(Metadata {
        jwks: Some(json!({"keys": [published(&ec, "k", "enc")]})),
        id_token_encrypted_response_alg: Some("ECDH-ES+A128KW".to_owned()),
        ..Metadata::default()
    })
    .await;
    let tokens = bench.tokens("fast", "openid").await;
    let decrypter = ECDH_ES_A128KW.decrypter_from_jwk(&ec).unwrap();
    let (id_token, header) = opened(member(&tokens, "id_token"), &*decrypter);
    assert_eq!(header["enc"], "A128CBC-HS256");
    assert_eq!(claims(&id_token)["aud"], "fast");
}

#[tokio::test]
async fn who_wants_encryption_and_has_no_fit_key_gets_nothing_in_the_clear() {
    let ec = EcKeyPair::generate(EcCurve::P256)
        .unwrap()
        .to_jwk_key_pair();
    let bench = with(Metadata {
        jwks: Some(json!({"keys": [published(&ec, "k", "enc")]})),
        id_token_encrypted_response_alg: Some("RSA-OAEP-256".to_owned()),
        ..Metadata::default()
    })
    .await;
    let code = bench.code("fast", "openid", &[]).await;
    let answer = Exchange::code(&bench, "fast", &code).send().await;
    assert_eq!(answer.status(), 500);
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(!text.contains("token\":"), "{text}");
}
