//! Whose clients a change may concern, so that a save need not compile those of all providers.

use std::collections::BTreeSet;

use super::draft::Draft;
use super::object::Object;
use super::state::Config;

/// The numbers of the providers whose clients may now be compiled otherwise. More than need be does no harm: what is
/// compiled as before is not written.
pub(super) fn providers(stored: &Config, draft: &Draft<'_>) -> BTreeSet<u64> {
    let both = [stored, &draft.config];
    let mut some = BTreeSet::new();
    for (kind, id) in draft.touched() {
        for config in both {
            let Some(found) = config.get(*kind, id) else {
                continue;
            };
            let Some(theirs) = of(config, &found.object) else {
                let all = both.into_iter().flat_map(Config::providers);
                return all.map(|provider| provider.pk).collect();
            };
            some.extend(theirs);
        }
    }
    some
}

/// Those who use this object; `None` where it may be any.
fn of(config: &Config, object: &Object) -> Option<Vec<u64>> {
    let using = |uses: &dyn Fn(&super::Provider) -> bool| {
        let using = config.providers().filter(|provider| uses(provider));
        using.map(|provider| provider.pk).collect()
    };
    match object {
        Object::Provider(it) => {
            let mut all: Vec<u64> = using(&|other| other.jwt_federation_providers.contains(&it.pk));
            all.push(it.pk);
            Some(all)
        }
        Object::Application(it) => Some(it.provider.into_iter().collect()),
        // One to a flow concerns whoever has that flow.
        Object::Binding(it) => {
            let application = config.application(it.target)?;
            Some(application.provider.into_iter().collect())
        }
        Object::Mapping(it) => {
            let id = it.mapping.id;
            Some(using(&|provider| provider.property_mappings.contains(&id)))
        }
        Object::Key(it) => {
            let id = Some(it.id);
            Some(using(&|provider| {
                [provider.signing_key, provider.encryption_key].contains(&id)
            }))
        }
        Object::Source(it) => {
            let id = it.id;
            Some(using(&|provider| {
                let registration = provider.metadata.registration.as_ref();
                provider.jwt_federation_sources.contains(&id)
                    || registration.is_some_and(|its| !its.software_statement_sources.is_empty())
            }))
        }
        Object::Policy(_)
        | Object::Flow(_)
        | Object::Stage(_)
        | Object::FlowStageBinding(_)
        | Object::Prompt(_) => None,
    }
}
