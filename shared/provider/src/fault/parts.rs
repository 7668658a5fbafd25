//! Faults by what they are about.

use protocol::Seconds;
use thiserror::Error;

use crate::clients::IdentityFault;
use crate::federation::AssertionFault;
use crate::grants::client_credentials::MachineFault;

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
    /// The tenant is suspended: whoever runs the installation serves nobody there for now.
    #[error("this service is suspended")]
    Suspended,
    /// The tenant's limits are used up; for so long.
    #[error("too many requests; wait a while")]
    TooMany(Seconds),
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
