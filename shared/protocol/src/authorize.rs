//! Requests to the authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

mod acr;

pub use acr::Acr;

use crate::error::Malformed;
use crate::ids::ClientId;
use crate::params::Params;
use crate::pkce::Challenge;
use crate::redirect::ResponseMode;
use crate::scope::Scopes;
use crate::secret::Secret;
use crate::time::Seconds;

/// Whom an answer may go to: read first, since nothing may be sent anywhere until the client and its
/// redirect URI are known to belong together (RFC 6749 §4.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// `client_id`.
    pub client_id: ClientId,
    /// `redirect_uri` as sent, unchecked; `None` where it is left out.
    pub redirect_uri: Option<String>,
}

impl Addressee {
    /// Reads `client_id` and `redirect_uri`.
    ///
    /// # Errors
    /// [`Malformed`] where either cannot be read; that is told to the person, never to a client.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        Ok(Self {
            client_id: ClientId::parse(params.required("client_id")?)?,
            redirect_uri: params.optional("redirect_uri")?.map(str::to_owned),
        })
    }
}

/// How to answer, good news or bad: as much as can be read, so that even an error about one of the two
/// is delivered in the mode asked for and with the state sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyTo {
    /// `response_mode`, or the default where it is absent or unreadable.
    pub mode: ResponseMode,
    /// `state`, echoed unchanged (RFC 6749 §4.1.2).
    pub state: Option<String>,
}

impl ReplyTo {
    /// Reads `response_mode` and `state` without complaint.
    ///
    /// A mode that would put tokens into a query is no mode to answer in (Multiple Response Types §2.1, §5).
    pub fn parse(params: &Params) -> Self {
        let text = |name| params.optional(name).ok().flatten();
        let kind = text("response_type").and_then(ResponseType::parse);
        let usual = kind.map(ResponseType::default_mode).unwrap_or_default();
        Self {
            mode: text("response_mode")
                .and_then(|mode| ResponseMode::parse(mode).ok())
                .filter(|mode| usual != ResponseMode::Fragment || *mode != ResponseMode::Query)
                .unwrap_or(usual),
            state: text("state").map(str::to_owned),
        }
    }
}

/// `response_type`: what is answered at once (OpenID Connect Core §3, Multiple Response Types §3, §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseType {
    /// A code.
    pub code: bool,
    /// An ID token.
    pub id_token: bool,
    /// An access token.
    pub token: bool,
}

/// The types there are, in the order and spelling of authentik's metadata (reference §2.5).
pub const RESPONSE_TYPES: [&str; 6] = [
    "code",
    "id_token",
    "id_token token",
    "code token",
    "code id_token",
    "code id_token token",
];

impl ResponseType {
    /// Reads the space-delimited set, in any order (Multiple Response Types §3); `None` for one we do not
    /// have, such as a bare `token`.
    pub fn parse(text: &str) -> Option<Self> {
        let sorted = |text: &str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let words = sorted(text);
        let known = RESPONSE_TYPES.iter().any(|known| sorted(known) == words);
        let has = |name: &str| words.iter().any(|word| word == name);
        known.then(|| Self {
            code: has("code"),
            id_token: has("id_token"),
            token: has("token"),
        })
    }

    /// Where the answer is put unless asked otherwise (Multiple Response Types §5).
    pub const fn default_mode(self) -> ResponseMode {
        if self.id_token || self.token {
            ResponseMode::Fragment
        } else {
            ResponseMode::Query
        }
    }

    /// The flow's name, as authentik's policies see it in `oauth_grant_type`.
    pub const fn flow(self) -> &'static str {
        match (self.code, self.id_token || self.token) {
            (true, false) => "authorization_code",
            (true, true) => "hybrid",
            (false, _) => "implicit",
        }
    }

    /// Whether an access token is handed out at once. `id_token` brings one as well, though OpenID Connect Core
    /// §3.2.2.5 has none there: authentik's clients rely on it (reference §2.5, §11 row 3).
    pub const fn gives_access_token(self) -> bool {
        self.token || (self.id_token && !self.code)
    }
}

/// Whose parameters these are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// OAuth 2.0 and OpenID Connect.
    #[default]
    Oauth,
    /// GitHub's: `response_type` may be left out, and scopes are parted by commas or spaces.
    Github,
}

/// `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// `none`: no page may be shown.
    pub none: bool,
    /// `login`, and `select_account`, which a fresh sign-in satisfies: ask who it is again.
    pub login: bool,
    /// `consent`: ask for consent even where it is on record.
    pub consent: bool,
}

impl Prompt {
    /// Reads the space-delimited list; words we do not know are ignored.
    ///
    /// # Errors
    /// [`Malformed::Invalid`] where `none` stands with any other value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let has = |word| words.contains(&word);
        if has("none") && words.len() > 1 {
            return Err(Malformed::Invalid(
                "prompt",
                "none alone, or other values without none",
            ));
        }
        Ok(Self {
            none: has("none"),
            login: has("login") || has("select_account"),
            consent: has("consent"),
        })
    }
}

