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
    introspection_endpoint: String,
    revocation_endpoint: String,
    device_authorization_endpoint: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 6],
    response_modes_supported: [&'static str; 3],
    grant_types_supported: [&'static str; 6],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [Algorithm; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_encryption_alg_values_supported: Option<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_encryption_enc_values_supported: Option<[&'static str; 1]>,
    token_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    acr_values_supported: Vec<&'static str>,
    scopes_supported: Scopes,
    claims_supported: Vec<String>,
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
    /// The algorithm its tokens are signed with.
    pub algorithm: Algorithm,
    /// Whether its tokens are encrypted.
    pub encrypts: bool,
    /// The scopes its client may have.
    pub scopes: &'a Scopes,
    /// What `acr` of its tokens can be.
    pub acr_values: Vec<&'static str>,
    /// Claims its tokens and UserInfo can hold.
    pub claims: &'a [String],
}

/// OAuth 2.0 Multiple Response Types §3, §5 and OpenID Connect Core §3, in the order of reference §5.2.
const RESPONSE_TYPES: [&str; 6] = [
    "code",
    "id_token",
    "id_token token",
    "code token",
    "code id_token",
    "code id_token token",
];

/// RFC 6749 §4, §6; RFC 8628 §3.4. `implicit` stands for what the authorization endpoint answers at once.
const GRANT_TYPES: [&str; 6] = [
    "authorization_code",
    "refresh_token",
    "implicit",
    "client_credentials",
    "password",
    "urn:ietf:params:oauth:grant-type:device_code",
];

/// Ways a client may authenticate (OpenID Connect Core §9); `none` is for public clients.
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// RFC 7662 §2.1: a caller without a secret is told nothing.
const WITH_A_SECRET: [&str; 2] = ["client_secret_basic", "client_secret_post"];

impl From<Issuer<'_>> for Metadata {
    fn from(of: Issuer<'_>) -> Self {
        let shared = |path: &str| format!("{}/application/o/{path}/", of.base);
        let own = |path: &str| format!("{}/application/o/{}/{path}/", of.base, of.slug);
        Self {
            authorization_endpoint: shared("authorize"),
            token_endpoint: shared("token"),
            userinfo_endpoint: shared("userinfo"),
            end_session_endpoint: own("end-session"),
            introspection_endpoint: shared("introspect"),
            revocation_endpoint: shared("revoke"),
            device_authorization_endpoint: shared("device"),
            jwks_uri: own("jwks"),
            issuer: of.issuer,
            response_types_supported: RESPONSE_TYPES,
            response_modes_supported: ["query", "fragment", "form_post"],
            grant_types_supported: GRANT_TYPES,
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: [of.algorithm],
            // Reference §4.5: only these two, and only where a key is set.
            id_token_encryption_alg_values_supported: of.encrypts.then_some(["RSA-OAEP-256"]),
            id_token_encryption_enc_values_supported: of.encrypts.then_some(["A256CBC-HS512"]),
            token_endpoint_auth_methods_supported: AUTH_METHODS,
            introspection_endpoint_auth_methods_supported: WITH_A_SECRET,
            revocation_endpoint_auth_methods_supported: AUTH_METHODS,
            acr_values_supported: of.acr_values,
            scopes_supported: of.scopes.clone(),
            claims_supported: of.claims.to_vec(),
            code_challenge_methods_supported: ["plain", "S256"],
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            authorization_response_iss_parameter_supported: true, // RFC 9207 §3
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        }
    }
}
