//! Keys: authentik's certificate key pairs, as far as we have them.

use protocol::jose::PublicKey;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rotation::Rotation;
use crate::certificate::Certificate;
use crate::key::{EncryptionKey, SigningKey};

/// A key, with its certificate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeyPair {
    /// Its id in the API.
    pub id: Uuid,
    /// Unique in the tenant.
    pub name: String,
    /// The key.
    pub material: KeyMaterial,
    /// Its certificate; keys that can sign none for themselves have none.
    #[serde(default)]
    pub certificate: Option<Certificate>,
    /// How another key takes its place; `None` where none ever has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Rotation>,
}

/// What a key is for. KMS tells the first two apart as well.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyMaterial {
    /// Signs tokens.
    Signing(SigningKey),
    /// Tokens are encrypted to it.
    Encryption(EncryptionKey),
    /// The public half alone, of a certificate whose private key somebody else has.
    Certificate(PublicKey),
}

impl KeyPair {
    /// The key that signs, where it can.
    pub const fn signing(&self) -> Option<&SigningKey> {
        match &self.material {
            KeyMaterial::Signing(key) => Some(key),
            KeyMaterial::Encryption(_) | KeyMaterial::Certificate(_) => None,
        }
    }

    /// The key that tokens can be encrypted to, where somebody can decrypt them: not with a key that was made here to
    /// sign, which nobody gets out.
    pub fn encryption(&self) -> Option<EncryptionKey> {
        let public = match &self.material {
            KeyMaterial::Encryption(key) => return Some(key.clone()),
            KeyMaterial::Certificate(public) => public,
            KeyMaterial::Signing(key) => {
                let given = self.certificate.as_ref().is_some_and(|it| it.given);
                given.then_some(&key.public)?
            }
        };
        let rsa = matches!(public, PublicKey::Rsa { .. });
        rsa.then(|| EncryptionKey {
            kid: public.thumbprint(),
            public: public.clone(),
            kms_key: None,
        })
    }

    /// The public half.
    pub const fn public(&self) -> &PublicKey {
        match &self.material {
            KeyMaterial::Signing(key) => &key.public,
            KeyMaterial::Encryption(key) => &key.public,
            KeyMaterial::Certificate(public) => public,
        }
    }

    /// Whether the private half is here, or in KMS.
    pub const fn has_private(&self) -> bool {
        match &self.material {
            KeyMaterial::Signing(_) => true,
            KeyMaterial::Encryption(key) => key.kms_key.is_some(),
            KeyMaterial::Certificate(_) => false,
        }
    }
}