/// An authorization request.
#[derive(Clone, Debug)]
pub struct AuthorizeRequest {
    /// `response_type`.
    pub response_type: ResponseType,
    /// `scope` as asked; empty where none was.
    pub scopes: Scopes,
    /// `nonce`, to be repeated in the ID token.
    pub nonce: Option<String>,
    /// `prompt`.
    pub prompt: Prompt,
    /// `max_age`: the person must have signed in at most this long ago.
    pub max_age: Option<Seconds>,
    /// `acr_values`, or `acr` in `claims`: how well the person must have proved who they are.
    pub acr: Acr,
    /// `ui_locales`: languages the person reads, the best first, parted by spaces.
    pub ui_locales: Option<String>,
    /// `login_hint`: who the client thinks it is.
    pub login_hint: Option<String>,
    /// `id_token_hint`: an ID token of ours for the person the client expects.
    pub id_token_hint: Option<Secret>,
    /// PKCE (RFC 7636 §4.3).
    pub challenge: Option<Challenge>,
}

impl AuthorizeRequest {
    /// Reads everything but the [`Addressee`] and the state.
    ///
    /// # Errors
    /// [`Malformed`], to be sent to the client by redirect.
    pub fn parse(params: &Params, dialect: Dialect) -> Result<Self, Malformed> {
        params.nothing_repeated()?;
        params.optional("state")?;
        // OIDC Core §6.1, §6.2, §7.2.1: what we do not support has an error of its own.
        for (name, refusal) in [
            ("request", Malformed::RequestObject),
            ("request_uri", Malformed::RequestUri),
            ("registration", Malformed::Registration),
        ] {
            if params.optional(name)?.is_some() {
                return Err(refusal);
            }
        }
        let response_type = match (params.optional("response_type")?, dialect) {
            (None, Dialect::Github) => "code",
            _ => params.required("response_type")?,
        };
        let response_type =
            ResponseType::parse(response_type).ok_or(Malformed::UnsupportedResponseType)?;
        check_mode(params, response_type)?;
        let nonce = params
            .optional("nonce")?
            .map(bounded("nonce"))
            .transpose()?;
        if response_type.id_token && nonce.is_none() {
            return Err(Malformed::Missing("nonce")); // OIDC Core §3.2.2.1, §3.3.2.11: REQUIRED
        }
        Ok(Self {
            response_type,
            scopes: dialect.scopes(params.optional("scope")?.unwrap_or_default())?,
            nonce,
            prompt: Prompt::parse(params.optional("prompt")?.unwrap_or_default())?,
            max_age: params.optional("max_age")?.map(max_age).transpose()?,
            acr: Acr::parse(params)?,
            ui_locales: params.optional("ui_locales")?.map(str::to_owned),
            login_hint: params.optional("login_hint")?.map(str::to_owned),
            id_token_hint: params.optional("id_token_hint")?.map(Secret::new),
            challenge: Challenge::parse(params)?,
        })
    }
}

impl Dialect {
    fn scopes(self, text: &str) -> Result<Scopes, Malformed> {
        match self {
            Self::Oauth => Scopes::parse(text),
            Self::Github => Scopes::parse(&text.replace(',', " ")),
        }
    }
}

/// Multiple Response Types §5: a token never travels in a query.
fn check_mode(params: &Params, kind: ResponseType) -> Result<(), Malformed> {
    let Some(mode) = params.optional("response_mode")? else {
        return Ok(());
    };
    let mode = ResponseMode::parse(mode)?;
    if mode == ResponseMode::Query && kind.default_mode() == ResponseMode::Fragment {
        return Err(Malformed::Invalid(
            "response_mode",
            "fragment or form_post where a token is asked for",
        ));
    }
    Ok(())
}

fn max_age(text: &str) -> Result<Seconds, Malformed> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = digits.then(|| text.parse().ok()).flatten();
    seconds
        .map(Seconds)
        .ok_or(Malformed::Invalid("max_age", "a whole number of seconds"))
}

