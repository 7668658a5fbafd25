//! JSON to values of the interpreter and back. What comes back was bounded by the prelude (`_ak_json`).

use monty_types::MontyObject;
use serde_json::{Map, Number, Value};

use crate::script::{Changes, Done, Failure, FlowChanges, PendingUser, ScriptEvent, ScriptLog};

/// A value of the interpreter for a value of JSON.
pub(super) fn from_json(value: &Value) -> MontyObject {
    match value {
        Value::Null => MontyObject::None,
        Value::Bool(it) => MontyObject::Bool(*it),
        Value::Number(it) => from_number(it),
        Value::String(it) => MontyObject::String(it.clone()),
        Value::Array(items) => MontyObject::List(items.iter().map(from_json).collect()),
        Value::Object(map) => {
            let pairs: Vec<(MontyObject, MontyObject)> = map
                .iter()
                .map(|(key, value)| (MontyObject::String(key.clone()), from_json(value)))
                .collect();
            MontyObject::dict(pairs)
        }
    }
}

fn from_number(number: &Number) -> MontyObject {
    if let Some(it) = number.as_i64() {
        MontyObject::Int(it)
    } else if let Some(it) = number.as_u64() {
        MontyObject::BigInt(it.into())
    } else {
        MontyObject::Float(number.as_f64().unwrap_or_default())
    }
}

/// JSON for what the prelude made of a value: only JSON's own types, so anything else is `None`.
pub(super) fn to_json(value: &MontyObject) -> Option<Value> {
    Some(match value {
        MontyObject::None => Value::Null,
        MontyObject::Bool(it) => Value::Bool(*it),
        MontyObject::Int(it) => Value::from(*it),
        MontyObject::BigInt(it) => Value::from(u64::try_from(it).ok()?),
        MontyObject::Float(it) => Value::Number(Number::from_f64(*it)?),
        MontyObject::String(it) => Value::String(it.clone()),
        MontyObject::List(items) => Value::Array(items.iter().map(to_json).collect::<Option<_>>()?),
        MontyObject::Dict(pairs) => {
            let mut map = Map::new();
            for (key, value) in pairs {
                let MontyObject::String(key) = key else {
                    return None;
                };
                map.insert(key.clone(), to_json(value)?);
            }
            Value::Object(map)
        }
        _ => return None,
    })
}

/// What `_ak_main` answered.
///
/// # Errors
/// [`Failure::Exceeded`]: it is not of the form that `_ak_main` gives.
pub(super) fn done(answer: &MontyObject) -> Result<Done, Failure> {
    let Some(Value::Array(parts)) = to_json(answer) else {
        return Err(strange());
    };
    let [
        value,
        Value::Bool(truthy),
        Value::Array(messages),
        Value::Array(events),
        Value::Array(logs),
        flow,
        prompt,
    ] = parts.as_slice()
    else {
        return Err(strange());
    };
    Ok(Done {
        value: value.clone(),
        truthy: *truthy,
        messages: messages.iter().map(text).collect(),
        events: events.iter().filter_map(event).collect(),
        logs: logs.iter().filter_map(log).collect(),
        flow_context: optional(flow, flow_changes)?,
        prompt_data: optional(prompt, changes)?,
    })
}

fn strange() -> Failure {
    Failure::Exceeded {
        what: "a value that is not JSON".to_owned(),
    }
}

/// `None` for Python's `None`.
///
/// # Errors
/// It is neither that nor what `read` reads.
fn optional<T>(
    value: &Value,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<Box<T>>, Failure> {
    if value.is_null() {
        return Ok(None);
    }
    read(value).map(Box::new).map(Some).ok_or_else(strange)
}

/// What `_ak_leave_flow` gives for a plan.
fn flow_changes(value: &Value) -> Option<FlowChanges> {
    let [context, user, redirect] = value.as_array()?.as_slice() else {
        return None;
    };
    Some(FlowChanges {
        context: changes(context)?,
        pending_user: pending_user(user)?,
        redirect: redirect.as_str().map(str::to_owned),
    })
}

/// What `_ak_changes` gives.
fn changes(value: &Value) -> Option<Changes> {
    let [Value::Object(set), Value::Array(removed)] = value.as_array()?.as_slice() else {
        return None;
    };
    Some(Changes {
        set: set.clone(),
        removed: removed.iter().map(text).collect(),
    })
}

/// What `_ak_pending_change` gives.
fn pending_user(value: &Value) -> Option<PendingUser> {
    Some(match value {
        Value::Null => PendingUser::Unchanged,
        Value::Bool(false) => PendingUser::Removed,
        other => {
            let [pk, Value::String(uuid)] = other.as_array()?.as_slice() else {
                return None;
            };
            PendingUser::Became {
                pk: pk.as_u64()?,
                uuid: uuid.clone(),
            }
        }
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn event(entry: &Value) -> Option<ScriptEvent> {
    let [action, Value::Object(data)] = entry.as_array()?.as_slice() else {
        return None;
    };
    Some(ScriptEvent {
        action: text(action),
        data: data.clone(),
    })
}

fn log(entry: &Value) -> Option<ScriptLog> {
    let [level, message, Value::Object(data)] = entry.as_array()?.as_slice() else {
        return None;
    };
    Some(ScriptLog {
        level: text(level),
        text: text(message),
        data: data.clone(),
    })
}
