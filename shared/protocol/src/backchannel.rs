//! Client-initiated backchannel authentication (OpenID Connect CIBA Core 1.0): the request of a client, its answer, and
//! its polls.

use serde::Serialize;

use crate::error::Malformed;
use crate::params::Params;
use crate::scope::Scopes;
use crate::secret::Secret;
use crate::time::Seconds;

/// `grant_type` of a poll (CIBA Core §10.1).
pub const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";

/// What a request consists of (§7.1).
pub const PARAMETERS: [&str; 9] = [
    "scope",
    "client_notification_token",
    "acr_values",
    "login_hint_token",
    "id_token_hint",
    "login_hint",
    "binding_message",
    "user_code",
    "requested_expiry",
];

/// The longest `binding_message`, in characters: it has to fit on a small screen (§7.1).
const LONGEST_MESSAGE: usize = 100;

/// The longest `client_notification_token`, in characters (§7.1).
const LONGEST_TOKEN: usize = 1024;

/// The longest `login_hint`, in bytes.
const LONGEST_HINT: usize = 255;

/// What a client asks for (§7.1). Who asks is told by client authentication.
#[derive(Clone, Debug)]
pub struct BackchannelRequest {
    /// `scope`, with `openid` in it.
    pub scopes: Scopes,
    /// Who is meant: exactly one hint.
    pub hint: Hint,
    /// What both the person and whoever they deal with see.
    pub binding_message: Option<String>,
    /// `acr_values`, the best first.
    pub acr_values: Vec<String>,
    /// `requested_expiry`.
    pub requested_expiry: Option<Seconds>,
    /// What the client is told with that somebody has answered.
    pub notification_token: Option<Secret>,
}

/// Who is meant.
#[derive(Clone, Debug)]
pub enum Hint {
    /// `login_hint`: a user name or an e-mail address.
    Login(String),
    /// `id_token_hint`: an ID token that the client has.
    IdToken(Secret),
}

