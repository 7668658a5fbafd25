//! Public halves beside the one that signs: keys that are still to sign, and keys that did.

use protocol::jose::{Algorithm, PublicKey};
use serde::{Deserialize, Serialize};

use super::SigningKey;

/// The public half of a signing key, as JWKS publishes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// The public half.
    pub public: PublicKey,
}

/// The keys of a client beside the one that signs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FurtherKeys {
    /// In JWKS: the one that is to sign next, then those whose tokens are still good.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<PublishedKey>,
    /// Not in JWKS any more: no token of theirs is good, but an old ID token may still say who is meant
    /// ([`crate::hint`]).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub believed: Vec<PublishedKey>,
}

impl FurtherKeys {
    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.published.is_empty() && self.believed.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &PublishedKey> {
        self.published.iter().chain(&self.believed)
    }
}

impl From<&SigningKey> for PublishedKey {
    fn from(key: &SigningKey) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm,
            public: key.public.clone(),
        }
    }
}
