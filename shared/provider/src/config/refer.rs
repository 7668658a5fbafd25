//! Which object holds on to which: what goes with a removed object, what lets go of it, and what cannot do without.

use protocol::Slug;

use super::flows::StageObject;
use super::object::Object;
use super::objects::{Bound, PolicyBinding, Provider};
use super::state::Config;
use crate::flow::Designation;
use crate::flow::stage::{RedirectSettings, Settings};

/// How one object holds on to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Not at all, or it would let go.
    None,
    /// It goes with it.
    Hangs,
    /// It cannot be without it.
    Needs,
}

impl Config {
    /// All objects that name this one, and how they hold on to it.
    pub fn used_by(&self, object: &Object) -> Vec<(&Object, Hold)> {
        let others = self.all().map(|(_, stored)| &stored.object);
        let named = others.filter_map(|other| match hold(other, object) {
            Hold::None => without(other, object).map(|_| (other, Hold::None)),
            held => Some((other, held)),
        });
        named.collect()
    }
}

/// How an object holds on to another, as far as it does not simply let go ([`without`]).
pub(super) fn hold(object: &Object, other: &Object) -> Hold {
    match (object, other) {
        (Object::Binding(binding), other) => hangs(is_bound(binding, other)),
        (Object::FlowStageBinding(binding), Object::Flow(flow)) => hangs(binding.target == flow.id),
        (Object::FlowStageBinding(binding), Object::Stage(stage)) => {
            needs(binding.stage == stage.id)
        }
        (Object::Provider(provider), Object::Flow(flow)) => {
            needs(provider.authorization_flow == flow.slug)
        }
        (Object::Stage(holder), Object::Stage(stage)) => needs(match &holder.settings {
            Settings::Identification(its) => {
                [its.password_stage, its.captcha_stage].contains(&Some(stage.id))
            }
            Settings::AuthenticatorValidate(its) => its.configuration_stages.contains(&stage.id),
            _ => false,
        }),
        (Object::Stage(holder), Object::Flow(flow)) => needs(match &holder.settings {
            Settings::Redirect(RedirectSettings::Flow { target_flow, .. }) => {
                *target_flow == flow.slug
            }
            _ => false,
        }),
        _ => Hold::None,
    }
}

const fn hangs(it_does: bool) -> Hold {
    if it_does { Hold::Hangs } else { Hold::None }
}

const fn needs(it_does: bool) -> Hold {
    if it_does { Hold::Needs } else { Hold::None }
}

fn is_bound(binding: &PolicyBinding, other: &Object) -> bool {
    match other {
        Object::Application(application) => binding.target == application.id,
        Object::Flow(flow) => binding.target == flow.id,
        Object::FlowStageBinding(stage) => binding.target == stage.id,
        Object::Policy(policy) => binding.bound == Bound::Policy(policy.id),
        _ => false,
    }
}

/// The object without its references to what is removed; `None` where it has none.
pub(super) fn without(object: &Object, removed: &Object) -> Option<Object> {
    let mut free = object.clone();
    match (&mut free, removed) {
        (Object::Application(application), Object::Provider(gone)) => {
            application.provider = application.provider.filter(|pk| *pk != gone.pk);
            application
                .backchannel_providers
                .retain(|pk| *pk != gone.pk);
        }
        (Object::Provider(provider), gone) => release(provider, gone),
        (Object::Stage(stage), Object::Flow(gone)) => {
            for flow in optional_flows(stage) {
                flow.take_if(|flow| *flow == gone.slug);
            }
        }
        (Object::Stage(stage), Object::Prompt(gone)) => {
            if let Settings::Prompt(its) = &mut stage.settings {
                its.fields.retain(|id| *id != gone.id);
            }
        }
        (Object::Stage(stage), Object::Policy(gone)) => {
            if let Settings::Prompt(its) = &mut stage.settings {
                its.validation_policies.retain(|id| *id != gone.id);
            }
        }
        _ => return None,
    }
    (!free.same_as(object)).then_some(free)
}

fn release(provider: &mut Provider, gone: &Object) {
    match gone {
        Object::Provider(gone) => provider
            .jwt_federation_providers
            .retain(|pk| *pk != gone.pk),
        Object::Mapping(gone) => provider
            .property_mappings
            .retain(|id| *id != gone.mapping.id),
        Object::Source(gone) => provider.jwt_federation_sources.retain(|id| *id != gone.id),
        Object::Key(gone) => {
            for key in [&mut provider.signing_key, &mut provider.encryption_key] {
                key.take_if(|id| *id == gone.id);
            }
        }
        Object::Flow(gone) => {
            for flow in [
                &mut provider.authentication_flow,
                &mut provider.invalidation_flow,
            ] {
                flow.take_if(|flow| *flow == gone.slug);
            }
        }
        Object::Application(_)
        | Object::Binding(_)
        | Object::Policy(_)
        | Object::Stage(_)
        | Object::FlowStageBinding(_)
        | Object::Prompt(_) => {}
    }
}

