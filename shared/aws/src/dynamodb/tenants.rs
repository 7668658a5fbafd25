//! [`TenantStore`]: `HOST#<host>/TENANT`.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::Timestamp;
use provider::ports::{Outcome, TenantStore};
use provider::tenant::Tenant;

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::Db;
use crate::dynamodb::schema::{Key, LONGEST_HOST_BYTES};

pub(crate) struct Tenants {
    db: Db,
    kept: Cache<String, Tenant>,
}

impl Tenants {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
        }
    }
}

#[async_trait]
impl TenantStore for Tenants {
    #[tracing::instrument(name = "store.tenants.by_host", level = "debug", skip_all)]
    async fn by_host(&self, host: &str, now: Timestamp) -> Outcome<Option<Arc<Tenant>>> {
        if host.len() > LONGEST_HOST_BYTES {
            return Ok(None);
        }
        let host = host.to_owned();
        if let Some(tenant) = self.kept.get(&host, now) {
            return Ok(Some(tenant));
        }
        let Some(row) = self.db.get(&Key::host(&host)).await? else {
            return Ok(None);
        };
        Ok(Some(self.kept.keep(host, row.read()?, now)))
    }
}
