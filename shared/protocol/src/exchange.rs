//! Token exchange: a token for another (RFC 8693).

use crate::error::Malformed;
use crate::params::Params;
use crate::scope::Scopes;
use crate::secret::Secret;

/// `grant_type` (RFC 8693 §2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Most targets of one request, `resource` and `audience` together.
const MOST_TARGETS: usize = 8;

/// The kinds of tokens that are taken or given (§3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An access token of this server.
    AccessToken,
    /// An ID token of this server.
    IdToken,
    /// A JWT that somebody signed whom the client trusts.
    Jwt,
}

impl TokenType {
    /// Its identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::IdToken => "urn:ietf:params:oauth:token-type:id_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
        }
    }

    fn parse(name: &'static str, text: &str) -> Result<Self, Malformed> {
        let all = [Self::AccessToken, Self::IdToken, Self::Jwt];
        let known = all.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or(Malformed::Invalid(
            name,
            "the identifier of access_token, id_token or jwt",
        ))
    }
}

/// A token that is brought.
#[derive(Clone, Debug)]
pub struct Brought {
    /// What it is said to be.
    pub kind: TokenType,
    /// The token.
    pub token: Secret,
}

/// What is to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An access token.
    AccessToken,
    /// An ID token.
    IdToken,
}

impl Wanted {
    /// `issued_token_type` (§2.2.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => TokenType::AccessToken.as_str(),
            Self::IdToken => TokenType::IdToken.as_str(),
        }
    }
}

/// A request (RFC 8693 §2.1).
#[derive(Clone, Debug)]
pub struct ExchangeRequest {
    /// On whose behalf the new token is to be.
    pub subject: Brought,
    /// Who is to act; `None`: the client.
    pub actor: Option<Brought>,
    /// What is asked for.
    pub wanted: Wanted,
    /// `scope`; `None`: as much as there can be.
    pub scopes: Option<Scopes>,
    /// `resource`: where the token is to be used, by URL.
    pub resources: Vec<String>,
    /// `audience`: as above, by name.
    pub audiences: Vec<String>,
}

impl ExchangeRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], with its code of RFC 6749 §5.2.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        let (resources, audiences) = (params.all("resource")?, params.all("audience")?);
        if resources.len() + audiences.len() > MOST_TARGETS {
            return Err(Malformed::Invalid("audience", "named at most eight times"));
        }
        let own = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        Ok(Self {
            subject: Brought {
                kind: TokenType::parse(
                    "subject_token_type",
                    params.required("subject_token_type")?,
                )?,
                token: Secret::new(params.required("subject_token")?),
            },
            actor: actor(params)?,
            wanted: wanted(params.optional("requested_token_type")?)?,
            scopes: params.optional("scope")?.map(Scopes::parse).transpose()?,
            resources: own(resources),
            audiences: own(audiences),
        })
    }
}

/// §2.1: `actor_token_type` is REQUIRED beside an `actor_token`, and MUST NOT be included otherwise.
fn actor(params: &Params) -> Result<Option<Brought>, Malformed> {
    let kind = params.optional("actor_token_type")?;
    match (params.optional("actor_token")?, kind) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Malformed::Missing("actor_token")),
        (Some(_), None) => Err(Malformed::Missing("actor_token_type")),
        (Some(token), Some(kind)) => Ok(Some(Brought {
            kind: TokenType::parse("actor_token_type", kind)?,
            token: Secret::new(token),
        })),
    }
}

/// Left out, it is for the server to say (§2.1): an access token. A refresh token would outlive what it was got for.
fn wanted(kind: Option<&str>) -> Result<Wanted, Malformed> {
    match kind {
        None => Ok(Wanted::AccessToken),
        Some(kind) if kind == TokenType::AccessToken.as_str() => Ok(Wanted::AccessToken),
        Some(kind) if kind == TokenType::IdToken.as_str() => Ok(Wanted::IdToken),
        Some(_) => Err(Malformed::Invalid(
            "requested_token_type",
            "the identifier of access_token or id_token",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    const SUBJECT: &str =
        "subject_token=s&subject_token_type=urn:ietf:params:oauth:token-type:access_token";

    fn parse(rest: &str) -> Result<ExchangeRequest, Malformed> {
        ExchangeRequest::parse(&Params::parse(rest.as_bytes()).unwrap())
    }

    #[test]
    fn rfc8693_2_1_subject_token_and_its_type_are_required() {
        assert_eq!(
            parse("").unwrap_err(),
            Malformed::Missing("subject_token_type")
        );
        let alone = "subject_token_type=urn:ietf:params:oauth:token-type:jwt";
        assert_eq!(
            parse(alone).unwrap_err(),
            Malformed::Missing("subject_token")
        );
        let request = parse(SUBJECT).unwrap();
        assert_eq!(request.subject.kind, TokenType::AccessToken);
        assert_eq!(request.wanted, Wanted::AccessToken);
        assert!(request.actor.is_none() && request.scopes.is_none());
    }

    #[test]
    fn rfc8693_2_1_actor_token_and_its_type_go_together() {
        let with = |rest: &str| parse(&format!("{SUBJECT}&{rest}"));
        let alone = with("actor_token=a").unwrap_err();
        assert_eq!(alone, Malformed::Missing("actor_token_type"));
        let alone = with("actor_token_type=urn:ietf:params:oauth:token-type:jwt").unwrap_err();
        assert_eq!(alone, Malformed::Missing("actor_token"));
        let both = "actor_token=a&actor_token_type=urn:ietf:params:oauth:token-type:id_token";
        assert_eq!(with(both).unwrap().actor.unwrap().kind, TokenType::IdToken);
    }

    #[test]
    fn rfc8693_3_other_kinds_of_tokens_are_an_invalid_request() {
        for kind in ["refresh_token", "saml1", "saml2", "x"] {
            let kind = format!("urn:ietf:params:oauth:token-type:{kind}");
            for request in [
                format!("subject_token=s&subject_token_type={kind}"),
                format!("{SUBJECT}&actor_token=a&actor_token_type={kind}"),
                format!("{SUBJECT}&requested_token_type={kind}"),
            ] {
                let code = parse(&request).unwrap_err().code();
                assert_eq!(code, ErrorCode::InvalidRequest, "{request}");
            }
        }
        let jwt = format!("{SUBJECT}&requested_token_type={}", TokenType::Jwt.as_str());
        assert!(parse(&jwt).is_err(), "what kind of JWT is not said");
        let id = format!(
            "{SUBJECT}&requested_token_type={}",
            TokenType::IdToken.as_str()
        );
        assert_eq!(parse(&id).unwrap().wanted, Wanted::IdToken);
    }

    #[test]
    fn rfc8693_2_1_there_may_be_several_targets() {
        let several = "audience=a&resource=https://x&audience=b&resource=https://y";
        let request = parse(&format!("{SUBJECT}&{several}")).unwrap();
        assert_eq!(request.audiences, ["a", "b"]);
        assert_eq!(request.resources, ["https://x", "https://y"]);
        let many = "&audience=a".repeat(9);
        assert!(parse(&format!("{SUBJECT}{many}")).is_err());
    }

    #[test]
    fn what_is_brought_is_not_printed() {
        let both = "actor_token=hush&actor_token_type=urn:ietf:params:oauth:token-type:jwt";
        let subject = SUBJECT.replace("=s&", "=hush&");
        let shown = format!("{:?}", parse(&format!("{subject}&{both}")).unwrap());
        assert!(!shown.contains("hush"), "{shown}");
    }
}
