//! How what becomes of an entry, and what is wrong with it, is told.

use serde_json::{Map, Value};

use super::Stop;
use crate::blueprint::file::Entry;
use crate::blueprint::models::Model;
use crate::blueprint::report::{Action, Outcome};
use crate::blueprint::yaml::Wrong;
use crate::errors::Refusal;

/// An outcome of an entry.
pub(in crate::blueprint) fn outcome(
    (entry, model): (&Entry, &Model),
    body: &Map<String, Value>,
    action: Action,
) -> Outcome {
    let names = ["slug", "username", "identifier", "domain", "name"];
    let name = names.iter().find_map(|name| body.get(*name)?.as_str());
    let name = name.map(str::to_owned).or_else(|| entry.id.clone());
    Outcome {
        line: entry.line,
        model: model.name.clone(),
        name: name.unwrap_or_default(),
        action,
        changes: Vec::new(),
        note: String::new(),
    }
}

/// What is wrong with the fields of an entry.
pub(in crate::blueprint) fn wrong_fields(
    (entry, model): (&Entry, &Model),
    body: &Map<String, Value>,
    refusal: Refusal,
) -> Stop {
    let name = outcome((entry, model), body, Action::Skipped).name;
    match refusal {
        Refusal::Invalid(errors) => {
            let text = format!("{} {name}: {}", model.name, spelled(&errors.into_value()));
            Stop::Wrong(Wrong::at(entry.line, text.trim_end()))
        }
        other => Stop::Refused(other),
    }
}

/// `{"name": ["This is wrong."]}` as `name: This is wrong.`
fn spelled(errors: &Value) -> String {
    match errors {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(field, errors)| {
                if field == crate::errors::WHOLE {
                    spelled(errors)
                } else {
                    format!("{field}: {}", spelled(errors))
                }
            });
            fields.collect::<Vec<_>>().join(" ")
        }
        Value::Array(items) => {
            let items = items.iter().map(spelled).filter(|text| !text.is_empty());
            items.collect::<Vec<_>>().join(" ")
        }
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}
