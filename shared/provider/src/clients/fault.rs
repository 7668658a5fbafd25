//! Why an assertion or a certificate does not prove who the client is. The text is for the log: the caller hears
//! `invalid_client` (RFC 6749 §5.2), whichever check it was.

use thiserror::Error;

use crate::fault::Level;
use crate::jwt::JwtFault;

/// The first check that a proof did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdentityFault {
    /// The client has another way to authenticate (RFC 7591 §2: `token_endpoint_auth_method`).
    #[error("the client authenticates in another way")]
    OtherMethod,
    /// FAPI 2.0 Security Profile §5.3.2.1: keys of its own, not a shared secret.
    #[error("a FAPI client needs private_key_jwt or a certificate")]
    Profile,
    /// RFC 7523 §2.2.
    #[error("client_assertion_type is not that of a JWT")]
    Type,
    /// It cannot be read, or its signature not be checked.
    #[error("client assertion: {0}")]
    Jwt(#[from] JwtFault),
    /// RFC 8725 §3.11: it says that it is something else than an assertion.
    #[error("the client assertion has another typ")]
    Typ,
    /// RFC 7518 §3.2: shorter than the hash.
    #[error("the client secret is too short for this algorithm")]
    ShortSecret,
    /// RFC 7523 §3, items 1 and 2: both are the client's id.
    #[error("the client assertion's iss or sub is not the client_id")]
    Subject,
    /// RFC 7523 §3, item 3.
    #[error("the client assertion is for somebody else")]
    Audience,
    /// RFC 7523 §3, item 4.
    #[error("the client assertion has no exp")]
    NoExpiry,
    /// RFC 7523 §3, item 4.
    #[error("the client assertion has expired")]
    Expired,
    /// Good for longer than we remember it.
    #[error("the client assertion's exp is too far ahead")]
    TooLong,
    /// RFC 7523 §3, item 5.
    #[error("the client assertion is not good yet")]
    NotYet,
    /// RFC 7523 §3, item 6.
    #[error("the client assertion was made in the future")]
    FromTheFuture,
    /// OpenID Connect Core §9: `jti` is REQUIRED.
    #[error("the client assertion has no jti")]
    NoJti,
    /// RFC 7523 §3, item 7.
    #[error("the client assertion was used before")]
    Replayed,
    /// RFC 8705 §2: the connection had no client certificate.
    #[error("no client certificate")]
    NoCertificate,
    /// It is no certificate, or says something that cannot be read.
    #[error("the client certificate cannot be read")]
    BadCertificate,
    /// RFC 8705 §2.1: nobody trusted issued it.
    #[error("nobody vouches for the client certificate")]
    NotVouched,
    /// RFC 5280 §4.1.2.5: not yet or no longer good.
    #[error("the client certificate is not good at this time")]
    CertificateTime,
    /// RFC 8705 §2.1: somebody else's.
    #[error("the client certificate is for another name")]
    OtherName,
    /// RFC 8705 §2.2: its key is none of the client's.
    #[error("the client certificate is of another key")]
    OtherKey,
}

impl IdentityFault {
    /// How it is logged: what an honest client's clock or set-up does not bring about is a sign of an attack.
    pub const fn level(self) -> Level {
        match self {
            Self::Jwt(JwtFault::Signature | JwtFault::Algorithm | JwtFault::Critical)
            | Self::Typ
            | Self::Subject
            | Self::Audience
            | Self::Replayed
            | Self::NotVouched
            | Self::OtherName
            | Self::OtherKey => Level::Warn,
            Self::OtherMethod
            | Self::Profile
            | Self::Type
            | Self::Jwt(
                JwtFault::TooLarge
                | JwtFault::NotJwt
                | JwtFault::NoKeys(_)
                | JwtFault::BadKeys
                | JwtFault::NoKid
                | JwtFault::UnknownKid,
            )
            | Self::ShortSecret
            | Self::NoExpiry
            | Self::Expired
            | Self::TooLong
            | Self::NotYet
            | Self::FromTheFuture
            | Self::NoJti
            | Self::NoCertificate
            | Self::BadCertificate
            | Self::CertificateTime => Level::Info,
        }
    }
}
