//! Error codes of the protocols, and the ways a request can be malformed.

use std::borrow::Cow;

use thiserror::Error;

/// An `error` value a client may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6.
    InteractionRequired,
    /// OpenID Connect Core Error Code `unmet_authentication_requirements` 1.0 §1; RFC 9470 §5.
    UnmetAuthenticationRequirements,
    /// OpenID Connect Core §3.1.2.6 and §6.
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6 and §6.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
    /// RFC 8628 §3.5.
    AuthorizationPending,
    /// RFC 8628 §3.5.
    SlowDown,
    /// RFC 8628 §3.5.
    ExpiredToken,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// CIBA Core §13.
    UnknownUserId,
    /// CIBA Core §13.
    InvalidBindingMessage,
    /// RFC 7591 §3.2.2.
    InvalidRedirectUri,
    /// RFC 7591 §3.2.2.
    InvalidClientMetadata,
    /// RFC 7591 §3.2.2.
    InvalidSoftwareStatement,
    /// RFC 7591 §3.2.2.
    UnapprovedSoftwareStatement,
    /// RFC 9449 §5, §7.1.
    InvalidDpopProof,
    /// RFC 9449 §8, §9.
    UseDpopNonce,
    /// RFC 8707 §2.
    InvalidTarget,
    /// RFC 9101 §7, OpenID Connect Core §3.1.2.6.
    InvalidRequestObject,
    /// RFC 9101 §7, OpenID Connect Core §3.1.2.6.
    InvalidRequestUri,
    /// RFC 9396 §5.
    InvalidAuthorizationDetails,
}

impl ErrorCode {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::ServerError => "server_error",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnknownUserId => "unknown_user_id",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidSoftwareStatement => "invalid_software_statement",
            Self::UnapprovedSoftwareStatement => "unapproved_software_statement",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
        }
    }
}

/// A request that does not follow the protocol. Its `Display` is what the caller is told.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// A required parameter is absent or empty (RFC 6749 §3.1: empty counts as omitted).
    #[error("{0} is required")]
    Missing(&'static str),
    /// RFC 6749 §3.1, §3.2: parameters MUST NOT be included more than once.
    #[error("{} is given more than once", known(.0))]
    Repeated(String),
    /// A name or value is not UTF-8 after percent-decoding (RFC 6749 appendix B).
    #[error("the request is not valid UTF-8 after percent-decoding")]
    Encoding,
    /// A value holds CR, LF, NUL or another control character.
    #[error("{} contains a control character", known(.0))]
    ControlCharacter(String),
    /// More parameters than are read.
    #[error("there are more than 100 parameters")]
    TooMany,
    /// CIBA Core §13: `binding_message` is too long or not plain text.
    #[error("binding_message must be plain text of at most 100 characters")]
    BindingMessage,
    /// A value breaks its grammar: the parameter, and what it must be.
    #[error("{0} must be {1}")]
    Invalid(&'static str, &'static str),
    /// A `grant_type` this server does not have (RFC 6749 §5.2).
    #[error("this grant_type is not supported")]
    UnsupportedGrantType,
    /// A `response_type` this server does not have (RFC 6749 §4.1.2.1).
    #[error("this response_type is not supported")]
    UnsupportedResponseType,
    /// `request` (OpenID Connect Core §6.1).
    #[error("request objects are not supported")]
    RequestObject,
    /// `request_uri` (OpenID Connect Core §6.2).
    #[error("request_uri is not supported")]
    RequestUri,
    /// `registration` (OpenID Connect Core §7.2.1).
    #[error("registration is not supported")]
    Registration,
    /// More than one way of client authentication or of sending a token (RFC 6749 §2.3, RFC 6750 §2).
    #[error("{0} is sent in more than one way")]
    TwoWays(&'static str),
}

/// A parameter's name, where it is one of ours: what a stranger made up is not repeated to a client.
fn known(name: &str) -> &str {
    const NAMES: [&str; 41] = [
        "Authorization",
        "access_token",
        "acr_values",
        "actor_token",
        "actor_token_type",
        "assertion",
        "audience",
        "auth_req_id",
        "binding_message",
        "client_assertion",
        "client_id",
        "client_notification_token",
        "client_secret",
        "code",
        "code_challenge",
        "code_challenge_method",
        "code_verifier",
        "device_code",
        "grant_type",
        "id_token_hint",
        "login_hint",
        "login_hint_token",
        "max_age",
        "nonce",
        "post_logout_redirect_uri",
        "prompt",
        "redirect_uri",
        "refresh_token",
        "registration",
        "request",
        "request_uri",
        "requested_expiry",
        "requested_token_type",
        "resource",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "subject_token",
        "subject_token_type",
        "token",
    ];
    NAMES
        .into_iter()
        .find(|known| *known == name)
        .unwrap_or("a parameter")
}

impl Malformed {
    /// The `error` this becomes.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::UnsupportedGrantType => ErrorCode::UnsupportedGrantType,
            Self::UnsupportedResponseType => ErrorCode::UnsupportedResponseType,
            Self::RequestObject => ErrorCode::RequestNotSupported,
            Self::RequestUri => ErrorCode::RequestUriNotSupported,
            Self::Registration => ErrorCode::RegistrationNotSupported,
            Self::BindingMessage => ErrorCode::InvalidBindingMessage,
            Self::Invalid("scope", _) => ErrorCode::InvalidScope,
            Self::Missing(_)
            | Self::Repeated(_)
            | Self::Encoding
            | Self::TooMany
            | Self::ControlCharacter(_)
            | Self::Invalid(..)
            | Self::TwoWays(_) => ErrorCode::InvalidRequest,
        }
    }
}

/// Keeps an `error_description` inside its alphabet, `%x20-21 / %x23-5B / %x5D-7E`, and short
/// (RFC 6749 §4.1.2.1, §5.2). The caller's own words can be part of it, so it is always filtered.
pub fn description(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 200;
    let fits = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    if text.len() <= LONGEST && text.chars().all(fits) {
        return Cow::Borrowed(text);
    }
    text.chars()
        .take(LONGEST)
        .map(|c| if fits(c) { c } else { '?' })
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_stranger_made_up_is_not_repeated() {
        let said = Malformed::Repeated("your account is locked".into()).to_string();
        assert_eq!(said, "a parameter is given more than once");
        assert_eq!(
            Malformed::Repeated("scope".into()).to_string(),
            "scope is given more than once"
        );
    }

    #[test]
    fn rfc6749_5_2_error_description_stays_inside_its_alphabet() {
        assert_eq!(description("plain words"), "plain words");
        assert_eq!(description("a\"b\\c\r\nü"), "a?b?c???");
        assert_eq!(description(&"x".repeat(500)).len(), 200);
    }
}
