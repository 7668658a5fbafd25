//! Flows (API reference B11). Their stages are bound to them in [`bindings`].

mod actions;
pub mod bindings;
mod diagram;
mod transfer;

use protocol::Slug;
use provider::config::shipped::made_of;
use provider::config::{Bound, Config, FlowObject, FlowStageBinding, Object, Stored};
use provider::flow::Designation;
use provider::ports::ObjectKind;
use serde_json::json;
use uuid::Uuid;

use super::common::ENGINE_MODES;
use super::crud::{self, Editable, Kind};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::rows::Listing;
use crate::shape::{Choice, Shape, choice, count, each, flag, list, slug, text, uuid};

/// What a flow is for.
pub static DESIGNATIONS: Choice = Choice {
    name: "FlowDesignationEnum",
    values: &[
        "authentication",
        "authorization",
        "invalidation",
        "enrollment",
        "unenrollment",
        "recovery",
        "stage_configuration",
    ],
};
static LAYOUTS: Choice = Choice {
    name: "FlowLayoutEnum",
    values: &[
        "stacked",
        "content_left",
        "content_right",
        "sidebar_left",
        "sidebar_right",
    ],
};
static DENIED_ACTIONS: Choice = Choice {
    name: "DeniedActionEnum",
    values: &["message_continue", "message", "continue"],
};
static REQUIREMENTS: Choice = Choice {
    name: "AuthenticationEnum",
    values: &[
        "none",
        "require_authenticated",
        "require_unauthenticated",
        "require_superuser",
        "require_outpost",
    ],
};

/// `Flow`
pub static FLOW: Shape = Shape {
    name: "Flow",
    fields: &[
        uuid("pk").computed(),
        uuid("policybindingmodel_ptr_id").computed(),
        text("name").required(),
        slug("slug").required().at_most(50),
        text("title").required(),
        choice("designation", &DESIGNATIONS).required(),
        text("background").computed(),
        list("stages", &each::UUID).computed(),
        list("policies", &each::UUID).computed(),
        count("cache_count").computed(),
        choice("policy_engine_mode", &ENGINE_MODES),
        flag("compatibility_mode"),
        text("export_url").computed(),
        choice("layout", &LAYOUTS),
        choice("denied_action", &DENIED_ACTIONS),
        choice("authentication", &REQUIREMENTS),
    ],
};

/// `FlowSet`: a flow as a stage shows it.
pub static FLOW_SET: Shape = Shape {
    name: "FlowSet",
    fields: &[
        uuid("pk").computed(),
        uuid("policybindingmodel_ptr_id").computed(),
        text("name").required(),
        slug("slug").required().at_most(50),
        text("title").required(),
        choice("designation", &DESIGNATIONS).required(),
        text("background").computed(),
        choice("policy_engine_mode", &ENGINE_MODES),
        flag("compatibility_mode"),
        text("export_url").computed(),
        choice("layout", &LAYOUTS),
        choice("denied_action", &DENIED_ACTIONS),
    ],
};

/// What of a [`FLOW`] a [`FLOW_SET`] has not.
const NOT_IN_SET: [&str; 4] = ["stages", "policies", "cache_count", "authentication"];

/// authentik's picture behind a flow that has none. Pages here show none then; clients refuse null (reference §E).
const BACKGROUND: &str = "/static/dist/assets/images/flow_background.jpg";

/// Flows.
pub struct Flows;

/// All operations on flows and on the bindings of stages to them.
pub fn operations() -> Vec<Operation> {
    let mut all = crud::operations::<Flows>();
    all.extend(actions::operations());
    all.extend(transfer::operations());
    all.extend(crud::operations::<bindings::FlowStageBindings>());
    all
}

/// What policies are bound to where they are bound to a flow, or to a stage in its flow: its
/// `policybindingmodel_ptr_id`, which is another UUID than its `pk`. It follows from the `pk`.
pub fn policy_target(pk: Uuid) -> Uuid {
    made_of(&format!("policybindingmodel {pk}"))
}

/// The application, flow or flow stage binding that is meant by the `target` of a policy binding: its own pk, which is
/// what is answered, or its [`policy_target`], which authentik's filters compare (API reference B9).
pub fn targeted(config: &Config, target: Uuid) -> Option<Uuid> {
    let applications = config.applications().map(|application| application.id);
    let flows = config.flows().map(|flow| flow.id);
    let bindings = config.flow_stage_bindings().map(|binding| binding.id);
    let mut all = applications.chain(flows).chain(bindings);
    all.find(|id| [*id, policy_target(*id)].contains(&target))
}

