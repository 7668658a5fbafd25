//! Every way a request can fail, and the one table that says what the caller hears of it.
//!
//! The caller hears the protocol's words; our reason goes to the log ([`Fault::reason`]). A new fault does
//! not compile until it has a code, a status and a level.

use http::StatusCode;
use protocol::{ErrorCode, Malformed};
use thiserror::Error;

use crate::federation::AssertionFault;
use crate::grants::client_credentials::MachineFault;
use crate::ports::PortError;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// It does not follow the protocol.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It is not HTTP as this URL takes it.
    #[error(transparent)]
    Transport(#[from] Transport),
    /// The client did not prove who it is (RFC 6749 §2.3).
    #[error(transparent)]
    Client(#[from] ClientFault),
    /// The code or refresh token is not good (RFC 6749 §5.2).
    #[error(transparent)]
    Grant(#[from] GrantFault),
    /// A device has no tokens yet, or will get none (RFC 8628 §3.5).
    #[error(transparent)]
    Device(#[from] DeviceFault),
    /// The access token is not good (RFC 6750 §3.1).
    #[error(transparent)]
    Bearer(#[from] BearerFault),
    /// The authorization request cannot be granted (OpenID Connect Core §3.1.2.6).
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A person is shown why there is no way on.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// What we depend on does not work.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Refused before any protocol was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Transport {
    /// No such URL here, or no such application.
    #[error("there is nothing at this address")]
    NotFound,
    /// The URL exists for other methods.
    #[error("this method is not allowed here")]
    Method,
    /// A body over [`crate::http::Endpoint::largest_body`].
    #[error("the request body is larger than 64 KiB")]
    TooLarge,
    /// RFC 6749 §3.2 asks for a form.
    #[error("the body must be application/x-www-form-urlencoded")]
    MediaType,
    /// A header that is not text.
    #[error("a header is not visible ASCII")]
    Header,
}

/// Client authentication (RFC 6749 §2.3, §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClientFault {
    /// No authentication and no `client_id`.
    #[error("no client authentication")]
    Absent,
    /// No such client.
    #[error("unknown client")]
    Unknown,
    /// A confidential client without its secret.
    #[error("client secret required")]
    SecretRequired,
    /// The secret is another.
    #[error("wrong client secret")]
    WrongSecret,
    /// RFC 6749 §4.4: client credentials of a client that has none.
    #[error("a public client has no credentials of its own")]
    Public,
    /// `Authorization` is not well-formed Basic.
    #[error("unreadable client credentials")]
    Unreadable,
}

/// Codes and refresh tokens (RFC 6749 §5.2 `invalid_grant`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GrantFault {
    /// Nothing of ours.
    #[error("unknown code or token")]
    Unknown,
    /// Past its time.
    #[error("code or token expired")]
    Expired,
    /// Issued to another client.
    #[error("issued to another client")]
    OtherClient,
    /// RFC 6749 §4.1.3: `redirect_uri` differs from the authorization request's.
    #[error("redirect_uri differs")]
    OtherRedirect,
    /// RFC 7636 §4.6: the verifier is not the challenge's.
    #[error("code_verifier does not match")]
    NotProven,
    /// RFC 7636 §4.5: a challenge was given and no verifier.
    #[error("code_verifier missing")]
    ProofMissing,
    /// RFC 9700 §2.1.1: a verifier for a code that had no challenge is a downgrade.
    #[error("code_verifier without code_challenge")]
    ProofUnexpected,
    /// RFC 6749 §4.1.2: the code was used before; everything issued from it is revoked.
    #[error("code replayed")]
    Replayed,
    /// RFC 9700 §4.14.2: a rotated-out refresh token came back; the family is revoked.
    #[error("refresh token reused")]
    Reused,
    /// The grant was revoked.
    #[error("grant revoked")]
    Revoked,
    /// The user may not sign in any more.
    #[error("user inactive")]
    UserInactive,
    /// RFC 7523 §3: the assertion is not good.
    #[error(transparent)]
    Assertion(AssertionFault),
    /// Reference §3.5: the program is not let in.
    #[error(transparent)]
    Machine(MachineFault),
    /// RFC 6749 §6: more scopes than were granted.
    #[error("scope exceeds the grant")]
    ScopeExceeds,
}

/// Requests and polls of devices (RFC 8628 §3.2, §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DeviceFault {
    /// `authorization_pending`: nobody has answered.
    #[error("nobody has answered yet")]
    Pending,
    /// `slow_down`: nobody has answered, and the poll came before its time.
    #[error("polled before its time; wait five seconds longer from now on")]
    TooSoon,
    /// `access_denied`.
    #[error("the person denied the request")]
    Denied,
    /// `expired_token`.
    #[error("the device code has expired")]
    Expired,
    /// An address has made too many requests (RFC 8628 §5.2).
    #[error("too many requests from this address")]
    TooMany,
}

/// Access tokens (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BearerFault {
    /// The request carries none.
    #[error("no access token")]
    Absent,
    /// Unknown, expired or revoked, or its user or session is gone.
    #[error("the access token is not valid")]
    Invalid,
    /// RFC 6750 §3.1: it lacks this scope (OpenID Connect Core §5.3: UserInfo needs `openid`).
    #[error("the access token lacks the {0} scope")]
    NeedsScope(&'static str),
}

/// Well-formed authorization requests that end without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Denied {
    /// OpenID Connect Core §3.1.2.6: `prompt=none` and nobody signed in, or somebody else than hinted.
    #[error("the person is not signed in")]
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6: `prompt=none` and consent to be asked.
    #[error("the person has not consented")]
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6: `prompt=none` and an authorization flow that has to be gone through.
    #[error("the person has to be shown a page")]
    InteractionRequired,
    /// OpenID Connect Core §5.5.1.1, RFC 9470 §5: the person has signed in, and not as well as the request wants.
    #[error("the person cannot sign in as acr_values or the acr claim wants")]
    Unmet,
    /// RFC 6749 §4.1.2.1: the person refused.
    #[error("the person denied the request")]
    AccessDenied,
    /// RFC 6749 §4.1.2.1: the application's policies refuse the person, and no page may be shown.
    #[error("the person may not use this application")]
    Policy,
    /// OpenID Connect Core §3.2.2.1: tokens at once are for `openid` requests.
    #[error("this response type needs the openid scope")]
    NeedsOpenid,
    /// The ID token hint is not one of ours for this client.
    #[error("id_token_hint is not an ID token of this client")]
    BadHint,
}

