//! Moments and spans, in whole seconds, as JWT and DynamoDB TTL count them.

use std::fmt;
use std::ops::Add;

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};

/// A moment: seconds since 1970-01-01T00:00:00Z, leap seconds ignored (RFC 7519 §2, `NumericDate`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment this many seconds after the epoch.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// RFC 3339 in UTC, to the second: `2026-01-31T12:00:00Z`.
    pub fn rfc3339(self) -> String {
        let moment = DateTime::from_timestamp(self.0, 0).unwrap_or_default();
        moment.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// How long after `earlier` this is; never negative, as clocks of two machines may disagree.
    pub const fn since(self, earlier: Self) -> Seconds {
        let span = self.0.saturating_sub(earlier.0);
        Seconds(if span < 0 { 0 } else { span })
    }

    /// How far the two lie from each other: a clock that was set back counts as well as one that ran on.
    pub fn apart(self, other: Self) -> Seconds {
        self.since(other).max(other.since(self))
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Self;

    fn add(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A span of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    /// This many minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60)
    }

    /// This many hours.
    pub const fn hours(n: i64) -> Self {
        Self::minutes(n * 60)
    }

    /// This many days of 24 hours.
    pub const fn days(n: i64) -> Self {
        Self::hours(n * 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_between_disagreeing_clocks_is_never_negative() {
        let (early, late) = (Timestamp::from_unix(100), Timestamp::from_unix(107));
        assert_eq!(late.since(early), Seconds(7));
        assert_eq!(early.since(late), Seconds(0));
    }

    #[test]
    fn adding_a_span_never_wraps_around() {
        assert_eq!(
            Timestamp::from_unix(i64::MAX) + Seconds(1),
            Timestamp::from_unix(i64::MAX)
        );
    }
}
