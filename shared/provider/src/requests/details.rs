//! `authorization_details`: what a scope is too coarse for (RFC 9396).

mod narrowing;

use serde_json::{Map, Value};

use super::{RequestFault, storable};
use crate::client::{DetailsType, Metadata};
use crate::jwt;

pub(crate) use narrowing::narrowed;

/// The longest, in bytes: it is kept with the grant and each of its tokens, and read by a person.
const LONGEST: usize = 8 * 1024;

/// More than a person can agree to at once.
const MOST: usize = 20;

/// The common fields that are lists of texts (§2.2).
const LISTS: [&str; 4] = ["locations", "actions", "datatypes", "privileges"];

/// The common field that is a text (§2.2).
const IDENTIFIER: &str = "identifier";

/// Reads it; each of a type that the client may ask for, with the fields of that type (§5).
pub(crate) fn parse(metadata: &Metadata, text: Option<&str>) -> Result<Vec<Value>, RequestFault> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let read = Some(text).filter(|text| text.len() <= LONGEST);
    let read = read.and_then(|text| jwt::list(text.as_bytes()));
    let details = read.filter(|details| details.len() <= MOST && !details.is_empty());
    let details = details.ok_or(RequestFault::Details(
        "must be a JSON array of at most 20 objects and 8 KiB",
    ))?;
    for one in &details {
        if !storable(one) {
            return Err(RequestFault::Details("are nested too deeply"));
        }
        let fields = one.as_object();
        let fields = fields.ok_or(RequestFault::Details("must hold objects"))?;
        check(metadata, fields)?;
    }
    Ok(details)
}

fn check(metadata: &Metadata, fields: &Map<String, Value>) -> Result<(), RequestFault> {
    let name = fields.get("type").and_then(Value::as_str); // §2: REQUIRED
    let name = name.ok_or(RequestFault::Details("must name their type"))?;
    let mut known = metadata.authorization_details_types.iter();
    let kind = known.find(|kind| kind.name == name);
    let kind = kind.ok_or(RequestFault::Details(
        "must be of a type that this client may ask for",
    ))?;
    if kind
        .required
        .iter()
        .any(|field| !fields.contains_key(field))
    {
        return Err(RequestFault::Details("lack a field that is required"));
    }
    let odd = |(field, value): (&String, &Value)| !admits(kind, field, value);
    if fields.iter().any(odd) {
        return Err(RequestFault::Details("have a field that is not known"));
    }
    Ok(())
}

/// Whether this field may be there, with this value.
fn admits(kind: &DetailsType, field: &str, value: &Value) -> bool {
    let texts = |value: &Value| {
        let list = value.as_array();
        list.is_some_and(|list| list.iter().all(Value::is_string))
    };
    if LISTS.contains(&field) {
        return texts(value);
    }
    let own = |fields: &[String]| fields.iter().any(|own| own == field);
    match field {
        "type" => true,
        IDENTIFIER => value.is_string(),
        _ => own(&kind.required) || own(&kind.fields),
    }
}

/// Each in people's words: its type, and what it allows with all of its fields.
pub fn readable(metadata: &Metadata, details: &[Value]) -> Vec<(String, String)> {
    details
        .iter()
        .filter_map(Value::as_object)
        .map(|fields| {
            let name = fields.get("type").and_then(Value::as_str);
            let name = name.unwrap_or_default();
            let mut kinds = metadata.authorization_details_types.iter();
            let kind = kinds.find(|kind| kind.name == name);
            let title = kind.map(|kind| kind.description.as_str());
            let title = title.filter(|text| !text.is_empty()).unwrap_or(name);
            (name.to_owned(), sentence(title, fields))
        })
        .collect()
}

fn sentence(title: &str, fields: &Map<String, Value>) -> String {
    let mut parts = Vec::new();
    for (field, value) in fields.iter().filter(|(field, _)| *field != "type") {
        tell(&mut parts, field, value);
    }
    if parts.is_empty() {
        title.to_owned()
    } else {
        format!("{title}: {}", parts.join("; "))
    }
}

/// `amount.currency: EUR`, one for each value that is not made of others.
fn tell(parts: &mut Vec<String>, path: &str, value: &Value) {
    let plain = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                tell(parts, &format!("{path}.{name}"), member);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (at, item) in items.iter().enumerate() {
                tell(parts, &format!("{path} {}", at + 1), item);
            }
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(plain).collect();
            parts.push(format!("{path}: {}", items.join(", ")));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            parts.push(format!("{path}: {}", plain(value)));
        }
    }
}

#[cfg(test)]
mod tests;
