//! [`PermitStore`]: `LIMIT#<name>/<start>`, one item for each span of time, which counts what was given out.

use async_trait::async_trait;
use protocol::{Seconds, TenantId};
use provider::ports::{Outcome, PermitStore, PortError, Taking};
use provider::tenant::Allowance;

use crate::dynamodb::db::Db;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{count, moment, number};
use crate::dynamodb::schema::{FORM, Key};

/// An instance whose clock is behind still finds the span that it means.
const SWEPT_AFTER: Seconds = Seconds::hours(1);

pub(crate) struct PermitItems(pub(crate) Db);

#[async_trait]
impl PermitStore for PermitItems {
    /// A repeat after a lost answer takes as many again, which nobody has: there are fewer then, and never more.
    #[tracing::instrument(name = "store.permits.take", level = "debug", skip_all)]
    async fn take(&self, tenant: &TenantId, of: &Allowance, wanted: u64) -> Outcome<Taking> {
        let Some(before) = of.limit.checked_sub(wanted) else {
            return Ok(Taking::Left(of.limit));
        };
        let key = Key::permits(tenant, of.name, of.starts);
        let room = Expression::when("attribute_not_exists(#taken) OR #taken <= :before")
            .then("SET #v = :form, #ttl = :ttl ADD #taken :wanted")
            .value(":before", count(before))
            .value(":wanted", count(wanted))
            .value(":ttl", moment(of.ends + SWEPT_AFTER))
            .value(":form", number(FORM.into()));
        match self.0.change(&key, &room).await? {
            Ok(_) => Ok(Taking::Granted),
            Err(stored) => {
                let taken = stored.and_then(|row| row.number("taken"));
                let taken = taken.and_then(|taken| u64::try_from(taken).ok());
                let taken = taken.ok_or_else(|| {
                    PortError::Corrupt(format!("{key}: does not say how many were taken"))
                })?;
                Ok(Taking::Left(of.limit.saturating_sub(taken)))
            }
        }
    }
}
