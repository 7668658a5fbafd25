//! Providers as a fixture describes them: what it does not name stays as it is.

use anyhow::{Context as _, ensure};
use protocol::Slug;
use provider::config::{Config, Provider};
use provider::mapping::ScopeMapping;
use provider::ports::ObjectKind;
use uuid::Uuid;

use crate::fixture;

/// Scopes of a provider that names none.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Puts what was given in the place of what is there.
pub(super) fn set<T: Clone>(place: &mut T, given: Option<&T>) {
    if let Some(given) = given {
        place.clone_from(given);
    }
}

/// A provider with what the fixture says of it, without what has to be made.
pub(super) fn described(
    config: &Config,
    (mut provider, is_new): (Provider, bool),
    wanted: &fixture::Provider,
    mappings: &[ScopeMapping],
) -> anyhow::Result<Provider> {
    set(&mut provider.name, wanted.name.as_ref());
    set(&mut provider.client_id, wanted.client_id.as_ref());
    set(&mut provider.client_type, wanted.client_type.as_ref());
    set(&mut provider.redirect_uris, wanted.redirect_uris.as_ref());
    let uris = wanted.post_logout_redirect_uris.as_ref();
    set(&mut provider.post_logout_redirect_uris, uris);
    lives(&mut provider, wanted);
    flows(&mut provider, wanted)?;
    let include = wanted.include_claims_in_id_token.as_ref();
    set(&mut provider.include_claims_in_id_token, include);
    set(&mut provider.sub_mode, wanted.sub_mode.as_ref());
    set(&mut provider.issuer_mode, wanted.issuer_mode.as_ref());
    set(&mut provider.metadata, wanted.client_metadata.as_ref());
    if let Some(slugs) = &wanted.jwt_federation_sources {
        provider.jwt_federation_sources = sources(config, slugs)?;
    }
    let named = wanted.property_mappings.is_some() || wanted.scopes.is_some();
    if named || is_new {
        provider.property_mappings = chosen(config, wanted, mappings)?;
    }
    Ok(provider)
}

fn lives(provider: &mut Provider, wanted: &fixture::Provider) {
    let code = wanted.access_code_validity.as_ref();
    set(&mut provider.access_code_validity, code);
    let access = wanted.access_token_validity.as_ref();
    set(&mut provider.access_token_validity, access);
    let refresh = wanted.refresh_token_validity.as_ref();
    set(&mut provider.refresh_token_validity, refresh);
    let grace = wanted.refresh_token_grace.as_ref();
    set(&mut provider.refresh_token_grace, grace);
}

fn flows(provider: &mut Provider, wanted: &fixture::Provider) -> anyhow::Result<()> {
    let authentication = wanted.authentication_flow.as_ref();
    set(&mut provider.authentication_flow, authentication);
    let invalidation = wanted.invalidation_flow.as_ref();
    set(&mut provider.invalidation_flow, invalidation);
    if wanted.names_authorization() {
        provider.authorization_flow = wanted.authorization_flow()?;
    }
    Ok(())
}

fn sources(config: &Config, slugs: &[Slug]) -> anyhow::Result<Vec<Uuid>> {
    let ids = slugs.iter().map(|slug| {
        let found = config.sources().find(|source| source.slug == *slug);
        let found = found.with_context(|| format!("there is no source {slug}"))?;
        Ok(found.id)
    });
    ids.collect()
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
