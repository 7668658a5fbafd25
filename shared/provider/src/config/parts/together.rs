//! What is saved together or not at all.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::config::object::{Object, provider_id};
use crate::config::objects::{Bound, Provider};
use crate::config::refer;
use crate::config::state::{Config, Place};
use crate::flow::stage::Settings;
use crate::ports::ObjectKind;

/// Before and after.
pub(super) type Both<'a> = (&'a Config, &'a Config);

/// The objects of two states, each in a unit with those that it is saved together with.
pub(super) struct Units {
    ids: BTreeMap<Place, usize>,
    /// Of each its forebear, or itself.
    above: Vec<usize>,
    changed: BTreeSet<Place>,
}

impl Units {
    pub(super) fn of<'a>(both: Both<'_>, changed: impl Iterator<Item = &'a Place>) -> Self {
        let mut units = Self {
            ids: BTreeMap::new(),
            above: Vec::new(),
            changed: changed.cloned().collect(),
        };
        for config in [both.0, both.1] {
            for (place, _) in config.all() {
                let next = units.above.len();
                if *units.ids.entry(place.clone()).or_insert(next) == next {
                    units.above.push(next);
                }
            }
        }
        for config in [both.0, both.1] {
            for (place, stored) in config.all() {
                for guarded in hangs_on(&stored.object) {
                    units.join(place, &guarded);
                }
            }
        }
        units.join_namesakes(both);
        units.join_guards(both);
        units
    }

    /// What takes the name of another takes it at once.
    fn join_namesakes(&mut self, (base, last): Both<'_>) {
        let changed: Vec<Place> = self.changed.iter().cloned().collect();
        for place in changed {
            let Some(stored) = last.at(&place) else {
                continue;
            };
            for name in stored.object.names() {
                for other in base.all_named(place.0, name) {
                    self.join(&place, &(place.0, other.object.id()));
                }
            }
        }
    }

    /// A policy or stage that is there already changes together with the applications and flows that change and that it
    /// guards: it may become weaker while something else there becomes stronger.
    fn join_guards(&mut self, both: Both<'_>) {
        let mut units = BTreeSet::new();
        for place in self.changed.clone() {
            units.insert(self.of_place(&place));
        }
        for config in [both.0, both.1] {
            for (place, stored) in config.all() {
                let guard = match &stored.object {
                    Object::Binding(binding) => match binding.bound {
                        Bound::Policy(id) => at(ObjectKind::Policy, id),
                        Bound::Group(_) | Bound::User(_) => continue,
                    },
                    Object::FlowStageBinding(binding) => at(ObjectKind::Stage, binding.stage),
                    _ => continue,
                };
                let old = self.changed.contains(&guard)
                    && both.0.at(&guard).is_some()
                    && both.1.at(&guard).is_some();
                if old && units.contains(&self.of_place(place)) {
                    self.join(place, &guard);
                    units.insert(self.of_place(place));
                }
            }
        }
    }

    /// The unit of an object.
    pub(super) fn of_place(&mut self, place: &Place) -> usize {
        self.ids
            .get(place)
            .copied()
            .map_or(usize::MAX, |id| self.top(id))
    }

    /// What changes.
    pub(super) fn changed(&self) -> &BTreeSet<Place> {
        &self.changed
    }

    fn top(&mut self, mut id: usize) -> usize {
        while let Some(above) = self.above.get(id).copied().filter(|above| *above != id) {
            let higher = self.above.get(above).copied().unwrap_or(above);
            if let Some(place) = self.above.get_mut(id) {
                *place = higher;
            }
            id = higher;
        }
        id
    }

    fn join(&mut self, one: &Place, other: &Place) {
        let (Some(one), Some(other)) = (self.ids.get(one).copied(), self.ids.get(other).copied())
        else {
            return;
        };
        let (one, other) = (self.top(one), self.top(other));
        if let Some(above) = self.above.get_mut(one) {
            *above = other;
        }
    }
}