/// A nonce is stored and then repeated in every token of the request, so it has a bound.
fn bounded(name: &'static str) -> impl Fn(&str) -> Result<String, Malformed> {
    move |text| match text.len() {
        0..=512 => Ok(text.to_owned()),
        _ => Err(Malformed::Invalid(name, "at most 512 bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn parse(raw: &str) -> Result<AuthorizeRequest, Malformed> {
        AuthorizeRequest::parse(&Params::parse(raw.as_bytes()).unwrap(), Dialect::Oauth)
    }

    fn refused(raw: &str) -> ErrorCode {
        parse(raw).expect_err(raw).code()
    }

    #[test]
    fn rfc6749_4_1_1_response_type_is_required_and_must_be_known() {
        assert_eq!(refused("scope=openid"), ErrorCode::InvalidRequest);
        assert_eq!(
            refused("response_type=token"),
            ErrorCode::UnsupportedResponseType
        );
        assert!(parse("response_type=code").is_ok());
    }

    #[test]
    fn multiple_response_types_3_the_order_does_not_matter() {
        for (text, flow) in [
            ("code", "authorization_code"),
            ("id_token", "implicit"),
            ("token id_token", "implicit"),
            ("token code", "hybrid"),
            ("id_token code", "hybrid"),
            ("token id_token code", "hybrid"),
        ] {
            assert_eq!(ResponseType::parse(text).unwrap().flow(), flow, "{text}");
        }
        for unknown in ["token", "none", "code code", "code  token", "", "Code"] {
            assert!(ResponseType::parse(unknown).is_none(), "{unknown}");
        }
    }

    #[test]
    fn multiple_response_types_5_tokens_never_travel_in_a_query() {
        for kind in ["id_token", "id_token+token", "code+token", "code+id_token"] {
            let raw = format!("response_type={kind}&nonce=n&response_mode=query&scope=openid");
            assert_eq!(refused(&raw), ErrorCode::InvalidRequest, "{kind}");
            let params = Params::parse(raw.as_bytes()).unwrap();
            assert_eq!(ReplyTo::parse(&params).mode, ResponseMode::Fragment);
        }
        assert!(parse("response_type=code&response_mode=query").is_ok());
        assert!(parse("response_type=code&response_mode=fragment").is_ok());
    }

    #[test]
    fn oidc_core_3_2_2_1_a_nonce_is_required_with_an_id_token() {
        for kind in [
            "id_token",
            "id_token+token",
            "code+id_token",
            "code+id_token+token",
        ] {
            assert_eq!(
                refused(&format!("response_type={kind}")),
                ErrorCode::InvalidRequest
            );
            assert!(parse(&format!("response_type={kind}&nonce=n")).is_ok());
        }
        assert!(parse("response_type=code+token").is_ok());
    }

    #[test]
    fn github_clients_leave_out_the_response_type_and_part_scopes_by_commas() {
        let params = Params::parse(b"scope=user:email,read:org").unwrap();
        let request = AuthorizeRequest::parse(&params, Dialect::Github).unwrap();
        assert!(request.response_type.code && request.scopes.contains("read:org"));
        assert!(AuthorizeRequest::parse(&params, Dialect::Oauth).is_err());
    }

    #[test]
    fn rfc6749_3_1_request_parameters_must_not_repeat() {
        assert_eq!(
            refused("response_type=code&nonce=a&nonce=b"),
            ErrorCode::InvalidRequest
        );
        assert_eq!(
            refused("response_type=code&x=a&x=b"),
            ErrorCode::InvalidRequest
        );
    }

    #[test]
    fn oidc_core_3_1_2_1_prompt_none_stands_alone() {
        for bad in ["none+login", "login+none", "none+unknown"] {
            assert_eq!(
                refused(&format!("response_type=code&prompt={bad}")),
                ErrorCode::InvalidRequest
            );
        }
        let prompt = parse("response_type=code&prompt=login++consent+other")
            .unwrap()
            .prompt;
        assert_eq!(
            prompt,
            Prompt {
                none: false,
                login: true,
                consent: true
            }
        );
        assert!(Prompt::parse("select_account").unwrap().login);
        assert!(
            !Prompt::parse("None").unwrap().none,
            "values are case-sensitive"
        );
    }

    #[test]
    fn oidc_core_3_1_2_1_max_age_is_a_number_of_seconds() {
        assert_eq!(
            parse("response_type=code&max_age=0").unwrap().max_age,
            Some(Seconds(0))
        );
        for bad in ["-1", "1.5", "x", "99999999999999999999", "+1"] {
            assert_eq!(
                refused(&format!("response_type=code&max_age={bad}")),
                ErrorCode::InvalidRequest
            );
        }
    }

    #[test]
    fn oidc_core_3_1_2_6_unsupported_parameters_have_their_own_errors() {
        for (name, code) in [
            ("request", ErrorCode::RequestNotSupported),
            ("request_uri", ErrorCode::RequestUriNotSupported),
            ("registration", ErrorCode::RegistrationNotSupported),
        ] {
            assert_eq!(refused(&format!("response_type=code&{name}=x")), code);
        }
    }

    #[test]
    fn an_unknown_response_mode_is_answered_in_the_default_mode() {
        let params = Params::parse(b"response_type=code&response_mode=web&state=s").unwrap();
        let reply = ReplyTo::parse(&params);
        assert_eq!(
            (reply.mode, reply.state.as_deref()),
            (ResponseMode::Query, Some("s"))
        );
        assert_eq!(
            AuthorizeRequest::parse(&params, Dialect::Oauth)
                .unwrap_err()
                .code(),
            ErrorCode::InvalidRequest
        );
    }

    #[test]
    fn a_state_with_a_line_break_is_refused_and_not_echoed() {
        let params = Params::parse(b"response_type=code&state=a%0d%0aSet-Cookie:x").unwrap();
        assert_eq!(ReplyTo::parse(&params).state, None);
        assert!(AuthorizeRequest::parse(&params, Dialect::Oauth).is_err());
    }
}