impl BackchannelRequest {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Malformed`], with its code of CIBA Core §13.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated()?; // §7.1: MUST NOT be included more than once
        let scopes = Scopes::parse(params.required("scope")?)?;
        if !scopes.contains("openid") {
            return Err(Malformed::Invalid("scope", "with openid in it")); // §7.1: MUST
        }
        let acr_values = params.optional("acr_values")?.unwrap_or_default();
        Ok(Self {
            scopes,
            hint: Hint::parse(params)?,
            binding_message: message(params)?,
            acr_values: acr_values.split_whitespace().map(str::to_owned).collect(),
            requested_expiry: expiry(params)?,
            notification_token: notification_token(params)?,
        })
    }
}

impl Hint {
    /// §7.1: it is REQUIRED that there is one hint, and that there is one only.
    fn parse(params: &Params) -> Result<Self, Malformed> {
        if params.optional("login_hint_token")?.is_some() {
            return Err(Malformed::Invalid(
                "login_hint_token",
                "left out: use login_hint or id_token_hint",
            ));
        }
        match (
            params.optional("login_hint")?,
            params.optional("id_token_hint")?,
        ) {
            (Some(login), None) if login.len() <= LONGEST_HINT => Ok(Self::Login(login.to_owned())),
            (Some(_), None) => Err(Malformed::Invalid("login_hint", "at most 255 bytes")),
            (None, Some(token)) => Ok(Self::IdToken(Secret::new(token))),
            (None, None) => Err(Malformed::Missing("login_hint")),
            (Some(_), Some(_)) => Err(Malformed::TwoWays("the hint")),
        }
    }
}

/// §7.1: plain text on one line. Other whitespace and direction marks could make it look like something else.
fn message(params: &Params) -> Result<Option<String>, Malformed> {
    let Some(text) = params.optional("binding_message")? else {
        return Ok(None);
    };
    let plain = |c: char| c == ' ' || c.is_alphanumeric() || c.is_ascii_punctuation();
    if text.chars().count() > LONGEST_MESSAGE || !text.chars().all(plain) {
        return Err(Malformed::BindingMessage);
    }
    Ok(Some(text.to_owned()))
}

/// §7.1: a positive integer.
fn expiry(params: &Params) -> Result<Option<Seconds>, Malformed> {
    let Some(text) = params.optional("requested_expiry")? else {
        return Ok(None);
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse::<u32>().unwrap_or(u32::MAX); // whoever wishes more gets no more
    if !digits || seconds == 0 {
        return Err(Malformed::Invalid("requested_expiry", "a positive integer"));
    }
    Ok(Some(Seconds(seconds.into())))
}

/// §7.1: at most 1024 characters, a bearer token (RFC 6750 §2.1): `=` stands at its end alone.
fn notification_token(params: &Params) -> Result<Option<Secret>, Malformed> {
    let Some(text) = params.optional("client_notification_token")? else {
        return Ok(None);
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let token = text.trim_end_matches('=');
    if text.len() > LONGEST_TOKEN || token.is_empty() || !token.chars().all(allowed) {
        return Err(Malformed::Invalid(
            "client_notification_token",
            "a bearer token of at most 1024 characters",
        ));
    }
    Ok(Some(Secret::new(text)))
}

/// What the client is told (§7.3).
#[derive(Serialize)]
pub struct BackchannelResponse {
    /// What it polls with.
    pub auth_req_id: String,
    /// Seconds until that is no longer good.
    pub expires_in: Seconds,
    /// Seconds to wait between polls.
    pub interval: Seconds,
}

/// A poll (§10.1).
#[derive(Clone, Debug)]
pub struct BackchannelPoll {
    /// `auth_req_id`.
    pub auth_req_id: Secret,
}

impl BackchannelPoll {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], with its code of RFC 6749 §5.2.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        Ok(Self {
            auth_req_id: Secret::new(params.required("auth_req_id")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn parse(raw: &str) -> Result<BackchannelRequest, Malformed> {
        BackchannelRequest::parse(&Params::parse(raw.as_bytes()).unwrap())
    }

    fn with(rest: &str) -> Result<BackchannelRequest, Malformed> {
        parse(&format!("scope=openid&login_hint=ada&{rest}"))
    }

    #[test]
    fn ciba_7_1_scope_is_required_and_has_openid() {
        assert_eq!(
            parse("login_hint=a").unwrap_err(),
            Malformed::Missing("scope")
        );
        let without = parse("scope=profile&login_hint=a").unwrap_err();
        assert_eq!(without.code(), ErrorCode::InvalidScope);
        assert!(with("").is_ok());
    }

    #[test]
    fn ciba_7_1_there_is_exactly_one_hint() {
        for wrong in [
            "scope=openid",
            "scope=openid&login_hint=a&id_token_hint=b",
            "scope=openid&login_hint_token=a",
            "scope=openid&login_hint=a&login_hint_token=b",
        ] {
            assert_eq!(
                parse(wrong).unwrap_err().code(),
                ErrorCode::InvalidRequest,
                "{wrong}"
            );
        }
        let hinted = parse("scope=openid&id_token_hint=t").unwrap().hint;
        assert!(matches!(hinted, Hint::IdToken(token) if token.expose() == "t"));
    }

    #[test]
    fn ciba_7_1_a_binding_message_is_short_plain_text() {
        let shown = with("binding_message=Order+%23W4SCT,+12.50").unwrap();
        assert_eq!(
            shown.binding_message.as_deref(),
            Some("Order #W4SCT, 12.50")
        );
        for bad in ["x".repeat(101), "a%E2%80%AEb".into(), "a%E2%80%A8b".into()] {
            let refused = with(&format!("binding_message={bad}")).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidBindingMessage, "{bad}");
        }
    }

    #[test]
    fn ciba_7_1_requested_expiry_is_a_positive_integer() {
        let asked = with("requested_expiry=120").unwrap().requested_expiry;
        assert_eq!(asked, Some(Seconds(120)));
        let for_ever = with("requested_expiry=99999999999")
            .unwrap()
            .requested_expiry;
        assert_eq!(for_ever, Some(Seconds(u32::MAX.into())));
        for bad in ["0", "00", "-1", "%2B1", "1.5", "soon"] {
            assert!(with(&format!("requested_expiry={bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn ciba_7_1_a_notification_token_is_at_most_1024_characters_of_a_bearer_token() {
        let longest = "a".repeat(1024);
        assert!(with(&format!("client_notification_token={longest}")).is_ok());
        assert!(with("client_notification_token=YQ==").is_ok());
        let bad = ["a+b", "%C3%A4", "a=b", "=", "=="];
        let bad = bad.map(str::to_owned).into_iter();
        for bad in bad.chain([format!("{longest}a")]) {
            assert!(
                with(&format!("client_notification_token={bad}")).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn ciba_7_1_no_parameter_is_included_twice() {
        assert!(with("login_hint=b").is_err());
    }
}
