//! [`TenantStore`]: `HOST#<host>/TENANT`.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::Timestamp;
use provider::ports::{Outcome, TenantStore};
use provider::tenant::Tenant;

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::Db;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::{Key, LONGEST_HOST_BYTES};

pub(crate) struct Tenants {
    db: Db,
    kept: Cache<String, Tenant>,
    second: Option<SecondName>,
}

/// A host that is another name of the tenant at a first one, unless it stands in the table as some tenant's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondName {
    /// The other name.
    pub host: String,
    /// The first one.
    pub of: String,
}

impl Tenants {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
            second: None,
        }
    }

    /// The same with nothing in memory, which know a second name.
    pub(crate) fn knowing(&self, second: Option<SecondName>) -> Self {
        Self {
            second,
            ..Self::new(self.db.clone())
        }
    }

    /// By `GetItem` alone, which each function's role has: not all of them may read several items at once.
    async fn row(&self, host: &str) -> Outcome<Option<Row>> {
        let own = self.db.get(&Key::host(host)).await?;
        let second = self.second.as_ref().filter(|it| it.host == host);
        match (own, second) {
            (None, Some(second)) => self.db.get(&Key::host(&second.of)).await,
            (own, _) => Ok(own),
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
        let Some(row) = self.row(&host).await? else {
            return Ok(None);
        };
        Ok(Some(self.kept.keep(host, row.read()?, now)))
    }
}
