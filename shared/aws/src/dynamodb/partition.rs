//! Lists: queries of a partition, a page at a time.

use aws_sdk_dynamodb::types::AttributeValue;
use provider::ports::Outcome;
use std::collections::HashMap;

use crate::dynamodb::db::{Change, Db, Rows};
use crate::dynamodb::row::{Row, attributes, text};
use crate::dynamodb::schema::Key;
use crate::failure::port_error;

/// As many keys as one `BatchGetItem` takes, and as many changes as one transaction.
pub(crate) const BATCH: usize = 100;

/// The items of a partition whose sort keys begin alike.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    /// Its partition key.
    pub(crate) pk: String,
    /// What their sort keys begin with; empty for all items.
    pub(crate) prefix: String,
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

    fn start(&self, after: &str) -> HashMap<String, AttributeValue> {
        attributes(&Key {
            pk: self.pk.clone(),
            sk: after.to_owned(),
        })
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
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .set_exclusive_start_key(after.map(|after| family.start(after)))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX).max(1))
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

    /// Reads any number of different items consistently, in as few requests as they fit.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Outcome<Vec<Row>> {
        let mut found = Vec::new();
        for keys in keys.chunks(BATCH) {
            let mut rows: Rows = self.get_all(keys).await?;
            found.extend(keys.iter().filter_map(|key| rows.take(key)));
        }
        Ok(found)
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
