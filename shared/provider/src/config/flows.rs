//! Flows and what they are made of, one document each (API reference B11, B12).

use protocol::Slug;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::flow::stage::Settings;
use crate::flow::{DeniedAction, Designation, InvalidResponse, Layout, Requirement};
use crate::policy::EngineMode;

/// A flow, without its stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowObject {
    /// Its id in the API, and what bindings are made to.
    pub id: Uuid,
    /// Its name in URLs; unique in the tenant.
    pub slug: Slug,
    /// What administrators call it.
    pub name: String,
    /// What people read above it; `%(app)s` stands for the application's name.
    pub title: String,
    /// What it is for.
    pub designation: Designation,
    /// Who may run it.
    pub authentication: Requirement,
    /// What happens to somebody it is not for.
    pub denied_action: DeniedAction,
    /// How its pages are laid out.
    pub layout: Layout,
    /// The path or URL of the picture behind it; empty for the brand's.
    pub background: String,
    /// How the results of its bindings count together.
    pub policy_engine_mode: EngineMode,
    /// Kept for the API: our pages work with password managers of phones in any case.
    pub compatibility_mode: bool,
}

impl FlowObject {
    /// A flow for anybody, with its name as its title.
    pub fn new(id: Uuid, slug: Slug, name: impl Into<String>, designation: Designation) -> Self {
        let name = name.into();
        Self {
            id,
            slug,
            title: name.clone(),
            name,
            designation,
            authentication: Requirement::default(),
            denied_action: DeniedAction::default(),
            layout: Layout::default(),
            background: String::new(),
            policy_engine_mode: EngineMode::default(),
            compatibility_mode: false,
        }
    }
}

/// Puts a stage into a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowStageBinding {
    /// Its id in the API, and what policies are bound to.
    pub id: Uuid,
    /// The flow.
    pub target: Uuid,
    /// The stage.
    pub stage: Uuid,
    /// Lower comes first.
    pub order: i32,
    /// Whether its policies are asked when the flow begins.
    pub evaluate_on_plan: bool,
    /// Whether its policies are asked when the stage is reached.
    pub re_evaluate_policies: bool,
    /// What a wrong answer leads to.
    pub invalid_response_action: InvalidResponse,
    /// How the results of its bindings count together.
    pub policy_engine_mode: EngineMode,
}

impl FlowStageBinding {
    /// With authentik's defaults: policies are asked when the stage is reached.
    pub fn new(id: Uuid, target: Uuid, stage: Uuid, order: i32) -> Self {
        Self {
            id,
            target,
            stage,
            order,
            evaluate_on_plan: false,
            re_evaluate_policies: true,
            invalid_response_action: InvalidResponse::default(),
            policy_engine_mode: EngineMode::default(),
        }
    }
}

/// A stage of any kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageObject {
    /// Its id in the API.
    pub id: Uuid,
    /// Unique in the tenant.
    pub name: String,
    /// Its kind and how it is set.
    pub settings: Settings,
}
