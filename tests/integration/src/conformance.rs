//! The fixtures for the OpenID Foundation's tests (docs/conformance.md) load, and what those tests ask first is there.

mod fapi;
mod openid;

use josekit::jwk::Jwk;
use josekit::jws::{ES256, JwsHeader, serialize_compact};
use serde_json::Value;

use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json, member};
use crate::seed::fixture::load;

/// The issuer of all of them: the tenant.
const ISSUER: &str = "http://localhost:8000/";

/// Every claim of the scopes `profile`, `email`, `address` and `phone` (OpenID Connect Core §5.4).
const CLAIMS: [&str; 19] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
    "email",
    "email_verified",
    "address",
    "phone_number",
    "phone_number_verified",
];

/// A tenant as this fixture makes it.
async fn made_by(fixture: &str) -> Bench {
    let mut bench = Bench::embedded().await;
    bench.seeded = Box::pin(load(&bench, fixture)).await.expect("loads");
    bench
}

/// What a plan is configured with.
fn plan(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The two clients of a plan.
fn clients(plan: &Value) -> [&Value; 2] {
    [&plan["client"], &plan["client2"]]
}

/// Metadata at the root, which is where the plan looks for it, once it says what it must and its keys have names.
async fn discovered(bench: &Bench, plan: &Value, algorithm: &str) -> Value {
    let looked_for = plan["server"]["discoveryUrl"].as_str().expect("a URL");
    let looked_for = url::Url::parse(looked_for).expect("a URL");
    let metadata = json(&bench.get(looked_for.path()).await);
    assert_eq!(metadata["issuer"], ISSUER);
    let algorithms = &metadata["id_token_signing_alg_values_supported"];
    let algorithms = algorithms.as_array().expect("a list");
    assert!(algorithms.contains(&algorithm.into()));
    let keys = json(&bench.get(path_of(&metadata, "jwks_uri")).await);
    let keys = keys["keys"].as_array().expect("keys").clone();
    assert!(!keys.is_empty());
    for key in &keys {
        assert!(key["kid"].is_string() && key.get("d").is_none(), "{key}");
    }
    metadata
}

fn path_of<'m>(metadata: &'m Value, endpoint: &str) -> &'m str {
    let path = member(metadata, endpoint).strip_prefix("http://localhost:8000");
    path.expect("on this machine")
}

/// A JWT by the key that the plan has for this client.
fn signed(client: &Value, typ: &str, claims: &Value) -> String {
    let key = &client["jwks"]["keys"][0];
    let mut header = JwsHeader::new();
    header.set_token_type(typ);
    header.set_key_id(member(key, "kid"));
    let key = Jwk::from_map(key.as_object().expect("a JWK").clone()).expect("a key");
    let signer = ES256.signer_from_jwk(&key).expect("a private key");
    serialize_compact(claims.to_string().as_bytes(), &header, &signer).expect("signs")
}

/// Claims for the issuer from this client, good for a minute.
fn from(bench: &Bench, client: &Value) -> Value {
    let (now, id) = (bench.now().unix(), member(client, "client_id"));
    serde_json::json!({
        "iss": id, "sub": id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 60,
        "jti": uuid::Uuid::new_v4().to_string(),
    })
}

/// A form of this client that proves itself with its key.
fn by_key<'a>(bench: &'a Bench, client: &Value) -> Exchange<'a> {
    let assertion = signed(client, "JWT", &from(bench, client));
    Exchange::of(bench, "")
        .without_authorization()
        .with("client_id", member(client, "client_id"))
        .with("client_assertion_type", provider::federation::JWT_BEARER)
        .with("client_assertion", &assertion)
}

/// A certificate of the plan, in DER.
fn certificate(place: &Value) -> Vec<u8> {
    use base64::Engine as _;
    let pem = member(place, "cert");
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.collect();
    let der = base64::engine::general_purpose::STANDARD.decode(text);
    der.expect("PEM")
}

#[tokio::test]
async fn a_signing_key_is_shared_with_an_application_that_stands_above() {
    let bench = Bench::embedded().await;
    let why = load(
        &bench,
        "applications: [{slug: a, provider: {signing_key: {same_as: none-such}}}]",
    );
    let why = why.await.err().unwrap_or_default();
    assert!(
        why.contains("no application none-such stands above"),
        "{why}"
    );
    let both = "applications: [{slug: a, provider: {signing_key: {same_as: web, rotate: days=9}}}]";
    let why = load(&bench, both).await.err().unwrap_or_default();
    assert!(why.contains("signing_key"), "{why}");
}
