//! [`ClientStore`]: `CLIENT#<client_id>/CLIENT` and `APP#<slug>/APP`, the same document twice. A registered client stands
//! under its id alone, as what differs from the client of an application (`registered.rs`).

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{ClientId, Slug, TenantId, Timestamp};
use provider::client::Client;
use provider::ports::{ClientStore, Outcome};

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::Db;
use crate::dynamodb::registered;
use crate::dynamodb::row::Row;
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

    /// Keeps nothing of this client any more: it has changed.
    pub(crate) fn forget(&self, tenant: &TenantId, id: &ClientId) {
        self.kept.forget(&Key::client(tenant, id));
    }

    async fn at(
        &self,
        tenant: &TenantId,
        key: Key,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        if let Some(client) = self.kept.get(&key, now) {
            return Ok(Some(client).filter(|client| client.live_at(now)));
        }
        let Some(row) = self.db.get(&key).await? else {
            return Ok(None);
        };
        if registered::is_registered(&row) {
            return self.laid_over(tenant, key, row, now).await;
        }
        Ok(Some(self.kept.keep(key, row.read()?, now)))
    }

    /// A registered client laid over its template. It is kept no longer than the template it was made of.
    async fn laid_over(
        &self,
        tenant: &TenantId,
        key: Key,
        row: Row,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        let Some(item) = registered::read(row, now)? else {
            return Ok(None);
        };
        let place = Key::app(tenant, &item.template);
        let Some((template, read_at)) = self.template(place, now).await? else {
            return Ok(None); // its application is gone, and it with it
        };
        let client = Client::registered(&template, &item);
        Ok(client.map(|client| self.kept.keep(key, client, read_at)))
    }

    async fn template(
        &self,
        place: Key,
        now: Timestamp,
    ) -> Outcome<Option<(Arc<Client>, Timestamp)>> {
        if let Some(template) = self.kept.get(&place, now) {
            let read_at = self.kept.read_at(&place).unwrap_or(now);
            return Ok(Some((template, read_at)));
        }
        let Some(row) = self.db.get(&place).await? else {
            return Ok(None);
        };
        Ok(Some((self.kept.keep(place, row.read()?, now), now)))
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
        self.at(tenant, Key::client(tenant, id), now).await
    }

    #[tracing::instrument(name = "store.clients.by_slug", level = "debug", skip_all)]
    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        self.at(tenant, Key::app(tenant, slug), now).await
    }
}
