//! Values as authentik's clients want them (API reference A).

use chrono::{DateTime, SecondsFormat};
use protocol::Timestamp;
use serde_json::Value;

/// RFC 3339 in UTC with microseconds and `Z`; Go refuses a moment without zone.
pub fn moment(at: Timestamp) -> String {
    moment_of(at.unix())
}

/// The same of seconds since the epoch.
pub(crate) fn moment_of(seconds: i64) -> String {
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The same, or null.
pub fn maybe(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| moment(at).into())
}

/// JSON of what always can be.
pub fn value(of: &impl serde::Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_a_moments_have_microseconds_and_a_zone() {
        assert_eq!(
            moment(Timestamp::from_unix(1_700_000_000)),
            "2023-11-14T22:13:20.000000Z"
        );
        assert_eq!(maybe(None), Value::Null);
    }
}
