//! A tenant: an issuer of its own under a host name of its own.

mod limits;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::{Slug, TenantId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

pub use limits::{Allowance, Limits};

use crate::brand::Brand;

/// What every request needs to know of the tenant it is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tenant {
    /// The name its items are kept under.
    pub id: TenantId,
    /// Scheme and authority of all its URLs, without a trailing slash: `https://id.example.com`.
    ///
    /// It is configured, never taken from a request: a forged `Host` header must not choose the issuer.
    pub base_url: String,
    /// What it looks like, and which flows it runs, at the host that was asked.
    pub brand: Brand,
    /// Part of every hashed subject; makes them differ between installations (authentik's install id).
    pub subject_salt: String,
    /// The HMAC key of refresh tokens, 32 bytes, sealed for [`Purpose::RefreshTokens`].
    pub refresh_key: Sealed,
    /// How much it may do.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
    /// Since when nobody is served; `None`: it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<Timestamp>,
}

impl Tenant {
    /// Whether pages travel over TLS, so that cookies can be `Secure` and `__Host-`.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }

    /// The `iss` of an application's tokens, byte for byte (reference: issuer mode `per_provider`).
    pub fn issuer(&self, slug: &Slug) -> String {
        format!("{}/application/o/{slug}/", self.base_url)
    }
}

/// Bytes encrypted under the envelope key, bound to a tenant and a purpose.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map(Self).map_err(D::Error::custom)
    }
}

/// What sealed bytes are for. It is part of their encryption context, so that a sealed value moved to
/// another place of the table does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// The HMAC key of refresh tokens.
    RefreshTokens,
    /// The private half of the signing key with this name ([`crate::client::Held::Envelope`]).
    SigningKey(&'a str),
    /// The secret of the client with this id.
    ClientSecret(&'a str),
    /// The seed of the authenticator app with this id.
    Totp(&'a str),
    /// Recovery codes that will have this id, while they are shown.
    RecoveryCodes(&'a str),
    /// The private key of the captcha stage with this id.
    Captcha(&'a str),
    /// The key of a user's token, by its digest in text form.
    UserToken(&'a str),
    /// What a client is told with that somebody answered (CIBA), by what its request is found by, in text form.
    NotificationToken(&'a str),
}

impl Purpose<'_> {
    /// Kind and name, as they stand in the encryption context.
    pub const fn context(&self) -> (&'static str, &str) {
        match self {
            Self::RefreshTokens => ("refresh-tokens", "-"),
            Self::SigningKey(name) => ("signing-key", name),
            Self::ClientSecret(id) => ("client-secret", id),
            Self::Totp(id) => ("totp", id),
            Self::RecoveryCodes(id) => ("recovery-codes", id),
            Self::Captcha(id) => ("captcha", id),
            Self::UserToken(digest) => ("user-token", digest),
            Self::NotificationToken(digest) => ("notification-token", digest),
        }
    }
}
