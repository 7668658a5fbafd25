//! How events look (API reference B14).

use provider::event::{Action, Event, RETENTION};
use serde_json::{Map, Value, json};

use crate::filter::Row;
use crate::resources::types;
use crate::shape::{Choice, Kind, Shape, any, big, choice, count, moment, object, text, uuid};
use crate::wire;

/// authentik's actions. Clients refuse any other.
pub static ACTIONS: Choice = Choice {
    name: "EventActions",
    values: &[
        "login",
        "login_failed",
        "logout",
        "user_write",
        "suspicious_request",
        "password_set",
        "secret_view",
        "secret_rotate",
        "invitation_used",
        "authorize_application",
        "source_linked",
        "impersonation_started",
        "impersonation_ended",
        "flow_execution",
        "policy_execution",
        "policy_exception",
        "property_mapping_exception",
        "system_task_execution",
        "system_task_exception",
        "system_exception",
        "configuration_error",
        "model_created",
        "model_updated",
        "model_deleted",
        "email_sent",
        "update_available",
        CUSTOM,
    ],
};

/// What stands for all other actions, with their names in the context.
const CUSTOM: &str = "custom_";

/// `Event`
pub static EVENT: Shape = Shape {
    name: "Event",
    fields: &[
        uuid("pk").computed(),
        any("user"),
        choice("action", &ACTIONS).required(),
        text("app").required().at_most(200),
        any("context"),
        text("client_ip").nullable(),
        moment("created").computed(),
        moment("expires"),
        any("brand"),
    ],
};

/// `EventTopPerUser`
pub static TOP: Shape = Shape {
    name: "EventTopPerUser",
    fields: &[
        object("application").computed(),
        count("counted_events").computed(),
        count("unique_users").computed(),
    ],
};

/// `Coordinate`: milliseconds since the epoch, and how many.
pub static COORDINATE: Shape = Shape {
    name: "Coordinate",
    fields: &[big("x_cord").computed(), count("y_cord").computed()],
};

/// Several of [`COORDINATE`].
pub const COORDINATES: Kind = Kind::Nested(&COORDINATE);

/// The name of an action.
pub fn name(action: &Action) -> String {
    let name = wire::value(action);
    name.as_str().unwrap_or_default().to_owned()
}

/// `Event`
pub fn row(event: &Event) -> Row {
    let name = name(&event.action);
    let known = ACTIONS.values.contains(&name.as_str());
    let row = json!({
        "pk": event.id,
        "user": user(event),
        "action": if known { name.as_str() } else { CUSTOM },
        "app": event.app,
        "context": context(event, (!known).then_some(name.as_str())),
        "client_ip": event.client_ip,
        "created": wire::moment(event.at),
        "expires": wire::moment(event.at + RETENTION),
        "brand": brand(event),
    });
    row.as_object().cloned().unwrap_or_default()
}

fn user(event: &Event) -> Value {
    event.user.as_ref().map_or_else(
        || json!({}),
        |user| json!({ "pk": user.pk, "email": user.email, "username": user.username }),
    )
}

fn brand(event: &Event) -> Value {
    event.brand.as_ref().map_or_else(
        || json!({}),
        |brand| {
            json!({
                "pk": brand.id.simple().to_string(),
                "app": "authentik_brands",
                "name": brand.name,
                "model_name": "brand",
            })
        },
    )
}

/// Its facts, with the client and with an action that clients do not know.
fn context(event: &Event, custom: Option<&str>) -> Map<String, Value> {
    let mut context = event.context.clone();
    let client = event.client_id.as_ref().map(ToString::to_string);
    let beside = [
        ("client_id", client),
        ("custom_action", custom.map(str::to_owned)),
    ];
    for (name, value) in beside {
        if let Some(value) = value {
            context.entry(name).or_insert(Value::String(value));
        }
    }
    context
}

/// All actions, each as a type (`TypeCreate`) with its value in `component`.
pub fn actions() -> Value {
    let label = |value: &str| {
        let words = value.split('_').map(capital);
        words.collect::<Vec<_>>().join(" ")
    };
    let rows = ACTIONS.values.iter().map(|value| {
        let label = if *value == CUSTOM {
            "Custom Prefix".to_owned()
        } else {
            label(value)
        };
        types::row(&label, "", value, "")
    });
    rows.collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
