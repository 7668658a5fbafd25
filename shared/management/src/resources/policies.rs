//! Policies and what they are bound to (API reference B9).

mod all;
pub mod bindings;
pub(crate) mod expression;
pub mod test;

use provider::config::{Bound, Config};
use provider::flow::stage::Settings;
use provider::policy::ExpressionPolicy;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::filter::Row;
use crate::operation::Operation;
use crate::shape::{Shape, count, flag, text, uuid};

/// `Policy`
pub static POLICY: Shape = Shape {
    name: "Policy",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        flag("execution_logging"),
        text("component").computed(),
        text("verbose_name").computed(),
        text("verbose_name_plural").computed(),
        text("meta_model_name").computed(),
        count("bound_to").computed(),
    ],
};

/// All operations on policies.
pub fn operations() -> Vec<Operation> {
    let all = [
        all::operations(),
        expression::operations(),
        bindings::operations(),
    ];
    all.into_iter().flatten().collect()
}

/// A policy as one of any type.
pub(super) fn row(config: &Config, policy: &ExpressionPolicy) -> Row {
    let row = json!({
        "pk": policy.id,
        "name": policy.name,
        "execution_logging": policy.execution_logging,
        "component": "ak-policy-expression-form",
        "verbose_name": "Expression Policy",
        "verbose_name_plural": "Expression Policies",
        "meta_model_name": "authentik_policies_expression.expressionpolicy",
        "bound_to": bindings_of(config, policy.id) + prompt_stages_of(config, policy.id),
    });
    match row {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

fn bindings_of(config: &Config, policy: Uuid) -> usize {
    let bindings = config.bindings();
    bindings
        .filter(|it| it.bound == Bound::Policy(policy))
        .count()
}

/// The prompt stages that ask it whether what was entered will do.
fn prompt_stages_of(config: &Config, policy: Uuid) -> usize {
    let asked = config.stages().filter(|stage| match &stage.settings {
        Settings::Prompt(its) => its.validation_policies.contains(&policy),
        _ => false,
    });
    asked.count()
}