/// The flows that a stage may name and can do without.
fn optional_flows(stage: &mut StageObject) -> Vec<&mut Option<Slug>> {
    match &mut stage.settings {
        Settings::Identification(its) => vec![
            &mut its.enrollment_flow,
            &mut its.recovery_flow,
            &mut its.passwordless_flow,
        ],
        Settings::Password(its) => vec![&mut its.configure_flow],
        Settings::AuthenticatorTotp(its) => vec![&mut its.configure_flow],
        Settings::AuthenticatorStatic(its) => vec![&mut its.configure_flow],
        Settings::AuthenticatorWebauthn(its) => vec![&mut its.configure_flow],
        _ => Vec::new(),
    }
}

/// A flow that an object names: in which field, and what it has to be for; `None` for anything.
pub(super) type Named<'a> = (&'static str, &'a Slug, Option<Designation>);

/// The flows that an object names.
pub(super) fn flows(object: &Object) -> Vec<Named<'_>> {
    match object {
        Object::Provider(provider) => flows_of_provider(provider),
        Object::Stage(stage) => flows_of_stage(stage),
        _ => Vec::new(),
    }
}

fn flows_of_provider(provider: &Provider) -> Vec<Named<'_>> {
    let given = [
        (
            "authorization_flow",
            Some(&provider.authorization_flow),
            Designation::Authorization,
        ),
        (
            "authentication_flow",
            provider.authentication_flow.as_ref(),
            Designation::Authentication,
        ),
        (
            "invalidation_flow",
            provider.invalidation_flow.as_ref(),
            Designation::Invalidation,
        ),
    ];
    named(given)
}

fn flows_of_stage(stage: &StageObject) -> Vec<Named<'_>> {
    let configure = |flow| named([("configure_flow", flow, Designation::StageConfiguration)]);
    match &stage.settings {
        Settings::Identification(its) => named([
            (
                "enrollment_flow",
                its.enrollment_flow.as_ref(),
                Designation::Enrollment,
            ),
            (
                "recovery_flow",
                its.recovery_flow.as_ref(),
                Designation::Recovery,
            ),
            (
                "passwordless_flow",
                its.passwordless_flow.as_ref(),
                Designation::Authentication,
            ),
        ]),
        Settings::Password(its) => configure(its.configure_flow.as_ref()),
        Settings::AuthenticatorTotp(its) => configure(its.configure_flow.as_ref()),
        Settings::AuthenticatorStatic(its) => configure(its.configure_flow.as_ref()),
        Settings::AuthenticatorWebauthn(its) => configure(its.configure_flow.as_ref()),
        Settings::Redirect(RedirectSettings::Flow { target_flow, .. }) => {
            vec![("target_flow", target_flow, None)]
        }
        _ => Vec::new(),
    }
}

fn named<'a, const N: usize>(
    given: [(&'static str, Option<&'a Slug>, Designation); N],
) -> Vec<Named<'a>> {
    let given = given.into_iter();
    given
        .filter_map(|(field, slug, designation)| Some((field, slug?, Some(designation))))
        .collect()
}

/// The object with another name for a flow that was renamed; `None` where it does not name it.
pub(super) fn renamed(object: &Object, from: &Slug, to: &Slug) -> Option<Object> {
    if !flows(object).iter().any(|(_, slug, _)| *slug == from) {
        return None;
    }
    let mut moved = object.clone();
    let change = |slug: &mut Slug| {
        if slug == from {
            slug.clone_from(to);
        }
    };
    match &mut moved {
        Object::Provider(provider) => {
            change(&mut provider.authorization_flow);
            for flow in [
                &mut provider.authentication_flow,
                &mut provider.invalidation_flow,
            ] {
                flow.iter_mut().for_each(change);
            }
        }
        Object::Stage(stage) => {
            if let Settings::Redirect(RedirectSettings::Flow { target_flow, .. }) =
                &mut stage.settings
            {
                change(target_flow);
            }
            for flow in optional_flows(stage) {
                flow.iter_mut().for_each(change);
            }
        }
        _ => return None,
    }
    Some(moved)
}
