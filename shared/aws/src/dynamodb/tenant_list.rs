//! [`TenantList`]: `TENANTS/<tenant>`.

use async_trait::async_trait;
use protocol::TenantId;
use provider::ports::{Outcome, PortError, TenantList};
use serde::Serialize;

use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;

pub(crate) struct AllTenants(pub(crate) Db);

/// The key says it all.
#[derive(Serialize)]
struct Listed {}

/// A tenant in the list of them.
pub(crate) fn listed(tenant: &TenantId) -> Outcome<Change> {
    let row = Row::write(&Key::tenant(tenant.as_str()), &Listed {})?;
    Ok(Change::Put(row, Expression::default()))
}

#[async_trait]
impl TenantList for AllTenants {
    #[tracing::instrument(name = "store.tenants.page", level = "debug", skip_all)]
    async fn page(&self, after: Option<&TenantId>, limit: u32) -> Outcome<Vec<TenantId>> {
        let part = Part {
            pk: &Key::tenant("").pk,
            after: after.map(TenantId::as_str),
            limit: limit.max(1),
        };
        let rows = self.0.query(&part).await?.into_iter();
        rows.map(|row| {
            let key = row.key();
            let id = TenantId::parse(&key.sk);
            id.map_err(|_| PortError::Corrupt(format!("{key}: is no tenant")))
        })
        .collect()
    }
}
