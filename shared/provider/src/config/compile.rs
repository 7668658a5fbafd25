//! From the objects to what a hot request reads: one item for each client, and one for each flow.

use protocol::jose::KeyCertificate;
use protocol::{Scopes, Seconds};
use serde_json::{Value, json};
use uuid::Uuid;

mod authorization;
mod flow;

use authorization::Authorization;
pub use flow::compile_flow;

use super::check;
use super::keys::KeyPair;
use super::objects::{Bound, ClientType, Mapping, PolicyBinding, Provider, SharedSecret, Source};
use super::state::Config;
use crate::claims;
use crate::client::{AuthMethod, Client, ClientKind, Federation, JwtKeys, JwtSource, Origin};
use crate::key::{EncryptionKey, FurtherKeys, Signing};
use crate::launch;
use crate::policy::{Binding, EngineMode, PolicySet, Target};
use crate::ports::ObjectKind;

/// The client of a provider, as far as it can be used: `None` where there is no such provider, where it has no
/// application, no authorization flow, or nothing to sign with. A pure function of the objects.
pub fn compile(config: &Config, pk: u64) -> Option<Client> {
    let provider = config.provider(pk)?;
    let application = config.application_of(pk)?;
    let mappings = mappings(config, provider);
    let authorization = Authorization::of(&compile_flow(config, &provider.authorization_flow)?);
    let scopes: Scopes = mappings.iter().map(|it| it.mapping.scope.clone()).collect();
    Some(Client {
        client_id: provider.client_id.clone(),
        kind: kind(provider)?,
        provider_pk: provider.pk,
        provider_name: provider.name.clone(),
        application_id: application.id,
        slug: application.slug.clone(),
        name: application.name.clone(),
        launch_url: launch::url_of(application, Some(provider)),
        redirect_uris: provider.redirect_uris.clone(),
        post_logout_redirect_uris: provider.post_logout_redirect_uris.clone(),
        scopes,
        claims_supported: claims_supported(&mappings),
        mappings: mappings.iter().map(|it| it.mapping.clone()).collect(),
        policies: policies(config, application.id, application.policy_engine_mode)?,
        authorization_flow: provider.authorization_flow.clone(),
        consent: authorization.consent,
        authorization_runs: authorization.runs,
        authentication_flow: provider.authentication_flow.clone(),
        invalidation_flow: provider.invalidation_flow.clone(),
        code_lifetime: provider.access_code_validity.seconds(),
        access_lifetime: provider.access_token_validity.seconds(),
        refresh_lifetime: provider.refresh_token_validity.seconds(),
        refresh_grace: provider.refresh_token_grace.seconds(),
        include_claims_in_id_token: provider.include_claims_in_id_token,
        sub_mode: provider.sub_mode,
        issuer_mode: provider.issuer_mode,
        signing: signing(config, provider)?,
        further_keys: further_keys(config, provider),
        encryption_key: encryption_key(config, provider),
        signing_certificate: certificate(config, provider.signing_key),
        origin: Origin::Configured,
        leads_where_named: false,
        statement_sources: statement_sources(config, provider),
        encryption_certificate: certificate(config, provider.encryption_key),
        federation: federation(config, provider),
        shared_secret: shared_secret(provider),
        metadata: provider.metadata.clone(),
    })
}

fn kind(provider: &Provider) -> Option<ClientKind> {
    Some(match provider.client_type {
        ClientType::Public => ClientKind::Public,
        ClientType::Confidential => ClientKind::Confidential {
            secret: provider.client_secret.as_ref()?.digest,
        },
    })
}

/// The secret itself is for clients that sign with it.
fn shared_secret(provider: &Provider) -> Option<SharedSecret> {
    let signs = provider.metadata.token_endpoint_auth_method == Some(AuthMethod::ClientSecretJwt);
    provider.client_secret.clone().filter(|_| signs)
}

/// By scope and then by name: the order in which their claims are merged (reference §9.1).
fn mappings<'a>(config: &'a Config, provider: &Provider) -> Vec<&'a Mapping> {
    let ids = provider.property_mappings.iter();
    let mut mappings: Vec<&Mapping> = ids.filter_map(|id| config.mapping(*id)).collect();
    mappings.sort_by(|a, b| {
        let (a, b) = (&a.mapping, &b.mapping);
        (&a.scope, &a.name).cmp(&(&b.scope, &b.name))
    });
    mappings.dedup_by_key(|it| it.mapping.id);
    mappings
}

