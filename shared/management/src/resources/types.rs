//! What can be made of a kind of which there are several types (API reference A, `types`).

use serde_json::{Value, json};

use crate::shape::{Shape, flag, text};

/// `TypeCreate`
pub static SHAPE: Shape = Shape {
    name: "TypeCreate",
    fields: &[
        text("name").required(),
        text("description").required(),
        text("component").required(),
        text("model_name").required(),
        text("icon_url"),
        flag("requires_enterprise"),
    ],
};

/// One type.
pub fn row(name: &str, description: &str, component: &str, model_name: &str) -> Value {
    json!({
        "name": name,
        "description": description,
        "component": component,
        "model_name": model_name,
        "requires_enterprise": false,
    })
}