/// `Flow`, of one of them.
pub fn row(config: &Config, flow: &FlowObject) -> Row {
    let stages: Vec<Uuid> = places(config, flow.id)
        .iter()
        .map(|place| place.stage)
        .collect();
    let background = if flow.background.is_empty() {
        BACKGROUND
    } else {
        &flow.background
    };
    let row = json!({
        "pk": flow.id,
        "policybindingmodel_ptr_id": policy_target(flow.id),
        "name": flow.name,
        "slug": flow.slug,
        "title": flow.title,
        "designation": flow.designation,
        "background": background,
        "stages": stages,
        "policies": policies_of(config, flow.id),
        "cache_count": 0,
        "policy_engine_mode": flow.policy_engine_mode,
        "compatibility_mode": flow.compatibility_mode,
        "export_url": format!("/api/v3/flows/instances/{}/export/", flow.slug),
        "layout": flow.layout,
        "denied_action": flow.denied_action,
        "authentication": flow.authentication,
    });
    row.as_object().cloned().unwrap_or_default()
}

/// `FlowSet`s: the flows that a stage is part of.
pub fn flows_with(config: &Config, stage: Uuid) -> Vec<Row> {
    let has = |flow: &&FlowObject| {
        let mut bindings = config.flow_stage_bindings();
        bindings.any(|binding| (binding.target, binding.stage) == (flow.id, stage))
    };
    let mut flows: Vec<&FlowObject> = config.flows().filter(has).collect();
    flows.sort_by_key(|flow| flow.slug.as_str());
    let rows = flows.into_iter().map(|flow| {
        let mut row = row(config, flow);
        row.retain(|name, _| !NOT_IN_SET.contains(&name.as_str()));
        row
    });
    rows.collect()
}

/// The stages of a flow in their places, first to last.
fn places(config: &Config, flow: Uuid) -> Vec<&FlowStageBinding> {
    let bindings = config.flow_stage_bindings();
    let mut places: Vec<_> = bindings.filter(|binding| binding.target == flow).collect();
    places.sort_by_key(|place| (place.order, place.id));
    places
}

/// The policies that are bound to something, first to last.
fn policies_of(config: &Config, target: Uuid) -> Vec<Uuid> {
    let bindings = config.bindings().filter(|binding| binding.target == target);
    let mut policies: Vec<_> = bindings
        .filter_map(|binding| match binding.bound {
            Bound::Policy(id) => Some((binding.order, id)),
            Bound::Group(_) | Bound::User(_) => None,
        })
        .collect();
    policies.sort_unstable();
    policies.into_iter().map(|(_, id)| id).collect()
}

impl Kind for Flows {
    const ID: &'static str = "flows_instances";
    const PATH: &'static str = "/flows/instances/";
    const KEY: &'static str = "slug";
    const MODEL: &'static str = "Flow";
    const SHAPE: &'static Shape = &FLOW;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("denied_action", Given::Choice(&DENIED_ACTIONS)),
            Filter::exact("designation", Given::Choice(&DESIGNATIONS)),
            Filter::exact("flow_uuid", Given::Uuid).of("pk"),
            Filter::exact("name", Given::Text),
            Filter::exact("slug", Given::Text),
        ],
        search: &["name", "slug", "designation", "title"],
        order: &["slug"],
    };
    const OF: ObjectKind = ObjectKind::Flow;

    fn find<'a>(config: &'a Config, key: &str) -> Option<&'a Stored> {
        config.named(ObjectKind::Flow, ("slug", key))
    }

    fn row(config: &Config, object: &Object) -> Row {
        object
            .as_flow()
            .map(|flow| row(config, flow))
            .unwrap_or_default()
    }
}

impl Editable for Flows {
    async fn write<'a>(
        api: &'a Api,
        _ask: &'a Ask<'_>,
        _config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_flow).cloned();
        let mut flow = match before {
            Some(flow) => flow,
            None => blank(api.id_for(form), form)?,
        };
        form.set("name", &mut flow.name);
        form.set("slug", &mut flow.slug);
        form.set("title", &mut flow.title);
        form.set("designation", &mut flow.designation);
        form.set("policy_engine_mode", &mut flow.policy_engine_mode);
        form.set("compatibility_mode", &mut flow.compatibility_mode);
        form.set("layout", &mut flow.layout);
        form.set("denied_action", &mut flow.denied_action);
        form.set("authentication", &mut flow.authentication);
        Ok(flow.into())
    }
}

/// A flow with nothing set but what has to be.
fn blank(id: Uuid, form: &Form) -> Result<FlowObject, Refusal> {
    let wrong = |field| Refusal::field(field, "Not a valid value.");
    let slug = form.get::<Slug>("slug").ok_or_else(|| wrong("slug"))?;
    let designation = form.get::<Designation>("designation");
    let designation = designation.ok_or_else(|| wrong("designation"))?;
    Ok(FlowObject::new(id, slug, "", designation))
}
