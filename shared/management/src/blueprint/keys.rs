//! Keys as a file has them, and what they are here: it may come from another installation, where providers and people
//! have other numbers, and flows of the same slug another id.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::file::Entry;
use super::models::{Home, Model};
use super::yaml::Data;

/// Fields that name providers by number.
pub(super) const PROVIDERS: [&str; 3] = [
    "provider",
    "backchannel_providers",
    "jwt_federation_providers",
];

/// Fields that name people by number.
const PEOPLE: [&str; 2] = ["user", "users"];

/// A key in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of anything.
    Id(Uuid),
    /// Of a provider.
    Provider(u64),
    /// Of a person.
    Person(u64),
}

/// What keys of the file are here.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Those of entries that are not done yet.
    awaited: BTreeSet<Key>,
    known: BTreeMap<Key, Value>,
    by_id: BTreeMap<String, Value>,
    /// Keys of what is not made yet, in a rehearsal, with what stands in for it.
    stand_ins: BTreeMap<String, Value>,
}

/// Values with their keys translated.
#[derive(Debug)]
pub(super) struct Translated {
    /// The values.
    pub values: Map<String, Value>,
    /// The fields in which something stands in for what is not made yet.
    pub stood: BTreeSet<String>,
    /// Whether `users` was left out, as some of them come later in the file.
    pub incomplete: bool,
}

impl Key {
    /// The key that an entry of this model has.
    pub(super) fn of(model: &Model, pk: &Value) -> Option<Self> {
        match (model.home, pk) {
            (Home::User, pk) => pk.as_u64().map(Self::Person),
            (Home::Object(work), pk) if work.of == provider::ports::ObjectKind::Provider => {
                pk.as_u64().map(Self::Provider)
            }
            (_, Value::String(text)) => Uuid::parse_str(text).ok().map(Self::Id),
            (
                _,
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => None,
        }
    }

    /// The key that a value of a field is, if it is one.
    fn named(field: &str, value: &Value) -> Option<Self> {
        match value {
            Value::String(text) if text.len() >= 32 => Uuid::parse_str(text).ok().map(Self::Id),
            Value::Number(number) if PROVIDERS.contains(&field) => {
                number.as_u64().map(Self::Provider)
            }
            Value::Number(number) if PEOPLE.contains(&field) => number.as_u64().map(Self::Person),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }
}

impl Keys {
    /// Whoever names this entry waits for it.
    pub(super) fn expect(&mut self, model: &Model, entry: &Entry) {
        if let Some(key) = own(model, entry) {
            self.awaited.insert(key);
        }
    }

    /// Nobody waits for this entry any more: it does not count.
    pub(super) fn forget(&mut self, model: &Model, entry: &Entry) {
        if let Some(key) = own(model, entry) {
            self.awaited.remove(&key);
        }
    }

    /// An entry is done, and this is its key here.
    pub(super) fn done(&mut self, model: &Model, entry: &Entry, pk: Option<&Value>, here: Value) {
        if let Some(key) = pk.and_then(|pk| Key::of(model, pk)) {
            self.awaited.remove(&key);
            self.known.insert(key, here.clone());
        }
        if let Some(id) = &entry.id {
            self.by_id.insert(id.clone(), here);
        }
    }

    /// In a rehearsal: this key is of something that is not made yet; where it has to be there, this stands in for it.
    pub(super) fn stands_in(&mut self, key: &Value, stand_in: Value) {
        self.stand_ins.insert(key.to_string(), stand_in);
    }

    /// Whether this key is of something that is not made yet.
    pub(super) fn is_unmade(&self, key: &Value) -> bool {
        self.stand_ins.contains_key(&key.to_string())
    }

    /// What the key of an entry is here, where it is done.
    pub(super) fn here(&self, model: &Model, pk: &Value) -> Option<&Value> {
        self.known.get(&Key::of(model, pk)?)
    }

    /// The key of the entry with this id.
    pub(super) fn by_id(&self, id: &str) -> Option<&Value> {
        self.by_id.get(id)
    }

    fn is_awaited(&self, field: &str, value: &Value) -> bool {
        let key = Key::named(field, value);
        key.is_some_and(|key| self.awaited.contains(&key) && !self.known.contains_key(&key))
    }

    /// Values of fields with the keys that they have here. `users` is left out first where some of them come later, as
    /// they may name their groups themselves.
    ///
    /// # Errors
    /// The field that names an entry that is not done yet.
    pub(super) fn translate(
        &self,
        values: Map<String, Value>,
        stand: bool,
    ) -> Result<Translated, String> {
        let mut all = Translated {
            values: Map::new(),
            stood: BTreeSet::new(),
            incomplete: false,
        };
        for (field, mut value) in values {
            if let ("users", Value::Array(people)) = (field.as_str(), &value)
                && people.iter().any(|it| self.is_awaited(&field, it))
            {
                all.incomplete = true;
                continue;
            }
            let mut stood = false;
            self.one(&field, &mut value, (stand, &mut stood))
                .map_err(|()| field.clone())?;
            if stood {
                all.stood.insert(field.clone());
            }
            all.values.insert(field, value);
        }
        Ok(all)
    }

    fn one(
        &self,
        field: &str,
        value: &mut Value,
        (stand, stood): (bool, &mut bool),
    ) -> Result<(), ()> {
        match value {
            Value::Array(items) => {
                return items
                    .iter_mut()
                    .try_for_each(|item| self.one(field, item, (stand, stood)));
            }
            // attributes of people and the like: what is in them is theirs
            Value::Object(_) => return Ok(()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        if let Some(key) = Key::named(field, value) {
            if let Some(here) = self.known.get(&key) {
                *value = here.clone();
            } else if self.awaited.contains(&key) {
                return Err(());
            }
        }
        if let (true, Some(stand_in)) = (stand, self.stand_ins.get(&value.to_string())) {
            *value = stand_in.clone();
            *stood = true;
        }
        Ok(())
    }
}

/// The key that an entry says it has, where that is written out.
fn own(model: &Model, entry: &Entry) -> Option<Key> {
    let (_, node) = entry.identifiers.iter().find(|(name, _)| name == "pk")?;
    match &node.data {
        Data::Plain(pk) => Key::of(model, pk),
        Data::List(_) | Data::Map(_) | Data::Tagged(..) => None,
    }
}
