//! Tokens as a client sees them: verified by another library, under the keys the issuer publishes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::Bench;

/// The claims of a JWT, once its signature verifies under the keys of this application's issuer, by the
/// algorithm that the key and not the token says.
pub(crate) async fn verified(bench: &Bench, slug: &str, jwt: &str) -> Value {
    verified_as(bench, slug, jwt, "JWT").await
}

/// The same of a JWT of this type.
pub(crate) async fn verified_as(bench: &Bench, slug: &str, jwt: &str, typ: &str) -> Value {
    let published = bench.get(&format!("/application/o/{slug}/jwks/")).await;
    let keys: JwkSet = serde_json::from_slice(published.body()).expect("a JWK set");
    let header = jsonwebtoken::decode_header(jwt).expect("a JOSE header");
    let key = keys
        .find(&header.kid.expect("a kid"))
        .expect("its key is published");
    assert_eq!(part(jwt, 0), expected_header(key, typ));
    let mut validation = Validation::new(algorithm(key));
    validation.validate_exp = false; // the bench has a clock of its own; tests look at `exp`
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let decoding = DecodingKey::from_jwk(key).expect("a key");
    jsonwebtoken::decode::<Value>(jwt, &decoding, &validation)
        .expect("the signature verifies")
        .claims
}

/// `at_hash` (OpenID Connect Core §3.1.3.6), for a token signed with SHA-256.
pub(crate) fn at_hash(access_token: &str) -> String {
    let digest = protocol::Digest::of(access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_bytes()[..16])
}

fn expected_header(key: &Jwk, typ: &str) -> Value {
    let common = &key.common;
    json!({"alg": common.key_algorithm, "typ": typ, "kid": common.key_id})
}

fn algorithm(key: &Jwk) -> Algorithm {
    match key.common.key_algorithm {
        Some(KeyAlgorithm::RS256) => Algorithm::RS256,
        Some(KeyAlgorithm::ES256) => Algorithm::ES256,
        other => panic!("no algorithm of ours: {other:?}"),
    }
}

/// The header (0) or the claims (1), unverified.
fn part(jwt: &str, at: usize) -> Value {
    let encoded = jwt.split('.').nth(at).expect("three parts");
    let bytes = URL_SAFE_NO_PAD
        .decode(encoded)
        .expect("base64url without padding");
    serde_json::from_slice(&bytes).expect("JSON")
}
