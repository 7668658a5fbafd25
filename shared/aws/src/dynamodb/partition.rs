//! Lists: queries of a partition, a page at a time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use provider::ports::Outcome;

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::row::{Row, attributes, text};
use crate::dynamodb::schema::Key;
use crate::failure::port_error;

/// As many keys as one `BatchGetItem` takes, and as many changes as one transaction.
pub(crate) const BATCH: usize = 100;

/// How many requests of [`Db::get_each`] are under way at the same time.
const AT_ONCE: usize = 4;

/// The items of a partition whose sort keys begin alike.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// Its partition key.
    pub(crate) pk: String,
    /// What their sort keys begin with; empty for all items.
    pub(crate) prefix: String,
}

/// The items of a partition between two sort keys, neither of which is one of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span<'a> {
    /// Its partition key.
    pub(crate) pk: &'a str,
    /// All sort keys are past this one.
    pub(crate) above: &'a str,
    /// All are before this one; `None` for up to the last.
    pub(crate) below: Option<&'a str>,
}

impl Span<'_> {
    /// Whether there cannot be any.
    pub(crate) fn is_empty(&self) -> bool {
        self.below.is_some_and(|below| below <= self.above)
    }
}

/// Part of a family, in order of sort keys.
#[derive(Debug)]
pub(crate) struct Page {
    /// The items.
    pub(crate) rows: Vec<Row>,
    /// The sort key after which the next part begins; `None` where there is none.
    pub(crate) next: Option<String>,
}

impl Family {
    /// The items of this key's partition that begin so.
    pub(crate) fn beside(key: Key, prefix: impl Into<String>) -> Self {
        Self {
            pk: key.pk,
            prefix: prefix.into(),
        }
    }

    fn start(&self, after: &str) -> Key {
        Key {
            pk: self.pk.clone(),
            sk: after.to_owned(),
        }
    }
}

impl Db {
    /// Reads part of a family consistently: at most `limit` items past `after`.
    pub(crate) async fn page(
        &self,
        family: &Family,
        after: Option<&str>,
        limit: usize,
    ) -> Outcome<Page> {
        let mut values = HashMap::from([(":pk".to_owned(), text(&family.pk))]);
        let mut condition = "pk = :pk".to_owned();
        if !family.prefix.is_empty() {
            condition += " AND begins_with(sk, :prefix)";
            values.insert(":prefix".to_owned(), text(&family.prefix));
        }
        let start = after.map(|after| family.start(after));
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        self.part(&condition, values, start, true, limit).await
    }

    /// Reads the last items of a span that is not empty, from the greatest sort key down, consistently: at most `limit`,
    /// and as many as `DynamoDB` gives at once.
    pub(crate) async fn back(&self, span: &Span<'_>, limit: u32) -> Outcome<Page> {
        let values = [(":pk", span.pk), (":above", span.above)];
        let values = values.map(|(name, value)| (name.to_owned(), text(value)));
        let start = span.below.map(|below| Key {
            pk: span.pk.to_owned(),
            sk: below.to_owned(),
        });
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let condition = "pk = :pk AND sk > :above";
        self.part(condition, HashMap::from(values), start, false, limit)
            .await
    }

    /// Reads consistently what is past `start` and meets the condition: up from there if `forward`, else down; at most
    /// `limit` items, which is taken for one where it is less.
    async fn part(
        &self,
        condition: &str,
        values: HashMap<String, AttributeValue>,
        start: Option<Key>,
        forward: bool,
        limit: i32,
    ) -> Outcome<Page> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .set_exclusive_start_key(start.as_ref().map(attributes))
            .scan_index_forward(forward)
            .limit(limit.max(1))
            .send()
            .await
            .map_err(|error| port_error("Query", &error))?;
        let last = answer.last_evaluated_key.map(Row);
        let next = last.and_then(|row| row.text("sk").map(str::to_owned));
        let rows = answer.items.unwrap_or_default();
        Ok(Page {
            rows: rows.into_iter().map(Row).collect(),
            next,
        })
    }

    /// Reads the first items of a family, at most `most`.
    pub(crate) async fn first(&self, family: &Family, most: usize) -> Outcome<Vec<Row>> {
        let mut rows = Vec::new();
        let mut after = None;
        while rows.len() < most {
            let page = self
                .page(family, after.as_deref(), most - rows.len())
                .await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(rows)
    }

    /// Reads any number of different items consistently, in as few requests as they fit, in the order of their keys.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Outcome<Vec<Row>> {
        Ok(self.get_each(keys).await?.into_iter().flatten().collect())
    }

    /// As [`Self::get_many`], with `None` for each key at which there is nothing.
    pub(crate) async fn get_each(&self, keys: &[Key]) -> Outcome<Vec<Option<Row>>> {
        let batches = keys.chunks(BATCH).map(|keys| self.get_batch(keys));
        let batches: Vec<_> = batches.collect();
        let found: Vec<Vec<Option<Row>>> = stream::iter(batches)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What is at each of a hundred keys, in their order.
    async fn get_batch(&self, keys: &[Key]) -> Outcome<Vec<Option<Row>>> {
        let mut rows = self.get_all(keys).await?;
        Ok(keys.iter().map(|key| rows.take(key)).collect())
    }

    /// Makes changes that stand each for itself, as many at once as fit.
    pub(crate) async fn make_all(&self, op: &'static str, changes: Vec<Change>) -> Outcome<()> {
        let mut left = changes.into_iter().peekable();
        while left.peek().is_some() {
            let some = left.by_ref().take(BATCH).collect();
            // Without conditions there is nothing that could be refused.
            self.transact(op, some).await.map(drop)?;
        }
        Ok(())
    }
}
