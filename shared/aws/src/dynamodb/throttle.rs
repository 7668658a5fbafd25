//! [`ThrottleStore`]: `BUCKET#<digest>/BUCKET`, and `USER#<uuid>/KNOWN` for the browsers of a person.
//!
//! A bucket is one number: when it is empty again. A try moves it on by an interval.

use async_trait::async_trait;
use protocol::{Digest, Seconds, TenantId, Timestamp, UserId};
use provider::ports::{
    Admission, Bucket, MOST_BROWSERS, Outcome, PortError, REMEMBERED, ThrottleStore,
};
use serde::{Deserialize, Serialize};

use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::{Change, Db, Written};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::row::{Row, count, moment, number};
use crate::dynamodb::schema::{FORM, Key};

/// How often a bucket may turn out other than it was thought to be.
const ROUNDS: usize = 8;

/// What a try waits that could not be counted, because too many came at once.
const CROWDED: Admission = Admission::Wait(Seconds(1));

pub(crate) struct Throttle(pub(crate) Db);

/// The browsers of a person.
#[derive(Default, Serialize, Deserialize)]
struct Known {
    version: u64,
    /// Oldest first.
    browsers: Vec<KnownBrowser>,
}

#[derive(Serialize, Deserialize)]
struct KnownBrowser {
    id: Digest,
    expires: Timestamp,
}

#[async_trait]
impl ThrottleStore for Throttle {
    /// Most buckets are empty, so the first round takes all of them for that; what it finds otherwise decides how
    /// the next one asks.
    #[tracing::instrument(name = "store.throttle.admit", level = "debug", skip_all)]
    async fn admit(
        &self,
        tenant: &TenantId,
        buckets: &[Bucket],
        now: Timestamp,
    ) -> Outcome<Admission> {
        let mut levels = vec![now; buckets.len()];
        for _ in 0..ROUNDS {
            let all = buckets.iter().zip(&levels);
            let waits = all
                .clone()
                .filter_map(|(bucket, level)| bucket.wait(*level, now));
            if let Some(wait) = waits.max() {
                return Ok(Admission::Wait(wait));
            }
            let changes = all.map(|(bucket, level)| {
                Change::Update(
                    Key::bucket(tenant, &bucket.id),
                    one_more(bucket, *level, now),
                )
            });
            match self.0.transact("admit", changes.collect()).await {
                Ok(Ok(())) => return Ok(Admission::Admitted),
                Ok(Err(checks)) => {
                    for (level, check) in levels.iter_mut().zip(checks) {
                        if let Check::Failed(row) = check {
                            *level = row.as_ref().and_then(empty_at).unwrap_or(now);
                        }
                    }
                }
                Err(PortError::Contended(_)) => return Ok(CROWDED),
                Err(error) => return Err(error),
            }
        }
        Ok(CROWDED)
    }

    #[tracing::instrument(name = "store.throttle.forgive", level = "debug", skip_all)]
    async fn forgive(&self, tenant: &TenantId, buckets: &[Bucket]) -> Outcome<()> {
        let one_less = |bucket: &Bucket| {
            Expression::when("attribute_exists(#empty_at)")
                .then("SET #empty_at = #empty_at - :interval")
                .value(":interval", number(bucket.interval.0))
        };
        let changes = buckets
            .iter()
            .map(|bucket| Change::Update(Key::bucket(tenant, &bucket.id), one_less(bucket)));
        // Refused where one has been swept away: then it was empty, and there was no hurry about the others.
        self.0
            .transact("forgive", changes.collect())
            .await
            .map(drop)
    }

    #[tracing::instrument(name = "store.throttle.knows", level = "debug", skip_all)]
    async fn knows(
        &self,
        tenant: &TenantId,
        user: UserId,
        browser: &Digest,
        now: Timestamp,
    ) -> Outcome<bool> {
        let known = self.known(tenant, user).await?.unwrap_or_default();
        let mut live = known.browsers.iter().filter(|known| now < known.expires);
        Ok(live.any(|known| known.id.same_as(browser)))
    }

    #[tracing::instrument(name = "store.throttle.remember", level = "debug", skip_all)]
    async fn remember(
        &self,
        tenant: &TenantId,
        user: UserId,
        browser: &Digest,
        now: Timestamp,
    ) -> Outcome<()> {
        for _ in 0..ROUNDS {
            let stored = self.known(tenant, user).await?;
            let unchanged = match &stored {
                None => Expression::when("attribute_not_exists(#pk)"),
                Some(known) => {
                    Expression::when("#version = :version").value(":version", count(known.version))
                }
            };
            let mut known = stored.unwrap_or_default();
            known.version = known.version.saturating_add(1);
            known.add(browser, now + REMEMBERED, now);
            let row = Row::write(&Key::known_browsers(tenant, user), &known)?;
            if self.0.put(row.until(now + REMEMBERED), unchanged).await? == Written::Yes {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Throttle {
    async fn known(&self, tenant: &TenantId, user: UserId) -> Outcome<Option<Known>> {
        let row = self.0.get(&Key::known_browsers(tenant, user)).await?;
        row.map(Row::read).transpose()
    }
}

impl Known {
    fn add(&mut self, id: &Digest, expires: Timestamp, now: Timestamp) {
        self.browsers
            .retain(|known| now < known.expires && known.id != *id);
        self.browsers.push(KnownBrowser { id: *id, expires });
        let surplus = self.browsers.len().saturating_sub(MOST_BROWSERS);
        self.browsers.drain(..surplus);
    }
}

fn empty_at(row: &Row) -> Option<Timestamp> {
    row.number("empty_at").map(Timestamp::from_unix)
}

/// Counts a try in a bucket that is thought to be empty again at `level`.
fn one_more(bucket: &Bucket, level: Timestamp, now: Timestamp) -> Expression {
    let change = if level <= now {
        Expression::when("attribute_not_exists(#empty_at) OR #empty_at <= :now")
            .then("SET #empty_at = :then, #ttl = :then, #v = :form")
            .value(":then", moment(now + bucket.interval))
    } else {
        let before_last = i64::from(bucket.burst).saturating_sub(1);
        let room = Seconds(before_last.saturating_mul(bucket.interval.0));
        // Not less than now, though it was thought to be more: somebody else's try may have been taken back.
        Expression::when("#empty_at >= :now AND #empty_at <= :last")
            .then("SET #empty_at = #empty_at + :interval, #ttl = #empty_at + :interval, #v = :form")
            .value(":last", moment(now + room))
            .value(":interval", number(bucket.interval.0))
    };
    change
        .value(":now", moment(now))
        .value(":form", number(FORM.into()))
}
