//! [`ClientStore`]: `CLIENT#<client_id>/CLIENT` and `APP#<slug>/APP`, the same document twice.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{ClientId, Slug, TenantId, Timestamp};
use provider::client::Client;
use provider::ports::{ClientStore, Outcome};

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::Db;
use crate::dynamodb::schema::Key;

pub(crate) struct Clients {
    db: Db,
    kept: Cache<Key, Client>,
}

impl Clients {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
        }
    }

    async fn at(&self, key: Key, now: Timestamp) -> Outcome<Option<Arc<Client>>> {
        if let Some(client) = self.kept.get(&key, now) {
            return Ok(Some(client));
        }
        let Some(row) = self.db.get(&key).await? else {
            return Ok(None);
        };
        Ok(Some(self.kept.keep(key, row.read()?, now)))
    }
}

#[async_trait]
impl ClientStore for Clients {
    #[tracing::instrument(name = "store.clients.by_id", level = "debug", skip_all)]
    async fn by_id(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        self.at(Key::client(tenant, id), now).await
    }

    #[tracing::instrument(name = "store.clients.by_slug", level = "debug", skip_all)]
    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        self.at(Key::app(tenant, slug), now).await
    }
}
