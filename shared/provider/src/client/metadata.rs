//! Client metadata by the names of the registry "OAuth Dynamic Client Registration Metadata" (RFC 7591 §2, OpenID Connect
//! Registration §2): what a client is beyond authentik's providers. All of it may be left out, and then the client
//! behaves as authentik's do.

use protocol::authorize::ResponseType;
use protocol::{Digest, Seconds, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Validity;

/// What a client is beyond authentik's providers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "the registry has them")]
pub struct Metadata {
    // How the client authenticates.
    /// The one way it authenticates; `None`: by its secret, in the header or the form, as authentik's clients do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// The one algorithm its assertions are signed with; `None`: any that is fit for its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Its public keys (RFC 7517 §5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where its public keys are; not together with `jwks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// RFC 8705 §2.1.2: what its certificate says; one of the five.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// As above: a DNS name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// As above: a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// As above: an IP address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// As above: an e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// Secrets that are good beside the first, for a while: what it changes from or to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_secrets: Vec<FurtherSecret>,

    // What it may ask for.
    /// A whole profile of rules that its requests are held to.
    #[serde(skip_serializing_if = "Profile::is_open")]
    pub profile: Profile,
    /// Grants it may use; `None`: all there are, but those that have to be allowed (RFC 8693, RFC 7523, CIBA).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// Response types it may use, each in any order of words; `None`: all there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_types: Option<Vec<String>>,
    /// Whether a code is only given to requests with PKCE by S256 (RFC 9700 §2.1.1).
    #[serde(skip_serializing_if = "is_false")]
    pub require_pkce: bool,
    /// Whether its requests have to be pushed (RFC 9126 §6).
    #[serde(skip_serializing_if = "is_false")]
    pub require_pushed_authorization_requests: bool,
    /// Whether its requests have to be signed (RFC 9101 §10.5).
    #[serde(skip_serializing_if = "is_false")]
    pub require_signed_request_object: bool,
    /// The one algorithm its request objects are signed with; `None`: any that is fit for its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Where its request objects may be fetched from (OpenID Connect Core §6.2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub request_uris: Vec<String>,
    /// `max_age` of requests that have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<Seconds>,
    /// `acr_values` of requests that have none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Types of `authorization_details` it may ask for (RFC 9396 §10).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details_types: Vec<DetailsType>,
    /// Resources its tokens may be for (RFC 8707).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,

    // What it gets.
    /// What its access tokens look like.
    #[serde(skip_serializing_if = "TokenForm::is_authentik")]
    pub access_token_form: TokenForm,
    /// Whether each of its access tokens is bound to a DPoP key (RFC 9449 §5.2).
    #[serde(skip_serializing_if = "is_false")]
    pub dpop_bound_access_tokens: bool,
    /// Whether its DPoP proofs have to have a nonce of ours (RFC 9449 §8).
    #[serde(skip_serializing_if = "is_false")]
    pub dpop_nonce_required: bool,
    /// Whether each of its access tokens is bound to its certificate (RFC 8705 §3.4).
    #[serde(skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether `sub` is the same for all clients, or for those of one sector (OpenID Connect Core §8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    /// Names the sector; without it the host of its redirect URIs does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// `alg` by which its ID tokens are encrypted to one of its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_alg: Option<String>,
    /// `enc` of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_encrypted_response_enc: Option<String>,
    /// Whether `UserInfo` answers are signed, with the one algorithm of its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// `alg` by which `UserInfo` answers are encrypted to one of its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_alg: Option<String>,
    /// `enc` of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_encrypted_response_enc: Option<String>,
    /// Whether introspection answers are signed (RFC 9701 §6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<String>,
    /// `alg` by which introspection answers are encrypted to one of its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_alg: Option<String>,
    /// `enc` of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_encrypted_response_enc: Option<String>,
    /// `alg` by which authorization responses are encrypted to one of its keys (JARM §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_encrypted_response_alg: Option<String>,
    /// `enc` of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_encrypted_response_enc: Option<String>,

    // Logout.
    /// Where it is told in the browser that a session ended (Front-Channel Logout §2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontchannel_logout_uri: Option<String>,
    /// Whether it is told with `iss` and `sid`.
    #[serde(skip_serializing_if = "is_false")]
    pub frontchannel_logout_session_required: bool,
    /// Where it is told by a request of ours (Back-Channel Logout §2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether it is told with `sid`.
    #[serde(skip_serializing_if = "is_false")]
    pub backchannel_logout_session_required: bool,
    /// Whether a logout takes back what it was given for good, `offline_access` too.
    #[serde(skip_serializing_if = "is_false")]
    pub revoke_grants_on_logout: bool,

    // CIBA (Core §4).
    /// How it learns that somebody answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<DeliveryMode>,
    /// Where it is told so (ping).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_client_notification_endpoint: Option<String>,
    /// The one algorithm its signed requests have; `None`: any that is fit for its keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_authentication_request_signing_alg: Option<String>,

    // Token exchange (RFC 8693).
    /// What it may exchange; `None`: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_exchange: Option<TokenExchange>,

    // Who else may be a client here (RFC 7591).
    /// Whether clients may register themselves at this issuer, and how; they are as this one is otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,

    // For people.
    /// Where a login is begun from elsewhere (OpenID Connect Core §4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// `web` or `native`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// Its home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Its picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// What it does with what it learns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// The same for all copies of a program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Which release of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
}

/// `token_endpoint_auth_method` (RFC 7591 §2, OpenID Connect Core §9, RFC 8705 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Only its id: a public client.
    None,
    /// Id and secret in the header.
    ClientSecretBasic,
    /// Id and secret in the form.
    ClientSecretPost,
    /// A JWT with an HMAC under the secret.
    ClientSecretJwt,
    /// A JWT signed with one of its keys.
    PrivateKeyJwt,
    /// A certificate that somebody trusted issued.
    TlsClientAuth,
    /// A certificate of one of its keys.
    SelfSignedTlsClientAuth,
}

