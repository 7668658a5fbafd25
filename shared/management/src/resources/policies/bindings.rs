//! What policies, groups and people are bound to (API reference B9).

mod bound;
mod named;

use provider::config::{Bound, Config, Object, PolicyBinding};
use provider::ports::ObjectKind;
use serde_json::{Value, json};
use uuid::Uuid;

use super::POLICY;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row, Test};
use crate::form::Form;
use crate::operation::{Ask, Operation};
use crate::resources::crud::{self, Editable, Kind};
use crate::resources::flows;
use crate::resources::groups::shape::GROUP;
use crate::resources::users::shape::USER;
use crate::rows::Listing;
use crate::shape::{Shape, count, flag, int, nested, uuid};
use bound::bound;

static POLICY_BINDING: Shape = Shape {
    name: "PolicyBinding",
    fields: &[
        uuid("pk").computed(),
        uuid("policy").nullable(),
        uuid("group").nullable(),
        int("user").nullable(),
        nested("policy_obj", &POLICY).computed().nullable(),
        nested("group_obj", &GROUP).computed().nullable(),
        nested("user_obj", &USER).computed().nullable(),
        uuid("target").required(),
        flag("negate"),
        flag("enabled"),
        int("order").required(),
        count("timeout"),
        flag("failure_result"),
    ],
};

/// authentik's seconds for a policy.
const TIMEOUT: u32 = 30;

/// What rows are searched and narrowed down by without having it as a field: the name of the policy, and the ids that
/// the target goes by.
const HIDDEN: [&str; 2] = ["policy__name", "target_ids"];

/// Bindings.
pub(crate) struct PolicyBindings;

pub(super) fn operations() -> Vec<Operation> {
    crud::operations::<PolicyBindings>()
}

fn row(config: &Config, binding: &PolicyBinding) -> Row {
    let (policy, group) = match binding.bound {
        Bound::Policy(id) => (Some(id), None),
        Bound::Group(id) => (None, Some(id.0)),
        Bound::User(_) => (None, None),
    };
    let policy_obj = policy.and_then(|id| config.policy(id));
    let [name, target_ids] = HIDDEN;
    let row = json!({
        "pk": binding.id,
        "policy": policy,
        "group": group,
        "user": null,
        "policy_obj": policy_obj.map(|policy| super::row(config, policy)),
        "group_obj": null,
        "user_obj": null,
        "target": binding.target,
        "negate": binding.negate,
        "enabled": binding.enabled,
        "order": binding.order,
        "timeout": binding.timeout,
        "failure_result": binding.failure_result,
        name: policy_obj.map(|policy| &policy.name),
        target_ids: [binding.target, flows::policy_target(binding.target)],
    });
    match row {
        Value::Object(row) => row,
        _ => Row::new(),
    }
}

impl Kind for PolicyBindings {
    const ID: &'static str = "policies_bindings";
    const PATH: &'static str = "/policies/bindings/";
    const KEY: &'static str = "policy_binding_uuid";
    const MODEL: &'static str = "PolicyBinding";
    const SHAPE: &'static Shape = &POLICY_BINDING;
    const LISTING: Listing = Listing {
        filters: &[
            Filter::exact("policy", Given::Uuid),
            Filter::is_null("policy__isnull", "policy"),
            Filter::exact("target", Given::Uuid).of("target_ids"),
            Filter::exact("target_in", Given::Uuid)
                .of("target_ids")
                .asks(Test::Among),
            Filter::exact("enabled", Given::Bool),
            Filter::exact("order", Given::Int),
            Filter::exact("timeout", Given::Int),
        ],
        search: &["policy__name"],
        order: &["target", "order", "pk"],
    };
    const OF: ObjectKind = ObjectKind::Binding;

    fn row(config: &Config, object: &Object) -> Row {
        let binding = object.as_binding();
        binding
            .map(|binding| row(config, binding))
            .unwrap_or_default()
    }

    async fn complete<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        mut rows: Vec<Row>,
    ) -> Result<Vec<Row>, Refusal> {
        for row in &mut rows {
            row.retain(|name, _| !HIDDEN.contains(&&**name));
        }
        named::put(api, ask, config, &mut rows).await?;
        Ok(rows)
    }
}

impl Editable for PolicyBindings {
    async fn write<'a>(
        api: &'a Api,
        ask: &'a Ask<'_>,
        config: &'a Config,
        form: &'a mut Form,
        before: Option<&'a Object>,
    ) -> Result<Object, Refusal> {
        let before = before.and_then(Object::as_binding);
        let bound = bound(api, ask, form, before).await?;
        let given: Option<Uuid> = form.get("target");
        let meant = match given {
            Some(given) => flows::targeted(config, given),
            None => before.map(|it| it.target),
        };
        if let (Some(given), None) = (given, meant) {
            form.missing("target", &given);
        }
        form.errors.clone().check()?;
        let required = || Refusal::field("target", "This field is required.");
        let (target, bound) = (meant.ok_or_else(required)?, bound.ok_or_else(required)?);
        let mut binding = PolicyBinding {
            target,
            bound,
            ..before
                .cloned()
                .unwrap_or_else(|| blank(api.id_for(form), target, bound))
        };
        form.set("negate", &mut binding.negate);
        form.set("enabled", &mut binding.enabled);
        form.set("order", &mut binding.order);
        form.set("timeout", &mut binding.timeout);
        form.set("failure_result", &mut binding.failure_result);
        Ok(binding.into())
    }
}

/// A new one, as authentik has it.
const fn blank(id: Uuid, target: Uuid, bound: Bound) -> PolicyBinding {
    PolicyBinding {
        id,
        target,
        bound,
        order: 0,
        enabled: true,
        negate: false,
        timeout: TIMEOUT,
        failure_result: false,
    }
}
