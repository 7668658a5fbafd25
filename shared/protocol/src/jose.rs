//! What is signed: algorithms, keys as JWK, and the two halves of a JWS before its signature.

mod jwk;
mod jwk_set;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

pub use jwk::{Curve, OkpCurve, PublicKey};
pub use jwk_set::{Jwk, JwkSet, KeyCertificate};

/// A signature algorithm. The key decides it; a token never does (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes (RFC 7518 §3.5).
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4).
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384 (RFC 7518 §3.4).
    #[serde(rename = "ES384")]
    Es384,
    /// ECDSA on P-521 with SHA-512 (RFC 7518 §3.4).
    #[serde(rename = "ES512")]
    Es512,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// HMAC with SHA-256 (RFC 7518 §3.2), of which the key is the client secret.
    #[serde(rename = "HS256")]
    Hs256,
}

impl Algorithm {
    /// Those of a key pair: all but HS256.
    pub const OF_PAIRS: [Self; 6] = [
        Self::Rs256,
        Self::Ps256,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
    ];

    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    /// The hash of these bytes by the algorithm's own hash function; Ed25519's is SHA-512 (RFC 8032 §5.1).
    pub fn hash(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 => Sha256::digest(bytes).to_vec(),
            Self::Es384 => Sha384::digest(bytes).to_vec(),
            Self::Es512 | Self::EdDsa => Sha512::digest(bytes).to_vec(),
        }
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    typ: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
}

/// `base64url(header) "." base64url(claims)`: the JWS signing input (RFC 7515 §5.1). Without a published key
/// there is no `kid` (reference §4.1).
///
/// # Errors
/// Where the claims cannot be written as JSON.
pub fn signing_input(
    alg: Algorithm,
    kid: Option<&str>,
    claims: &impl Serialize,
) -> Result<String, serde_json::Error> {
    let header = serde_json::to_vec(&Header {
        alg,
        typ: "JWT",
        kid,
    })?;
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

/// `at_hash`, `c_hash`: the left half of the token's hash in base64url, by the hash function of the ID token's
/// `alg` (OpenID Connect Core §3.1.3.6; for Ed25519, which it does not name, SHA-512 as its peers do).
///
/// authentik takes SHA-256 always (reference §4.1), which a client that checks ES384 or ES512 refuses.
pub fn half_hash(alg: Algorithm, token: &str) -> String {
    let digest = alg.hash(token.as_bytes());
    let (left, _) = digest.split_at(digest.len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_is_written_by_its_registered_name() {
        for alg in Algorithm::OF_PAIRS.into_iter().chain([Algorithm::Hs256]) {
            let json = serde_json::to_string(&alg).unwrap();
            assert_eq!(json, format!("\"{}\"", alg.as_str()));
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), alg);
        }
        for none in [r#""none""#, r#""HS512""#, r#""rs256""#] {
            assert!(serde_json::from_str::<Algorithm>(none).is_err(), "{none}");
        }
    }

    #[test]
    fn oidc_core_appendix_a_at_hash_and_c_hash() {
        // OpenID Connect Core appendix A.4 and A.6: RS256.
        assert_eq!(
            half_hash(
                Algorithm::Rs256,
                "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
            ),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(
            half_hash(
                Algorithm::Rs256,
                "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"
            ),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn oidc_core_3_1_3_6_the_hash_is_that_of_the_id_tokens_algorithm() {
        // FIPS 180-4's "abc", halved.
        let table = [
            (Algorithm::Hs256, "ungWv48Bz-pBQUDeXa4iIw"),
            (Algorithm::Ps256, "ungWv48Bz-pBQUDeXa4iIw"),
            (Algorithm::Es256, "ungWv48Bz-pBQUDeXa4iIw"),
            (Algorithm::Es384, "ywB1P0WjXou1oD1pmsZQBycsMqsO3tFj"),
            (
                Algorithm::Es512,
                "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o",
            ),
            (
                Algorithm::EdDsa,
                "3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05o",
            ),
        ];
        let made = table.map(|(alg, _)| (alg, half_hash(alg, "abc")));
        assert_eq!(made, table.map(|(alg, want)| (alg, want.to_owned())));
    }

    #[test]
    fn rfc7515_7_1_compact_serialization_has_three_parts() {
        let claims = serde_json::json!({"a": 1});
        let input = signing_input(Algorithm::Rs256, Some("k"), &claims).unwrap();
        assert_eq!(
            with_signature(input, b"sig"),
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsifQ.eyJhIjoxfQ.c2ln"
        );
    }

    #[test]
    fn reference_4_1_a_header_names_a_key_only_where_one_is_published() {
        let input = signing_input(Algorithm::Hs256, None, &serde_json::json!({})).unwrap();
        let header = URL_SAFE_NO_PAD
            .decode(input.split_once('.').unwrap().0)
            .unwrap();
        assert_eq!(header, br#"{"alg":"HS256","typ":"JWT"}"#);
    }
}
