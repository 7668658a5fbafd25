//! Requests to the authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).

mod acr;
mod response;

pub use acr::Acr;
pub use response::{RESPONSE_TYPES, ReplyTo, ResponseType};

use crate::error::Malformed;
use crate::ids::ClientId;
use crate::params::Params;
use crate::pkce::Challenge;
use crate::scope::Scopes;
use crate::secret::{Digest, Secret};
use crate::time::Seconds;
use response::check_mode;

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
    /// Whether the answer is wanted as a signed JWT (JARM §2.3).
    pub signed_answer: bool,
    /// `claims`, unread (OpenID Connect Core §5.5).
    pub claims: Option<String>,
    /// `authorization_details`, unread (RFC 9396 §2).
    pub details: Option<String>,
    /// `resource`, each as sent (RFC 8707 §2).
    pub resources: Vec<String>,
    /// `dpop_jkt`: the key that whoever redeems the code has to prove (RFC 9449 §10).
    pub dpop_key: Option<String>,
}

impl AuthorizeRequest {
    /// Reads everything but the [`Addressee`] and the state.
    ///
    /// # Errors
    /// [`Malformed`], to be sent to the client by redirect.
    pub fn parse(params: &Params, dialect: Dialect) -> Result<Self, Malformed> {
        params.nothing_repeated_but(&["resource"])?; // RFC 8707 §2
        params.optional("state")?;
        // OIDC Core §6.1, §6.2, §7.2.1: what is not supported here has an error of its own. Where request objects are,
        // the parameters are those that they hold.
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
            signed_answer: ReplyTo::parse(params).signed,
            claims: params.optional("claims")?.map(str::to_owned),
            details: params.optional("authorization_details")?.map(str::to_owned),
            resources: owned(&params.all("resource")?),
            dpop_key: params.optional("dpop_jkt")?.map(thumbprint).transpose()?,
        })
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// RFC 9449 §10: a SHA-256 in base64url.
fn thumbprint(text: &str) -> Result<String, Malformed> {
    match Digest::decode(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(Malformed::Invalid("dpop_jkt", "43 characters of base64url")),
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
mod tests;
