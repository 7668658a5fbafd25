//! Applications with their providers, bindings and keys: one change each.

use anyhow::{Context as _, ensure};
use protocol::{Secret, Slug};
use provider::config::shipped::made_of;
use provider::config::{
    self, Application, Change, Config, Expect, PolicyBinding, Provider, compile,
};
use provider::mapping::ScopeMapping;
use provider::ports::ObjectKind;
use provider::tenant::Tenant;
use uuid::Uuid;

use super::objects::id_of;
use super::{Registered, Seed};
use crate::fixture::{self, Bound};

/// Scopes of a provider that names none.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

impl Seed<'_> {
    /// Writes applications, or brings them up to date. Their keys stay the same, and so does a secret that was
    /// made and not given.
    pub(super) async fn applications(
        &self,
        tenant: &Tenant,
        wanted: &[fixture::Application],
        mappings: &[ScopeMapping],
    ) -> anyhow::Result<Vec<Registered>> {
        let mut secrets = Vec::new();
        for application in wanted {
            let slug = &application.slug;
            let saved = self.application(tenant, application, mappings).await;
            secrets.push(saved.with_context(|| format!("application {slug}"))?);
        }
        // Only now each provider is there that another may trust.
        for application in wanted {
            self.federate(tenant, application).await?;
        }
        let config = self.config().await?;
        let registered = wanted.iter().zip(secrets).map(|(application, secret)| {
            let pk = provider_of(&config, &application.slug).map(|provider| provider.pk);
            let client = pk.and_then(|pk| compile(&config, pk));
            let client = client.context("an application that was saved has a client")?;
            Ok(Registered { client, secret })
        });
        registered.collect()
    }

    async fn application(
        &self,
        tenant: &Tenant,
        wanted: &fixture::Application,
        mappings: &[ScopeMapping],
    ) -> anyhow::Result<Option<Secret>> {
        self.consent_flow(tenant, &wanted.provider).await?;
        let config = self.config().await?;
        let previous = provider_of(&config, &wanted.slug).cloned();
        let client_id = wanted.provider.client_id(&wanted.slug)?;
        let secret = self.client_secret(&wanted.provider, &client_id, previous.as_ref());
        let (secret, shared) = secret.await?.unzip();
        let mut changes = Vec::new();
        let keys = self.keys(&config, wanted, &mut changes).await?;
        let pk = match &previous {
            Some(provider) => provider.pk,
            None => {
                self.backend
                    .stores
                    .config()
                    .next_provider_pk(&self.tenant)
                    .await?
            }
        };
        let mut provider = described(&config, pk, wanted, mappings)?;
        provider.client_secret = shared;
        (provider.signing_key, provider.encryption_key) = keys;
        provider.jwt_federation_providers = previous
            .map(|it| it.jwt_federation_providers)
            .unwrap_or_default();
        let application = Application {
            provider: Some(pk),
            group: wanted.group.clone(),
            meta_launch_url: wanted.meta_launch_url.clone(),
            policy_engine_mode: wanted.policy_engine_mode,
            ..Application::new(
                id_of(
                    &config,
                    ObjectKind::Application,
                    ("slug", wanted.slug.as_str()),
                ),
                wanted.slug.clone(),
                wanted.name(),
            )
        };
        let target = application.id;
        // The application before the keys that go, which its provider used.
        changes.insert(0, Change::put(application));
        changes.insert(0, Change::put(provider));
        changes.sort_by_key(|change| matches!(change, Change::Remove { .. }));
        if let Some(bindings) = &wanted.bindings {
            self.bindings(&config, target, bindings, &mut changes)
                .await?;
        }
        self.save(tenant, &changes).await?;
        Ok(secret)
    }

    /// Its bindings in place of those it has.
    pub(super) async fn bindings(
        &self,
        config: &Config,
        target: Uuid,
        wanted: &[fixture::Binding],
        changes: &mut Vec<Change>,
    ) -> anyhow::Result<()> {
        let mut kept = Vec::new();
        for (at, binding) in wanted.iter().enumerate() {
            let id = made_of(&format!("binding {target} {at}"));
            kept.push(id);
            changes.push(Change::put(PolicyBinding {
                id,
                target,
                bound: self.bound(config, binding.bound()?).await?,
                order: binding.order.unwrap_or(i32::try_from(at)?),
                enabled: binding.enabled,
                negate: binding.negate,
                timeout: binding.timeout,
                failure_result: binding.failure_result,
            }));
        }
        let gone = config
            .bindings()
            .filter(|it| it.target == target && !kept.contains(&it.id));
        changes.extend(gone.map(|it| removal(ObjectKind::Binding, it.id)));
        Ok(())
    }

    async fn bound(&self, config: &Config, bound: Bound<'_>) -> anyhow::Result<config::Bound> {
        Ok(match bound {
            Bound::Policy(name) => {
                let found = config.policies().find(|policy| policy.name == name);
                let found = found.with_context(|| format!("there is no policy {name}"))?;
                config::Bound::Policy(found.id)
            }
            Bound::Group(name) => config::Bound::Group(self.group(name).await?.id),
            Bound::User(name) => {
                let users = self.backend.stores.users();
                let found = users.by_login(&self.tenant, name).await?;
                let found = found.filter(|user| user.subject.username.eq_ignore_ascii_case(name));
                let found = found.with_context(|| format!("there is no user {name}"))?;
                config::Bound::User(found.subject.id)
            }
        })
    }

    /// Whose access tokens count as client assertions at this provider.
    async fn federate(&self, tenant: &Tenant, wanted: &fixture::Application) -> anyhow::Result<()> {
        let config = self.config().await?;
        let mut trusted = Vec::new();
        for slug in &wanted.provider.jwt_federation_providers {
            let found = provider_of(&config, slug);
            let what = || {
                format!(
                    "application {}: there is no application {slug}",
                    wanted.slug
                )
            };
            trusted.push(found.with_context(what)?.pk);
        }
        let provider = provider_of(&config, &wanted.slug).cloned();
        let mut provider = provider.context("it was saved just now")?;
        if provider.jwt_federation_providers == trusted {
            return Ok(());
        }
        provider.jwt_federation_providers = trusted;
        self.save(tenant, &[Change::put(provider)]).await?;
        Ok(())
    }
}

