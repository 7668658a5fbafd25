//! A credential as it is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize as _;
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs_core::proto::{self, UserVerificationPolicy};

use crate::error::PasskeyError;
use crate::relying_party::json;

/// A credential that was registered: a passkey or a security key.
#[derive(Debug, Clone, PartialEq)]
pub struct Credential {
    /// Its id, in base64url without padding. No two users may have the same: the caller's write makes sure of that
    /// (WebAuthn L3 §7.1).
    pub id: String,
    /// To be stored and handed in again; it holds a public key and no secret.
    pub passkey: Value,
    /// The make and model of the authenticator; `None` where it or the browser does not tell. Nothing proves it.
    pub aaguid: Option<Uuid>,
    /// Whether it is found without a user name; `None` where the browser does not tell (WebAuthn L3 §10.1.3).
    pub discoverable: Option<bool>,
    /// Whether the authenticator made sure who held it.
    pub user_verified: bool,
    /// Whether it can be on several devices at once: a synchronised passkey.
    pub backup_eligible: bool,
    /// Whether it is.
    pub backed_up: bool,
    /// The ways to reach it, such as `usb`, `nfc`, `internal`, `hybrid`. Nothing proves them.
    pub transports: Vec<String>,
}

/// The id of a stored credential, in base64url without padding: what to exclude from a registration.
///
/// # Errors
/// [`PasskeyError::Stored`].
pub fn credential_id(passkey: &Value) -> Result<String, PasskeyError> {
    Ok(encode(&load(passkey)?.cred_id))
}

/// Reads a stored credential.
pub(crate) fn load(passkey: &Value) -> Result<proto::Credential, PasskeyError> {
    let stored = proto::Credential::deserialize(passkey);
    let mut credential = stored.map_err(|_| PasskeyError::Stored)?;
    // The core holds a credential to the verification asked for at registration, even where this ceremony asks for
    // less and the browser therefore does not do it: the sign-in would always fail. What a ceremony asks for is
    // what it checks (WebAuthn L3 §7.2), and `Verified::user_verified` says what was done.
    credential.registration_policy = UserVerificationPolicy::Discouraged_DO_NOT_USE;
    Ok(credential)
}

/// Writes a credential to be stored.
pub(crate) fn store(credential: &proto::Credential) -> Result<Value, PasskeyError> {
    json(credential)
}

/// Bytes as base64url without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
