//! The compiled client: provider, application and key reference as one item.

mod metadata;
mod registered;
mod registration;
pub mod rules;
mod sector;

use protocol::authorize::{Dialect, ResponseType};
use protocol::jose::KeyCertificate;
use protocol::redirect::RedirectUri;
use protocol::{ClientId, Digest, Scopes, Seconds, Slug, Timestamp};
use regex::Regex;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use metadata::{
    AuthMethod, DeliveryMode, DetailsType, FurtherSecret, Metadata, Profile, Registration,
    RegistrationMode, SubjectType, TokenExchange, TokenForm,
};
pub(crate) use registered::subject_type;
pub use registered::{Origin, RegisteredClient};
pub(crate) use registration::host;
pub use registration::is_one_of;

use crate::config::SharedSecret;
use crate::federation::Rules;
use crate::key::{EncryptionKey, FurtherKeys, Signing};
use crate::mapping::ScopeMapping;
use crate::policy::PolicySet;
use crate::tenant::Tenant;

/// All that a hot request needs to know of a client, written whenever its configuration changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub client_id: ClientId,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// The provider's number in the API.
    pub provider_pk: u64,
    /// The provider's name; service accounts are named after it.
    pub provider_name: String,
    /// The application's UUID.
    pub application_id: Uuid,
    /// The slug of its application.
    pub slug: Slug,
    /// The application's name, shown to people.
    pub name: String,
    /// Where people start the application.
    pub launch_url: Option<String>,
    /// Where codes and tokens may be sent.
    pub redirect_uris: Vec<RedirectRule>,
    /// Where people may be sent after logout: compared byte for byte.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The scopes it may be granted: those of its mappings.
    pub scopes: Scopes,
    /// Its mappings, ordered by scope and then by name.
    pub mappings: Vec<ScopeMapping>,
    /// Who may use it.
    pub policies: PolicySet,
    /// The flow that leads its people to a code.
    pub authorization_flow: Slug,
    /// When its people are asked for consent: as the consent stage of that flow says.
    pub consent: ConsentMode,
    /// Whether that flow has to be gone through at each request: it does more than ask for consent, or policies say
    /// who may.
    pub authorization_runs: bool,
    /// The flow that signs its people in; `None` for the tenant's.
    pub authentication_flow: Option<Slug>,
    /// The flow that ends their sessions; `None` for the tenant's.
    pub invalidation_flow: Option<Slug>,
    /// Lifetime of a code (RFC 6749 §4.1.2 recommends at most ten minutes), and of a device code.
    pub code_lifetime: Seconds,
    /// Lifetime of an access token, and of the ID token beside it.
    pub access_lifetime: Seconds,
    /// Lifetime of a refresh token, counted anew at each rotation.
    pub refresh_lifetime: Seconds,
    /// How long the immediately preceding refresh token still yields the same successor.
    pub refresh_grace: Seconds,
    /// Whether mapping claims stand in the tokens too, not only at UserInfo.
    pub include_claims_in_id_token: bool,
    /// What `sub` is.
    pub sub_mode: SubMode,
    /// What `iss` is.
    pub issuer_mode: IssuerMode,
    /// What its tokens are signed with.
    pub signing: Signing,
    /// The keys that sign next, or have signed.
    #[serde(default, skip_serializing_if = "FurtherKeys::is_empty")]
    pub further_keys: FurtherKeys,
    /// What its tokens are encrypted to, if they are.
    pub encryption_key: Option<EncryptionKey>,
    /// The certificate of the key they are signed with, where it has one.
    #[serde(default)]
    pub signing_certificate: Option<KeyCertificate>,
    /// The certificate of the key they are encrypted to, where it has one.
    #[serde(default)]
    pub encryption_certificate: Option<KeyCertificate>,
    /// Whose JWTs stand for a service account here.
    pub federation: Federation,
    /// Its secret, where it signs with it (`client_secret_jwt`).
    #[serde(default)]
    pub shared_secret: Option<SharedSecret>,
    /// What it is beyond authentik's providers.
    #[serde(default)]
    pub metadata: Box<Metadata>,
    /// `claims_supported`: the standard ones, and those its mappings yield for nobody in particular.
    pub claims_supported: Vec<String>,
    /// How it came to be.
    #[serde(default)]
    pub origin: Origin,
    /// Of one that no administrator made: whether an administrator named the hosts of the web where it may lead people.
    #[serde(default)]
    pub leads_where_named: bool,
    /// Who may vouch for clients that register at its issuer.
    #[serde(default)]
    pub statement_sources: Vec<JwtSource>,
}

/// A registered redirect URI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedirectRule {
    /// How it is compared.
    pub matching_mode: MatchingMode,
    /// The URI, or the pattern of one.
    pub url: String,
}

/// authentik's `matching_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchingMode {
    /// Byte for byte (RFC 9700 §2.1).
    Strict,
    /// A regular expression over the whole URI; one that does not parse is compared byte for byte.
    Regex,
}

