//! All items of the table, as JSON. What the provider may never do: a scan.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value};

use crate::world::World;

/// The tenant's own part of it.
pub(super) struct Table {
    /// By partition and sort key, without what stands before each of the tenant's keys.
    pub(super) items: BTreeMap<(String, String), Value>,
}

impl Table {
    /// Reads it past the proxies.
    pub(super) async fn read(world: &World) -> anyhow::Result<Self> {
        let url = &world.dynamodb_url;
        let client = aws::Clients::local(url, url)?.dynamodb();
        let (mut items, mut from) = (BTreeMap::new(), None);
        loop {
            let scan = client.scan().table_name(&world.table).consistent_read(true);
            let page = scan.set_exclusive_start_key(from).send().await?;
            for item in page.items.unwrap_or_default() {
                let item = object(item);
                let key = |name: &str| {
                    item.get(name)
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                let pk = key("pk");
                let short = pk.strip_prefix("T#default#").unwrap_or(&pk).to_owned();
                items.insert((short, key("sk")), item);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(Self { items });
            }
        }
    }

    /// One item.
    pub(super) fn get(&self, pk: &str, sk: &str) -> Option<&Value> {
        self.items.get(&(pk.to_owned(), sk.to_owned()))
    }

    /// The items whose partition begins so and whose sort key does, each with what follows.
    pub(super) fn all<'a>(
        &'a self,
        pk: &'a str,
        sk: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> + 'a {
        let from = (pk.to_owned(), String::new());
        let items = self
            .items
            .range(from..)
            .take_while(move |((its, _), _)| its.starts_with(pk));
        items.filter_map(move |((its, sort), item)| {
            Some((its.strip_prefix(pk)?, sort.strip_prefix(sk)?, item))
        })
    }

    /// Writes it to a file, to be looked at.
    pub(super) fn dump(&self, path: &std::path::Path) -> anyhow::Result<()> {
        let lines = self
            .items
            .iter()
            .map(|((pk, sk), item)| format!("{pk} / {sk} {item}\n"));
        Ok(std::fs::write(path, lines.collect::<String>())?)
    }
}

fn object(item: HashMap<String, AttributeValue>) -> Value {
    let all: Map<String, Value> = item
        .into_iter()
        .map(|(name, value)| (name, json(value)))
        .collect();
    all.into()
}

fn json(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => text.into(),
        AttributeValue::N(number) => number.parse::<i64>().map_or(Value::Null, Value::from),
        AttributeValue::Bool(is) => is.into(),
        AttributeValue::L(all) => all.into_iter().map(json).collect(),
        AttributeValue::M(all) => object(all),
        AttributeValue::Ss(all) => all.into_iter().map(Value::from).collect(),
        _ => Value::Null,
    }
}
