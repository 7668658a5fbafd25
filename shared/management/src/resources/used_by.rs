//! What uses an object, and what becomes of it when that is removed (API reference A, `used_by`).

use provider::config::{Config, Hold, Object};
use serde_json::{Value, json};

use crate::resources::events::models;
use crate::resources::stages;
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

/// Django's names of what an object is; of a stage, of its kind.
pub fn model(object: &Object) -> (String, String) {
    let model = match object {
        Object::Provider(_) => "oauth2provider",
        Object::Application(_) => "application",
        Object::Binding(_) => "policybinding",
        Object::Mapping(_) => "scopemapping",
        Object::Policy(_) => "expressionpolicy",
        Object::Source(_) => "oauthsource",
        Object::Key(_) => "certificatekeypair",
        Object::Flow(_) => "flow",
        Object::Stage(stage) => return stages::about(&stage.settings).names(),
        Object::FlowStageBinding(_) => "flowstagebinding",
        Object::Prompt(_) => "prompt",
    };
    (models::app(model).into_owned(), model.to_owned())
}
