//! The objects, one document each. Their fields are named as in authentik's API (reference §8.1, §9.2).

use std::sync::Arc;

use protocol::redirect::RedirectUri;
use protocol::{ClientId, Digest, Secret, Slug, TenantId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Validity;
use crate::client::{IssuerMode, Metadata, RedirectRule, SubMode};
use crate::federation::Rules;
use crate::group::GroupId;
use crate::mapping::{ScopeMapping, Shipped};
use crate::policy::EngineMode;
use crate::ports::{Outcome, Vault};
use crate::tenant::{Purpose, Sealed};

/// An OAuth2 provider: all of a client but who may use it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Provider {
    /// Its number in the API.
    pub pk: u64,
    /// Unique in the tenant.
    pub name: String,
    /// The flow for people who are not signed in; `None` for the tenant's.
    pub authentication_flow: Option<Slug>,
    /// The flow that leads to a code: whether consent is asked, and what else.
    pub authorization_flow: Slug,
    /// The flow at the end of a session; `None` for the tenant's.
    pub invalidation_flow: Option<Slug>,
    /// Its scope mappings; their scopes are the ones it may have.
    pub property_mappings: Vec<Uuid>,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// Unique in the tenant.
    pub client_id: ClientId,
    /// Its secret. A public client has one, too, where its tokens are signed with it.
    pub client_secret: Option<SharedSecret>,
    /// Where codes and tokens may be sent.
    pub redirect_uris: Vec<RedirectRule>,
    /// Where people may be sent after logout.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Life of a code, and of a device code.
    pub access_code_validity: Validity,
    /// Life of an access token and its ID token.
    pub access_token_validity: Validity,
    /// Life of a refresh token.
    pub refresh_token_validity: Validity,
    /// How long the preceding refresh token yields the same successor.
    pub refresh_token_grace: Validity,
    /// Whether mapping claims stand in tokens, too.
    pub include_claims_in_id_token: bool,
    /// The key that signs; `None`: HS256 with the client secret (reference §4.4).
    pub signing_key: Option<Uuid>,
    /// The key that tokens are encrypted to.
    pub encryption_key: Option<Uuid>,
    /// What `sub` is.
    pub sub_mode: SubMode,
    /// What `iss` is.
    pub issuer_mode: IssuerMode,
    /// OAuth sources whose JWTs stand for service accounts (before 2024.12: `jwks_sources`).
    pub jwt_federation_sources: Vec<Uuid>,
    /// Providers whose access tokens are taken as client assertions.
    pub jwt_federation_providers: Vec<u64>,
    /// What it is beyond authentik's providers.
    #[serde(default)]
    pub metadata: Box<Metadata>,
}

impl Provider {
    /// A confidential client with authentik's defaults, and without a secret or scopes so far.
    pub fn new(pk: u64, name: impl Into<String>, client_id: ClientId, flow: Slug) -> Self {
        Self {
            pk,
            name: name.into(),
            authentication_flow: None,
            authorization_flow: flow,
            invalidation_flow: None,
            property_mappings: Vec::new(),
            client_type: ClientType::Confidential,
            client_id,
            client_secret: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            access_code_validity: Validity::one_minute(),
            access_token_validity: Validity::one_hour(),
            refresh_token_validity: Validity::thirty_days(),
            refresh_token_grace: Validity::half_a_minute(),
            include_claims_in_id_token: true,
            signing_key: None,
            encryption_key: None,
            sub_mode: SubMode::default(),
            issuer_mode: IssuerMode::default(),
            jwt_federation_sources: Vec::new(),
            jwt_federation_providers: Vec::new(),
            metadata: Box::default(),
        }
    }
}

/// RFC 6749 §2.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientType {
    /// With a secret.
    #[default]
    Confidential,
    /// Without.
    Public,
}

/// A client secret: to be compared, and to be read back (the API shows it, HS256 signs with it).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedSecret {
    /// SHA-256 of it.
    pub digest: Digest,
    /// What its [`crate::tenant::Purpose::ClientSecret`] is named by: the client id it was made for, which may
    /// have changed since.
    pub client_id: ClientId,
    /// The secret.
    pub sealed: Sealed,
}

impl SharedSecret {
    /// The secret itself.
    ///
    /// # Errors
    /// [`PortError`](crate::ports::PortError) where it cannot be opened.
    pub async fn opened(
        &self,
        tenant: &TenantId,
        vault: &dyn Vault,
    ) -> Outcome<Arc<Zeroizing<Vec<u8>>>> {
        let purpose = Purpose::ClientSecret(self.client_id.as_str());
        vault.open(tenant, purpose, &self.sealed).await
    }

