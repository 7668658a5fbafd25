//! Applications with their providers, bindings and keys: one change each.

use anyhow::Context as _;
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
use super::providers::{described, set};
use super::{Registered, Seed};
use crate::fixture::{self, Bound};

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
        let stored = provider_of(&config, &wanted.slug);
        let blank = (self.blank(stored, wanted).await?, stored.is_none());
        let mut provider = described(&config, blank, &wanted.provider, mappings)?;
        let secret = self.client_secret(&wanted.provider, &provider.client_id, stored);
        let (secret, shared) = secret.await?.unzip();
        provider.client_secret = shared;
        let mut changes = Vec::new();
        let keys = self.keys(&config, wanted, stored, &mut changes).await?;
        (provider.signing_key, provider.encryption_key) = keys;
        let application = application(&config, provider.pk, wanted);
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

    /// The provider as it is stored, else a new one with authentik's defaults.
    async fn blank(
        &self,
        stored: Option<&Provider>,
        wanted: &fixture::Application,
    ) -> anyhow::Result<Provider> {
        if let Some(stored) = stored {
            return Ok(stored.clone());
        }
        let config = self.backend.stores.config();
        let pk = config.next_provider_pk(&self.tenant).await?;
        let id = wanted.provider.client_id(&wanted.slug)?;
        let flow = wanted.provider.authorization_flow()?;
        Ok(Provider::new(pk, wanted.slug.as_str(), id, flow))
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
        let Some(wanted_providers) = &wanted.provider.jwt_federation_providers else {
            return Ok(());
        };
        let mut trusted = Vec::new();
        for slug in wanted_providers {
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

/// An application as it is to be: what the fixture does not name stays.
fn application(config: &Config, pk: u64, wanted: &fixture::Application) -> Application {
    let slug = wanted.slug.as_str();
    let stored = config.named(ObjectKind::Application, ("slug", slug));
    let stored = stored.and_then(|it| it.object.as_application()).cloned();
    let mut application = stored.unwrap_or_else(|| {
        let id = id_of(config, ObjectKind::Application, ("slug", slug));
        Application::new(id, wanted.slug.clone(), slug)
    });
    application.provider = Some(pk);
    set(&mut application.name, wanted.name.as_ref());
    set(&mut application.group, wanted.group.as_ref());
    let (url, mode) = (&wanted.meta_launch_url, &wanted.policy_engine_mode);
    set(&mut application.meta_launch_url, url.as_ref());
    set(&mut application.policy_engine_mode, mode.as_ref());
    application
}

pub(super) fn provider_of<'a>(config: &'a Config, slug: &Slug) -> Option<&'a Provider> {
    let mut all = config.applications();
    let application = all.find(|application| application.slug == *slug)?;
    config.provider(application.provider?)
}
