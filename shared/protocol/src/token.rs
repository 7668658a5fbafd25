//! Requests to and answers of the token endpoint (RFC 6749 §3.2, §5).

use serde::Serialize;
use serde_json::Value;

use crate::backchannel::{self, BackchannelPoll};
use crate::device::{self, DeviceRequest};
use crate::error::Malformed;
use crate::exchange::{self, ExchangeRequest};
use crate::params::Params;
use crate::pkce::Verifier;
use crate::scope::Scopes;
use crate::secret::Secret;
use crate::time::Seconds;

/// What a client asks for, one variant a grant.
#[derive(Clone, Debug)]
pub enum TokenRequest {
    /// `grant_type=authorization_code`.
    Code(CodeRequest),
    /// `grant_type=refresh_token`.
    Refresh(RefreshRequest),
    /// `grant_type=client_credentials`, and authentik's alias of it, `password`.
    Machine(MachineRequest),
    /// `grant_type=urn:ietf:params:oauth:grant-type:device_code`.
    Device(DeviceRequest),
    /// `grant_type=urn:ietf:params:oauth:grant-type:token-exchange`.
    Exchange(ExchangeRequest),
    /// `grant_type=urn:openid:params:grant-type:ciba`.
    Backchannel(BackchannelPoll),
}

/// `grant_type` of a JWT as an authorization grant (RFC 7523 §2.1).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Parameters of token requests that may be repeated (RFC 8707 §2, RFC 8693 §2.1).
pub const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// RFC 6749 §4.1.3 with RFC 7636 §4.5.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// `code`.
    pub code: Secret,
    /// `redirect_uri`; required where the authorization request had one.
    pub redirect_uri: Option<String>,
    /// `code_verifier`.
    pub verifier: Option<Verifier>,
    /// `resource`, each as sent: some of those that were granted (RFC 8707 §2.2); none: all of them.
    pub resources: Vec<String>,
    /// `authorization_details`, unread: some of those that were granted (RFC 9396 §6); `None` means all of them.
    pub details: Option<String>,
}

/// RFC 6749 §6.
#[derive(Clone, Debug)]
pub struct RefreshRequest {
    /// `refresh_token`.
    pub refresh_token: Secret,
    /// `scope`; `None` means all that was granted.
    pub scopes: Option<Scopes>,
    /// `resource`, as in [`CodeRequest`].
    pub resources: Vec<String>,
    /// `authorization_details`, as in [`CodeRequest`].
    pub details: Option<String>,
}

/// RFC 6749 §4.4, RFC 7521 §4.2 and authentik's forms of it (reference §3.5).
#[derive(Clone, Debug)]
pub struct MachineRequest {
    /// The `grant_type` it came with.
    pub grant: MachineGrant,
    /// `scope`; none requested is none granted.
    pub scopes: Scopes,
    /// How the program shows who it is.
    pub flavour: Flavour,
    /// `code_verifier`: of no meaning here, but policies may see it (reference §9.2).
    pub verifier: Option<Secret>,
    /// `resource`, each as sent: whom the token is for (RFC 8707 §2.2).
    pub resources: Vec<String>,
}

/// The names of one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineGrant {
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 6749 §4.3 by name only: passwords of people are not taken (reference §3.2).
    Password,
    /// RFC 7523 §2.1: always by an assertion.
    JwtBearer,
}

impl MachineGrant {
    /// The `grant_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::JwtBearer => JWT_BEARER,
        }
    }
}

/// How a program shows who it is, in the order in which they are looked for (reference §3.5).
#[derive(Clone, Debug)]
pub enum Flavour {
    /// A JWT somebody else signed (RFC 7523 §2.2).
    Assertion {
        /// `client_assertion_type`.
        kind: String,
        /// `client_assertion`; authentik takes it from `client_secret` where it is left out.
        assertion: Secret,
    },
    /// The same as the grant itself (RFC 7523 §2.1).
    Grant {
        /// `assertion`.
        assertion: Secret,
    },
    /// A user's name with one of their app passwords.
    AppPassword {
        /// `username`.
        username: String,
        /// `password`.
        password: Secret,
    },
    /// The client secret, or what stands in its place.
    Secret,
}