    /// Whether it is this secret.
    pub fn is(&self, secret: &Secret) -> bool {
        self.digest == secret.digest()
    }
}

/// An application: what people see of a provider, and who may use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its id in the API, and what bindings are made to.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Its place in URLs; unique in the tenant.
    pub slug: Slug,
    /// Its provider; at most one application has it.
    pub provider: Option<u64>,
    /// The heading it stands under.
    pub group: String,
    /// Where people start it; empty: the origin of its first redirect URI.
    pub meta_launch_url: String,
    /// What it is.
    pub meta_description: String,
    /// Whose it is.
    pub meta_publisher: String,
    /// Whether it opens in a tab of its own.
    pub open_in_new_tab: bool,
    /// How the results of its bindings count together.
    pub policy_engine_mode: EngineMode,
    /// Its picture, as it was given: a URL or a path; empty for none.
    #[serde(default)]
    pub meta_icon: String,
    /// Providers of its that nobody signs in by; each is one application's at most.
    #[serde(default)]
    pub backchannel_providers: Vec<u64>,
}

impl Application {
    /// One that has nothing but its name so far.
    pub fn new(id: Uuid, slug: Slug, name: impl Into<String>) -> Self {
        Self {
            id,
            name: name.into(),
            slug,
            provider: None,
            group: String::new(),
            meta_launch_url: String::new(),
            meta_description: String::new(),
            meta_publisher: String::new(),
            open_in_new_tab: false,
            policy_engine_mode: EngineMode::default(),
            meta_icon: String::new(),
            backchannel_providers: Vec::new(),
        }
    }
}

/// Binds something to an application, a flow, or a stage in its flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyBinding {
    /// Its id in the API.
    pub id: Uuid,
    /// The application, flow or flow stage binding.
    pub target: Uuid,
    /// What is bound.
    pub bound: Bound,
    /// Lower runs first.
    pub order: i32,
    /// Whether it counts at all.
    pub enabled: bool,
    /// Whether the result is turned round.
    pub negate: bool,
    /// Seconds a policy may take.
    pub timeout: u32,
    /// What counts where a policy fails.
    pub failure_result: bool,
}

/// What a binding binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// An expression policy.
    Policy(Uuid),
    /// A group.
    Group(GroupId),
    /// A user.
    User(UserId),
}

/// A scope mapping, with what was found out about it when it was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The mapping.
    #[serde(flatten)]
    pub mapping: ScopeMapping,
    /// The names of the claims it yields for nobody in particular (reference §5.2, `claims_supported`). Made on
    /// save.
    #[serde(default)]
    pub claims: Vec<String>,
}

impl From<ScopeMapping> for Mapping {
    fn from(mapping: ScopeMapping) -> Self {
        Self {
            mapping,
            claims: Vec::new(),
        }
    }
}

impl Mapping {
    /// The mapping that is shipped, under this id; `None` only if its scope were no scope.
    pub fn shipped(shipped: Shipped, id: Uuid) -> Option<Self> {
        let scope = protocol::Scope::parse(shipped.scope()).ok()?;
        let mapping = ScopeMapping {
            id,
            name: shipped.name().to_owned(),
            scope,
            description: shipped.description().to_owned(),
            expression: shipped.expression().to_owned(),
            managed: Some(shipped.managed().to_owned()),
        };
        Some(mapping.into())
    }
}

/// An OAuth source, as far as its JWTs go (reference §3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its id in the API.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Unique in the tenant.
    pub slug: Slug,
    /// Whether it counts at all.
    pub enabled: bool,
    /// `iss` its JWTs must have, where it is known.
    pub issuer: Option<String>,
    /// Its public keys as a JWK set (RFC 7517 §5).
    pub oidc_jwks: Option<Value>,
    /// Where its public keys are.
    pub oidc_jwks_url: Option<String>,
    /// `aud` beside the client's own: a JWT must name one of them.
    pub audiences: Vec<String>,
    /// Whether a JWT with a `jti` may be used more than once.
    pub reusable: bool,
    /// The path its accounts get; `%(slug)s` stands for its slug.
    pub user_path_template: String,
    /// Whom of its issuer's it vouches for.
    #[serde(default)]
    pub rules: Rules,
    /// What authentik's clients say of signing in through it, by the API's names: we do not do that, and keep it to be
    /// answered as it was given.
    #[serde(default)]
    pub as_given: serde_json::Map<String, Value>,
}
