//! Why a client is not registered (RFC 7591 §3.2.2).

use protocol::{ErrorCode, Seconds};
use thiserror::Error;

use crate::jwt::JwtFault;

/// The first rule that what a client says of itself breaks.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RegistrationFault {
    /// The body is no JSON object (RFC 7591 §3.1), or names a member twice.
    #[error("the body must be a JSON object (application/json), each member once")]
    NotJson,
    /// `invalid_redirect_uri`.
    #[error("redirect_uris must be {0}")]
    Redirect(&'static str),
    /// `invalid_client_metadata`: a member, and what it must be.
    #[error("{0} must be {1}")]
    Metadata(&'static str, &'static str),
    /// `invalid_client_metadata`, in words that name the member.
    #[error("{0}")]
    Other(String),
    /// The document at `sector_identifier_uri` cannot be had, or does not list all redirect URIs (OpenID Connect
    /// Registration §5).
    #[error(
        "sector_identifier_uri must lead to a JSON array that has all of redirect_uris, one at least, and with CIBA jwks_uri"
    )]
    Sector,
    /// RFC 7592 §2.2: `client_id` must be the client's.
    #[error("client_id must be that of this client")]
    OtherClient,
    /// RFC 7592 §2.2: a `client_secret` that is sent must be the client's.
    #[error("client_secret must be that of this client, or left out")]
    OtherSecret,
    /// `invalid_software_statement`.
    #[error("the software statement is not valid: {0}")]
    Statement(JwtFault),
    /// `invalid_software_statement`: it says something that it must not.
    #[error("the software statement is expired, or does not say what it must")]
    StatementSays,
    /// `invalid_software_statement`: it is a JWT of another kind, or for somebody else.
    #[error("the JWT is not a software statement for this server")]
    OtherJwt,
    /// `unapproved_software_statement`.
    #[error("the software statement is not by anybody who may vouch for clients here")]
    Unapproved,
    /// The policies of the application do not have such a client, or no longer (RFC 7592 §2.2: 403).
    #[error("the policies of this application do not let such a client in")]
    Denied,
    /// An address registers, or a client changes, too often; for so long.
    #[error("too many requests to register or change clients; wait a while")]
    TooMany(Seconds),
}

impl RegistrationFault {
    /// The `error` on the wire.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::NotJson => ErrorCode::InvalidRequest,
            Self::Redirect(_) => ErrorCode::InvalidRedirectUri,
            Self::Metadata(..)
            | Self::Other(_)
            | Self::Sector
            | Self::OtherClient
            | Self::OtherSecret => ErrorCode::InvalidClientMetadata,
            Self::Statement(_) | Self::StatementSays | Self::OtherJwt => {
                ErrorCode::InvalidSoftwareStatement
            }
            Self::Unapproved => ErrorCode::UnapprovedSoftwareStatement,
            Self::Denied => ErrorCode::AccessDenied,
            Self::TooMany(_) => ErrorCode::TemporarilyUnavailable,
        }
    }
}
