//! What a client says of itself, read once. Members that we do not know are ignored (RFC 7591 §2).

use protocol::Scopes;
use protocol::redirect::RedirectUri;
use serde_json::{Map, Value};

use super::RegistrationFault;
use super::members::Members;
use crate::client::{AuthMethod, Metadata};

/// What a client says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// `client_name`.
    pub name: Option<String>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<RedirectUri>,
    /// `post_logout_redirect_uris` (RP-Initiated Logout §3.1).
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// `scope`.
    pub scopes: Option<Scopes>,
    /// `id_token_signed_response_alg`: it has to be that of its issuer.
    pub id_token_signed_response_alg: Option<String>,
    /// `authorization_signed_response_alg` (JARM §3): likewise.
    pub authorization_signed_response_alg: Option<String>,
    /// Names of `authorization_details_types` (RFC 9396 §10) it wants.
    pub details_types: Option<Vec<String>>,
    /// `software_statement`, unverified.
    pub software_statement: Option<String>,
    /// All else, with the defaults of RFC 7591 §2.
    pub metadata: Metadata,
}

/// RFC 7591 §2: "If unspecified or omitted, the default is".
const DEFAULT_METHOD: AuthMethod = AuthMethod::ClientSecretBasic;
const DEFAULT_GRANT: &str = "authorization_code";
const DEFAULT_RESPONSE: &str = "code";

impl Asked {
    /// Reads the members of an object. `default_method`: how a client authenticates that says nothing of it.
    ///
    /// # Errors
    /// [`RegistrationFault`]: a member of another type, or with a value there is not.
    pub fn read(
        members: &Map<String, Value>,
        default_method: Option<AuthMethod>,
    ) -> Result<Self, RegistrationFault> {
        let its = Members(members);
        let details_types = its.texts("authorization_details_types")?;
        let grants = its.texts("grant_types")?;
        let responses = its.texts("response_types")?;
        // RFC 7591 §2.1: only these two use the authorization endpoint.
        let asks_there = |grant: &String| grant == DEFAULT_GRANT || grant == "implicit";
        let asks = grants.as_ref().is_none_or(|all| all.iter().any(asks_there));
        let default_responses = if asks {
            vec![DEFAULT_RESPONSE.to_owned()]
        } else {
            Vec::new()
        };
        let method = its.word(
            "token_endpoint_auth_method",
            "a way to authenticate that this server has",
        )?;
        Ok(Self {
            name: its.text("client_name")?,
            redirect_uris: redirects(&its, "redirect_uris", RegistrationFault::Redirect(ABSOLUTE))?,
            post_logout_redirect_uris: redirects(
                &its,
                "post_logout_redirect_uris",
                RegistrationFault::Metadata("post_logout_redirect_uris", ABSOLUTE),
            )?,
            scopes: scopes(&its)?,
            id_token_signed_response_alg: its.text("id_token_signed_response_alg")?,
            authorization_signed_response_alg: its.text("authorization_signed_response_alg")?,
            details_types,
            software_statement: software_statement(&its)?,
            metadata: Metadata {
                token_endpoint_auth_method: method.or(default_method).or(Some(DEFAULT_METHOD)),
                grant_types: grants.or_else(|| Some(vec![DEFAULT_GRANT.to_owned()])),
                response_types: responses.or(Some(default_responses)),
                ..security(&its, presented(&its)?)?
            },
        })
    }
}

const ABSOLUTE: &str = "absolute URIs without a fragment, of schemes that are no scripts";

fn redirects(
    its: &Members<'_>,
    name: &'static str,
    fault: RegistrationFault,
) -> Result<Vec<RedirectUri>, RegistrationFault> {
    let texts = its.texts(name)?.unwrap_or_default();
    let uris = texts.iter().map(|text| RedirectUri::parse(text));
    uris.collect::<Result<_, _>>().map_err(|_| fault)
}

fn scopes(its: &Members<'_>) -> Result<Option<Scopes>, RegistrationFault> {
    let Some(text) = its.text("scope")? else {
        return Ok(None);
    };
    let must = RegistrationFault::Metadata("scope", "scopes with single spaces between them");
    Scopes::parse(&text).map(Some).map_err(|_| must)
}

