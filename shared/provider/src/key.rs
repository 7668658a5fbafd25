//! The keys a client's tokens are signed and encrypted with, as the client refers to them.

pub(crate) mod check;
mod published;
mod recipient;
mod verify;

use protocol::ClientId;
use protocol::jose::{Algorithm, PublicKey};
use serde::{Deserialize, Serialize};

pub use published::{FurtherKeys, PublishedKey};

pub(crate) use recipient::EncryptingKey;
pub use recipient::{Inside, Recipient};

use crate::tenant::Sealed;

/// What a client's tokens are signed with (reference §4.4).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// A key pair of its provider; JWKS publishes the public half.
    Key(SigningKey),
    /// HS256 with the client secret, where the provider has no signing key.
    ClientSecret {
        /// What its [`crate::tenant::Purpose::ClientSecret`] is named by.
        client_id: ClientId,
        /// The secret.
        sealed: Sealed,
    },
}

/// A signing key as a client refers to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SigningKey {
    /// RFC 7638 thumbprint of the public half.
    pub kid: String,
    /// What it signs with: an RSA key has six to choose from. The key decides it; a token never does.
    pub algorithm: Algorithm,
    /// The public half, as JWKS publishes it.
    pub public: PublicKey,
    /// Where the private half is.
    pub held: Held,
}

/// Where a private key is held.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// In KMS, which signs with it.
    Direct {
        /// Key id or ARN.
        key_id: String,
    },
    /// Sealed under the envelope key (PKCS #8), opened once per function instance.
    Envelope {
        /// What its [`crate::tenant::Purpose::SigningKey`] is named by: chosen before the pair was made, when
        /// there was no `kid` yet.
        name: String,
        /// The private half.
        sealed: Sealed,
    },
}

/// The key that tokens are encrypted to: RSA-OAEP-256 with A256CBC-HS512 (reference §4.5).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EncryptionKey {
    /// What the client calls it; the RFC 7638 thumbprint where it did not say.
    pub kid: String,
    /// The public half, an RSA key. The private half is the client's, or in KMS.
    pub public: PublicKey,
    /// The KMS key that decrypts, where KMS holds it.
    pub kms_key: Option<String>,
}

impl Signing {
    /// The algorithm in force.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Key(key) => key.algorithm,
            Self::ClientSecret { .. } => Algorithm::Hs256,
        }
    }

    /// The `kid` of a token's header; HS256 tokens have none.
    pub fn kid(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(&key.kid),
            Self::ClientSecret { .. } => None,
        }
    }

    /// The key that JWKS publishes.
    pub const fn published(&self) -> Option<&SigningKey> {
        match self {
            Self::Key(key) => Some(key),
            Self::ClientSecret { .. } => None,
        }
    }
}
