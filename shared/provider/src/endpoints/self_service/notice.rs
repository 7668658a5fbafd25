//! What was done, as the next page says it (RFC 9110 §15.4.4: a POST is followed by a GET). It travels as a word in the URL, of which only these are known.

use crate::http::Call;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A session ended.
    SessionEnded,
    /// All other sessions ended.
    OthersEnded,
    /// A consent was taken back.
    ConsentRevoked,
    /// An authenticator got another name.
    AuthenticatorRenamed,
    /// An authenticator was removed.
    AuthenticatorRemoved,
    /// A token was removed.
    TokenRemoved,
    /// A client's request was allowed.
    RequestAllowed,
    /// A client's request was refused.
    RequestRefused,
    /// It was to be allowed, and the application is not theirs to use.
    RequestDenied,
    /// There was nothing to do: it was gone already.
    Gone,
}

impl Notice {
    const ALL: [Self; 10] = [
        Self::SessionEnded,
        Self::OthersEnded,
        Self::ConsentRevoked,
        Self::AuthenticatorRenamed,
        Self::AuthenticatorRemoved,
        Self::TokenRemoved,
        Self::RequestAllowed,
        Self::RequestRefused,
        Self::RequestDenied,
        Self::Gone,
    ];

    /// The word; the text people read is `user-notice-<word>`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionEnded => "session-ended",
            Self::OthersEnded => "others-ended",
            Self::ConsentRevoked => "consent-revoked",
            Self::AuthenticatorRenamed => "authenticator-renamed",
            Self::AuthenticatorRemoved => "authenticator-removed",
            Self::TokenRemoved => "token-removed",
            Self::RequestAllowed => "request-allowed",
            Self::RequestRefused => "request-refused",
            Self::RequestDenied => "request-denied",
            Self::Gone => "gone",
        }
    }

    /// The one that a request's URL names.
    pub fn of(call: &Call<'_>) -> Option<Self> {
        let query = call.query().ok()?;
        let word = query.optional("notice").ok()??;
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }

    /// That something was done, or that it had been before.
    pub(super) const fn done_or_gone(self, done: bool) -> Self {
        if done { self } else { Self::Gone }
    }
}
