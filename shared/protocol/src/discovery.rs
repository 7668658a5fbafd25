//! Provider metadata (OpenID Connect Discovery §3, RFC 8414 §2).

use serde::Serialize;

use crate::jose::Algorithm;
use crate::scope::Scopes;

/// The metadata document of one application's issuer. It names what is implemented and nothing else.
#[derive(Clone, Debug, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "the wire format has them")]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    end_session_endpoint: String,
    revocation_endpoint: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 3],
    grant_types_supported: [&'static str; 2],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [Algorithm; 1],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    acr_values_supported: [&'static str; 1],
    scopes_supported: Scopes,
    claims_supported: Vec<&'static str>,
    code_challenge_methods_supported: [&'static str; 2],
    prompt_values_supported: [&'static str; 4],
    authorization_response_iss_parameter_supported: bool,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

/// What differs from one issuer to another.
#[derive(Clone, Debug)]
pub struct Issuer<'a> {
    /// Scheme and authority that all endpoints stand under, without a trailing slash.
    pub base: &'a str,
    /// The application's slug.
    pub slug: &'a str,
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The algorithm of its signing key.
    pub algorithm: Algorithm,
    /// The scopes its client may have.
    pub scopes: &'a Scopes,
    /// `acr` of its tokens.
    pub acr: &'static str,
    /// Claims its tokens and UserInfo can hold.
    pub claims: Vec<&'static str>,
}

/// Ways a client may authenticate (OpenID Connect Core §9); `none` is for public clients.
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

impl From<Issuer<'_>> for Metadata {
    fn from(of: Issuer<'_>) -> Self {
        let shared = |path: &str| format!("{}/application/o/{path}/", of.base);
        let own = |path: &str| format!("{}/application/o/{}/{path}/", of.base, of.slug);
        Self {
            authorization_endpoint: shared("authorize"),
            token_endpoint: shared("token"),
            userinfo_endpoint: shared("userinfo"),
            end_session_endpoint: own("end-session"),
            revocation_endpoint: shared("revoke"),
            jwks_uri: own("jwks"),
            issuer: of.issuer,
            response_types_supported: ["code"],
            response_modes_supported: ["query", "fragment", "form_post"],
            grant_types_supported: ["authorization_code", "refresh_token"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: [of.algorithm],
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            acr_values_supported: [of.acr],
            scopes_supported: of.scopes.clone(),
            claims_supported: of.claims,
            code_challenge_methods_supported: ["plain", "S256"],
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            authorization_response_iss_parameter_supported: true, // RFC 9207 §3
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        }
    }
}
