//! Every way a request can fail, and the one table that says what the caller hears of it.
//!
//! The caller hears the protocol's words; our reason goes to the log ([`Fault::reason`]). A new fault does
//! not compile until it has a code, a status and a level.

use http::StatusCode;
use protocol::{ErrorCode, Malformed};
use thiserror::Error;

use crate::asking::BackchannelFault;
use crate::clients::IdentityFault;
use crate::dpop::ProofFault;
use crate::federation::AssertionFault;
use crate::grants::client_credentials::MachineFault;
use crate::grants::token_exchange::ExchangeFault;
use crate::jwt::JwtFault;
use crate::ports::PortError;
use crate::registration::RegistrationFault;
use crate::requests::RequestFault;

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
    /// Nothing is given in exchange for a token (RFC 8693 §2.2.2).
    #[error(transparent)]
    Exchange(#[from] ExchangeFault),
    /// Nobody is asked, or can be (CIBA Core §13).
    #[error(transparent)]
    Backchannel(#[from] BackchannelFault),
    /// A device has no tokens yet, or will get none (RFC 8628 §3.5).
    #[error(transparent)]
    Device(#[from] DeviceFault),
    /// The access token is not good (RFC 6750 §3.1).
    #[error(transparent)]
    Bearer(#[from] BearerFault),
    /// The key that tokens are to be bound to was not proved (RFC 9449 §4.3, RFC 8705 §3).
    #[error(transparent)]
    Proof(#[from] ProofFault),
    /// The authorization request breaks a rule of its client or of the way it came (RFC 9101, RFC 9126).
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// The authorization request cannot be granted (OpenID Connect Core §3.1.2.6).
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A person is shown why there is no way on.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// A client is not registered (RFC 7591 §3.2.2).
    #[error(transparent)]
    Registration(#[from] RegistrationFault),
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
    /// RFC 6749 §5.2: a grant that the client may not use.
    #[error("the client may not use this grant")]
    OtherGrant,
    /// `Authorization` is not well-formed Basic.
    #[error("unreadable client credentials")]
    Unreadable,
    /// Its assertion or certificate is not good, or it came with another proof than it registered.
    #[error(transparent)]
    Identity(IdentityFault),
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
    /// RFC 9449 §5, §10: bound to a key that this request does not prove.
    #[error("bound to another key")]
    OtherKey,
    /// RFC 8707 §2.2: a resource that was not granted, or that the client may have no tokens for.
    #[error("resource not granted")]
    Target,
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
            Self::Request(request) => request.code(),
            Self::Client(ClientFault::Public | ClientFault::OtherGrant)
            | Self::Exchange(ExchangeFault::NotAllowed)
            | Self::Backchannel(BackchannelFault::NotAllowed) => ErrorCode::UnauthorizedClient, // RFC 6749 §5.2
            Self::Client(
                ClientFault::Absent
                | ClientFault::Unknown
                | ClientFault::SecretRequired
                | ClientFault::WrongSecret
                | ClientFault::Unreadable
                | ClientFault::Identity(_),
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
                | GrantFault::OtherKey
                | GrantFault::Assertion(_)
                | GrantFault::Machine(_),
            ) => ErrorCode::InvalidGrant,
            Self::Grant(GrantFault::Target) | Self::Exchange(ExchangeFault::Target) => {
                ErrorCode::InvalidTarget
            }
            Self::Proof(proof) => proof.code(),
            Self::Backchannel(BackchannelFault::UnknownUser) => ErrorCode::UnknownUserId,
            Self::Device(DeviceFault::Pending) => ErrorCode::AuthorizationPending,
            Self::Device(DeviceFault::TooSoon) => ErrorCode::SlowDown,
            Self::Device(DeviceFault::Expired) | Self::Backchannel(BackchannelFault::Expired) => {
                ErrorCode::ExpiredToken
            }
            Self::Device(DeviceFault::TooMany) | Self::Backchannel(BackchannelFault::TooMany) => {
                ErrorCode::TemporarilyUnavailable
            }
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
            Self::Denied(Denied::BadHint)
            | Self::Exchange(_) // RFC 8693 §2.2.2: MUST
            | Self::Backchannel(BackchannelFault::Unsigned | BackchannelFault::NoNotificationToken)
            | Self::Transport(_)
            | Self::Page(_) => ErrorCode::InvalidRequest,
            Self::Registration(fault) => fault.code(),
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
            Self::Bearer(BearerFault::Absent | BearerFault::Invalid)
            | Self::Client(ClientFault::Identity(_)) => StatusCode::UNAUTHORIZED,
            Self::Device(DeviceFault::TooMany)
            | Self::Backchannel(BackchannelFault::TooMany)
            | Self::Registration(RegistrationFault::TooMany) => {
                StatusCode::TOO_MANY_REQUESTS // RFC 6585 §4
            }
            Self::Malformed(_)
            | Self::Request(_)
            | Self::Transport(Transport::Header)
            | Self::Client(_)
            | Self::Grant(_)
            | Self::Proof(_)
            | Self::Device(_)
            | Self::Exchange(_)
            | Self::Backchannel(_)
            | Self::Denied(_)
            | Self::Registration(_) // RFC 7591 §3.2.2
            | Self::Page(
                PageFault::UnknownClient
                | PageFault::Redirect
                | PageFault::PostLogoutRedirect
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
            Self::Request(request) => request.to_string(),
            Self::Transport(transport) => transport.to_string(),
            Self::Client(ClientFault::Public) => {
                "a public client cannot use its own credentials".to_owned()
            }
            Self::Client(ClientFault::OtherGrant) => "the client may not use this grant".to_owned(),
            Self::Client(_) => "client authentication failed".to_owned(),
            Self::Grant(GrantFault::ScopeExceeds) => {
                "the scope is more than the grant holds".to_owned()
            }
            Self::Grant(GrantFault::Target) => {
                "the resource is not one that tokens may be for".to_owned()
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
            Self::Proof(proof) => proof.to_string(),
            Self::Exchange(exchange) => exchange.description().to_owned(),
            Self::Backchannel(backchannel) => backchannel.to_string(),
            Self::Device(device) => device.to_string(),
            Self::Bearer(bearer) => bearer.to_string(),
            Self::Denied(denied) => denied.to_string(),
            Self::Page(page) => page.to_string(),
            Self::Registration(RegistrationFault::Statement(_)) => {
                "the software statement is not valid".to_owned()
            }
            Self::Registration(fault) => fault.to_string(),
            Self::Port(_) => "the server cannot handle the request right now".to_owned(),
        }
    }

    /// The reason for the log: as precise as we know it, and never a value the caller sent.
    pub fn reason(&self) -> String {
        match self {
            Self::Malformed(Malformed::Repeated(_)) => "a parameter is repeated".to_owned(),
            Self::Malformed(Malformed::ControlCharacter(_)) => "a control character".to_owned(),
            Self::Request(request) => request.reason(),
            other => other.to_string(),
        }
    }

    /// How it is logged.
    pub fn level(&self) -> Level {
        match self {
            Self::Grant(GrantFault::Assertion(fault)) => fault.level(),
            Self::Grant(GrantFault::Machine(fault)) => fault.level(),
            Self::Client(ClientFault::Identity(fault)) => fault.level(),
            Self::Grant(
                GrantFault::Replayed
                | GrantFault::Reused
                | GrantFault::OtherClient
                | GrantFault::NotProven
                | GrantFault::ProofMissing
                | GrantFault::ProofUnexpected
                | GrantFault::OtherKey,
            )
            | Self::Client(ClientFault::WrongSecret)
            | Self::Registration(
                RegistrationFault::Statement(JwtFault::Signature) | RegistrationFault::OtherSecret,
            )
            | Self::Page(PageFault::Csrf | PageFault::Next) => Level::Warn,
            Self::Proof(proof) => proof.level(),
            Self::Exchange(exchange) => exchange.level(),
            Self::Port(_) => Level::Error,
            Self::Malformed(_)
            | Self::Request(_)
            | Self::Transport(_)
            | Self::Client(_)
            | Self::Grant(_)
            | Self::Device(_)
            | Self::Backchannel(_)
            | Self::Bearer(_)
            | Self::Denied(_)
            | Self::Registration(_)
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
