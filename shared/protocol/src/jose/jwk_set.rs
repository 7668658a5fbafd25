//! Keys as they are published: a JWK set (RFC 7517 §4, §5).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{Algorithm, PublicKey};
use crate::secret::Digest;

/// The certificate of a key, as a JWK carries it (RFC 7517 §4.7 to §4.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCertificate {
    x5c: [String; 1],
    x5t: String,
    #[serde(rename = "x5t#S256")]
    x5t_s256: String,
}

impl KeyCertificate {
    /// From its DER and the SHA-1 of that.
    pub fn of(der: &[u8], sha1: &[u8]) -> Self {
        Self {
            x5c: [STANDARD.encode(der)], // §4.7: not base64url
            x5t: URL_SAFE_NO_PAD.encode(sha1),
            x5t_s256: Digest::of(der).encode(),
        }
    }
}

/// A key as it is published (RFC 7517 §4).
#[derive(Clone, Debug, Serialize)]
pub struct Jwk<'a> {
    /// RFC 7638 thumbprint.
    pub kid: &'a str,
    #[serde(rename = "use")]
    usage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<&'static str>,
    #[serde(flatten)]
    key: &'a PublicKey,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    certificate: Option<&'a KeyCertificate>,
}

impl<'a> Jwk<'a> {
    /// A key for signatures with this algorithm.
    pub const fn signing(kid: &'a str, alg: Algorithm, key: &'a PublicKey) -> Self {
        Self {
            kid,
            usage: "sig",
            alg: match key {
                PublicKey::Akp { .. } => None, // it says so itself
                PublicKey::Rsa { .. } | PublicKey::Ec { .. } | PublicKey::Okp { .. } => {
                    Some(alg.as_str())
                }
            },
            key,
            certificate: None,
        }
    }

    /// A key that tokens are encrypted to with RSA-OAEP-256 (RFC 7518 §4.3; reference §5.1). The content
    /// encryption has no registered member; discovery names it.
    pub const fn encryption(kid: &'a str, key: &'a PublicKey) -> Self {
        Self {
            kid,
            usage: "enc",
            alg: Some("RSA-OAEP-256"),
            key,
            certificate: None,
        }
    }

    /// With its certificate, where it has one.
    #[must_use]
    pub const fn certified(mut self, certificate: Option<&'a KeyCertificate>) -> Self {
        self.certificate = certificate;
        self
    }
}

/// A JWK set (RFC 7517 §5).
#[derive(Clone, Debug, Serialize)]
pub struct JwkSet<'a> {
    /// The keys; the member is there even where there are none.
    pub keys: Vec<Jwk<'a>>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jose::AkpAlgorithm;

    #[test]
    fn rfc7517_4_a_published_key_names_its_use_and_algorithm() {
        let key = PublicKey::p256(&[1; 32], &[2; 32]);
        let (x, y) = (&"AQEB".repeat(11)[..43], &"AgIC".repeat(11)[..43]);
        let jwk = serde_json::to_value(Jwk::signing("k", Algorithm::Es256, &key)).unwrap();
        let want = json!({"kid": "k", "use": "sig", "alg": "ES256", "kty": "EC", "crv": "P-256", "x": x, "y": y});
        assert_eq!(jwk, want);
        assert_eq!(serde_json::from_value::<PublicKey>(jwk).unwrap(), key);
        let key = PublicKey::rsa(&[1], &[3]);
        let jwk = serde_json::to_value(Jwk::encryption("k", &key)).unwrap();
        let want = json!({"kid": "k", "use": "enc", "alg": "RSA-OAEP-256", "kty": "RSA", "n": "AQ", "e": "Aw"});
        assert_eq!(jwk, want);
        let jwk = serde_json::to_value(Jwk::signing("k", Algorithm::Ps256, &key)).unwrap();
        assert_eq!((&jwk["use"], &jwk["alg"]), (&"sig".into(), &"PS256".into()));
        let key = PublicKey::ml_dsa(AkpAlgorithm::MlDsa44, &[0; 1312]).unwrap();
        let jwk = serde_json::to_string(&Jwk::signing("k", Algorithm::MlDsa44, &key)).unwrap();
        assert_eq!(jwk.matches(r#""alg":"ML-DSA-44""#).count(), 1, "{jwk}");
    }

    #[test]
    fn rfc7517_4_7_to_4_9_a_certificate_is_base64_and_its_thumbprints_are_base64url() {
        let key = PublicKey::p256(&[1; 32], &[2; 32]);
        let certificate = KeyCertificate::of(&[0xfb, 0xff], &[0xfb, 0xff]);
        let jwk = Jwk::signing("k", Algorithm::Es256, &key).certified(Some(&certificate));
        let jwk = serde_json::to_value(jwk).unwrap();
        let sha256 = Digest::of(&[0xfb, 0xff]).encode();
        assert_eq!(
            (&jwk["x5c"], &jwk["x5t"], &jwk["x5t#S256"]),
            (&json!(["+/8="]), &json!("-_8"), &json!(sha256))
        );
        let bare = serde_json::to_value(Jwk::encryption("k", &key).certified(None)).unwrap();
        assert!(bare.get("x5c").or_else(|| bare.get("x5t")).is_none());
    }

    #[test]
    fn rfc7517_5_a_set_without_keys_still_has_the_member() {
        assert_eq!(
            serde_json::to_string(&JwkSet { keys: vec![] }).unwrap(),
            r#"{"keys":[]}"#
        );
    }
}
