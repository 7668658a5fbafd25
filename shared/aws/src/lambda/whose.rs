//! Whose request a log line is about: its id and its tenant, on every line that is written while it is answered.

use std::fmt;

use serde_json::{Map, Value};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The spans that say it (`provider::http::Service`, `provider::job`). Those within are of single calls.
const RUNS: [&str; 2] = ["request", "run"];
/// What of a span stands in the line itself, as in a request's own.
const OUTSIDE: [&str; 2] = ["request_id", "tenant"];

/// Writes `,"request_id":…,"tenant":…` where the line does not say them by itself, and `,"span":{…}` with what else is known.
pub(super) fn write<S, N>(
    to: &mut Writer<'_>,
    context: &FmtContext<'_, S, N>,
    event: &Event<'_>,
) -> fmt::Result
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    let spans = || context.event_scope().into_iter().flatten();
    let run = spans().find(|it| RUNS.contains(&it.name()));
    let Some(span) = run.or_else(|| spans().next()) else {
        return Ok(());
    };
    let extensions = span.extensions();
    let fields = extensions.get::<FormattedFields<N>>();
    let fields = fields.and_then(|it| serde_json::from_str(it).ok());
    let mut fields: Map<String, Value> = fields.unwrap_or_default();
    fields.insert("name".to_owned(), span.name().into());
    for name in OUTSIDE {
        let value = fields.remove(name);
        let is_said = event.metadata().fields().field(name).is_some();
        if let Some(value) = value.filter(|_| !is_said) {
            write!(to, r#","{name}":{value}"#)?;
        }
    }
    write!(to, r#","span":{}"#, Value::Object(fields))
}