/// Told to the person on a page, as nothing may be sent to a client (RFC 6749 §4.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageFault {
    /// `client_id` is missing, malformed or unknown.
    #[error("unknown client")]
    UnknownClient,
    /// `redirect_uri` is missing, malformed or not registered.
    #[error("redirect_uri not registered")]
    Redirect,
    /// `post_logout_redirect_uri` is not registered.
    #[error("post_logout_redirect_uri not registered")]
    PostLogoutRedirect,
    /// `id_token_hint` at logout is not an ID token of this client.
    #[error("id_token_hint not ours")]
    LogoutHint,
    /// The form's token is missing or another session's.
    #[error("csrf token missing or wrong")]
    Csrf,
    /// `next` would leave the site or is not an address people are sent to.
    #[error("next is not a place to go")]
    Next,
}

/// Who has to do something about it, as a log level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The caller's mistake.
    Info,
    /// A sign of an attack.
    Warn,
    /// Ours.
    Error,
}

impl Fault {
    /// The `error` on the wire.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(malformed) => malformed.code(),
            Self::Client(ClientFault::Public) => ErrorCode::UnauthorizedClient, // RFC 6749 §5.2
            Self::Client(
                ClientFault::Absent
                | ClientFault::Unknown
                | ClientFault::SecretRequired
                | ClientFault::WrongSecret
                | ClientFault::Unreadable,
            ) => ErrorCode::InvalidClient,
            Self::Grant(
                GrantFault::Unknown
                | GrantFault::Expired
                | GrantFault::OtherClient
                | GrantFault::OtherRedirect
                | GrantFault::NotProven
                | GrantFault::ProofMissing
                | GrantFault::ProofUnexpected
                | GrantFault::Replayed
                | GrantFault::Reused
                | GrantFault::Revoked
                | GrantFault::UserInactive
                | GrantFault::Assertion(_)
                | GrantFault::Machine(_),
            ) => ErrorCode::InvalidGrant,
            Self::Device(DeviceFault::Pending) => ErrorCode::AuthorizationPending,
            Self::Device(DeviceFault::TooSoon) => ErrorCode::SlowDown,
            Self::Device(DeviceFault::Expired) => ErrorCode::ExpiredToken,
            Self::Device(DeviceFault::TooMany) => ErrorCode::TemporarilyUnavailable,
            Self::Bearer(BearerFault::NeedsScope(_)) => ErrorCode::InsufficientScope,
            Self::Bearer(BearerFault::Absent | BearerFault::Invalid) => ErrorCode::InvalidToken,
            Self::Denied(Denied::LoginRequired) => ErrorCode::LoginRequired,
            Self::Denied(Denied::ConsentRequired) => ErrorCode::ConsentRequired,
            Self::Denied(Denied::Unmet) => ErrorCode::UnmetAuthenticationRequirements,
            Self::Denied(Denied::InteractionRequired) => ErrorCode::InteractionRequired,
            Self::Device(DeviceFault::Denied)
            | Self::Denied(Denied::AccessDenied | Denied::Policy) => ErrorCode::AccessDenied,
            Self::Grant(GrantFault::ScopeExceeds) | Self::Denied(Denied::NeedsOpenid) => {
                ErrorCode::InvalidScope
            }
            Self::Denied(Denied::BadHint) | Self::Transport(_) | Self::Page(_) => {
                ErrorCode::InvalidRequest
            }
            Self::Port(_) => ErrorCode::ServerError,
        }
    }

    /// The HTTP status where the answer is not a redirect.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Transport(Transport::NotFound) => StatusCode::NOT_FOUND,
            Self::Transport(Transport::Method) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Transport(Transport::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Transport(Transport::MediaType) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Bearer(BearerFault::NeedsScope(_)) | Self::Page(PageFault::Csrf) => {
                StatusCode::FORBIDDEN // RFC 6750 §3.1
            }
            Self::Bearer(BearerFault::Absent | BearerFault::Invalid) => StatusCode::UNAUTHORIZED,
            Self::Device(DeviceFault::TooMany) => StatusCode::TOO_MANY_REQUESTS, // RFC 6585 §4
            Self::Malformed(_)
            | Self::Transport(Transport::Header)
            | Self::Client(_)
            | Self::Grant(_)
            | Self::Device(_)
            | Self::Denied(_)
            | Self::Page(
                PageFault::UnknownClient
                | PageFault::Redirect
                | PageFault::PostLogoutRedirect
                | PageFault::LogoutHint
                | PageFault::Next,
            ) => StatusCode::BAD_REQUEST,
            Self::Port(PortError::Corrupt(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Port(
                PortError::Throttled(_) | PortError::Contended(_) | PortError::Unavailable(_),
            ) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The `error_description`: what helps an honest developer and tells a stranger nothing. Which of the
    /// checks a client, code or token failed is ours to know.
    pub fn description(&self) -> String {
        match self {
            Self::Malformed(malformed) => malformed.to_string(),
            Self::Transport(transport) => transport.to_string(),
            Self::Client(ClientFault::Public) => {
                "a public client cannot use its own credentials".to_owned()
            }
            Self::Client(_) => "client authentication failed".to_owned(),
            Self::Grant(GrantFault::ScopeExceeds) => {
                "the scope is more than the grant holds".to_owned()
            }
            Self::Grant(GrantFault::Assertion(_) | GrantFault::Machine(_)) => {
                "the assertion or credentials are invalid, expired, used before, or not accepted here"
                    .to_owned()
            }
            Self::Grant(_) => {
                "the code or refresh token is invalid, expired, revoked, or was issued for another \
                 client or redirect URI"
                    .to_owned()
            }
            Self::Device(device) => device.to_string(),
            Self::Bearer(bearer) => bearer.to_string(),
            Self::Denied(denied) => denied.to_string(),
            Self::Page(page) => page.to_string(),
            Self::Port(_) => "the server cannot handle the request right now".to_owned(),
        }
    }

    /// The reason for the log: as precise as we know it, and never a value the caller sent.
    pub fn reason(&self) -> String {
        match self {
            Self::Malformed(Malformed::Repeated(_)) => "a parameter is repeated".to_owned(),
            Self::Malformed(Malformed::ControlCharacter(_)) => "a control character".to_owned(),
            other => other.to_string(),
        }
    }

    /// How it is logged.
    pub fn level(&self) -> Level {
        match self {
            Self::Grant(GrantFault::Assertion(fault)) => fault.level(),
            Self::Grant(GrantFault::Machine(fault)) => fault.level(),
            Self::Grant(
                GrantFault::Replayed
                | GrantFault::Reused
                | GrantFault::OtherClient
                | GrantFault::NotProven
                | GrantFault::ProofMissing
                | GrantFault::ProofUnexpected,
            )
            | Self::Client(ClientFault::WrongSecret)
            | Self::Page(PageFault::Csrf | PageFault::Next) => Level::Warn,
            Self::Port(_) => Level::Error,
            Self::Malformed(_)
            | Self::Transport(_)
            | Self::Client(_)
            | Self::Grant(_)
            | Self::Device(_)
            | Self::Bearer(_)
            | Self::Denied(_)
            | Self::Page(_) => Level::Info,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_tell_which_check_a_code_failed() {
        let said = |fault: GrantFault| {
            let fault = Fault::from(fault);
            (fault.code().as_str(), fault.status(), fault.description())
        };
        for fault in [
            GrantFault::Expired,
            GrantFault::NotProven,
            GrantFault::OtherClient,
        ] {
            assert_eq!(said(fault), said(GrantFault::Unknown));
        }
    }

    #[test]
    fn our_own_failures_never_reach_the_caller_in_words() {
        let fault = Fault::from(PortError::Unavailable("table latchkey at 10.0.0.1".into()));
        assert_eq!(fault.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!fault.description().contains("10.0.0.1"));
    }

    #[test]
    fn what_the_caller_sent_never_reaches_the_log() {
        let fault = Fault::from(Malformed::Repeated("secret-in-a-name".into()));
        assert!(!fault.reason().contains("secret-in-a-name"));
    }
}
