//! Why somebody else's JWT is not believed. The text is for the log.

use thiserror::Error;

use crate::ports::FetchError;

/// The first check that a JWT did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum JwtFault {
    /// Longer than [`super::LARGEST`].
    #[error("the JWT is larger than 16 KiB")]
    TooLarge,
    /// RFC 7519 §7.2: not a compact JWS of JSON objects, or one that names a member twice (RFC 7519 §4).
    #[error("not a JWT")]
    NotJwt,
    /// RFC 7515 §4.1.11: an extension that must be understood, and is not. `b64` is one of them (RFC 7797 §6).
    #[error("the JWT has a critical header")]
    Critical,
    /// The keys cannot be fetched.
    #[error("the keys cannot be had: {0}")]
    NoKeys(FetchError),
    /// The keys are no JWK set, or more than there can be.
    #[error("the keys are no JWK set of at most 64 KiB")]
    BadKeys,
    /// No `kid`, and not exactly one key.
    #[error("the JWT names no key")]
    NoKid,
    /// RFC 7517 §4.5: no key of that name.
    #[error("there is no key with the JWT's kid")]
    UnknownKid,
    /// RFC 8725 §3.1: the key's algorithm is another. `none` is nobody's, and a public key is no HMAC key.
    #[error("the JWT's alg is not its key's")]
    Algorithm,
    /// RFC 7515 §5.2.
    #[error("the JWT's signature is wrong")]
    Signature,
}