/// A secret beside the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FurtherSecret {
    /// SHA-256 of it.
    pub digest: Digest,
    /// At this second it is no longer good; `None`: until it is taken out.
    pub expires: Option<Timestamp>,
}

/// A profile of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// None but those of the specifications themselves.
    #[default]
    Open,
    /// FAPI 2.0 Security Profile.
    Fapi2Security,
    /// FAPI 2.0 Message Signing: the same, with signed requests and responses.
    Fapi2MessageSigning,
}

/// What access tokens look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenForm {
    /// As authentik's: the ID token's claims and two more (reference §4.1).
    #[default]
    Authentik,
    /// RFC 9068: `typ` is `at+jwt`, and they are no ID tokens.
    Rfc9068,
}

/// A type of `authorization_details` (RFC 9396 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsType {
    /// Its `type`.
    #[serde(rename = "type")]
    pub name: String,
    /// What people are told it allows.
    #[serde(default)]
    pub description: String,
    /// Fields that have to be there.
    #[serde(default)]
    pub required: Vec<String>,
    /// Fields that may be there, beside the common ones of §2.2.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// `subject_type` (OpenID Connect Core §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// The same `sub` for all, as the provider's `sub_mode` says.
    Public,
    /// Another for each sector.
    Pairwise,
}

/// `backchannel_token_delivery_mode` (CIBA Core §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryMode {
    /// It asks.
    Poll,
    /// It is told to ask.
    Ping,
}

/// What a client may exchange (RFC 8693 §2.1). The policies of its application decide each time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenExchange {
    /// Whether it may become the subject, so that nobody sees who acts (§1.1).
    pub impersonation: bool,
    /// Whether it may act for the subject, with `act` (§4.1).
    pub delegation: bool,
    /// Clients, beside itself, whose tokens it may bring; `*` for all of the tenant.
    pub subject_clients: Vec<String>,
}

/// How clients come to be without a person (RFC 7591, Client ID Metadata Document).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Registration {
    /// Who may register.
    pub mode: RegistrationMode,
    /// Whether a URL is a client id whose document is fetched.
    pub metadata_documents: bool,
    /// Hosts such a document may be at, `*.` before a domain for all below; none: any.
    pub metadata_document_hosts: Vec<String>,
    /// Documents that say nothing here, though their host may be one of those: hosts, as above, or whole URLs.
    pub metadata_documents_refused: Vec<String>,
    /// Hosts that registered redirect URIs may have beside loopback, as above; none: any.
    pub redirect_hosts: Vec<String>,
    /// Who may vouch for software (RFC 7591 §2.3): issuers by the slugs of OAuth sources.
    pub software_statement_sources: Vec<String>,
    /// Whether a statement has to be there.
    pub require_software_statement: bool,
    /// How long a registered client is kept that nobody used; `None`: for good, but with `open` for 90 days.
    pub unused_for: Option<Validity>,
}

/// Who may register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationMode {
    /// Nobody.
    #[default]
    Closed,
    /// Whoever has an initial access token (RFC 7591 §3).
    Token,
    /// Everybody.
    Open,
}

impl Metadata {
    /// Whether the client's requests are held to FAPI 2.0.
    pub fn is_fapi(&self) -> bool {
        self.profile != Profile::Open
    }

    /// What its access tokens look like: those of FAPI 2.0 are no ID tokens either.
    pub fn token_form(&self) -> TokenForm {
        if self.is_fapi() {
            TokenForm::Rfc9068
        } else {
            self.access_token_form
        }
    }

    /// Whether an access token without a key of the client's is refused to it.
    pub fn constrains_tokens(&self) -> bool {
        self.dpop_bound_access_tokens
            || self.tls_client_certificate_bound_access_tokens
            || self.is_fapi()
    }

    /// Whether an access token is handed out at once. A client that says which response types it uses gets one where it
    /// named it (OpenID Connect Core §3.2.2.5); of any other more is expected.
    pub fn hands_out_access_token(&self, kind: ResponseType) -> bool {
        match &self.response_types {
            Some(_) => kind.token,
            None => kind.gives_access_token(),
        }
    }

    /// Whether it may use this grant; `needs_leave`: only where it is named.
    pub fn allows_grant(&self, grant_type: &str, needs_leave: bool) -> bool {
        match &self.grant_types {
            None => !needs_leave,
            Some(allowed) => allowed.iter().any(|one| one == grant_type),
        }
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
impl Profile {
    fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
impl TokenForm {
    fn is_authentik(&self) -> bool {
        *self == Self::Authentik
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(flag: &bool) -> bool {
    !*flag
}
