//! [`FlowStore`]: `FLOW#<slug>/FLOW`. The flow itself is text, as settings and policies hold any JSON.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Slug, TenantId, Timestamp};
use provider::flow::Flow;
use provider::ports::{FlowStore, Outcome, PortError};
use serde::{Deserialize, Serialize};

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::Db;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;

pub(crate) struct Flows {
    db: Db,
    kept: Cache<Key, Flow>,
}

#[derive(Serialize, Deserialize)]
struct Item {
    flow: String,
}

impl Flows {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
        }
    }
}

#[async_trait]
impl FlowStore for Flows {
    #[tracing::instrument(name = "store.flows.by_slug", level = "debug", skip_all)]
    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Flow>>> {
        let key = Key::flow(tenant, slug);
        if let Some(flow) = self.kept.get(&key, now) {
            return Ok(Some(flow));
        }
        let Some(row) = self.db.get(&key).await? else {
            return Ok(None);
        };
        Ok(Some(self.kept.keep(key, read(row)?, now)))
    }
}

/// The compiled flow as an item.
pub(crate) fn row(tenant: &TenantId, flow: &Flow) -> Outcome<Row> {
    let key = Key::flow(tenant, &flow.slug);
    let text = serde_json::to_string(flow)
        .map_err(|_| PortError::Corrupt(format!("{key}: cannot be written as JSON")))?;
    Row::write(&key, &Item { flow: text })
}

fn read(row: Row) -> Outcome<Flow> {
    let key = row.key();
    let item: Item = row.read()?;
    serde_json::from_str(&item.flow)
        .map_err(|_| PortError::Corrupt(format!("{key}: is no flow of this version")))
}
