//! [`PushedStore`]: `PUSHED#<digest>/PUSHED`. The write of the grant takes it away.

use async_trait::async_trait;
use protocol::{Digest, TenantId, Timestamp};
use provider::ports::{Outcome, Pushed, PushedStore};

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::Key;

pub(crate) struct Requests(pub(crate) Db);

#[async_trait]
impl PushedStore for Requests {
    #[tracing::instrument(name = "store.pushed.put", level = "debug", skip_all)]
    async fn put(&self, tenant: &TenantId, pushed: &Pushed) -> Outcome<()> {
        let row = Row::write(&Key::pushed(tenant, &pushed.id), pushed)?.until(pushed.ends);
        self.0.put(row, Expression::default()).await.map(drop)
    }

    #[tracing::instrument(name = "store.pushed.find", level = "debug", skip_all)]
    async fn find(
        &self,
        tenant: &TenantId,
        id: &Digest,
        now: Timestamp,
    ) -> Outcome<Option<Pushed>> {
        let row = self.0.get(&Key::pushed(tenant, id)).await?;
        let found: Option<Pushed> = row.map(Row::read).transpose()?;
        Ok(found.filter(|pushed| now < pushed.ends))
    }
}

/// It is used: of any number of writes, one finds it there.
pub(crate) fn used(tenant: &TenantId, id: &Digest) -> Change {
    let there = Expression::when("attribute_exists(#pk)");
    Change::Delete(Key::pushed(tenant, id), there)
}
