//! Passkeys and security keys (`WebAuthn` Level 3), for the port that the flow engine asks. All of it is pure: no
//! store, no clock, no network.
//!
//! Reading order: [`Webauthn`] (the port), [`RelyingParty`] (one tenant), `registration` and `authentication` (the two
//! ceremonies).

mod authentication;
mod credential;
mod error;
mod port;
mod registration;
mod relying_party;
#[cfg(test)]
mod tests;
mod wishes;

pub use authentication::{Verified, user_handle};
pub use credential::{Credential, credential_id};
pub use error::PasskeyError;
pub use port::Webauthn;
pub use registration::Person;
pub use relying_party::{Begun, RelyingParty, TIMEOUT};