impl TokenRequest {
    /// Whether the client has to show its secret, if it has one, before the request is looked at. The others
    /// show something else in its place (reference §3.2), and what that is the request says.
    ///
    /// # Errors
    /// [`Malformed`] where `grant_type` cannot be read.
    pub fn needs_secret(params: &Params) -> Result<bool, Malformed> {
        let grant_type = params.optional("grant_type")?;
        Ok(!matches!(
            grant_type,
            Some("client_credentials" | "password" | device::GRANT_TYPE | JWT_BEARER)
        ))
    }

    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], with its code of RFC 6749 §5.2.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated_but(&REPEATABLE)?;
        match params.required("grant_type")? {
            "authorization_code" => CodeRequest::parse(params).map(Self::Code),
            "refresh_token" => RefreshRequest::parse(params).map(Self::Refresh),
            "client_credentials" => {
                MachineRequest::parse(MachineGrant::ClientCredentials, params).map(Self::Machine)
            }
            "password" => MachineRequest::parse(MachineGrant::Password, params).map(Self::Machine),
            JWT_BEARER => MachineRequest::parse(MachineGrant::JwtBearer, params).map(Self::Machine),
            device::GRANT_TYPE => DeviceRequest::parse(params).map(Self::Device),
            exchange::GRANT_TYPE => ExchangeRequest::parse(params).map(Self::Exchange),
            backchannel::GRANT_TYPE => BackchannelPoll::parse(params).map(Self::Backchannel),
            _ => Err(Malformed::UnsupportedGrantType),
        }
    }

    /// The name under which the request is logged.
    pub const fn grant_type(&self) -> &'static str {
        match self {
            Self::Code(_) => "authorization_code",
            Self::Refresh(_) => "refresh_token",
            Self::Machine(request) => request.grant.as_str(),
            Self::Device(_) => device::GRANT_TYPE,
            Self::Exchange(_) => exchange::GRANT_TYPE,
            Self::Backchannel(_) => backchannel::GRANT_TYPE,
        }
    }
}

impl CodeRequest {
    fn parse(params: &Params) -> Result<Self, Malformed> {
        Ok(Self {
            code: Secret::new(params.required("code")?),
            redirect_uri: params.optional("redirect_uri")?.map(str::to_owned),
            verifier: params
                .optional("code_verifier")?
                .map(Verifier::parse)
                .transpose()?,
            resources: resources(params)?,
            details: params.optional("authorization_details")?.map(str::to_owned),
        })
    }
}

impl RefreshRequest {
    fn parse(params: &Params) -> Result<Self, Malformed> {
        Ok(Self {
            refresh_token: Secret::new(params.required("refresh_token")?),
            scopes: params.optional("scope")?.map(Scopes::parse).transpose()?,
            resources: resources(params)?,
            details: params.optional("authorization_details")?.map(str::to_owned),
        })
    }
}

impl MachineRequest {
    fn parse(grant: MachineGrant, params: &Params) -> Result<Self, Malformed> {
        let scopes = params.optional("scope")?.map(Scopes::parse).transpose()?;
        Ok(Self {
            grant,
            scopes: scopes.unwrap_or_default(),
            flavour: match grant {
                MachineGrant::ClientCredentials | MachineGrant::Password => Flavour::parse(params)?,
                MachineGrant::JwtBearer => Flavour::Grant {
                    assertion: Secret::new(params.required("assertion")?), // RFC 7523 §2.1: REQUIRED
                },
            },
            verifier: params.optional("code_verifier")?.map(Secret::new),
            resources: resources(params)?,
        })
    }
}

/// RFC 8707 §2: there may be several.
fn resources(params: &Params) -> Result<Vec<String>, Malformed> {
    let sent = params.all("resource")?;
    Ok(sent.into_iter().map(str::to_owned).collect())
}