/// Removes an object, if it is there.
pub(super) fn removal(kind: ObjectKind, id: Uuid) -> Change {
    Change::Remove {
        kind,
        id: id.to_string(),
        expect: Expect::Any,
    }
}

fn provider_of<'a>(config: &'a Config, slug: &Slug) -> Option<&'a Provider> {
    let mut all = config.applications();
    let application = all.find(|application| application.slug == *slug)?;
    config.provider(application.provider?)
}

/// A provider as the fixture describes it, without what has to be made.
fn described(
    config: &Config,
    pk: u64,
    wanted: &fixture::Application,
    mappings: &[ScopeMapping],
) -> anyhow::Result<Provider> {
    let (slug, wanted) = (&wanted.slug, &wanted.provider);
    let name = wanted.name.clone().unwrap_or_else(|| slug.to_string());
    let flow = wanted.authorization_flow()?;
    let mut sources = Vec::new();
    for slug in &wanted.jwt_federation_sources {
        let found = config.sources().find(|source| source.slug == *slug);
        sources.push(
            found
                .with_context(|| format!("there is no source {slug}"))?
                .id,
        );
    }
    Ok(Provider {
        authentication_flow: wanted.authentication_flow.clone(),
        invalidation_flow: wanted.invalidation_flow.clone(),
        property_mappings: chosen(config, wanted, mappings)?,
        client_type: wanted.client_type,
        redirect_uris: wanted.redirect_uris.clone(),
        post_logout_redirect_uris: wanted.post_logout_redirect_uris.clone(),
        access_code_validity: wanted.access_code_validity.clone(),
        access_token_validity: wanted.access_token_validity.clone(),
        refresh_token_validity: wanted.refresh_token_validity.clone(),
        refresh_token_grace: wanted.refresh_token_grace.clone(),
        include_claims_in_id_token: wanted.include_claims_in_id_token,
        sub_mode: wanted.sub_mode,
        issuer_mode: wanted.issuer_mode,
        jwt_federation_sources: sources,
        ..Provider::new(pk, name, wanted.client_id(slug)?, flow)
    })
}

/// The ids of its mappings. A scope stands for the shipped mapping of it and all of the fixture's.
fn chosen(
    config: &Config,
    wanted: &fixture::Provider,
    mappings: &[ScopeMapping],
) -> anyhow::Result<Vec<Uuid>> {
    let of_scope = |scope: &str| {
        let of_scope = mappings.iter().filter(|it| it.scope.as_str() == scope);
        of_scope.map(|it| it.id).collect::<Vec<Uuid>>()
    };
    let named = |name: &str| {
        let name = |field| config.named(ObjectKind::Mapping, (field, name));
        let stored = name("name").or_else(|| name("managed"))?;
        Some(stored.object.as_mapping()?.mapping.id)
    };
    let mut ids = Vec::new();
    match (&wanted.property_mappings, &wanted.scopes) {
        (Some(given), _) => {
            for name in given {
                let found = named(name).map_or_else(|| of_scope(name), |id| vec![id]);
                let what = "neither a scope mapping's name nor a scope that has one";
                ensure!(!found.is_empty(), "property_mappings: {name} is {what}");
                ids.extend(found);
            }
        }
        (None, Some(scopes)) => ids.extend(scopes.iter().flat_map(|it| of_scope(it.as_str()))),
        (None, None) => ids.extend(SCOPES.into_iter().flat_map(of_scope)),
    }
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    Ok(ids)
}
