//! Requests to and answers of the token endpoint (RFC 6749 §3.2, §5).

use serde::Serialize;

use crate::error::Malformed;
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
}

/// RFC 6749 §4.1.3 with RFC 7636 §4.5.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// `code`.
    pub code: Secret,
    /// `redirect_uri`; required where the authorization request had one.
    pub redirect_uri: Option<String>,
    /// `code_verifier`.
    pub verifier: Option<Verifier>,
}

/// RFC 6749 §6.
#[derive(Clone, Debug)]
pub struct RefreshRequest {
    /// `refresh_token`.
    pub refresh_token: Secret,
    /// `scope`; `None` means all that was granted.
    pub scopes: Option<Scopes>,
}

impl TokenRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// [`Malformed`], with its code of RFC 6749 §5.2.
    pub fn parse(params: &Params) -> Result<Self, Malformed> {
        params.nothing_repeated()?;
        match params.required("grant_type")? {
            "authorization_code" => CodeRequest::parse(params).map(Self::Code),
            "refresh_token" => RefreshRequest::parse(params).map(Self::Refresh),
            _ => Err(Malformed::UnsupportedGrantType),
        }
    }

    /// The name under which the request is logged.
    pub const fn grant_type(&self) -> &'static str {
        match self {
            Self::Code(_) => "authorization_code",
            Self::Refresh(_) => "refresh_token",
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
        })
    }
}

impl RefreshRequest {
    fn parse(params: &Params) -> Result<Self, Malformed> {
        Ok(Self {
            refresh_token: Secret::new(params.required("refresh_token")?),
            scopes: params.optional("scope")?.map(Scopes::parse).transpose()?,
        })
    }
}

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer` (RFC 6750).
    pub token_type: &'static str,
    /// Seconds until the access token expires.
    pub expires_in: Seconds,
    /// What was granted, which may be less than asked (RFC 6749 §3.3).
    pub scope: String,
    /// The ID token.
    pub id_token: String,
    /// The refresh token, where `offline_access` was granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
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

    #[test]
    fn rfc6749_3_2_token_parameters_must_not_repeat() {
        let twice = parse("grant_type=refresh_token&refresh_token=a&refresh_token=b");
        assert_eq!(twice.unwrap_err().code(), ErrorCode::InvalidRequest);
    }

    #[test]
    fn a_request_does_not_print_its_secrets() {
        let verifier = "v".repeat(43);
        let raw = format!("grant_type=authorization_code&code=hush&code_verifier={verifier}");
        let shown = format!("{:?}", parse(&raw).unwrap());
        assert!(
            !shown.contains("hush") && !shown.contains(&verifier),
            "{shown}"
        );
    }
}
