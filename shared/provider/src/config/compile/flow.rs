//! From the objects to a flow with all that its run needs: one item for each flow.

use protocol::{Seconds, Slug};
use uuid::Uuid;

use super::policies;
use crate::config::flows::FlowStageBinding;
use crate::config::state::Config;
use crate::flow::stage::{Parts, PromptSettings, PromptStageSettings, Settings, Stage};
use crate::flow::{Bound, Flow};
use crate::policy::{Binding, EngineMode, PolicySet, Target};

/// How long a validation policy may take in words; the sandbox stops it far earlier.
const TIMEOUT: Seconds = Seconds(30);

/// The flow with this slug: `None` where there is none, or where something it names is missing, as without a stage
/// or policy of its own a flow might let everybody pass. A pure function of the objects.
pub fn compile_flow(config: &Config, slug: &Slug) -> Option<Flow> {
    let flow = config.flow_named(slug)?;
    let mut bound: Vec<&FlowStageBinding> = config.stages_of(flow.id).collect();
    bound.sort_by_key(|it| (it.order, it.id));
    let stages = bound.into_iter().map(|it| place(config, it));
    Some(Flow {
        id: flow.id,
        slug: flow.slug.clone(),
        name: flow.name.clone(),
        title: flow.title.clone(),
        designation: flow.designation,
        authentication: flow.authentication,
        denied_action: flow.denied_action,
        layout: flow.layout,
        background: flow.background.clone(),
        policies: policies(config, flow.id, flow.policy_engine_mode)?,
        stages: stages.collect::<Option<_>>()?,
    })
}

fn place(config: &Config, binding: &FlowStageBinding) -> Option<Bound> {
    Some(Bound {
        id: binding.id,
        evaluate_on_plan: binding.evaluate_on_plan,
        re_evaluate_policies: binding.re_evaluate_policies,
        invalid_response_action: binding.invalid_response_action,
        policies: policies(config, binding.id, binding.policy_engine_mode)?,
        stage: stage(config, binding.stage)?,
    })
}

/// A stage with what it names. What that names in turn is not followed: no stage stands inside one that stands
/// inside another.
fn stage(config: &Config, id: Uuid) -> Option<Stage> {
    let mut found = bare(config, id)?;
    let one = |id: &Option<Uuid>| match id {
        None => Some(None),
        Some(id) => Some(Some(Box::new(bare(config, *id)?))),
    };
    match &found.settings {
        Settings::Identification(its) => {
            found.parts.password = one(&its.password_stage)?;
            found.parts.captcha = one(&its.captcha_stage)?;
        }
        Settings::AuthenticatorValidate(its) => {
            let setups = its.configuration_stages.iter().map(|id| bare(config, *id));
            found.parts.setups = setups.collect::<Option<_>>()?;
        }
        Settings::Prompt(its) => {
            found.parts.fields = fields(config, its)?;
            found.parts.validation = validation(config, its)?;
        }
        Settings::Password(_)
        | Settings::AuthenticatorTotp(_)
        | Settings::AuthenticatorStatic(_)
        | Settings::AuthenticatorWebauthn(_)
        | Settings::Captcha(_)
        | Settings::UserWrite(_)
        | Settings::UserLogin(_)
        | Settings::UserLogout
        | Settings::UserDelete
        | Settings::Email(_)
        | Settings::Consent(_)
        | Settings::Redirect(_)
        | Settings::Deny(_)
        | Settings::Invitation(_) => {}
    }
    Some(found)
}

fn bare(config: &Config, id: Uuid) -> Option<Stage> {
    let stage = config.stage(id)?;
    Some(Stage {
        id: stage.id,
        name: stage.name.clone(),
        settings: stage.settings.clone(),
        parts: Parts::default(),
    })
}

/// In their order; those with the same in that of their names.
fn fields(config: &Config, its: &PromptStageSettings) -> Option<Vec<PromptSettings>> {
    let found = its.fields.iter().map(|id| config.prompt(*id).cloned());
    let mut fields: Vec<PromptSettings> = found.collect::<Option<_>>()?;
    fields.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
    fields.dedup_by_key(|field| field.id);
    Some(fields)
}

/// All of them must pass (authentik asks them so).
fn validation(config: &Config, its: &PromptStageSettings) -> Option<PolicySet> {
    let found = (0..).zip(&its.validation_policies);
    let bindings = found.map(|(order, id)| {
        Some(Binding {
            id: *id,
            order,
            enabled: true,
            negate: false,
            timeout: TIMEOUT,
            failure_result: false,
            target: Target::Policy(config.policy(*id)?.clone()),
        })
    });
    Some(PolicySet {
        mode: EngineMode::All,
        bindings: bindings.collect::<Option<_>>()?,
    })
}
