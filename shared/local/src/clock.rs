//! The laptop's clock: read here and nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use protocol::Timestamp;

/// The moment a request arrives.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the edge, where `now` is read"
)]
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
