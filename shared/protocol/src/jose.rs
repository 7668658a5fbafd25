//! What is signed: algorithms, keys as JWK, and the two halves of a JWS before its signature.

mod algorithm;
mod encryption;
mod jwk;
mod jwk_set;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

pub use algorithm::{Algorithm, half_hash};
pub use encryption::{ContentEncryption, KeyManagement};
pub use jwk::{AkpAlgorithm, Curve, OkpCurve, PublicKey};
pub use jwk_set::{Jwk, JwkSet, KeyCertificate};

#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

/// `base64url(header) "." base64url(claims)`: the JWS signing input (RFC 7515 §5.1). Without a published key
/// there is no `kid` (reference §4.1). `typ` says what the token is, so that it is taken for nothing else (RFC 8725
/// §3.11): `JWT`, `at+jwt`, `logout+jwt`, …
///
/// # Errors
/// Where the claims cannot be written as JSON.
pub fn signing_input(
    alg: Algorithm,
    kid: Option<&str>,
    typ: Option<&str>,
    claims: &impl Serialize,
) -> Result<String, serde_json::Error> {
    let header = serde_json::to_vec(&Header { alg, typ, kid })?;
    let claims = serde_json::to_vec(claims)?;
    let mut input = String::with_capacity((header.len() + claims.len()) * 4 / 3 + 400);
    URL_SAFE_NO_PAD.encode_string(header, &mut input);
    input.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut input);
    Ok(input)
}

/// Completes a compact JWS (RFC 7515 §7.1).
pub fn with_signature(mut signing_input: String, signature: &[u8]) -> String {
    signing_input.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut signing_input);
    signing_input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7515_7_1_compact_serialization_has_three_parts() {
        let claims = serde_json::json!({"a": 1});
        let input = signing_input(Algorithm::Rs256, Some("k"), Some("JWT"), &claims).unwrap();
        assert_eq!(
            with_signature(input, b"sig"),
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsifQ.eyJhIjoxfQ.c2ln"
        );
    }

    #[test]
    fn reference_4_1_a_header_names_a_key_only_where_one_is_published() {
        let header = |typ| {
            let input = signing_input(Algorithm::Hs256, None, typ, &serde_json::json!({})).unwrap();
            let header = input.split_once('.').unwrap().0.to_owned();
            String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
        };
        assert_eq!(header(Some("JWT")), r#"{"alg":"HS256","typ":"JWT"}"#);
        assert_eq!(header(Some("at+jwt")), r#"{"alg":"HS256","typ":"at+jwt"}"#);
        assert_eq!(header(None), r#"{"alg":"HS256"}"#);
    }
}
