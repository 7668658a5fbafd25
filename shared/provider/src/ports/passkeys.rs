//! `WebAuthn` ceremonies (Web Authentication Level 2).

use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

use crate::flow::stage::{Attachment, Wish};
use crate::tenant::Tenant;

/// Who registers a passkey.
#[derive(Clone, Copy, Debug)]
pub struct Registrant<'a> {
    /// Their id: the user handle.
    pub id: Uuid,
    /// Their user name.
    pub username: &'a str,
    /// Their full name.
    pub display_name: &'a str,
    /// Credentials they have already, base64url.
    pub has: &'a [String],
}

/// What is wanted of a new passkey.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// That it asks for a fingerprint or PIN.
    pub user_verification: Wish,
    /// That it knows the person by itself.
    pub resident_key: Wish,
    /// What it is attached to.
    pub attachment: Option<Attachment>,
}

/// A ceremony that has begun.
#[derive(Clone, Debug, PartialEq)]
pub struct Ceremony {
    /// What the browser gets: `PublicKeyCredentialCreationOptions` or `PublicKeyCredentialRequestOptions`, binary
    /// members in base64url.
    pub options: Value,
    /// What is kept until it answers. It never goes to the browser.
    pub state: Value,
}

/// A new credential.
#[derive(Clone, Debug, PartialEq)]
pub struct Registered {
    /// Its id, base64url.
    pub credential: String,
    /// The credential as its library writes it.
    pub passkey: Value,
    /// The model of the authenticator, where it said so.
    pub aaguid: Option<Uuid>,
    /// Whether it knows the person by itself; `None` where the browser does not say.
    pub discoverable: Option<bool>,
    /// Whether it asked for a fingerprint or PIN.
    pub user_verified: bool,
}

/// A credential that proved itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Asserted {
    /// Its id, base64url.
    pub credential: String,
    /// Whether it asked for a fingerprint or PIN.
    pub user_verified: bool,
    /// The credential as it is from now on.
    pub passkey: Value,
}

/// Why a ceremony failed. Nothing secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("WebAuthn: {0}")]
pub struct CeremonyError(pub String);

/// `WebAuthn` ceremonies for a tenant's host.
pub trait Passkeys: Send + Sync {
    /// Whether the tenant's address can have passkeys: its host is a name, and it is reached over TLS or on this
    /// machine.
    fn serves(&self, tenant: &Tenant) -> bool;

    /// Begins a registration.
    ///
    /// # Errors
    /// [`CeremonyError`].
    fn register(
        &self,
        tenant: &Tenant,
        registrant: Registrant<'_>,
        wishes: Wishes,
    ) -> Result<Ceremony, CeremonyError>;

    /// Ends it.
    ///
    /// # Errors
    /// [`CeremonyError`].
    fn registered(
        &self,
        tenant: &Tenant,
        state: &Value,
        response: &Value,
    ) -> Result<Registered, CeremonyError>;

    /// Begins an authentication with one of these credentials, all of this user.
    ///
    /// # Errors
    /// [`CeremonyError`].
    fn authenticate(
        &self,
        tenant: &Tenant,
        user: Uuid,
        passkeys: &[Value],
        user_verification: Wish,
    ) -> Result<Ceremony, CeremonyError>;

    /// Begins an authentication with whatever passkey the browser has for this host. It has to ask for a fingerprint
    /// or PIN, as it is the only proof.
    ///
    /// # Errors
    /// [`CeremonyError`].
    fn discover(&self, tenant: &Tenant) -> Result<Ceremony, CeremonyError>;

    /// The user a response claims to be of (the user handle), before anything is verified.
    fn claimed(&self, response: &Value) -> Option<Uuid>;

    /// Ends an authentication: with the known, or claimed, user and all credentials they have by now.
    ///
    /// # Errors
    /// [`CeremonyError`].
    fn authenticated(
        &self,
        tenant: &Tenant,
        state: &Value,
        known: (Uuid, &[Value]),
        response: &Value,
    ) -> Result<Asserted, CeremonyError>;
}
