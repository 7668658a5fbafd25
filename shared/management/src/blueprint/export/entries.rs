//! Rows as entries: found by their names, and naming each other by ids of the file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::items::{Item, Items, provider};
use super::node::{Entry, Fields, Node};
use crate::blueprint::keys::PROVIDERS;
use crate::blueprint::models::MODELS;
use crate::shape::{Field, Kind, Presence};

/// What can be set and is not part of how things are set up, or said from the other side: who is in a group is said of
/// the people.
const LEFT_OUT: [&str; 4] = ["last_login", "users", "roles", "key_data"];

/// Fields that say nothing where they are null, as what is new gets a value of its own.
const MADE: [&str; 2] = ["client_secret", "private_key"];

/// An item with how it is called.
struct Named<'a> {
    item: &'a Item,
    id: String,
}

type Index<'a> = BTreeMap<&'a str, Named<'a>>;

/// The items that are kept, in the order of the models and of their names.
pub(super) fn of(items: &Items) -> Vec<Entry> {
    let by_key: BTreeMap<&str, &Item> = items.0.iter().map(|it| (&*it.key, it)).collect();
    let rank = |item: &Item| MODELS.iter().position(|it| it.name == item.model.name);
    let mut all: Vec<(Vec<String>, &Item)> = items
        .0
        .iter()
        .map(|item| (called(&by_key, item), item))
        .collect();
    all.sort_by_cached_key(|(called, item)| {
        let order = item.row.get("order").and_then(Value::as_i64);
        let first = called.first().cloned();
        (rank(item), first, order, called.clone(), item.key.clone())
    });
    let (mut index, mut ids) = (Index::new(), BTreeSet::new());
    for (called, item) in &all {
        let id = format!("{}/{}", item.model_name(), called.join("/"));
        let id = unique(&mut ids, &id);
        index.insert(&item.key, Named { item, id });
    }
    let kept = all.iter().map(|(_, item)| *item).filter(|item| item.kept);
    kept.map(|item| entry(&index, item)).collect()
}

/// The keys that an item names.
pub(super) fn keys_in(item: &Item) -> Vec<String> {
    let fields = item.model.shape.fields.iter();
    let named = fields.filter(|field| names(field));
    let named = named.filter_map(|field| Some((field, item.row.get(field.name)?)));
    named
        .flat_map(|(field, value)| match value {
            Value::Array(all) => all.iter().filter_map(|one| key(field, one)).collect(),
            one => key(field, one).into_iter().collect::<Vec<String>>(),
        })
        .collect()
}

/// Whether a field names other objects.
fn names(field: &Field) -> bool {
    let by_id = match field.kind {
        Kind::Uuid => true,
        Kind::List(of) => matches!(of, Kind::Uuid),
        Kind::Text(_)
        | Kind::Int(..)
        | Kind::Float
        | Kind::Bool
        | Kind::DateTime
        | Kind::Choice(_)
        | Kind::Object
        | Kind::Any
        | Kind::Nested(_) => false,
    };
    let settable = field.input != Presence::Absent;
    settable && (by_id || field.name == "user" || PROVIDERS.contains(&field.name))
}

/// The key that a value of such a field is.
fn key(field: &Field, value: &Value) -> Option<String> {
    if PROVIDERS.contains(&field.name) {
        return value.as_u64().map(provider);
    }
    value.as_str().map(str::to_owned)
}

/// The fields that tell an item from others.
fn natural(item: &Item) -> &'static [&'static str] {
    let given = |field: &&str| item.row.get(*field).is_some_and(|value| !value.is_null());
    let mut lists = item.model.natural.iter();
    lists
        .find(|fields| fields.iter().all(given))
        .copied()
        .unwrap_or_default()
}

/// What an item is called: the values of these fields, with the names of what they name.
fn called(by_key: &BTreeMap<&str, &Item>, item: &Item) -> Vec<String> {
    let fields = item.model.shape.fields;
    let texts = natural(item).iter().map(|name| {
        let field = fields.iter().find(|field| field.name == *name);
        let value = item.row.get(*name).unwrap_or(&Value::Null);
        let named = field.filter(|field| names(field));
        let named = named.and_then(|field| by_key.get(&*key(field, value)?));
        match (named, value) {
            (Some(named), _) => called(by_key, named).join("/"),
            (None, Value::String(text)) => text.clone(),
            (None, other) => other.to_string(),
        }
    });
    texts.collect()
}

fn unique(taken: &mut BTreeSet<String>, id: &str) -> String {
    let mut free = id.to_owned();
    let mut count = 1;
    while !taken.insert(free.clone()) {
        count += 1;
        free = format!("{id} ({count})");
    }
    free
}

fn entry(index: &Index<'_>, item: &Item) -> Entry {
    let fields = item.model.shape.fields.iter();
    let said = fields.filter(|field| field.input != Presence::Absent);
    let said = said.filter(|field| !LEFT_OUT.contains(&field.name));
    let said = said.filter_map(|field| Some((field, item.row.get(field.name)?)));
    let said = said.filter(|(field, value)| !(value.is_null() && MADE.contains(&field.name)));
    let all = said.map(|(field, value)| (field.name.to_owned(), node(index, field, value)));
    let natural = natural(item);
    let (identifiers, attrs): (Fields, Fields) =
        all.partition(|(name, _)| natural.contains(&&**name));
    Entry {
        model: &item.model.name,
        id: index.get(&*item.key).map(|named| named.id.clone()),
        once: item.once,
        identifiers,
        attrs,
    }
}

fn node(index: &Index<'_>, field: &Field, value: &Value) -> Node {
    match (&field.kind, value) {
        (_, Value::Array(all)) if names(field) => {
            let named = all.iter().filter_map(|one| reference(index, field, one));
            Node::List(named.collect())
        }
        (_, one) if names(field) => {
            reference(index, field, one).unwrap_or(Node::Plain(Value::Null))
        }
        // As it is read again.
        (Kind::Text(its), Value::String(text)) if !its.verbatim => Node::Plain(text.trim().into()),
        (_, other) => Node::Plain(other.clone()),
    }
}

/// What stands for an object that a value names; `None` where it is not there any more.
fn reference(index: &Index<'_>, field: &Field, value: &Value) -> Option<Node> {
    let named = index.get(&*key(field, value)?)?;
    if named.item.kept {
        return Some(Node::KeyOf(named.id.clone()));
    }
    let [name] = natural(named.item) else {
        return None; // it is found by more than a name; nothing that stays behind is
    };
    let called = named.item.row.get(*name)?.as_str()?.to_owned();
    let model = named.item.model.name.clone();
    Some(Node::Find(model, ((*name).to_owned(), called)))
}

impl Item {
    /// The last part of its model's name.
    fn model_name(&self) -> &'static str {
        let name: &'static str = &self.model.name;
        name.split_once('.').map_or(name, |(_, name)| name)
    }
}
