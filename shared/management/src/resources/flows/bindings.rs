//! What puts stages into flows (API reference B11, `flows/bindings`).

use provider::config::{Config, FlowStageBinding, Object};
use provider::ports::ObjectKind;
use serde_json::json;
use uuid::Uuid;

use super::{policies_of, policy_target};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::form::Form;
use crate::operation::Ask;
use crate::resources::common::ENGINE_MODES;
use crate::resources::crud::{Editable, Kind};
use crate::resources::stages;
use crate::rows::Listing;
use crate::shape::{Choice, Shape, choice, flag, int, nested, uuid};

static INVALID_RESPONSES: Choice = Choice {
    name: "InvalidResponseActionEnum",
    values: &["retry", "restart", "restart_with_context"],
};

/// `FlowStageBinding`
pub static FLOW_STAGE_BINDING: Shape = Shape {
    name: "FlowStageBinding",
    fields: &[
        uuid("pk").computed(),
        uuid("policybindingmodel_ptr_id").computed(),
        uuid("target").required(),
        uuid("stage").required(),
        nested("stage_obj", &stages::STAGE).computed(),
        flag("evaluate_on_plan"),
        flag("re_evaluate_policies"),
        int("order").required(),
        choice("policy_engine_mode", &ENGINE_MODES),
        choice("invalid_response_action", &INVALID_RESPONSES),
    ],
};

/// What is only looked at by filters.
const POLICIES: &str = "policies";

/// Stages in their flows.
pub struct FlowStageBindings;

impl Kind for FlowStageBindings {
    const ID: &'static str = "flows_bindings";
    const PATH: &'static str = "/flows/bindings/";
    const KEY: &'static str = "fsb_uuid";
    const MODEL: &'static str = "FlowStageBinding";
    const SHAPE: &'static Shape = &FLOW_STAGE_BINDING;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("evaluate_on_plan", Given::Bool),
            Filter::exact("fsb_uuid", Given::Uuid).of("pk"),
            Filter::exact("invalid_response_action", Given::Choice(&INVALID_RESPONSES)),
            Filter::exact("order", Given::Int),
            Filter::exact("pbm_uuid", Given::Uuid).of("policybindingmodel_ptr_id"),
            Filter::exact(POLICIES, Given::Uuid).asks(Test::Among),
            Filter::exact("policy_engine_mode", Given::Choice(&ENGINE_MODES)),
            Filter::exact("re_evaluate_policies", Given::Bool),
            Filter::exact("stage", Given::Uuid),
            Filter::exact("target", Given::Uuid),
        ],
        search: &[],
        order: &["target", "order"],
    };
    const OF: ObjectKind = ObjectKind::FlowStageBinding;

    fn row(config: &Config, object: &Object) -> Row {
        let Some(binding) = object.as_flow_stage_binding() else {
            return Row::new();
        };
        let stage = config.stage(binding.stage);
        let row = json!({
            "pk": binding.id,
            "policybindingmodel_ptr_id": policy_target(binding.id),
            "target": binding.target,
            "stage": binding.stage,
            "stage_obj": stage.map(|stage| stages::row(config, stage)),
            "evaluate_on_plan": binding.evaluate_on_plan,
            "re_evaluate_policies": binding.re_evaluate_policies,
            "order": binding.order,
            "policy_engine_mode": binding.policy_engine_mode,
            "invalid_response_action": binding.invalid_response_action,
            POLICIES: policies_of(config, binding.id),
        });
        row.as_object().cloned().unwrap_or_default()
    }

    async fn complete<'a>(
        _api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        for row in &mut rows {
            row.remove(POLICIES);
        }
        Ok(rows)
    }
}

impl Editable for FlowStageBindings {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_flow_stage_binding).cloned();
        let nil = Uuid::nil(); // both are required where there is none before
        let mut binding =
            before.unwrap_or_else(|| FlowStageBinding::new(api.id_for(form), nil, nil, 0));
        form.set("target", &mut binding.target);
        form.set("stage", &mut binding.stage);
        form.set("evaluate_on_plan", &mut binding.evaluate_on_plan);
        form.set("re_evaluate_policies", &mut binding.re_evaluate_policies);
        form.set("order", &mut binding.order);
        form.set("policy_engine_mode", &mut binding.policy_engine_mode);
        form.set(
            "invalid_response_action",
            &mut binding.invalid_response_action,
        );
        if config.flow(binding.target).is_none() {
            form.missing("target", &binding.target);
        }
        if config.stage(binding.stage).is_none() {
            form.missing("stage", &binding.stage);
        }
        Ok(binding.into())
    }
}
