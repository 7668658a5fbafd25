//! How stages about authenticators are set.

use protocol::Slug;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::Validity;

/// The classes of authenticators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// Codes of an app (RFC 6238).
    Totp,
    /// Recovery codes.
    Static,
    /// Passkeys and security keys.
    Webauthn,
}

impl DeviceClass {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Totp, Self::Static, Self::Webauthn];

    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Static => "static",
            Self::Webauthn => "webauthn",
        }
    }
}

/// What happens to somebody without an authenticator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotConfigured {
    /// The stage is left out.
    #[default]
    Skip,
    /// The flow ends.
    Deny,
    /// They set one up.
    Configure,
}

/// How much a WebAuthn ceremony wants of something (WebAuthn §5.8.6, §5.4.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// It must be.
    Required,
    /// It should be.
    #[default]
    Preferred,
    /// It should not be.
    Discouraged,
}

/// `AuthenticatorValidateStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValidateSettings {
    /// What happens to somebody without one.
    pub not_configured_action: NotConfigured,
    /// What may be used.
    pub device_classes: Vec<DeviceClass>,
    /// What may be set up.
    pub configuration_stages: Vec<Uuid>,
    /// In this time after the last one, none is asked again in the same browser; nothing for always.
    pub last_auth_threshold: Option<Validity>,
    /// Whether a passkey has to ask for a fingerprint or PIN.
    pub webauthn_user_verification: Wish,
}

impl Default for ValidateSettings {
    fn default() -> Self {
        Self {
            not_configured_action: NotConfigured::Skip,
            device_classes: vec![
                DeviceClass::Static,
                DeviceClass::Totp,
                DeviceClass::Webauthn,
            ],
            configuration_stages: Vec::new(),
            last_auth_threshold: None,
            webauthn_user_verification: Wish::Preferred,
        }
    }
}

/// `AuthenticatorTOTPStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TotpSettings {
    /// The flow that this is the set-up of.
    pub configure_flow: Option<Slug>,
    /// What people call it.
    pub friendly_name: String,
    /// 6 or 8.
    pub digits: u8,
}

impl Default for TotpSettings {
    fn default() -> Self {
        Self {
            configure_flow: None,
            friendly_name: String::new(),
            digits: 6,
        }
    }
}

/// `AuthenticatorStaticStage`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StaticSettings {
    /// The flow that this is the set-up of.
    pub configure_flow: Option<Slug>,
    /// What people call it.
    pub friendly_name: String,
    /// How many codes.
    pub token_count: u8,
    /// How long each is.
    pub token_length: u8,
}

impl Default for StaticSettings {
    fn default() -> Self {
        Self {
            configure_flow: None,
            friendly_name: String::new(),
            token_count: 6,
            token_length: 12,
        }
    }
}

/// What a new passkey may be attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// This machine.
    Platform,
    /// A key or phone that goes with the person.
    CrossPlatform,
}

/// `AuthenticatorWebAuthnStage`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebauthnSettings {
    /// The flow that this is the set-up of.
    pub configure_flow: Option<Slug>,
    /// What people call it.
    pub friendly_name: String,
    /// Whether it has to ask for a fingerprint or PIN.
    pub user_verification: Wish,
    /// What it may be attached to.
    pub authenticator_attachment: Option<Attachment>,
    /// Whether it has to know the person by itself.
    pub resident_key_requirement: Wish,
}
