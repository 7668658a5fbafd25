//! What is signed: algorithms, keys as JWK, and the two halves of a JWS before its signature.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::secret::Digest;

/// A signature algorithm (RFC 7518 §3.1). The key decides it; a token never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl Algorithm {
    /// The name in a JOSE header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

/// The public half of a signing key (RFC 7517, RFC 7518 §6). Its members are base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicKey {
    /// An RSA key.
    #[serde(rename = "RSA")]
    Rsa {
        /// Modulus, big-endian without leading zeros.
        n: String,
        /// Exponent.
        e: String,
    },
    /// A key on the P-256 curve.
    #[serde(rename = "EC")]
    Ec {
        /// Always `P-256`.
        crv: P256,
        /// 32 bytes.
        x: String,
        /// 32 bytes.
        y: String,
    },
}

/// The one curve name of [`PublicKey::Ec`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum P256 {
    /// `P-256` (RFC 7518 §6.2.1.1).
    #[serde(rename = "P-256")]
    P256,
}

impl PublicKey {
    /// From a modulus and an exponent, big-endian.
    pub fn rsa(n: &[u8], e: &[u8]) -> Self {
        Self::Rsa {
            n: URL_SAFE_NO_PAD.encode(n),
            e: URL_SAFE_NO_PAD.encode(e),
        }
    }

    /// From the two coordinates, 32 bytes each: zero-padded as RFC 7518 §6.2.1.2 asks.
    pub fn p256(x: &[u8; 32], y: &[u8; 32]) -> Self {
        Self::Ec {
            crv: P256::P256,
            x: URL_SAFE_NO_PAD.encode(x),
            y: URL_SAFE_NO_PAD.encode(y),
        }
    }

    /// The algorithm a key of this type signs with.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ec { .. } => Algorithm::Es256,
        }
    }

    /// The RFC 7638 §3 thumbprint: SHA-256 of the required members in lexicographic order.
    pub fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec {
                crv: P256::P256,
                x,
                y,
            } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
        };
        Digest::of(canonical.as_bytes()).encode()
    }
}

/// A key as it is published (RFC 7517 §4).
#[derive(Clone, Debug, Serialize)]
pub struct Jwk<'a> {
    /// RFC 7638 thumbprint.
    pub kid: &'a str,
    #[serde(rename = "use")]
    usage: &'static str,
    alg: Algorithm,
    #[serde(flatten)]
    key: &'a PublicKey,
}

impl<'a> Jwk<'a> {
    /// A key for signatures.
    pub const fn signing(kid: &'a str, key: &'a PublicKey) -> Self {
        Self {
            kid,
            usage: "sig",
            alg: key.algorithm(),
            key,
        }
    }
}

/// A JWK set (RFC 7517 §5).
#[derive(Clone, Debug, Serialize)]
pub struct JwkSet<'a> {
    /// The keys; the member is there even where there are none.
    pub keys: Vec<Jwk<'a>>,
}

#[derive(Serialize)]
struct Header<'a> {
    alg: Algorithm,
    typ: &'static str,
    kid: &'a str,
}

/// `base64url(header) "." base64url(claims)`: the JWS signing input (RFC 7515 §5.1).
///
/// # Errors
/// Where the claims cannot be written as JSON.
pub fn signing_input(
    alg: Algorithm,
    kid: &str,
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

/// `at_hash`, `c_hash`: the left half of the token's SHA-256 in base64url (OpenID Connect Core §3.1.3.6).
/// SHA-256 belongs to both algorithms we have.
pub fn half_hash(token: &str) -> String {
    let digest = Digest::of(token.as_bytes());
    let (left, _) = digest.as_bytes().split_at(16);
    URL_SAFE_NO_PAD.encode(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7638_3_1_example_thumbprint() {
        let key = PublicKey::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".into(),
            e: "AQAB".into(),
        };
        assert_eq!(
            key.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn rfc7517_4_a_published_key_names_its_use_and_algorithm() {
        let key = PublicKey::p256(&[1; 32], &[2; 32]);
        let jwk = serde_json::to_value(Jwk::signing("k", &key)).unwrap();
        assert_eq!(jwk["kty"], "EC");
        assert_eq!(
            (&jwk["use"], &jwk["alg"], &jwk["crv"]),
            (&"sig".into(), &"ES256".into(), &"P-256".into())
        );
        assert_eq!(serde_json::from_value::<PublicKey>(jwk).unwrap(), key);
    }

    #[test]
    fn rfc7517_5_a_set_without_keys_still_has_the_member() {
        assert_eq!(
            serde_json::to_string(&JwkSet { keys: vec![] }).unwrap(),
            r#"{"keys":[]}"#
        );
    }

    #[test]
    fn oidc_core_appendix_a_at_hash_and_c_hash() {
        // OpenID Connect Core appendix A.4 and A.6.
        assert_eq!(
            half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
        assert_eq!(
            half_hash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"),
            "LDktKdoQak3Pk0cnXxCltA"
        );
    }

    #[test]
    fn rfc7515_7_1_compact_serialization_has_three_parts() {
        let input = signing_input(Algorithm::Rs256, "k", &serde_json::json!({"a": 1})).unwrap();
        let jws = with_signature(input, b"sig");
        assert_eq!(
            jws,
            "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImsifQ.eyJhIjoxfQ.c2ln"
        );
    }
}
