//! Keys that tokens are encrypted to.

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use der::Document;
use protocol::TenantId;
use protocol::jose::PublicKey;
use provider::key::EncryptionKey;
use provider::ports::{Outcome, PortError};
use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

use super::{Custody, OPENS};
use crate::kms::spki;

/// The length of a new RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaLength {
    /// 2048 bits.
    Bits2048,
    /// 4096 bits.
    Bits4096,
}

/// Why tokens cannot be encrypted to a given key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// It does not parse.
    #[error("neither a public key in PEM (BEGIN PUBLIC KEY) nor a JWK")]
    Malformed,
    /// The private half is not ours to know.
    #[error("a private key: only its public half is wanted")]
    Private,
    /// A certificate.
    #[error("a certificate: its public key is wanted (openssl x509 -noout -pubkey)")]
    Certificate,
    /// Of another kind, or for something else.
    #[error("not an RSA key for RSA-OAEP-256")]
    NotRsa,
    /// RFC 7518 §4.3.
    #[error("an RSA key of less than 2048 bits")]
    TooShort,
    /// With an even number, or an exponent of 1, nothing would be encrypted.
    #[error("not a sound RSA key")]
    Unsound,
}

impl Custody {
    /// Makes a new RSA key of which the private half never leaves KMS: `kms:Decrypt` with
    /// `RSAES_OAEP_SHA_256` opens what tokens are encrypted with (RFC 7518 §4.3).
    ///
    /// # Errors
    /// [`PortError`] where KMS refuses.
    pub async fn create_encryption_key(
        &self,
        tenant: &TenantId,
        length: RsaLength,
    ) -> Outcome<EncryptionKey> {
        let spec = match length {
            RsaLength::Bits2048 => KeySpec::Rsa2048,
            RsaLength::Bits4096 => KeySpec::Rsa4096,
        };
        let what = format!("{OPENS}{tenant}");
        let key_id = self
            .create_key(spec, KeyUsageType::EncryptDecrypt, what)
            .await?;
        self.encryption_key(&key_id).await
    }

    /// Describes an RSA key for encryption that is in KMS (id, ARN or alias).
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it is none.
    pub async fn encryption_key(&self, key_id: &str) -> Outcome<EncryptionKey> {
        let usage = KeyUsageType::EncryptDecrypt;
        let (key_id, public) = self.public_half(key_id, usage).await?;
        if !matches!(public, PublicKey::Rsa { .. }) {
            return Err(PortError::Corrupt(format!(
                "key {key_id}: {}",
                Unfit::NotRsa
            )));
        }
        Ok(EncryptionKey {
            kid: public.thumbprint(),
            public,
            kms_key: Some(key_id),
        })
    }
}

/// The key of a client that holds the private half itself: a JWK, whose `kid` is kept, or a public key in PEM
/// (RFC 7468 §13).
///
/// # Errors
/// [`Unfit`] says what is wrong with it.
pub fn encryption_key_from_public(text: &str) -> Result<EncryptionKey, Unfit> {
    let text = text.trim();
    let (kid, given) = if text.starts_with('{') {
        from_jwk(text)?
    } else {
        (None, from_pem(text)?)
    };
    let public = sound(&given)?;
    Ok(EncryptionKey {
        kid: kid.unwrap_or_else(|| public.thumbprint()),
        public,
        kms_key: None,
    })
}

#[derive(Deserialize)]
struct GivenJwk {
    #[serde(flatten)]
    key: PublicKey,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    usage: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    d: Option<IgnoredAny>,
}

fn from_jwk(json: &str) -> Result<(Option<String>, PublicKey), Unfit> {
    let jwk: GivenJwk = serde_json::from_str(json).map_err(|_| Unfit::Malformed)?;
    if jwk.d.is_some() {
        return Err(Unfit::Private);
    }
    let says = |member: Option<String>, want: &str| member.is_none_or(|given| given == want);
    if says(jwk.usage, "enc") && says(jwk.alg, "RSA-OAEP-256") {
        Ok((jwk.kid.filter(|kid| !kid.is_empty()), jwk.key))
    } else {
        Err(Unfit::NotRsa)
    }
}

fn from_pem(pem: &str) -> Result<PublicKey, Unfit> {
    let (label, der) = Document::from_pem(pem).map_err(|_| Unfit::Malformed)?;
    let read = match label {
        "PUBLIC KEY" => spki::public_key(der.as_bytes()),
        "RSA PUBLIC KEY" => spki::rsa(der.as_bytes()),
        "CERTIFICATE" => return Err(Unfit::Certificate),
        private if private.ends_with("PRIVATE KEY") => return Err(Unfit::Private),
        _ => return Err(Unfit::Malformed),
    };
    read.map_err(Unfit::from)
}

/// The key again, its numbers looked at and written as RFC 7518 §6.3.1 asks.
fn sound(key: &PublicKey) -> Result<PublicKey, Unfit> {
    let PublicKey::Rsa { n, e } = key else {
        return Err(Unfit::NotRsa);
    };
    let number = |member: &str| -> Result<Vec<u8>, Unfit> {
        let bytes = URL_SAFE_NO_PAD.decode(member);
        let bytes = bytes.map_err(|_| Unfit::Malformed)?;
        Ok(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
    };
    let (n, e) = (number(n)?, number(e)?);
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    if !odd(&n) || !odd(&e) || e == [1] {
        return Err(Unfit::Unsound);
    }
    Ok(spki::rsa_of(&n, &e)?)
}

impl From<spki::Unfit> for Unfit {
    fn from(why: spki::Unfit) -> Self {
        match why {
            spki::Unfit::Malformed => Self::Malformed,
            spki::Unfit::Algorithm => Self::NotRsa,
            spki::Unfit::TooShort => Self::TooShort,
        }
    }
}

#[cfg(test)]
mod tests;