/// What `sub` is (reference §4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubMode {
    /// Hex SHA-256 of user number and installation.
    #[default]
    HashedUserId,
    /// The user's number.
    UserId,
    /// The user's UUID.
    UserUuid,
    /// The user name.
    UserUsername,
    /// The e-mail address, else the hash.
    UserEmail,
    /// The attribute `upn`, else the hash.
    UserUpn,
}

/// What `iss` is (reference §1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerMode {
    /// An issuer an application.
    #[default]
    PerProvider,
    /// One issuer for the tenant.
    Global,
}

/// Whose JWTs are taken as client assertions (reference §3.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// OAuth sources: issuers elsewhere.
    pub sources: Vec<JwtSource>,
    /// Other clients of this tenant, whose access tokens count.
    pub providers: Vec<ClientId>,
}

/// An OAuth source as far as its JWTs go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtSource {
    /// Its slug.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// `iss` its JWTs must have, where it is known.
    pub issuer: Option<String>,
    /// Its public keys.
    pub keys: JwtKeys,
    /// `aud` beside the client's own: the JWT must name one of them.
    pub audiences: Vec<String>,
    /// Whether a JWT with a `jti` may be used more than once (workload tokens that live for an hour are).
    pub reusable: bool,
    /// The path its service accounts get.
    pub user_path: String,
    /// Whom of its issuer's it vouches for.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
}

/// Where a source's keys are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JwtKeys {
    /// `oidc_jwks`: a JWK set (RFC 7517 §5), as it was given.
    Inline(serde_json::Value),
    /// `oidc_jwks_url`: fetched by the one SSRF-safe client.
    Url(String),
    /// Where the issuer, which is a URL, says they are (OpenID Connect Discovery §4); fetched as above.
    Discovered(String),
}

/// RFC 6749 §2.1.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Authenticates with a secret, of which the digest is kept here.
    Confidential {
        /// SHA-256 of the secret.
        secret: Digest,
    },
    /// Has no secret; it may still have a key of its own ([`Client::is_public`]).
    Public,
}

/// When consent is asked for (authentik: the authorization flow and its consent stage's mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMode {
    /// Never: the operator has agreed for everybody.
    Implicit,
    /// Once for a set of scopes.
    Permanent,
    /// Once for a set of scopes, and again after this long.
    Expiring(Seconds),
    /// Each time.
    AlwaysRequire,
}

impl Client {
    /// Whether it proves nothing about itself (RFC 6749 §2.1): it has no secret, and no key or certificate in its place.
    pub fn is_public(&self) -> bool {
        let method = self.metadata.token_endpoint_auth_method;
        let proves = method.is_some_and(|method| method != AuthMethod::None);
        matches!(self.kind, ClientKind::Public) && !proves
    }

    /// The same, whose access tokens end by then: none lives longer than what it was got for.
    #[must_use]
    pub fn ending_by(&self, end: Timestamp, now: Timestamp) -> Self {
        Self {
            access_lifetime: self.access_lifetime.min(end.since(now)),
            ..self.clone()
        }
    }

    /// Whether something was given to this client: a provider's number is never given out again, but its `client_id` may go
    /// to another, which gets nothing of what people allowed the first.
    pub fn is(&self, client_id: &ClientId, provider: u64) -> bool {
        self.client_id == *client_id && self.provider_pk == provider
    }

    /// The redirect URI this request means, iff it is registered. Only this makes a [`RedirectTarget`].
    ///
    /// Left out, it is the registered one where there is exactly one (RFC 6749 §3.1.2.3); OpenID Connect
    /// requires it, which the caller checks. What a pattern lets through still has to be a URI that may be
    /// redirected to ([`RedirectUri::parse`]): a `.*` must not admit `javascript:`.
    pub fn redirect_to(&self, requested: Option<&str>) -> Option<RedirectTarget> {
        let text = match (requested, self.redirect_uris.as_slice()) {
            (Some(text), registered) => registered
                .iter()
                .any(|rule| rule.admits(text) || self.is_native() && rule.admits_any_port(text))
                .then_some(text),
            (None, [only]) if only.matching_mode == MatchingMode::Strict => Some(only.url.as_str()),
            (None, _) => None,
        }?;
        RedirectUri::parse(text).ok().map(RedirectTarget)
    }

    /// Whether it runs on people's own machines (OpenID Connect Registration §2).
    fn is_native(&self) -> bool {
        self.metadata.application_type.as_deref() == Some("native")
    }

    /// The registered URI to go to after logout.
    pub fn post_logout_to(&self, requested: &str) -> Option<RedirectTarget> {
        self.post_logout_redirect_uris
            .iter()
            .find(|uri| uri.as_str() == requested)
            .cloned()
            .map(RedirectTarget)
    }

    /// What a request for these scopes is granted (reference §2.4): all of the client's where none are
    /// named, and without those it does not have (RFC 6749 §3.3 lets the server ignore them).
    pub fn grantable(&self, asked: &Scopes) -> Scopes {
        if asked.is_empty() {
            self.scopes.clone()
        } else {
            asked.intersect(&self.scopes)
        }
    }

