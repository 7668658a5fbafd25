//! [`ReplayStore`]: `SPENT#<digest>/SPENT` says what was used, and until when that matters.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::ports::{Outcome, ReplayStore, Spent};
use serde::Serialize;

use crate::dynamodb::db::{Change, Db, Written};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, moment};
use crate::dynamodb::schema::Key;

pub(crate) struct Replays(pub(crate) Db);

/// Something used.
#[derive(Serialize)]
struct Used {
    until: Timestamp,
}

/// The item, and the condition under which it was not used at `now`.
fn unused(tenant: &TenantId, once: &Spent, now: Timestamp) -> Outcome<(Row, Expression)> {
    let used = Used { until: once.until };
    let row = Row::write(&Key::spent(tenant, &once.id), &used)?;
    // What has run out may still lie there: expiry is compared, the sweep comes late.
    let free = Expression::when("attribute_not_exists(#pk) OR #until <= :now");
    Ok((row.until(used.until), free.value(":now", moment(now))))
}

/// Notes a use, as part of a transaction.
pub(crate) fn change(tenant: &TenantId, once: &Spent, now: Timestamp) -> Outcome<Change> {
    let (row, free) = unused(tenant, once, now)?;
    Ok(Change::Put(row, free))
}

#[async_trait]
impl ReplayStore for Replays {
    #[tracing::instrument(name = "store.replays.spend", level = "debug", skip_all)]
    async fn spend(&self, tenant: &TenantId, once: &Spent, now: Timestamp) -> Outcome<bool> {
        let (row, free) = unused(tenant, once, now)?;
        Ok(self.0.put(row, free).await? == Written::Yes)
    }
}
