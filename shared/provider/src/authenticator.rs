//! Authenticators of people: what proves a second factor, or a first one.
//!
//! Reading order: [`Authenticator`] (what is kept of one), [`totp`] and [`codes`] (how codes are made and checked).
//! The ceremonies of passkeys stand behind [`crate::ports::Passkeys`].

pub mod codes;
pub mod qr;
#[cfg(test)]
mod tests;
pub mod totp;

use std::fmt;

use protocol::{Digest, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::entropy::Entropy;
use crate::flow::proof::Method;
use crate::flow::stage::DeviceClass;
use crate::ports::Number;
use crate::tenant::Sealed;

/// Most authenticators that a person may set up.
pub const MOST: usize = 20;

/// An authenticator that was set up and confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authenticator {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// When it was set up.
    pub created: Timestamp,
    /// When it last proved something.
    pub last_used: Option<Timestamp>,
    /// Counts its changes.
    pub version: u64,
    /// What is needed to check it.
    pub secret: Verifier,
}

/// What is needed to check an authenticator.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum Verifier {
    /// RFC 6238.
    Totp {
        /// The seed, sealed for [`crate::tenant::Purpose::Totp`] under the authenticator's id.
        seed: Sealed,
        /// 6 or 8.
        digits: u8,
        /// The time step of the code that was used last: none of it or before is good again (RFC 6238 §5.2).
        last_step: Option<u64>,
    },
    /// Recovery codes: digests of those that were not used.
    Static {
        /// SHA-256 of each code.
        codes: Vec<Digest>,
    },
    /// WebAuthn.
    Webauthn {
        /// The credential's id, base64url.
        credential: String,
        /// The credential as its library writes it: public key and counter.
        passkey: Value,
        /// The model of the authenticator, where it said so.
        aaguid: Option<Uuid>,
        /// Whether it knows the person by itself (a passkey).
        discoverable: bool,
    },
}

impl Verifier {
    /// authentik's model of it, as events name it.
    pub const fn model(&self) -> (&'static str, &'static str) {
        match self {
            Self::Totp { .. } => ("authentik_stages_authenticator_totp", "totpdevice"),
            Self::Static { .. } => ("authentik_stages_authenticator_static", "staticdevice"),
            Self::Webauthn { .. } => ("authentik_stages_authenticator_webauthn", "webauthndevice"),
        }
    }

    /// Its class.
    pub const fn class(&self) -> DeviceClass {
        match self {
            Self::Totp { .. } => DeviceClass::Totp,
            Self::Static { .. } => DeviceClass::Static,
            Self::Webauthn { .. } => DeviceClass::Webauthn,
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.class().as_str())
    }
}

/// A browser in which a second factor was proved, for a validation stage that does not ask it every time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// Digest of the cookie that says so.
    pub cookie: Digest,
    /// Who proved it.
    pub user: UserId,
    /// Their [`crate::user::Subject::generation`] at that time; with another one it counts no more.
    pub generation: u64,
    /// By which authenticator; without it, it counts no more.
    pub authenticator: Uuid,
    /// How.
    pub method: Method,
    /// When.
    pub at: Timestamp,
    /// When it is forgotten at the latest.
    pub expires: Timestamp,
}

/// An id for a new authenticator.
pub fn new_id(entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

impl Authenticator {
    /// Whether it can prove anything: recovery codes that were all used cannot.
    pub fn is_usable(&self) -> bool {
        match &self.secret {
            Verifier::Static { codes } => !codes.is_empty(),
            Verifier::Totp { .. } | Verifier::Webauthn { .. } => true,
        }
    }

    /// By which it goes in the API, where keys of authenticators are numbers.
    pub fn number(&self) -> Number {
        Number::of_authenticator(self.user, self.id)
    }

    /// The number of the device in challenges (`device_uid`): made of its id, as authentik's are numbers.
    pub fn uid(&self) -> String {
        (self.id.as_u128() % 1_000_000_000_000).to_string()
    }
}