    /// What an authorization request is granted: as [`Client::grantable`], with GitHub's scopes at GitHub's
    /// endpoint (reference §2.4), and without `offline_access` where there is no code to get it by.
    pub fn grantable_to(&self, dialect: Dialect, kind: ResponseType, asked: &Scopes) -> Scopes {
        let mut granted = self.grantable(asked);
        if dialect == Dialect::Github {
            granted = granted.union(&asked.intersect(&github_scopes()));
        }
        if kind.code {
            return granted;
        }
        granted
            .iter()
            .filter(|scope| scope.as_str() != "offline_access")
            .cloned()
            .collect()
    }

    /// The `iss` of its tokens, byte for byte (reference §1.2).
    pub fn issuer(&self, tenant: &Tenant) -> String {
        match self.issuer_mode {
            IssuerMode::PerProvider => tenant.issuer(&self.slug),
            IssuerMode::Global => format!("{}/", tenant.base_url),
        }
    }
}

/// GitHub's scopes: exempt from mappings, and known at GitHub's endpoints only (seed 003).
pub fn github_scopes() -> Scopes {
    Scopes::parse("user read:user user:email read:org").unwrap_or_default()
}

/// The largest compiled pattern, in bytes: it is a URI's.
const LARGEST_PATTERN: usize = 256 * 1024;

impl RedirectRule {
    /// One that is compared byte for byte.
    pub fn strict(uri: &RedirectUri) -> Self {
        Self {
            matching_mode: MatchingMode::Strict,
            url: uri.as_str().to_owned(),
        }
    }

    /// Whether it admits this URI (reference §2.3: Python's `fullmatch`).
    pub fn admits(&self, uri: &str) -> bool {
        match self.matching_mode {
            MatchingMode::Strict => self.url == uri,
            MatchingMode::Regex => match self.pattern() {
                Some(pattern) => has_plain_host(uri) && pattern.is_match(uri),
                None => self.url == uri, // 2022.7: one that does not parse is compared strictly
            },
        }
    }

    /// Whether it is this URI on the very machine, whatever the port (RFC 8252 §7.3): a program takes one that is free.
    fn admits_any_port(&self, uri: &str) -> bool {
        let both = (without_port(&self.url), without_port(uri));
        self.matching_mode == MatchingMode::Strict
            && matches!(both, (Some(registered), Some(asked)) if registered == asked)
    }

    /// Whether it can be compared as it means to be: a pattern must be one.
    pub fn compiles(&self) -> bool {
        self.matching_mode == MatchingMode::Strict || self.pattern().is_some()
    }

    fn pattern(&self) -> Option<Regex> {
        // Alone first, so that an unbalanced `)` cannot close the group it is put into.
        regex::RegexBuilder::new(&self.url)
            .size_limit(LARGEST_PATTERN)
            .build()
            .ok()?;
        let whole = format!(r"\A(?:{})\z", self.url);
        regex::RegexBuilder::new(&whole)
            .size_limit(LARGEST_PATTERN)
            .build()
            .ok()
    }
}

/// The two addresses of the very machine. `localhost` is a name, which may lead elsewhere (RFC 8252 §8.3).
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether this leads to the very machine (RFC 8252 §7.3).
pub fn is_loopback(uri: &str) -> bool {
    without_port(uri).is_some()
}

/// Address and path of a URI on the very machine; `None` for any other.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let begins = |address: &&&str| uri.starts_with(**address);
    let address = *LOOPBACK.iter().find(begins)?;
    let after = uri.strip_prefix(address)?;
    let path = match after.strip_prefix(':') {
        None => after,
        Some(port) => {
            let path = port.trim_start_matches(|c: char| c.is_ascii_digit());
            let digits = port.len() - path.len();
            (1..=5).contains(&digits).then_some(path)?
        }
    };
    let whole = path.is_empty() || path.starts_with(['/', '?']);
    whole.then_some((address, path))
}

/// Whether the host is what it looks to be. A pattern for hosts, `https://[^/]+\.app\.example/cb`, or ports,
/// `http://localhost:.*`, is written with a host in mind that ends at the first slash. Browsers end it at a backslash
/// or `?` too, and begin it after an `@`: by `https://evil.example\.app.example/cb` or
/// `http://localhost:@evil.example/` a code would go to somebody else.
fn has_plain_host(uri: &str) -> bool {
    let Some((_, after)) = uri.split_once("://") else {
        return true; // an app's own scheme, without a host
    };
    let end = after.find(['/', '?', '\\', '#']).unwrap_or(after.len());
    let (authority, rest) = after.split_at(end);
    !authority.contains('@') && (rest.is_empty() || rest.starts_with('/'))
}

/// A place where an answer may be sent, because the client registered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectTarget(RedirectUri);

impl RedirectTarget {
    /// The URI.
    pub const fn uri(&self) -> &RedirectUri {
        &self.0
    }
}

#[cfg(test)]
mod tests;
