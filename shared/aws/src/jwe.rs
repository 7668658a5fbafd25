//! Encrypted tokens, by josekit: the one place that OpenSSL works for.

use josekit::JoseError;
use josekit::jwe::enc::A256CBC_HS512;
use josekit::jwe::{JweContentEncryption as _, JweHeader, RSA_OAEP_256, serialize_compact};
use josekit::jwk::Jwk;
use protocol::jose::PublicKey;
use provider::key::EncryptionKey;
use provider::ports::{Encrypter, Outcome, PortError};

/// Encrypts with RSA-OAEP-256 and A256CBC-HS512 (reference §4.5; RFC 7518 §4.3, §5.2.5).
#[derive(Clone, Copy, Debug)]
pub struct Jwe;

impl Encrypter for Jwe {
    fn encrypt(&self, key: &EncryptionKey, jws: &str) -> Outcome<String> {
        let PublicKey::Rsa { n, e } = &key.public else {
            let text = format!("encryption key {}: not an RSA key", key.kid);
            return Err(PortError::Corrupt(text));
        };
        compact(&key.kid, n, e, jws)
            .map_err(|error| PortError::Corrupt(format!("encryption key {}: {error}", key.kid)))
    }
}

/// RFC 7516 §7.1. `typ` as authentik has it; `cty` says that a JWT is inside (RFC 7519 §5.2), which authentik
/// leaves out (reference deviation 25) and no client minds.
fn compact(kid: &str, n: &str, e: &str, jws: &str) -> Result<String, JoseError> {
    let mut jwk = Jwk::new("RSA");
    jwk.set_parameter("n", Some(n.into()))?;
    jwk.set_parameter("e", Some(e.into()))?;
    let encrypter = RSA_OAEP_256.encrypter_from_jwk(&jwk)?;
    let mut header = JweHeader::new();
    header.set_token_type("JWE");
    header.set_content_type("JWT");
    header.set_content_encryption(A256CBC_HS512.name());
    header.set_key_id(kid);
    serialize_compact(jws.as_bytes(), &header, &encrypter)
}

#[cfg(test)]
mod tests {
    use josekit::jwe::{JweDecrypter, deserialize_compact};
    use josekit::jwk::alg::rsa::RsaKeyPair;
    use serde_json::{Value, json};

    use super::*;

    const JWS: &str = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";

    fn pair() -> (EncryptionKey, Box<dyn JweDecrypter>) {
        let pair = RsaKeyPair::generate(2048).unwrap();
        let jwk = pair.to_jwk_public_key();
        let public = serde_json::from_value(Value::Object(jwk.as_ref().clone())).unwrap();
        let decrypter = RSA_OAEP_256.decrypter_from_der(pair.to_der_private_key());
        let key = EncryptionKey {
            kid: "k".to_owned(),
            public,
            kms_key: None,
        };
        (key, Box::new(decrypter.unwrap()))
    }

    #[test]
    fn rfc7519_5_2_the_client_finds_its_jwt_in_the_jwe() {
        let (key, decrypter) = pair();
        let jwe = Jwe.encrypt(&key, JWS).unwrap();
        let (inside, header) = deserialize_compact(&jwe, &*decrypter).unwrap();
        assert_eq!(inside, JWS.as_bytes());
        let want = json!({
            "typ": "JWE", "cty": "JWT", "enc": "A256CBC-HS512", "kid": "k", "alg": "RSA-OAEP-256"
        });
        assert_eq!(Value::Object(header.claims_set().clone()), want);
    }

    #[test]
    fn nobody_else_opens_it_and_no_two_are_the_same() {
        let (key, _) = pair();
        let one = Jwe.encrypt(&key, JWS).unwrap();
        assert_ne!(one, Jwe.encrypt(&key, JWS).unwrap());
        let (_, stranger) = pair();
        assert!(deserialize_compact(&one, &*stranger).is_err());
    }

    #[test]
    fn what_was_changed_on_its_way_does_not_open() {
        let (key, decrypter) = pair();
        let jwe = Jwe.encrypt(&key, JWS).unwrap();
        let parts: Vec<_> = jwe.split('.').collect();
        for at in 0..parts.len() {
            let mut changed = parts.clone();
            let first = if changed[at].starts_with('A') {
                "B"
            } else {
                "A"
            };
            let part = format!("{first}{}", &changed[at][1..]);
            changed[at] = &part;
            let opened = deserialize_compact(&changed.join("."), &*decrypter);
            assert!(opened.is_err(), "part {at}");
        }
    }

    #[test]
    fn a_key_that_cannot_be_encrypted_to_is_named() {
        let curve = EncryptionKey {
            public: PublicKey::p256(&[1; 32], &[2; 32]),
            ..pair().0
        };
        let short = EncryptionKey {
            public: PublicKey::rsa(&[0xff; 128], &[1, 0, 1]),
            ..pair().0
        };
        for key in [curve, short] {
            let refused = Jwe.encrypt(&key, JWS).unwrap_err().to_string();
            assert!(
                refused.starts_with("corrupt: encryption key k: "),
                "{refused}"
            );
        }
    }
}
