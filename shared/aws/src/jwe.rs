//! Encrypted tokens, by josekit: the one place that OpenSSL works for.

use josekit::JoseError;
use josekit::jwe::{
    ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A256KW, JweEncrypter, JweHeader, RSA_OAEP, RSA_OAEP_256,
    serialize_compact,
};
use josekit::jwk::Jwk;
use protocol::jose::KeyManagement;
use provider::key::{Inside, Recipient};
use provider::ports::{Encrypter, Outcome, PortError};

/// Encrypts by the algorithms of [`KeyManagement`] and [`protocol::jose::ContentEncryption`] (RFC 7518 §4, §5).
#[derive(Clone, Copy, Debug)]
pub struct Jwe;

impl Encrypter for Jwe {
    fn encrypt(&self, to: &Recipient, inside: Inside<'_>) -> Outcome<String> {
        compact(to, inside).map_err(|error| {
            let kid = to.kid.as_deref().unwrap_or_default();
            PortError::Corrupt(format!("encryption key {kid}: {error}"))
        })
    }
}

/// RFC 7516 §7.1. To an authentik provider's key with its `typ`; `cty` says that a JWT is inside (RFC 7519 §5.2), which
/// authentik leaves out (reference deviation 25) and no client minds.
fn compact(to: &Recipient, inside: Inside<'_>) -> Result<String, JoseError> {
    let encrypter = encrypter(to.alg, &Jwk::from_map(to.members.clone())?)?;
    let mut header = JweHeader::new();
    if let Some(typ) = to.typ {
        header.set_token_type(typ);
    }
    header.set_content_encryption(to.enc.as_str());
    if let Some(kid) = &to.kid {
        header.set_key_id(kid);
    }
    let payload = match inside {
        Inside::Jwt(jws) => {
            header.set_content_type("JWT");
            jws.as_bytes()
        }
        Inside::Claims(json) => json,
    };
    serialize_compact(payload, &header, &*encrypter)
}

fn encrypter(alg: KeyManagement, jwk: &Jwk) -> Result<Box<dyn JweEncrypter>, JoseError> {
    Ok(match alg {
        KeyManagement::RsaOaep => Box::new(RSA_OAEP.encrypter_from_jwk(jwk)?),
        KeyManagement::RsaOaep256 => Box::new(RSA_OAEP_256.encrypter_from_jwk(jwk)?),
        KeyManagement::EcdhEs => Box::new(ECDH_ES.encrypter_from_jwk(jwk)?),
        KeyManagement::EcdhEsA128Kw => Box::new(ECDH_ES_A128KW.encrypter_from_jwk(jwk)?),
        KeyManagement::EcdhEsA256Kw => Box::new(ECDH_ES_A256KW.encrypter_from_jwk(jwk)?),
    })
}

#[cfg(test)]
mod tests;
