//! [`Registry`]: tenants and people, written by seeding and management.

use async_trait::async_trait;
use protocol::TenantId;
use provider::ports::{Outcome, PortError, Registry};
use provider::tenant::Tenant;
use provider::user::User;

use crate::dynamodb::accounts::Writing;
use crate::dynamodb::brands;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, number, text};
use crate::dynamodb::schema::{FORM, Key, field};
use crate::dynamodb::tenant_list;

pub(crate) struct Items(pub(crate) Db);

#[async_trait]
impl Registry for Items {
    #[tracing::instrument(name = "store.registry.put_tenant", level = "debug", skip_all)]
    async fn put_tenant(&self, tenant: &Tenant, hosts: &[String]) -> Outcome<bool> {
        if hosts.is_empty() {
            return Ok(true);
        }
        let mut changes = vec![tenant_list::listed(&tenant.id)?];
        for host in hosts {
            let free = Expression::when("attribute_not_exists(#pk) OR #id = :id")
                .value(":id", text(tenant.id.as_str()));
            changes.push(Change::Put(Row::write(&Key::host(host), tenant)?, free));
            changes.push(brands::listed(&tenant.id, host)?);
        }
        Ok(self.0.transact("put_tenant", changes).await?.is_ok())
    }

    #[tracing::instrument(name = "store.registry.next_user_pk", level = "debug", skip_all)]
    async fn next_user_pk(&self, tenant: &TenantId) -> Outcome<u64> {
        next(&self.0, &Key::user_counter(tenant)).await
    }

    #[tracing::instrument(name = "store.registry.put_user", level = "debug", skip_all)]
    async fn put_user(
        &self,
        tenant: &TenantId,
        user: &User,
        previous: Option<&User>,
    ) -> Outcome<bool> {
        let edit = Writing::over(user, previous).edit(tenant)?;
        Ok(self.0.transact("put_user", edit.changes).await?.is_ok())
    }
}

/// Counts on, and answers with the new number. A repeat after a lost answer skips one, which does no harm.
pub(crate) async fn next(db: &Db, counter: &Key) -> Outcome<u64> {
    let add = Expression::update("SET #v = :form ADD #last :one")
        .value(":form", number(FORM.into()))
        .value(":one", number(1));
    let changed = db.update(counter, add).await?;
    changed
        .and_then(|row| u64::try_from(row.number(field::LAST)?).ok())
        .ok_or_else(|| PortError::Corrupt(format!("{counter}: is no count")))
}
