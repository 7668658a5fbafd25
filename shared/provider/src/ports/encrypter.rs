//! Encrypted tokens.

use crate::key::EncryptionKey;
use crate::ports::Outcome;

/// Encrypts tokens to a client's key.
///
/// There is no counterpart that decrypts: access tokens are found by the hash of what was sent, and a client
/// decrypts an ID token before it hands it back as a hint (OpenID Connect Core §3.1.2.1).
pub trait Encrypter: Send + Sync {
    /// The signed token as a compact JWE: RSA-OAEP-256, A256CBC-HS512, `cty: JWT` (RFC 7519 §5.2; reference
    /// §4.5). It takes the public half only, and so no request to anywhere.
    ///
    /// # Errors
    /// [`crate::ports::PortError::Corrupt`] where the key is no RSA key that can be encrypted to.
    fn encrypt(&self, key: &EncryptionKey, jws: &str) -> Outcome<String>;
}
