//! Why an assertion is refused. The caller is told `invalid_grant` and nothing else; the text is for the log.

use thiserror::Error;

use crate::fault::{Fault, GrantFault, Level};
use crate::jwt::JwtFault;
use crate::ports::FetchError;

/// The check of RFC 7521 and RFC 7523 that an assertion did not pass, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum AssertionFault {
    /// RFC 7521 §4.2: a type this server does not have.
    #[error("client_assertion_type is not jwt-bearer")]
    Type,
    /// The client trusts nobody.
    #[error("the client trusts no issuer of assertions")]
    NotFederated,
    /// Longer than any assertion is.
    #[error("the assertion is larger than 16 KiB")]
    TooLarge,
    /// RFC 9068 §4: it is an access token for another resource.
    #[error("the assertion is an access token for another resource")]
    OtherResource,
    /// The client trusts only clients of the tenant, and it is no access token that works.
    #[error("the assertion is no access token that works")]
    NoLiveToken,
    /// It is an access token of a client that is not trusted.
    #[error("the assertion is an access token of another client than those trusted")]
    OtherProvider,
    /// RFC 7523 §3, item 9: not a JWT.
    #[error("the assertion is not a JWT")]
    NotJwt,
    /// RFC 7515 §4.1.11: an extension that must be understood, and is not.
    #[error("the assertion has a critical header")]
    Critical,
    /// RFC 8725 §3.11: it was signed to be something else, such as a logout token.
    #[error("the assertion's typ or events make it another kind of JWT")]
    OtherKind,
    /// RFC 7523 §3, item 1: another issuer, or none.
    #[error("the assertion's issuer is not the source's")]
    Issuer,
    /// The source's keys cannot be fetched.
    #[error("the source's keys cannot be had: {0}")]
    NoKeys(FetchError),
    /// The source's keys are no JWK set, or more than there can be.
    #[error("the source's keys are no JWK set of at most 64 KiB")]
    BadKeys,
    /// OpenID Connect Discovery §4.3: what the issuer says of itself is of another, or names no keys.
    #[error("the issuer's configuration is not its own, or names no keys")]
    BadDiscovery,
    /// No `kid`, and not exactly one key.
    #[error("the assertion names no key")]
    NoKid,
    /// RFC 7517 §4.5: no source has a key of that name.
    #[error("no trusted source has a key with the assertion's kid")]
    UnknownKid,
    /// RFC 8725 §3.1: the key's algorithm is another. `none` is nobody's, and a public key is no HMAC key.
    #[error("the assertion's alg is not its key's")]
    Algorithm,
    /// RFC 7523 §3, item 9.
    #[error("the assertion's signature is wrong")]
    Signature,
    /// Item 2: no `sub`, or one that cannot name an account.
    #[error("the assertion's sub names nobody")]
    Subject,
    /// Item 3.
    #[error("the assertion is for another audience")]
    Audience,
    /// Item 4: no `exp`.
    #[error("the assertion has no exp")]
    NoExpiry,
    /// Item 4.
    #[error("the assertion has expired")]
    Expired,
    /// Item 5.
    #[error("the assertion is not valid yet")]
    NotYet,
    /// Item 6: `iat` lies in the future.
    #[error("the assertion's iat lies in the future")]
    FromTheFuture,
    /// Item 6: `iat` lies unreasonably far in the past.
    #[error("the assertion was issued too long ago")]
    TooOld,
    /// Item 2: none of those whom the source vouches for.
    #[error("the assertion's sub matches none of the source's subjects")]
    OtherSubject,
    /// The same by another claim.
    #[error("a claim of the assertion is missing, or not as the source requires it")]
    OtherClaim,
    /// Item 7.
    #[error("the assertion was used before")]
    Replayed,
}

impl AssertionFault {
    /// How it is logged.
    pub const fn level(self) -> Level {
        match self {
            Self::OtherProvider
            | Self::OtherResource
            | Self::OtherKind
            | Self::NoKeys(_)
            | Self::BadKeys
            | Self::BadDiscovery
            | Self::OtherSubject
            | Self::OtherClaim
            | Self::Algorithm
            | Self::Signature
            | Self::Audience
            | Self::Replayed => Level::Warn,
            Self::Type
            | Self::NotFederated
            | Self::TooLarge
            | Self::NoLiveToken
            | Self::NotJwt
            | Self::Critical
            | Self::Issuer
            | Self::NoKid
            | Self::UnknownKid
            | Self::Subject
            | Self::NoExpiry
            | Self::Expired
            | Self::NotYet
            | Self::FromTheFuture
            | Self::TooOld => Level::Info,
        }
    }
}

impl From<AssertionFault> for Fault {
    fn from(fault: AssertionFault) -> Self {
        GrantFault::Assertion(fault).into()
    }
}

impl From<JwtFault> for AssertionFault {
    fn from(fault: JwtFault) -> Self {
        match fault {
            JwtFault::TooLarge => Self::TooLarge,
            JwtFault::NotJwt => Self::NotJwt,
            JwtFault::Critical => Self::Critical,
            JwtFault::NoKeys(why) => Self::NoKeys(why),
            JwtFault::BadKeys => Self::BadKeys,
            JwtFault::NoKid => Self::NoKid,
            JwtFault::UnknownKid => Self::UnknownKid,
            JwtFault::Algorithm => Self::Algorithm,
            JwtFault::Signature => Self::Signature,
        }
    }
}
