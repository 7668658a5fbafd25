//! The log of a function: JSON lines on standard output. CloudWatch adds the time.

use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::SubscriberBuilder;
use tracing_subscriber::fmt::format::{self, Format, Json, JsonFields};

use crate::Error;
use crate::lambda::metrics::Measured;
use crate::settings::Settings;

/// Sets it up for this process.
///
/// # Errors
/// [`Error::Log`] where the filter is none, or there is a log already.
pub(super) fn begin(settings: &Settings) -> Result<(), Error> {
    let measured = Measured {
        json: json(),
        metrics: settings.metrics,
        function: settings.function_name.clone(),
        clock: millis,
        warm: AtomicBool::new(false),
    };
    let lines = lines(measured);
    // A level alone is compared; a filter is asked about each span as well.
    let begun = if let Ok(level) = settings.log.parse::<LevelFilter>() {
        lines.with_max_level(level).try_init()
    } else {
        let filter = EnvFilter::try_new(&settings.log);
        let filter = filter.map_err(|error| Error::Log(error.to_string()))?;
        lines.with_env_filter(filter).try_init()
    };
    begun.map_err(|error| Error::Log(error.to_string()))
}

/// A line, without its metrics and without whose it is ([`super::whose`]).
pub(super) fn json() -> Format<Json, ()> {
    format::format()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .without_time()
}

/// What writes the lines, from `info` up where nothing else is said.
pub(super) fn lines(measured: Measured) -> SubscriberBuilder<JsonFields, Measured> {
    tracing_subscriber::fmt()
        .fmt_fields(JsonFields::new())
        .event_format(measured)
}

/// When a metric is taken: milliseconds since the epoch.
#[allow(
    clippy::disallowed_methods,
    reason = "the edge is where time comes from"
)]
fn millis() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
