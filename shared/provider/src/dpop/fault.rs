//! Why a proof of a key does not hold.

use protocol::ErrorCode;
use thiserror::Error;

use crate::fault::Level;

/// The first check that a proof did not pass. The client is told which, as all of it is its own making.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofFault {
    /// RFC 9449 §7.1: there is none beside a token that is bound.
    #[error("a DPoP proof is required")]
    Absent,
    /// RFC 9449 §5.2: there is none, and the client gets no tokens without. No proof is bad, so a part of the request is
    /// missing (RFC 6749 §5.2).
    #[error("a DPoP proof is required")]
    Needed,
    /// RFC 8705 §3: there is none, and the client gets no tokens without.
    #[error("a client certificate is required")]
    NoCertificate,
    /// RFC 9449 §4.3, item 1.
    #[error("there is more than one DPoP header")]
    Several,
    /// Items 2 and 3.
    #[error("the DPoP proof is not a JWT with jti, htm, htu and iat")]
    NotProof,
    /// Item 4.
    #[error("the DPoP proof's typ is not dpop+jwt")]
    Typ,
    /// Item 5.
    #[error("the DPoP proof's alg is not one that is supported, or not its key's")]
    Algorithm,
    /// Item 6.
    #[error("the DPoP proof is not signed with the key in its jwk")]
    Signature,
    /// Item 7.
    #[error("the DPoP proof's jwk is not a public key for its alg")]
    Key,
    /// Item 8.
    #[error("the DPoP proof's htm is another method")]
    Method,
    /// Item 9.
    #[error("the DPoP proof's htu is another URL")]
    Url,
    /// Item 10, §8 and §9: a nonce of ours is wanted, and comes with this answer.
    #[error("the DPoP proof needs the nonce of this answer")]
    Nonce,
    /// Item 11.
    #[error("the DPoP proof was not made just now")]
    Time,
    /// Item 12.
    #[error("the DPoP proof's ath is not the access token's hash")]
    Token,
    /// §11.1.
    #[error("the DPoP proof was used before")]
    Replayed,
}

impl ProofFault {
    /// The `error` on the wire (§5, §7.1, §8).
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Needed | Self::NoCertificate => ErrorCode::InvalidRequest,
            Self::Nonce => ErrorCode::UseDpopNonce,
            Self::Absent
            | Self::Several
            | Self::NotProof
            | Self::Typ
            | Self::Algorithm
            | Self::Signature
            | Self::Key
            | Self::Method
            | Self::Url
            | Self::Time
            | Self::Token
            | Self::Replayed => ErrorCode::InvalidDpopProof,
        }
    }

    /// How it is logged.
    pub const fn level(self) -> Level {
        match self {
            Self::Replayed | Self::Token | Self::Signature => Level::Warn,
            Self::Absent
            | Self::Needed
            | Self::NoCertificate
            | Self::Several
            | Self::NotProof
            | Self::Typ
            | Self::Algorithm
            | Self::Key
            | Self::Method
            | Self::Url
            | Self::Nonce
            | Self::Time => Level::Info,
        }
    }
}
