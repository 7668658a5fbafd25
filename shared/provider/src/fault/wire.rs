//! What the caller hears: the one table of codes, statuses and descriptions.

use http::StatusCode;
use protocol::{ErrorCode, Seconds};

use super::{
    BearerFault, ClientFault, Denied, DeviceFault, Fault, GrantFault, PageFault, Transport,
};
use crate::asking::BackchannelFault;
use crate::grants::token_exchange::ExchangeFault;
use crate::ports::PortError;
use crate::registration::RegistrationFault;
use crate::requests::RequestFault;

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
            Self::Transport(Transport::TooMany(_))
            | Self::Device(DeviceFault::TooMany)
            | Self::Backchannel(BackchannelFault::TooMany) => ErrorCode::TemporarilyUnavailable,
            Self::Bearer(BearerFault::NeedsScope(_)) => ErrorCode::InsufficientScope,
            Self::Bearer(BearerFault::Absent | BearerFault::Invalid) => ErrorCode::InvalidToken,
            Self::Denied(Denied::LoginRequired) => ErrorCode::LoginRequired,
            Self::Denied(Denied::ConsentRequired) => ErrorCode::ConsentRequired,
            Self::Denied(Denied::Unmet) => ErrorCode::UnmetAuthenticationRequirements,
            Self::Denied(Denied::InteractionRequired) => ErrorCode::InteractionRequired,
            // RFC 6749 §4.1.2.1: "The resource owner or authorization server denied the request"; §5.2 has nothing nearer.
            Self::Transport(Transport::Suspended)
            | Self::Device(DeviceFault::Denied)
            | Self::Denied(Denied::AccessDenied | Denied::Policy) => ErrorCode::AccessDenied,
            Self::Grant(GrantFault::ScopeExceeds) | Self::Denied(Denied::NeedsOpenid) => {
                ErrorCode::InvalidScope
            }
            Self::Denied(Denied::BadHint)
            | Self::Exchange(_) // RFC 8693 §2.2.2: MUST
            | Self::Backchannel(BackchannelFault::Unsigned | BackchannelFault::NoNotificationToken)
            | Self::Transport(
                Transport::NotFound
                | Transport::Method
                | Transport::TooLarge
                | Transport::MediaType
                | Transport::Header,
            )
            | Self::Page(_) => ErrorCode::InvalidRequest,
            Self::Registration(fault) => fault.code(),
            Self::Port(_) => ErrorCode::ServerError,
        }
    }

    /// How long to wait before it is worth trying again, where the fault says so.
    pub const fn wait(&self) -> Option<Seconds> {
        match self {
            Self::Transport(Transport::TooMany(wait))
            | Self::Registration(RegistrationFault::TooMany(wait))
            | Self::Request(RequestFault::TooMany(wait)) => Some(*wait),
            Self::Malformed(_)
            | Self::Transport(_)
            | Self::Client(_)
            | Self::Grant(_)
            | Self::Exchange(_)
            | Self::Backchannel(_) // the endpoint says when its window ends
            | Self::Device(_) // the same
            | Self::Bearer(_)
            | Self::Proof(_)
            | Self::Request(_)
            | Self::Denied(_)
            | Self::Page(_)
            | Self::Registration(_)
            | Self::Port(_) => None,
        }
    }

    /// The HTTP status where the answer is not a redirect.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Transport(Transport::NotFound) => StatusCode::NOT_FOUND,
            Self::Transport(Transport::Method) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Transport(Transport::TooLarge) | Self::Request(RequestFault::TooLarge) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Transport(Transport::MediaType) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Transport(Transport::Suspended) // RFC 9110 §15.5.4: refused, whatever the credentials
            | Self::Bearer(BearerFault::NeedsScope(_))
            | Self::Page(PageFault::Csrf)
            | Self::Registration(RegistrationFault::Denied) => {
                StatusCode::FORBIDDEN // RFC 6750 §3.1, RFC 7592 §2.2
            }
            Self::Bearer(BearerFault::Absent | BearerFault::Invalid)
            // RFC 6749 §5.2. Where a client only named itself, authentik says 400 (reference §1.1).
            | Self::Client(ClientFault::Absent | ClientFault::Identity(_)) => StatusCode::UNAUTHORIZED,
            Self::Transport(Transport::TooMany(_))
            | Self::Device(DeviceFault::TooMany)
            | Self::Backchannel(BackchannelFault::TooMany)
            | Self::Registration(RegistrationFault::TooMany(_))
            | Self::Request(RequestFault::TooMany(_)) => {
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
}