/// It may be longer than a text.
fn software_statement(its: &Members<'_>) -> Result<Option<String>, RegistrationFault> {
    match its.any("software_statement") {
        None => Ok(None),
        Some(Value::String(jwt)) => Ok(Some(jwt.clone())),
        Some(_) => Err(RegistrationFault::Metadata("software_statement", "a JWT")),
    }
}

/// What people are shown, and what the client is.
fn presented(its: &Members<'_>) -> Result<Metadata, RegistrationFault> {
    Ok(Metadata {
        application_type: its.text("application_type")?,
        client_uri: its.text("client_uri")?,
        logo_uri: its.text("logo_uri")?,
        policy_uri: its.text("policy_uri")?,
        tos_uri: its.text("tos_uri")?,
        contacts: its.texts("contacts")?.unwrap_or_default(),
        software_id: its.text("software_id")?,
        software_version: its.text("software_version")?,
        initiate_login_uri: its.text("initiate_login_uri")?,
        default_max_age: its.seconds("default_max_age")?,
        default_acr_values: its.texts("default_acr_values")?.unwrap_or_default(),
        request_uris: its.texts("request_uris")?.unwrap_or_default(),
        frontchannel_logout_uri: its.text("frontchannel_logout_uri")?,
        frontchannel_logout_session_required: its.flag("frontchannel_logout_session_required")?,
        backchannel_logout_uri: its.text("backchannel_logout_uri")?,
        backchannel_logout_session_required: its.flag("backchannel_logout_session_required")?,
        backchannel_token_delivery_mode: its
            .word("backchannel_token_delivery_mode", "poll or ping")?,
        backchannel_client_notification_endpoint: its
            .text("backchannel_client_notification_endpoint")?,
        subject_type: its.word("subject_type", "public or pairwise")?,
        sector_identifier_uri: its.text("sector_identifier_uri")?,
        ..Metadata::default()
    })
}

/// Keys, algorithms, and what the client binds itself to.
fn security(its: &Members<'_>, presented: Metadata) -> Result<Metadata, RegistrationFault> {
    Ok(Metadata {
        token_endpoint_auth_signing_alg: its.text("token_endpoint_auth_signing_alg")?,
        jwks: its.any("jwks").cloned(),
        jwks_uri: its.text("jwks_uri")?,
        tls_client_auth_subject_dn: its.text("tls_client_auth_subject_dn")?,
        tls_client_auth_san_dns: its.text("tls_client_auth_san_dns")?,
        tls_client_auth_san_uri: its.text("tls_client_auth_san_uri")?,
        tls_client_auth_san_ip: its.text("tls_client_auth_san_ip")?,
        tls_client_auth_san_email: its.text("tls_client_auth_san_email")?,
        require_pushed_authorization_requests: its.flag("require_pushed_authorization_requests")?,
        require_signed_request_object: its.flag("require_signed_request_object")?,
        request_object_signing_alg: its.text("request_object_signing_alg")?,
        dpop_bound_access_tokens: its.flag("dpop_bound_access_tokens")?,
        tls_client_certificate_bound_access_tokens: its
            .flag("tls_client_certificate_bound_access_tokens")?,
        id_token_encrypted_response_alg: its.text("id_token_encrypted_response_alg")?,
        id_token_encrypted_response_enc: its.text("id_token_encrypted_response_enc")?,
        userinfo_signed_response_alg: its.text("userinfo_signed_response_alg")?,
        userinfo_encrypted_response_alg: its.text("userinfo_encrypted_response_alg")?,
        userinfo_encrypted_response_enc: its.text("userinfo_encrypted_response_enc")?,
        introspection_signed_response_alg: its.text("introspection_signed_response_alg")?,
        introspection_encrypted_response_alg: its.text("introspection_encrypted_response_alg")?,
        introspection_encrypted_response_enc: its.text("introspection_encrypted_response_enc")?,
        authorization_encrypted_response_alg: its.text("authorization_encrypted_response_alg")?,
        authorization_encrypted_response_enc: its.text("authorization_encrypted_response_enc")?,
        backchannel_authentication_request_signing_alg: its
            .text("backchannel_authentication_request_signing_alg")?,
        ..presented
    })
}

#[cfg(test)]
mod tests;
