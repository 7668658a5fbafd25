//! The writer of log lines, of which some are metrics too: CloudWatch's embedded metric format (EMF), on the line that is written anyway.
//!
//! Lambda itself counts invocations, errors, throttles and durations, free of charge, so what says no more than that gets no
//! metric, unless the setting asks for it. `docs/logging.md` has the list.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Json, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::lambda::whose;
use crate::settings::Metrics;

/// Where they stand in CloudWatch.
const NAMESPACE: &str = "Latchkey";
/// Their one dimension, named and spelled as in `AWS/Lambda`, so that one stands beside the other in a graph.
const DIMENSION: &str = "FunctionName";

/// Which event is counted as what.
const COUNTED: [(&str, &str); 13] = [
    ("login", "Logins"),
    ("login_failed", "LoginFailures"),
    ("guessing_slowed", "Throttled"),
    ("fetch_throttled", "Throttled"),
    ("code_replayed", "CodesReplayed"),
    ("device_code_replayed", "CodesReplayed"),
    ("refresh_token_reused", "RefreshTokensReused"),
    ("user_codes_guessed", "Throttled"),
    ("mail_failed", "MailFailures"),
    ("event_lost", "EventsLost"),
    ("logout_not_heard", "LogoutsNotHeard"),
    ("logout_unannounced", "LogoutsNotHeard"),
    ("rotation_failed", "RotationFailures"),
];

/// Writes JSON lines, and makes metrics of those that say something.
pub(super) struct Measured {
    pub(super) json: Format<Json, ()>,
    pub(super) metrics: Metrics,
    /// What Lambda calls the function.
    pub(super) function: String,
    /// Milliseconds since the epoch.
    pub(super) clock: fn() -> u64,
    /// Whether this instance has written a request's line.
    pub(super) warm: AtomicBool,
}

impl<S, N> FormatEvent<S, N> for Measured
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let found = match self.metrics {
            Metrics::Off => Vec::new(),
            Metrics::Notable | Metrics::All => self.found(event),
        };
        let mut line = String::with_capacity(512);
        self.json
            .format_event(context, Writer::new(&mut line), event)?;
        let object = line.trim_end().strip_suffix('}').ok_or(fmt::Error)?;
        writer.write_str(object)?;
        whose::write(&mut writer, context, event)?;
        if !found.is_empty() {
            self.block(&mut writer, &found)?;
        }
        writer.write_str("}\n")
    }
}

impl Measured {
    /// The metrics of a line, with their values.
    fn found(&self, event: &Event<'_>) -> Vec<(&'static str, u64)> {
        let mut line = Line::default();
        event.record(&mut line);
        let mut found: Vec<_> = line.counted.into_iter().map(|name| (name, 1)).collect();
        let Some(status) = line.status else {
            return found;
        };
        if !self.warm.swap(true, Ordering::Relaxed) {
            found.push(("ColdStarts", 1));
        }
        match status {
            500.. => found.push(("ServerFaults", 1)),
            400..500 => found.push(("ClientFaults", 1)),
            _ => {}
        }
        if self.metrics == Metrics::All {
            found.push(("Requests", 1));
            found.extend(line.ms.map(|ms| (LATENCY, ms)));
        }
        found
    }

    /// `,"_aws":{…},"FunctionName":…` and a member for each metric.
    fn block(&self, to: &mut Writer<'_>, found: &[(&str, u64)]) -> fmt::Result {
        let at = (self.clock)();
        write!(
            to,
            r#","_aws":{{"Timestamp":{at},"CloudWatchMetrics":[{{"Namespace":"{NAMESPACE}","Dimensions":[["{DIMENSION}"]],"Metrics":["#
        )?;
        for (index, (name, _)) in found.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let unit = if *name == LATENCY {
                r#","Unit":"Milliseconds""#
            } else {
                ""
            };
            write!(to, r#"{comma}{{"Name":"{name}"{unit}}}"#)?;
        }
        // Lambda takes letters, digits, `-` and `_` in a function's name, so it needs no escaping.
        write!(to, r#"]}}]}},"{DIMENSION}":"{}""#, self.function)?;
        for (name, value) in found {
            write!(to, r#","{name}":{value}"#)?;
        }
        Ok(())
    }
}

/// How long a request took.
const LATENCY: &str = "Latency";

/// What of a line decides on its metrics.
#[derive(Default)]
struct Line {
    counted: Option<&'static str>,
    status: Option<u64>,
    ms: Option<u64>,
}

impl Visit for Line {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "status" => self.status = Some(value),
            "ms" => self.ms = Some(value),
            _ => {}
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "event" {
            let found = COUNTED.iter().find(|(event, _)| *event == value);
            self.counted = found.map(|(_, metric)| *metric);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

#[cfg(test)]
mod tests;
