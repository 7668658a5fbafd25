//! How much a tenant may do, and whether it may do anything (docs/tenants.md).

use chrono::{DateTime, Datelike as _, Months, NaiveDate};
use protocol::{Seconds, Timestamp};
use serde::{Deserialize, Serialize};

/// The span of time that a rate is counted over. Shorter ones would cost more requests to the table.
const RATE_WINDOW: Seconds = Seconds(10);

/// What a tenant may use; `None`: as much as there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Requests at the token endpoints in a second, on the average of ten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_rate: Option<u32>,
    /// Requests at the flows that people sign in by in a second, on the average of ten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in_rate: Option<u32>,
    /// Answers of the token endpoints with tokens in a calendar month, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_month: Option<u64>,
    /// Accounts that there are, people's and programs'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// Applications that there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applications: Option<u64>,
}

/// So many permits for a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// What for; part of a key.
    pub name: &'static str,
    /// How many there are.
    pub limit: u64,
    /// When the span began.
    pub starts: Timestamp,
    /// When it is over, and others are given out.
    pub ends: Timestamp,
    /// An instance takes one more for so many that it has spent. It may lose what it holds: the larger, the less is lost.
    pub thrift: u64,
    /// Whether it is spent by an answer with what was asked for alone, and then.
    pub for_success: bool,
}

impl Limits {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// What a request to this function spends at `now`.
    pub fn of(&self, function: &str, now: Timestamp) -> Vec<Allowance> {
        match function {
            "token" | "github-access-token" => {
                let rate = self.token_rate.map(|rate| per_second("TOKEN", rate, now));
                let month = self.tokens_per_month;
                let month = month.and_then(|limit| per_month("TOKENS", limit, now));
                rate.into_iter().chain(month).collect()
            }
            "flow" => {
                let rate = self.sign_in_rate;
                let rate = rate.map(|rate| per_second("SIGNIN", rate, now));
                rate.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

fn per_second(name: &'static str, rate: u32, now: Timestamp) -> Allowance {
    let starts = now.unix() - now.unix().rem_euclid(RATE_WINDOW.0);
    Allowance {
        name,
        limit: u64::from(rate).saturating_mul(RATE_WINDOW.0.unsigned_abs()),
        starts: Timestamp::from_unix(starts),
        ends: Timestamp::from_unix(starts) + RATE_WINDOW,
        thrift: 2,
        for_success: false,
    }
}

/// `None` past the end of the calendar.
fn per_month(name: &'static str, limit: u64, now: Timestamp) -> Option<Allowance> {
    let day = DateTime::from_timestamp(now.unix(), 0)?.date_naive();
    let first = NaiveDate::from_ymd_opt(day.year(), day.month(), 1)?;
    let moment = |day: NaiveDate| {
        let midnight = day.and_hms_opt(0, 0, 0)?.and_utc();
        Some(Timestamp::from_unix(midnight.timestamp()))
    };
    Some(Allowance {
        name,
        limit,
        starts: moment(first)?,
        ends: moment(first.checked_add_months(Months::new(1))?)?,
        thrift: 10,
        for_success: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_limited_spends_nothing_and_is_not_stored() {
        let none = Limits::default();
        assert!(none.is_none());
        assert_eq!(none.of("token", Timestamp::from_unix(5)), []);
        assert_eq!(serde_json::to_string(&none).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Limits>("{}").unwrap(), none);
    }

    #[test]
    fn a_rate_is_counted_over_ten_seconds_and_a_quota_over_a_calendar_month() {
        let limits = Limits {
            token_rate: Some(3),
            sign_in_rate: Some(1),
            tokens_per_month: Some(1_000),
            ..Limits::default()
        };
        // 2028-02-29T23:59:59Z
        let now = Timestamp::from_unix(1_835_481_599);
        let [rate, month] = limits.of("token", now)[..] else {
            panic!("two are counted")
        };
        assert_eq!(
            (rate.limit, rate.ends.since(rate.starts)),
            (30, Seconds(10))
        );
        assert!(rate.starts <= now && now < rate.ends);
        assert_eq!(month.starts.rfc3339(), "2028-02-01T00:00:00Z");
        assert_eq!(month.ends.rfc3339(), "2028-03-01T00:00:00Z");
        let next = limits.of("token", now + Seconds(1));
        assert_eq!(next[1].starts, month.ends);
        assert_eq!(limits.of("flow", now)[0].limit, 10);
        assert_eq!(limits.of("jwks", now), []);
    }
}