/// Reference §5.2: the standard ones, then what each mapping yields for nobody in particular; each once.
fn claims_supported(mappings: &[&Mapping]) -> Vec<String> {
    let mut names: Vec<String> = claims::STANDARD.map(str::to_owned).into();
    for name in mappings.iter().flat_map(|it| &it.claims) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

/// What is bound to an application, a flow or a stage in it. `None` where a policy is missing: without its binding
/// the target might be open to everybody.
pub(crate) fn policies(config: &Config, target: Uuid, mode: EngineMode) -> Option<PolicySet> {
    let mut bound: Vec<&PolicyBinding> = config.bindings_of(target).collect();
    bound.sort_by_key(|it| (it.order, it.id));
    let bindings = bound.into_iter().map(|it| binding(config, it));
    Some(PolicySet {
        mode,
        bindings: bindings.collect::<Option<_>>()?,
    })
}

fn binding(config: &Config, stored: &PolicyBinding) -> Option<Binding> {
    Some(Binding {
        id: stored.id,
        order: stored.order,
        enabled: stored.enabled,
        negate: stored.negate,
        timeout: Seconds(stored.timeout.into()),
        failure_result: stored.failure_result,
        target: match stored.bound {
            Bound::Policy(id) => Target::Policy(config.policy(id)?.clone()),
            Bound::Group(id) => Target::Group(id),
            Bound::User(id) => Target::User(id),
        },
    })
}

/// The key, else HS256 with the secret (reference §4.4).
fn signing(config: &Config, provider: &Provider) -> Option<Signing> {
    let key = provider.signing_key.and_then(|id| config.key(id));
    if let Some(key) = key.and_then(KeyPair::signing) {
        return Some(Signing::Key(key.clone()));
    }
    let secret = provider.client_secret.as_ref()?;
    Some(Signing::ClientSecret {
        client_id: secret.client_id.clone(),
        sealed: secret.sealed.clone(),
    })
}

/// Beside the key that signs, where there is one.
fn further_keys(config: &Config, provider: &Provider) -> FurtherKeys {
    let pair = provider.signing_key.and_then(|id| config.key(id));
    let rotation = pair.and_then(|pair| pair.rotation.as_ref());
    rotation.map_or_else(FurtherKeys::default, |rotation| FurtherKeys {
        published: rotation.published(),
        believed: rotation.retired.iter().map(|it| it.key.clone()).collect(),
    })
}

fn encryption_key(config: &Config, provider: &Provider) -> Option<EncryptionKey> {
    config.key(provider.encryption_key?)?.encryption()
}

/// Of a key that a provider uses. Its public half is the key's: [`super::check`] sees to that.
fn certificate(config: &Config, key: Option<Uuid>) -> Option<KeyCertificate> {
    config.key(key?)?.certificate.as_ref()?.published()
}

fn federation(config: &Config, provider: &Provider) -> Federation {
    let sources = provider.jwt_federation_sources.iter();
    let sources = sources.filter_map(|id| config.source(*id));
    let providers = provider.jwt_federation_providers.iter();
    let providers = providers.filter_map(|pk| config.provider(*pk));
    Federation {
        sources: sources.filter(|it| it.enabled).filter_map(source).collect(),
        providers: providers.map(|it| it.client_id.clone()).collect(),
    }
}

/// RFC 7591 §2.3. A source that is not there vouches for nobody.
fn statement_sources(config: &Config, provider: &Provider) -> Vec<JwtSource> {
    let registration = provider.metadata.registration.iter();
    let slugs = registration.flat_map(|it| &it.software_statement_sources);
    let named = slugs.filter_map(|slug| {
        let stored = config.named(ObjectKind::Source, ("slug", slug))?;
        stored.object.as_source()
    });
    named.filter(|it| it.enabled).filter_map(source).collect()
}

fn source(stored: &Source) -> Option<JwtSource> {
    let keys = match (&stored.oidc_jwks, &stored.oidc_jwks_url) {
        (Some(jwks), _) => JwtKeys::Inline(public_parts(jwks)),
        (None, Some(url)) => JwtKeys::Url(url.clone()),
        (None, None) => JwtKeys::Discovered(
            stored
                .issuer
                .clone()
                .filter(|it| check::may_be_fetched(it))?,
        ),
    };
    Some(JwtSource {
        slug: stored.slug.clone(),
        name: stored.name.clone(),
        issuer: stored.issuer.clone(),
        keys,
        audiences: stored.audiences.clone(),
        reusable: stored.reusable,
        user_path: stored
            .user_path_template
            .replace("%(slug)s", stored.slug.as_str()),
        rules: stored.rules.clone(),
    })
}

/// What a signature is checked with (RFC 7517 §4, RFC 7518 §6): nothing that is private or shared, and nothing
/// that a table's values cannot hold.
fn public_parts(jwks: &Value) -> Value {
    const MEMBERS: [&str; 10] = [
        "kty", "use", "key_ops", "alg", "kid", "n", "e", "crv", "x", "y",
    ];
    let keys = jwks.get("keys").and_then(Value::as_array);
    let keys = keys.into_iter().flatten().filter_map(Value::as_object);
    let public = keys.map(|key| {
        let known = key
            .iter()
            .filter(|(name, _)| MEMBERS.contains(&name.as_str()));
        let texts = known.filter(|(_, value)| value.is_string() || value.is_array());
        let members = texts.map(|(name, value)| (name.clone(), value.clone()));
        Value::Object(members.collect())
    });
    json!({ "keys": public.collect::<Vec<Value>>() })
}