fn at(kind: ObjectKind, id: Uuid) -> Place {
    (kind, id.to_string())
}

fn of_provider(pk: u64) -> Place {
    (ObjectKind::Provider, provider_id(pk))
}

/// What an object would be a part of.
fn hangs_on(object: &Object) -> Vec<Place> {
    match object {
        Object::Binding(binding) => vec![
            at(ObjectKind::Application, binding.target),
            at(ObjectKind::Flow, binding.target),
            at(ObjectKind::FlowStageBinding, binding.target),
        ],
        Object::FlowStageBinding(binding) => vec![at(ObjectKind::Flow, binding.target)],
        Object::Application(application) => {
            let providers = application.backchannel_providers.iter();
            let providers = providers.chain(&application.provider);
            providers.map(|pk| of_provider(*pk)).collect()
        }
        Object::Provider(_)
        | Object::Mapping(_)
        | Object::Policy(_)
        | Object::Source(_)
        | Object::Key(_)
        | Object::Flow(_)
        | Object::Stage(_)
        | Object::Prompt(_) => Vec::new(),
    }
}

/// What an object names.
pub(super) fn names(config: &Config, object: &Object) -> Vec<Place> {
    let mut all = hangs_on(object);
    let flows = refer::flows(object).into_iter();
    let flows = flows.filter_map(|(_, slug, _)| config.flow_named(slug));
    all.extend(flows.map(|flow| at(ObjectKind::Flow, flow.id)));
    match object {
        Object::Binding(binding) => {
            if let Bound::Policy(policy) = binding.bound {
                all.push(at(ObjectKind::Policy, policy));
            }
        }
        Object::FlowStageBinding(binding) => all.push(at(ObjectKind::Stage, binding.stage)),
        Object::Provider(provider) => by_provider(provider, &mut all),
        Object::Stage(stage) => by_stage(&stage.settings, &mut all),
        Object::Application(_)
        | Object::Mapping(_)
        | Object::Policy(_)
        | Object::Source(_)
        | Object::Key(_)
        | Object::Flow(_)
        | Object::Prompt(_) => {}
    }
    all
}

fn by_provider(provider: &Provider, all: &mut Vec<Place>) {
    let keys = provider.signing_key.iter().chain(&provider.encryption_key);
    all.extend(keys.map(|id| at(ObjectKind::Key, *id)));
    let mappings = provider.property_mappings.iter();
    all.extend(mappings.map(|id| at(ObjectKind::Mapping, *id)));
    let sources = provider.jwt_federation_sources.iter();
    all.extend(sources.map(|id| at(ObjectKind::Source, *id)));
    let providers = provider.jwt_federation_providers.iter();
    all.extend(providers.map(|pk| of_provider(*pk)));
}

fn by_stage(settings: &Settings, all: &mut Vec<Place>) {
    match settings {
        Settings::Identification(its) => {
            let stages = its.password_stage.iter().chain(&its.captcha_stage);
            all.extend(stages.map(|id| at(ObjectKind::Stage, *id)));
        }
        Settings::AuthenticatorValidate(its) => {
            let stages = its.configuration_stages.iter();
            all.extend(stages.map(|id| at(ObjectKind::Stage, *id)));
        }
        Settings::Prompt(its) => {
            all.extend(its.fields.iter().map(|id| at(ObjectKind::Prompt, *id)));
            let policies = its.validation_policies.iter();
            all.extend(policies.map(|id| at(ObjectKind::Policy, *id)));
        }
        Settings::Password(_)
        | Settings::AuthenticatorTotp(_)
        | Settings::AuthenticatorStatic(_)
        | Settings::AuthenticatorWebauthn(_)
        | Settings::Captcha(_)
        | Settings::Email(_)
        | Settings::Consent(_)
        | Settings::UserWrite(_)
        | Settings::UserLogin(_)
        | Settings::UserLogout
        | Settings::UserDelete
        | Settings::Redirect(_)
        | Settings::Deny(_)
        | Settings::Invitation(_) => {}
    }
}
