//! Policies: who may use an application, and with which scopes (reference §9.2).

use protocol::{Seconds, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::group::GroupId;

/// The policies bound to an application, as a compiled client has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySet {
    /// How the results count together.
    pub mode: EngineMode,
    /// In ascending order. None, or none enabled: everybody passes.
    pub bindings: Vec<Binding>,
}

/// `policy_engine_mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineMode {
    /// One binding that passes is enough.
    #[default]
    Any,
    /// Every binding must pass.
    All,
}

/// A policy, group or user bound to an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Its id in the API.
    pub id: Uuid,
    /// Lower runs first.
    pub order: i32,
    /// Whether it counts at all.
    pub enabled: bool,
    /// Whether a result is turned round.
    pub negate: bool,
    /// The longest a policy may take; the sandbox's own limit is shorter.
    pub timeout: Seconds,
    /// What counts where the policy fails to give a result. It is not turned round by `negate`: what is broken
    /// must not open a door.
    pub failure_result: bool,
    /// What is bound.
    pub target: Target,
}

/// What a binding asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An expression's truth.
    Policy(ExpressionPolicy),
    /// Membership, ancestors included.
    Group(GroupId),
    /// Being this user.
    User(UserId),
}

/// A policy written in Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressionPolicy {
    /// Its id in the API.
    pub id: Uuid,
    /// Its name, unique in the tenant; `ak_call_policy` calls it by this.
    pub name: String,
    /// Python, as an administrator wrote it.
    pub expression: String,
    /// Whether every run leaves an event.
    pub execution_logging: bool,
}
