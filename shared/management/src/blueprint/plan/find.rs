//! Finds the object that an entry describes, and fills in what its file leaves out.

use std::collections::BTreeMap;

use protocol::UserId;
use provider::config::{Bound, Config, Object, Stored, provider_id};
use provider::ports::ObjectKind;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::blueprint::diff::alike;
use crate::blueprint::models::{Model, Work};
use crate::blueprint::run::Said;
use crate::shape::{Kind, Presence};

/// The configuration, and people by their numbers: bindings know them by their ids alone.
type There<'c> = (&'c Config, &'c BTreeMap<u64, UserId>);

/// The first object of a model whose fields are so.
///
/// # Errors
/// Where it has no such field.
pub(in crate::blueprint) fn matching<'c>(
    (config, people): There<'c>,
    (model, work): (&Model, &Work),
    fields: &[(String, Value)],
) -> Result<Option<&'c Stored>, String> {
    let mut plain = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let name = name.strip_suffix("__exact").unwrap_or(name);
        let known = name == "pk" || model.shape.fields.iter().any(|it| it.name == name);
        if !known {
            return Err(format!("{} has no field {name:?} here.", model.name));
        }
        plain.push((name, value));
    }
    if let [(name, Value::String(value))] = plain.as_slice()
        && ["slug", "name", "managed"].contains(name)
        && let Some(stored) = config.named(work.of, (name, value))
        && (work.is)(&stored.object)
    {
        return Ok(Some(stored));
    }
    let fits = |object: &&Object| {
        let row = (work.row)(config, object);
        let mut all = plain.iter();
        all.all(|(name, value)| match (*name, object.as_binding()) {
            ("user", Some(binding)) => {
                let person = value.as_u64().and_then(|pk| people.get(&pk));
                person.is_some_and(|id| binding.bound == Bound::User(*id))
            }
            _ => row.get(*name).is_some_and(|its| alike(its, value)),
        })
    };
    let mut objects = config.of_kind(work.of).filter(|object| (work.is)(object));
    let found = objects.find(fits);
    Ok(found.and_then(|object| config.get(work.of, &object.id())))
}

/// The object that an entry describes, where it is there.
pub(super) fn existing<'c>(
    there: There<'c>,
    (model, work): (&Model, &Work),
    said: &Said,
    pk: Option<&Value>,
) -> Result<Option<&'c Stored>, String> {
    let by_key = pk.map(|pk| by_key(there.0, work, said, pk)).transpose()?;
    if let Some(stored) = by_key.flatten() {
        return Ok(Some(stored));
    }
    if !said.standing.stood.is_empty() && !said.others.is_empty() {
        let of_new = |name: &String| said.standing.stood.contains(name);
        if said.others.keys().any(of_new) {
            return Ok(None); // what it is of is not there yet
        }
    }
    if !said.others.is_empty() {
        let others: Vec<_> = said.others.clone().into_iter().collect();
        let found = matching(there, (model, work), &others)?;
        if found.is_some() || pk.is_none() {
            return Ok(found);
        }
    }
    for names in model.natural {
        let fields = names.iter().map(|name| {
            let value = said.body.get(*name).filter(|value| !value.is_null())?;
            let stood = said.standing.stood.contains(*name);
            (!stood).then(|| ((*name).to_owned(), value.clone()))
        });
        let Some(fields) = fields.collect::<Option<Vec<_>>>() else {
            continue;
        };
        if let Some(found) = matching(there, (model, work), &fields)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// By its key. A number may be another provider's here: then its name tells.
fn by_key<'c>(
    config: &'c Config,
    work: &Work,
    said: &Said,
    pk: &Value,
) -> Result<Option<&'c Stored>, String> {
    if work.of == ObjectKind::Provider {
        let number = pk.as_u64().ok_or("pk: A valid integer is required.")?;
        let stored = config.get(work.of, &provider_id(number));
        let named = said.body.get("name").and_then(Value::as_str);
        return Ok(stored.filter(|it| named.is_none_or(|name| name == it.object.label())));
    }
    let id = pk.as_str().and_then(|pk| Uuid::parse_str(pk).ok());
    let id = id.ok_or("pk: Must be a valid UUID.")?;
    let stored = config.get(work.of, &id.to_string());
    Ok(stored.filter(|stored| (work.is)(&stored.object)))
}

/// What an export leaves out as it is empty, although there has to be something.
pub(super) fn fill_in(model: &Model, body: &mut Map<String, Value>) {
    for field in model.shape.fields {
        let empty = match field.kind {
            Kind::Text(text) if text.blank => Value::from(""),
            Kind::List(_) => Value::Array(Vec::new()),
            Kind::Text(_)
            | Kind::Int(..)
            | Kind::Float
            | Kind::Bool
            | Kind::Uuid
            | Kind::DateTime
            | Kind::Choice(_)
            | Kind::Object
            | Kind::Any
            | Kind::Nested(_) => continue,
        };
        if field.input == Presence::Required && !body.contains_key(field.name) {
            body.insert(field.name.to_owned(), empty);
        }
    }
}
