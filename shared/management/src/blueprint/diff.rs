//! What differs between what there is and what a file says.

use chrono::DateTime;
use provider::config::Object;
use serde_json::{Map, Value};

use super::models::Model;
use super::report::Change;
use crate::filter::Row;
use crate::shape::{Field, Kind, Presence};

/// Fields that are shown to nobody.
const SECRET: [&str; 4] = ["client_secret", "password", "key", "consumer_secret"];

/// In the place of a secret.
const HIDDEN: &str = "***";

/// Lists of these are in no order.
const SETS: [&str; 3] = ["groups", "users", "roles"];

/// Whether both say the same: numbers may be written as texts.
pub(super) fn alike(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    match (one, other) {
        (Value::String(one), Value::String(other)) => {
            one.len() == 36 && one.eq_ignore_ascii_case(other)
        }
        (Value::String(text), Value::Number(number))
        | (Value::Number(number), Value::String(text)) => *text == number.to_string(),
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        // as Django's `contains` on JSON
        (Value::Object(all), Value::Object(some)) => some
            .iter()
            .all(|(name, value)| all.get(name).is_some_and(|its| alike(its, value))),
        _ => false,
    }
}

/// Whether a field says what there is.
pub(super) fn same(field: &Field, there: &Value, given: &Value) -> bool {
    match (field.kind, there, given) {
        (Kind::DateTime, Value::String(one), Value::String(other)) => {
            let moment = |text: &str| DateTime::parse_from_rfc3339(text).map(|it| it.timestamp());
            moment(one).ok() == moment(other).ok()
        }
        (Kind::List(_), Value::Array(one), Value::Array(other)) if SETS.contains(&field.name) => {
            let sorted = |items: &[Value]| {
                let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
                texts.sort_unstable();
                texts.dedup();
                texts
            };
            sorted(one) == sorted(other)
        }
        (Kind::Object | Kind::Any, there, given) => there == given,
        (_, there, given) => there == given || (!there.is_object() && alike(there, given)),
    }
}

/// The fields that can be set.
pub(super) fn settable(model: &Model) -> impl Iterator<Item = &'static Field> {
    let fields = model.shape.fields.iter();
    fields.filter(|field| field.input != Presence::Absent)
}

fn is_secret(field: &Field) -> bool {
    field.output == Presence::Absent || SECRET.contains(&field.name)
}

/// A change of a field, as it may be shown.
pub(super) fn change(field: &Field, old: Value, new: Value) -> Change {
    let shown = |value: Value| match value {
        Value::Null => Value::Null,
        _ if is_secret(field) => HIDDEN.into(),
        value => value,
    };
    Change {
        field: field.name.to_owned(),
        old: shown(old),
        new: shown(new),
    }
}

/// A change of a secret, of which nothing is shown.
pub(super) fn hidden(field: &str) -> Change {
    Change {
        field: field.to_owned(),
        old: HIDDEN.into(),
        new: HIDDEN.into(),
    }
}

/// What a file says of something new.
pub(super) fn of_new(model: &Model, given: &Map<String, Value>) -> Vec<Change> {
    let given = settable(model).filter_map(|field| Some((field, given.get(field.name)?)));
    let given = given.filter(|(_, value)| !value.is_null());
    given
        .map(|(field, value)| change(field, Value::Null, value.clone()))
        .collect()
}

/// What differs between two states of an object of the configuration.
pub(super) fn of_rows(
    model: &Model,
    (before, after): (&Row, &Row),
    (old, new): (&Object, &Object),
    given: &Map<String, Value>,
) -> Vec<Change> {
    let value = |row: &Row, field: &Field| row.get(field.name).cloned().unwrap_or_default();
    let mut changes: Vec<Change> = settable(model)
        .filter(|field| !is_secret(field))
        .map(|field| (field, value(before, field), value(after, field)))
        .filter(|(_, old, new)| old != new)
        .map(|(field, old, new)| change(field, old, new))
        .collect();
    let secret = match (old, new) {
        (Object::Provider(old), Object::Provider(new)) => {
            let digest = |it: &provider::config::Provider| {
                let secret = it.client_secret.as_ref();
                secret.map(|secret| secret.digest)
            };
            (digest(old) != digest(new)).then_some("client_secret")
        }
        _ if changes.is_empty() => settable(model)
            .filter(|field| is_secret(field) && given.contains_key(field.name))
            .map(|field| field.name)
            .next(),
        _ => None,
    };
    changes.extend(secret.map(hidden));
    changes
}
