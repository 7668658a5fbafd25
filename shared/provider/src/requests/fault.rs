//! Why an authorization request is not taken, and what the client hears of it.

use protocol::{ErrorCode, Seconds};
use thiserror::Error;

use crate::jwt::JwtFault;
use crate::ports::FetchError;

/// The first rule that an authorization request breaks, beside its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RequestFault {
    /// RFC 9101 §5: the two stand for each other.
    #[error("request and request_uri are both given")]
    TwoRequests,
    /// RFC 9126 §2.1.
    #[error("request_uri must not be pushed")]
    UriPushed,
    /// RFC 9126 §4: nothing of ours, another client's, used, or past its time. A client cannot tell which.
    #[error("request_uri is unknown, used, expired or another client's")]
    NoSuchRequest,
    /// RFC 9126 §2.3: 413.
    #[error("a pushed request of this client may have 16 KiB")]
    TooLarge,
    /// RFC 9126 §2.3: 429, for so long.
    #[error("too many requests are pushed; wait a while")]
    TooMany(Seconds),
    /// RFC 9101 §10.4: only what the client registered is fetched.
    #[error("request_uri is not registered")]
    UnregisteredUri,
    /// RFC 9101 §5.2.
    #[error("the request object cannot be fetched")]
    NotFetched(FetchError),
    /// RFC 9101 §5.2: the document is no text, and so no request object.
    #[error("there is no request object at request_uri")]
    NoText,
    /// RFC 9101 §6.2.
    #[error("the request object is not signed by the client")]
    Signature(JwtFault),
    /// RFC 9101 §4, §10.8: it is meant for somebody or something else.
    #[error("the request object's {0} is missing or wrong")]
    Object(&'static str),
    /// RFC 9126 §6, FAPI 2.0 §5.3.2.2.
    #[error("this client has to push its authorization requests")]
    NotPushed,
    /// RFC 9101 §10.5, FAPI 2.0 Message Signing §5.3.1.
    #[error("this client has to sign its authorization requests")]
    NotSigned,
    /// RFC 7591 §2: `response_types` and `grant_types` of the client.
    #[error("this client may not use this response_type")]
    ResponseType,
    /// RFC 7636 §4.4.1, RFC 9700 §2.1.1.
    #[error("code_challenge with the method S256 is required")]
    NeedsChallenge,
    /// OpenID Connect Core §5.5.
    #[error("claims must be a JSON object of requests for claims, at most 8 KiB")]
    Claims,
    /// RFC 8707 §2.
    #[error("resource must be one of this client's")]
    Target,
    /// RFC 9396 §5.
    #[error("authorization_details {0}")]
    Details(&'static str),
    /// RFC 9449 §10.1.
    #[error("dpop_jkt is not the key of the DPoP proof")]
    OtherKey,
    /// A rule of FAPI 2.0: see [`crate::fapi`].
    #[error("FAPI 2.0: {0}")]
    Profile(&'static str),
}

impl RequestFault {
    /// The `error` this becomes.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NoSuchRequest | Self::UnregisteredUri | Self::NotFetched(_) | Self::NoText => {
                ErrorCode::InvalidRequestUri
            }
            Self::Signature(_) | Self::Object(_) => ErrorCode::InvalidRequestObject,
            Self::ResponseType => ErrorCode::UnauthorizedClient, // RFC 6749 §4.1.2.1
            Self::Target => ErrorCode::InvalidTarget,
            Self::Details(_) => ErrorCode::InvalidAuthorizationDetails,
            Self::TooMany(_) => ErrorCode::TemporarilyUnavailable,
            Self::TwoRequests
            | Self::TooLarge
            | Self::UriPushed
            | Self::NotPushed
            | Self::NotSigned
            | Self::NeedsChallenge
            | Self::Claims
            | Self::OtherKey
            | Self::Profile(_) => ErrorCode::InvalidRequest,
        }
    }

    /// The reason for the log, where it is more than what the client is told.
    pub fn reason(self) -> String {
        match self {
            Self::NotFetched(why) => why.to_string(),
            Self::Signature(why) => why.to_string(),
            other => other.to_string(),
        }
    }
}
