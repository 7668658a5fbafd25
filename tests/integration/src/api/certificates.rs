//! `/crypto/certificatekeypairs/` (API reference B10, D).

mod algorithms;
mod refused;
mod shown;
mod used;

use serde_json::{Value, json};

use super::harness::Api;
use crate::harness::jwt::verified;
use crate::harness::member;

const PATH: &str = "/crypto/certificatekeypairs/";

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../shared/aws/src/kms/keyring/tests/",
            $name,
            ".pem"
        ))
    };
}

pub(super) const EC: &str = pem!("ec");
pub(super) const EC_KEY: &str = pem!("ec-key");
const RSA: &str = pem!("rsa");
const RSA_KEY: &str = pem!("rsa-key");
const ENCRYPTED: &str = pem!("ec-key-encrypted");
const SMALL: &str = pem!("small");
const OTHER_CURVE: &str = pem!("other-curve");

fn one(pair: &Value) -> String {
    format!("{PATH}{}/", pair["pk"].as_str().expect("a key"))
}

async fn generated(api: &Api, name: &str, alg: &str) -> Value {
    let body = json!({"common_name": name, "validity_days": 365, "subject_alt_name": "a.example, *.b.example", "alg": alg});
    let (status, made) = api.post(&format!("{PATH}generate/"), body).await;
    assert_eq!(status, 200, "{made}");
    made
}

async fn imported(api: &Api, name: &str, certificate: &str, key: &str) -> Value {
    let body = json!({"name": name, "certificate_data": certificate, "key_data": key});
    api.made(PATH, body).await
}

/// The provider of an application.
async fn provider(api: &Api, slug: &str) -> String {
    let application = api.shown(&format!("/core/applications/{slug}/")).await;
    format!("/providers/oauth2/{}/", application["provider"])
}

/// That an application's tokens are signed with this pair from now on.
async fn signs(api: &Api, slug: &str, pair: &Value) {
    let (status, told) = api
        .patch(
            &provider(api, slug).await,
            json!({"signing_key": pair["pk"]}),
        )
        .await;
    assert_eq!(status, 200, "{told}");
    let tokens = api.bench.tokens(slug, "openid").await;
    let claims = verified(&api.bench, slug, member(&tokens, "id_token")).await;
    assert_eq!(claims["aud"], slug);
}