impl Flavour {
    fn parse(params: &Params) -> Result<Self, Malformed> {
        let assertion = params.optional("client_assertion")?;
        if let Some(kind) = params.optional("client_assertion_type")? {
            let assertion = match (assertion, params.optional("client_secret")?) {
                (Some(assertion), _) | (None, Some(assertion)) => Secret::new(assertion),
                (None, None) => return Err(Malformed::Missing("client_assertion")),
            };
            return Ok(Self::Assertion {
                kind: kind.to_owned(),
                assertion,
            });
        }
        if assertion.is_some() {
            return Err(Malformed::Missing("client_assertion_type")); // RFC 7521 §4.2: REQUIRED
        }
        let Some(username) = params.optional("username")? else {
            return Ok(Self::Secret);
        };
        Ok(Self::AppPassword {
            username: username.to_owned(),
            password: Secret::new(params.required("password")?),
        })
    }
}

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// `Bearer` (RFC 6750), `DPoP` (RFC 9449 §5) or `N_A` (RFC 8693 §2.2.1).
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: Seconds,
    /// What was granted, which may be less than asked (RFC 6749 §3.3).
    pub scope: String,
    /// What kind of token `access_token` is, where another was exchanged for it (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// The ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The refresh token, where `offline_access` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What was granted in detail (RFC 9396 §7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorCode;

    fn parse(raw: &str) -> Result<TokenRequest, Malformed> {
        TokenRequest::parse(&Params::parse(raw.as_bytes()).unwrap())
    }

    #[test]
    fn rfc6749_5_2_grant_type_is_required_and_must_be_known() {
        assert_eq!(
            parse("code=x").unwrap_err().code(),
            ErrorCode::InvalidRequest
        );
        let unknown = parse("grant_type=magic").unwrap_err();
        assert_eq!(unknown.code(), ErrorCode::UnsupportedGrantType);
    }

    #[test]
    fn rfc6749_4_1_3_code_is_required() {
        let missing = parse("grant_type=authorization_code&redirect_uri=x").unwrap_err();
        assert_eq!(missing, Malformed::Missing("code"));
    }

    #[test]
    fn rfc6749_6_refresh_token_is_required_and_scope_optional() {
        assert_eq!(
            parse("grant_type=refresh_token").unwrap_err(),
            Malformed::Missing("refresh_token")
        );
        let Ok(TokenRequest::Refresh(request)) = parse("grant_type=refresh_token&refresh_token=t")
        else {
            panic!("a refresh request")
        };
        assert!(request.scopes.is_none());
    }

    fn machine(raw: &str) -> Result<MachineRequest, Malformed> {
        parse(raw).map(|request| match request {
            TokenRequest::Machine(request) => request,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn reference_3_5_the_flavour_is_the_first_that_is_there() {
        let flavour = |rest: &str| machine(&format!("grant_type=client_credentials&{rest}"));
        let both = flavour("client_assertion_type=t&client_assertion=a&username=u&password=p");
        let Flavour::Assertion { kind, assertion } = both.unwrap().flavour else {
            panic!("an assertion")
        };
        assert_eq!((kind.as_str(), assertion.expose()), ("t", "a"));
        let instead = flavour("client_assertion_type=t&client_secret=a").unwrap();
        assert!(
            matches!(instead.flavour, Flavour::Assertion { assertion, .. } if assertion.expose() == "a")
        );
        let named = flavour("username=u&password=p&client_secret=s").unwrap();
        assert!(matches!(named.flavour, Flavour::AppPassword { username, .. } if username == "u"));
        for rest in ["client_secret=s", "", "password=p", "username=&password=p"] {
            assert!(
                matches!(flavour(rest).unwrap().flavour, Flavour::Secret),
                "{rest}"
            );
        }
    }

    #[test]
    fn rfc7521_4_2_type_and_assertion_go_together() {
        let grant = "grant_type=client_credentials";
        let alone = machine(&format!("{grant}&client_assertion=a")).unwrap_err();
        assert_eq!(alone, Malformed::Missing("client_assertion_type"));
        let alone = machine(&format!("{grant}&client_assertion_type=t")).unwrap_err();
        assert_eq!(alone, Malformed::Missing("client_assertion"));
        let alone = machine(&format!("{grant}&username=u")).unwrap_err();
        assert_eq!(alone, Malformed::Missing("password"));
    }

    #[test]
    fn reference_3_2_password_is_another_name_of_client_credentials() {
        for grant in [MachineGrant::ClientCredentials, MachineGrant::Password] {
            let request = machine(&format!("grant_type={}&scope=a+b", grant.as_str())).unwrap();
            assert_eq!(request.grant, grant);
            assert_eq!(request.scopes.to_string(), "a b");
        }
        assert!(machine("grant_type=password").unwrap().scopes.is_empty());
    }

    #[test]
    fn rfc7523_2_1_assertion_is_required_and_scope_optional() {
        let grant = format!("grant_type={JWT_BEARER}");
        assert_eq!(
            machine(&grant).unwrap_err(),
            Malformed::Missing("assertion")
        );
        let request = machine(&format!("{grant}&assertion=hush&scope=a")).unwrap();
        assert_eq!(request.grant, MachineGrant::JwtBearer);
        assert_eq!(request.scopes.to_string(), "a");
        assert!(!format!("{request:?}").contains("hush"));
        assert!(
            matches!(request.flavour, Flavour::Grant { assertion } if assertion.expose() == "hush")
        );
    }

    #[test]
    fn reference_3_2_which_grants_show_the_client_secret_first() {
        let needs = |raw: &str| TokenRequest::needs_secret(&Params::parse(raw.as_bytes()).unwrap());
        for raw in [
            "",
            "grant_type=authorization_code",
            "grant_type=refresh_token",
            "grant_type=x",
        ] {
            assert_eq!(needs(raw), Ok(true), "{raw}");
        }
        for grant in ["client_credentials", "password", device::GRANT_TYPE] {
            assert_eq!(needs(&format!("grant_type={grant}")), Ok(false), "{grant}");
        }
        assert!(needs("grant_type=password&grant_type=x").is_err());
    }

    #[test]
    fn rfc6749_3_2_token_parameters_must_not_repeat() {
        let twice = parse("grant_type=refresh_token&refresh_token=a&refresh_token=b");
        assert_eq!(twice.unwrap_err().code(), ErrorCode::InvalidRequest);
    }

    #[test]
    fn a_request_does_not_print_its_secrets() {
        let verifier = "v".repeat(43);
        let code = format!("grant_type=authorization_code&code=hush&code_verifier={verifier}");
        let user = format!("grant_type=password&username=u&password=hush&code_verifier={verifier}");
        let jwt = "grant_type=client_credentials&client_assertion_type=t&client_assertion=hush";
        for raw in [code.as_str(), &user, jwt] {
            let shown = format!("{:?}", parse(raw).unwrap());
            assert!(
                !shown.contains("hush") && !shown.contains(&verifier),
                "{shown}"
            );
        }
    }
}
