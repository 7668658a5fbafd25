//! What uses an object, and what becomes of it when that is removed (API reference A, `used_by`).

use provider::config::{Config, Hold, Object};
use serde_json::{Value, json};

use crate::shape::{Choice, Shape, choice, text};

/// What becomes of what uses a removed object.
static ACTIONS: Choice = Choice {
    name: "UsedByActionEnum",
    values: &["cascade", "cascade_many", "set_null", "set_default"],
};

/// `UsedBy`
pub static SHAPE: Shape = Shape {
    name: "UsedBy",
    fields: &[
        text("app").computed(),
        text("model_name").computed(),
        text("pk").computed(),
        text("name").computed(),
        choice("action", &ACTIONS).computed(),
    ],
};

/// All that use it.
pub fn list(config: &Config, object: &Object) -> Value {
    let used = config.used_by(object).into_iter().map(|(user, hold)| {
        let (app, model_name) = model(user);
        let action = match hold {
            Hold::None => "set_null",
            Hold::Hangs | Hold::Needs => "cascade",
        };
        json!({ "app": app, "model_name": model_name, "pk": pk(user), "name": user.label(), "action": action })
    });
    used.collect()
}

/// Its key as authentik writes it: a provider's number without the zeros that put lists in order.
pub fn pk(object: &Object) -> String {
    match object {
        Object::Provider(provider) => provider.pk.to_string(),
        Object::Application(_)
        | Object::Binding(_)
        | Object::Mapping(_)
        | Object::Policy(_)
        | Object::Source(_)
        | Object::Key(_)
        | Object::Flow(_)
        | Object::Stage(_)
        | Object::FlowStageBinding(_)
        | Object::Prompt(_) => object.id(),
    }
}

/// Django's names of what an object is.
pub const fn model(object: &Object) -> (&'static str, &'static str) {
    match object {
        Object::Provider(_) => ("authentik_providers_oauth2", "oauth2provider"),
        Object::Application(_) => ("authentik_core", "application"),
        Object::Binding(_) => ("authentik_policies", "policybinding"),
        Object::Mapping(_) => ("authentik_providers_oauth2", "scopemapping"),
        Object::Policy(_) => ("authentik_policies_expression", "expressionpolicy"),
        Object::Source(_) => ("authentik_sources_oauth", "oauthsource"),
        Object::Key(_) => ("authentik_crypto", "certificatekeypair"),
        Object::Flow(_) => ("authentik_flows", "flow"),
        Object::Stage(_) => ("authentik_flows", "stage"),
        Object::FlowStageBinding(_) => ("authentik_flows", "flowstagebinding"),
        Object::Prompt(_) => ("authentik_stages_prompt", "prompt"),
    }
}
