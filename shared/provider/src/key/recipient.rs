//! The keys of others that something is encrypted to (RFC 7516, RFC 7517 §4.2).

use protocol::jose::{ContentEncryption, KeyManagement};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::EncryptionKey;

/// A public key, and how something is encrypted to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    /// What its owner calls it.
    pub kid: Option<String>,
    /// `kty` and the members of its kind, and nothing else of the JWK.
    pub members: Map<String, Value>,
    /// `alg` of the JWE.
    pub alg: KeyManagement,
    /// `enc` of the JWE.
    pub enc: ContentEncryption,
    /// `typ` of the JWE.
    pub typ: Option<&'static str>,
}

/// What is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside<'a> {
    /// A JWT: `cty` says so (RFC 7519 §5.2).
    Jwt(&'a str),
    /// Claims that nobody signed, as JSON (OpenID Connect Core §5.3.2).
    Claims(&'a [u8]),
}

impl From<&EncryptionKey> for Recipient {
    /// As authentik has it (reference §4.5).
    fn from(key: &EncryptionKey) -> Self {
        Self {
            kid: Some(key.kid.clone()),
            members: members(&serde_json::to_value(&key.public).unwrap_or_default()),
            alg: KeyManagement::RsaOaep256,
            enc: ContentEncryption::A256CbcHs512,
            typ: Some("JWE"),
        }
    }
}

/// A published key that is good for encryption.
#[derive(Clone, Debug)]
pub(crate) struct EncryptingKey {
    kid: Option<String>,
    /// The one way it is for, where it says so.
    alg: Option<KeyManagement>,
    is_rsa: bool,
    members: Map<String, Value>,
}

#[derive(Deserialize)]
struct Published {
    kty: String,
    crv: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
}

impl EncryptingKey {
    /// Reads a JWK; `None` where it is for something else, or of a kind that nothing is encrypted to.
    pub(crate) fn read(jwk: &Value) -> Option<Self> {
        let published = Published::deserialize(jwk).ok()?;
        if published.usage.is_some_and(|usage| usage != "enc") {
            return None; // RFC 7517 §4.2
        }
        let is_rsa = match (published.kty.as_str(), published.crv.as_deref()) {
            ("RSA", _) => true,
            ("EC", Some("P-256" | "P-384" | "P-521")) | ("OKP", Some("X25519")) => false,
            _ => return None,
        };
        let alg = match published.alg.as_deref() {
            None => None,
            Some(alg) => Some(KeyManagement::named(alg)?), // none of ours: for something else
        };
        Some(Self {
            kid: published.kid,
            alg,
            is_rsa,
            members: members(jwk),
        })
    }

    /// Whether something may be encrypted to it so.
    pub(crate) fn fits(&self, alg: KeyManagement) -> bool {
        self.is_rsa == alg.is_for_rsa() && self.alg.is_none_or(|own| own == alg)
    }

    /// With it as the recipient.
    pub(crate) fn recipient(&self, alg: KeyManagement, enc: ContentEncryption) -> Recipient {
        Recipient {
            kid: self.kid.clone(),
            members: self.members.clone(),
            alg,
            enc,
            typ: None,
        }
    }
}

/// Those of its kind: a private member that somebody published by mistake goes no further.
fn members(jwk: &Value) -> Map<String, Value> {
    ["kty", "crv", "n", "e", "x", "y"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), jwk.get(name)?.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(jwk: &Value) -> Vec<&'static str> {
        let key = EncryptingKey::read(jwk);
        let all = KeyManagement::ALL.into_iter();
        all.filter(|alg| key.as_ref().is_some_and(|key| key.fits(*alg)))
            .map(KeyManagement::as_str)
            .collect()
    }

    #[test]
    fn rfc7517_4_2_a_key_that_is_for_signatures_is_encrypted_to_by_nobody() {
        let rsa = json!({"kty": "RSA", "n": "AQ", "e": "AQAB"});
        let with = |jwk: &Value, name: &str, value: &str| {
            let mut jwk = jwk.clone();
            jwk[name] = value.into();
            jwk
        };
        assert_eq!(fits(&rsa), ["RSA-OAEP", "RSA-OAEP-256"]);
        assert_eq!(
            fits(&with(&rsa, "use", "enc")),
            ["RSA-OAEP", "RSA-OAEP-256"]
        );
        assert_eq!(fits(&with(&rsa, "alg", "RSA-OAEP")), ["RSA-OAEP"]);
        for (name, value) in [
            ("use", "sig"),
            ("alg", "RS256"),
            ("alg", "RSA1_5"),
            ("alg", "ECDH-ES"),
            ("kty", "oct"),
        ] {
            assert_eq!(fits(&with(&rsa, name, value)), [""; 0], "{name} {value}");
        }
        let ec = json!({"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"});
        let ecdh = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"];
        assert_eq!(fits(&ec), ecdh);
        assert_eq!(fits(&with(&ec, "crv", "secp256k1")), [""; 0]);
        let okp = json!({"kty": "OKP", "crv": "X25519", "x": "AQ"});
        assert_eq!(fits(&okp), ecdh);
        assert_eq!(fits(&with(&okp, "crv", "Ed25519")), [""; 0]);
        assert_eq!(fits(&json!("x")), [""; 0]);
    }

    #[test]
    fn of_a_published_key_only_what_is_public_is_taken() {
        let jwk = json!({"kty": "RSA", "n": "AQ", "e": "AQAB", "d": "secret", "kid": "k"});
        let key = EncryptingKey::read(&jwk).unwrap();
        let to = key.recipient(KeyManagement::RsaOaep, ContentEncryption::A128Gcm);
        let members = json!({"kty": "RSA", "n": "AQ", "e": "AQAB"});
        assert_eq!(
            (to.kid.as_deref(), Value::Object(to.members)),
            (Some("k"), members)
        );
    }
}
