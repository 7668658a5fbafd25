//! Encrypted tokens.

use crate::key::{Inside, Recipient};
use crate::ports::Outcome;

/// Encrypts tokens and answers to a client's key.
///
/// There is no counterpart that decrypts: access tokens are found by the hash of what was sent, and a client
/// decrypts an ID token before it hands it back as a hint (OpenID Connect Core §3.1.2.1).
pub trait Encrypter: Send + Sync {
    /// A compact JWE (RFC 7516 §7.1); of a JWT with `cty: JWT` (RFC 7519 §5.2). It takes the public half only, and so no
    /// request to anywhere.
    ///
    /// # Errors
    /// [`crate::ports::PortError::Corrupt`] where the key is none that can be encrypted to so.
    fn encrypt(&self, to: &Recipient, inside: Inside<'_>) -> Outcome<String>;
}
