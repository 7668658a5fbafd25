//! Why a token is not exchanged. The text is for the log.

use thiserror::Error;

use crate::fault::Level;

/// The check of RFC 8693 that a request did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ExchangeFault {
    /// Nothing is exchanged for this client, or not in this way.
    #[error("the client may not exchange tokens in this way")]
    NotAllowed,
    /// §2.2.2: the token is not one of ours that works, or not one that the client trusts.
    #[error("a token that was brought does not work")]
    Token,
    /// §2.2.2: the token was issued to a client whose tokens this one may not bring.
    #[error("a token that was brought is of a client that is not trusted")]
    OtherClient,
    /// §4.4: the token is encrypted, and what it says of who may act cannot be read.
    #[error("a token that was brought is encrypted, and its claims cannot be read")]
    Encrypted,
    /// RFC 9449 §7, RFC 8705 §3: the token is bound to a key that the request does not prove to have.
    #[error("a token that was brought is bound to another key")]
    Bound,
    /// §4.4: the subject token says who may act, and it is somebody else.
    #[error("may_act of the subject token names another party")]
    MayAct,
    /// §4.1: `act` that names no actor, or a chain of them longer than anybody looks at.
    #[error("act names no actor, or too many")]
    Chain,
    /// The application's policies refuse.
    #[error("the application's policies refuse")]
    Policy,
    /// The ID token is of no use to whoever it is for.
    #[error("an ID token needs openid and a person, and is for the client alone")]
    NoIdToken,
    /// §2.2.2: the client may not get tokens for this target.
    #[error("the target is not one the client may get tokens for")]
    Target,
}

impl ExchangeFault {
    /// How it is logged.
    pub const fn level(self) -> Level {
        match self {
            Self::OtherClient | Self::Bound | Self::MayAct => Level::Warn,
            Self::NotAllowed
            | Self::Token
            | Self::Encrypted
            | Self::Chain
            | Self::Policy
            | Self::NoIdToken
            | Self::Target => Level::Info,
        }
    }

    /// What the caller is told: which of the checks a token failed is ours to know.
    pub const fn description(self) -> &'static str {
        match self {
            Self::NotAllowed => "the client may not exchange tokens in this way",
            Self::Target => "the client may not get tokens for this audience or resource",
            Self::NoIdToken => "an ID token needs openid and a person, and is for the client alone",
            Self::Token
            | Self::OtherClient
            | Self::Encrypted
            | Self::Bound
            | Self::MayAct
            | Self::Chain
            | Self::Policy => {
                "a token that was brought is invalid, expired, or not one this client may exchange"
            }
        }
    }
}
