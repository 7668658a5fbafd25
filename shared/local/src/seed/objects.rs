//! Scope mappings, policies and sources.

use protocol::{Scope, Scopes};
use provider::config::shipped::made_of;
use provider::config::{Change, Config, Mapping, Object, Source};
use provider::federation::Rules;
use provider::mapping::{ScopeMapping, Shipped};
use provider::policy::ExpressionPolicy;
use provider::ports::ObjectKind;
use provider::tenant::Tenant;
use uuid::Uuid;

use super::Seed;
use crate::fixture::{self, Fixture};

/// How many objects are saved in one transaction: each is up to three items.
pub(super) const AT_ONCE: usize = 20;

impl Seed<'_> {
    /// The mappings that are shipped, as they are shipped.
    pub(super) async fn shipped(&self, tenant: &Tenant) -> anyhow::Result<()> {
        let config = self.config().await?;
        let mappings = Shipped::ALL.into_iter().filter_map(|shipped| {
            let id = id_of(&config, ObjectKind::Mapping, ("managed", shipped.managed()));
            Mapping::shipped(shipped, id)
        });
        let changes: Vec<Change> = mappings.map(Change::put).collect();
        self.save(tenant, &changes).await?;
        Ok(())
    }

    /// What applications are made of; answers with the mappings that a scope of a fixture stands for.
    pub(super) async fn objects(
        &self,
        tenant: &Tenant,
        fixture: &Fixture,
    ) -> anyhow::Result<Vec<ScopeMapping>> {
        let config = self.config().await?;
        let mut mappings = fixture_mappings(&config, &fixture.scope_mappings);
        let shipped = Shipped::ALL.into_iter().filter_map(|shipped| {
            let id = id_of(&config, ObjectKind::Mapping, ("managed", shipped.managed()));
            Some(Mapping::shipped(shipped, id)?.mapping)
        });
        let shipped: Vec<ScopeMapping> = shipped.collect();
        let bare = bare(&config, fixture, shipped.iter().chain(&mappings));
        mappings.extend(bare);
        let policies = fixture.policies.iter().map(|it| policy(&config, it));
        let sources = fixture.sources.iter().map(|it| source(&config, it));
        let objects: Vec<Object> = mappings
            .iter()
            .cloned()
            .map(Object::from)
            .chain(policies.map(Object::from))
            .chain(sources.map(Object::from))
            .collect();
        let changes: Vec<Change> = objects.into_iter().map(Change::put).collect();
        for changes in changes.chunks(AT_ONCE) {
            self.save(tenant, changes).await?;
        }
        mappings.extend(shipped);
        mappings.sort_by_key(|it| it.id);
        mappings.dedup_by_key(|it| it.id);
        Ok(mappings)
    }
}

/// The id of the object that is called so; else one that follows from the name, so that a start that was cut off
/// makes nothing twice.
pub(super) fn id_of(config: &Config, kind: ObjectKind, (field, name): (&str, &str)) -> Uuid {
    let stored = config.named(kind, (field, name));
    let stored = stored.and_then(|stored| Uuid::parse_str(&stored.object.id()).ok());
    stored.unwrap_or_else(|| made_of(&format!("{} {field} {name}", kind.as_str())))
}

fn fixture_mappings(config: &Config, given: &[fixture::ScopeMapping]) -> Vec<ScopeMapping> {
    let mapping = |given: &fixture::ScopeMapping| ScopeMapping {
        id: id_of(config, ObjectKind::Mapping, ("name", &given.name)),
        name: given.name.clone(),
        scope: given.scope_name.clone(),
        description: given.description.clone(),
        expression: given.expression.clone(),
        managed: given.managed.clone(),
    };
    given.iter().map(mapping).collect()
}

/// Mappings without claims for scopes that a provider is to have and no mapping is of.
fn bare<'m>(
    config: &Config,
    fixture: &Fixture,
    known: impl Iterator<Item = &'m ScopeMapping>,
) -> Vec<ScopeMapping> {
    let known: Vec<&Scope> = known.map(|it| &it.scope).collect();
    let providers = fixture.applications.iter().map(|it| &it.provider);
    let wanted = providers.filter_map(|it| it.scopes.as_ref());
    let mut bare: Vec<ScopeMapping> = Vec::new();
    for scope in wanted.flat_map(Scopes::iter) {
        if known.contains(&scope) || bare.iter().any(|it| it.scope == *scope) {
            continue;
        }
        let name = format!("Scope {}", scope.as_str());
        bare.push(ScopeMapping {
            id: id_of(config, ObjectKind::Mapping, ("name", &name)),
            name,
            scope: scope.clone(),
            description: scope.as_str().to_owned(),
            expression: Shipped::Openid.expression().to_owned(), // no claims, and no interpreter
            managed: None,
        });
    }
    bare
}

fn policy(config: &Config, given: &fixture::Policy) -> ExpressionPolicy {
    ExpressionPolicy {
        id: id_of(config, ObjectKind::Policy, ("name", &given.name)),
        name: given.name.clone(),
        expression: given.expression.clone(),
        execution_logging: given.execution_logging,
    }
}

fn source(config: &Config, given: &fixture::Source) -> Source {
    Source {
        id: id_of(config, ObjectKind::Source, ("slug", given.slug.as_str())),
        name: given.name.clone().unwrap_or_else(|| given.slug.to_string()),
        slug: given.slug.clone(),
        enabled: given.enabled,
        issuer: given.issuer.clone(),
        oidc_jwks: given.oidc_jwks.clone(),
        oidc_jwks_url: given.oidc_jwks_url.clone(),
        audiences: given.audiences.clone(),
        reusable: given.reusable,
        user_path_template: given.user_path_template.clone(),
        rules: Rules {
            subjects: given.subjects.clone(),
            claims: given.required_claims.clone(),
        },
        as_given: serde_json::Map::new(),
    }
}
