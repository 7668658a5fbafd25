//! Slows guessing down.

use async_trait::async_trait;
use protocol::{Digest, Seconds, TenantId, Timestamp, UserId};

use crate::ports::Outcome;

/// How long a browser in which somebody signed in is remembered.
pub const REMEMBERED: Seconds = Seconds::days(365);

/// How many browsers of a person are remembered: the newest.
pub const MOST_BROWSERS: usize = 10;

/// A leaky bucket (generic cell rate algorithm): `burst` tries at once, then one each `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Names it: digest of what is guessed at, or of who guesses.
    pub id: Digest,
    /// Tries at once.
    pub burst: u32,
    /// One more in this time.
    pub interval: Seconds,
}

impl Bucket {
    /// How long a try has to wait that comes at `now`, where the bucket is empty again at `empty_at`; `None` where
    /// there is room for it.
    pub fn wait(&self, empty_at: Timestamp, now: Timestamp) -> Option<Seconds> {
        let filled = empty_at
            .max(now)
            .since(now)
            .0
            .saturating_add(self.interval.0);
        let room = i64::from(self.burst).saturating_mul(self.interval.0);
        (filled > room).then(|| Seconds(filled.saturating_sub(room)))
    }
}

/// Whether a try is admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is, and counts.
    Admitted,
    /// Not before so many seconds have passed; nothing was counted.
    Wait(Seconds),
}

/// Counts tries.
#[async_trait]
pub trait ThrottleStore: Send + Sync {
    /// Counts a try in all buckets (1–4, different ones) iff all have room, before it is known whether it is right:
    /// of any number of concurrent tries no more are admitted than fit. Where too many come at once to be counted,
    /// those that are not counted wait.
    async fn admit(
        &self,
        tenant: &TenantId,
        buckets: &[Bucket],
        now: Timestamp,
    ) -> Outcome<Admission>;

    /// Takes a try back that was right.
    async fn forgive(&self, tenant: &TenantId, buckets: &[Bucket]) -> Outcome<()>;

    /// Whether this person signed in with a browser that holds this, less than [`REMEMBERED`] before `now`.
    async fn knows(
        &self,
        tenant: &TenantId,
        user: UserId,
        browser: &Digest,
        now: Timestamp,
    ) -> Outcome<bool>;

    /// Remembers a browser of this person, in place of the one remembered longest ago where there are
    /// [`MOST_BROWSERS`]. Of two that are remembered at the same moment one may be lost.
    async fn remember(
        &self,
        tenant: &TenantId,
        user: UserId,
        browser: &Digest,
        now: Timestamp,
    ) -> Outcome<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_takes_one_more_each_interval() {
        let bucket = Bucket {
            id: Digest::of(b"x"),
            burst: 3,
            interval: Seconds(60),
        };
        let wait = |empty_at, now| {
            let (empty_at, now) = (Timestamp::from_unix(empty_at), Timestamp::from_unix(now));
            bucket.wait(empty_at, now).map(|wait| wait.0)
        };
        assert_eq!(wait(0, 1_000), None, "empty long ago");
        assert_eq!(wait(1_120, 1_000), None, "room for one");
        assert_eq!(wait(1_121, 1_000), Some(1));
        assert_eq!(wait(1_180, 1_000), Some(60), "full");
        assert_eq!(wait(1_180, 1_060), None, "a minute later");
        assert_eq!(wait(i64::MAX, 0), Some(i64::MAX - 180), "no overflow");
    }
}
