//! How often things happened (API reference B14), within the bounds of [`super::walk`].

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Seconds, Timestamp};
use provider::event::Event;
use serde_json::{Map, Value, json};

use super::walk::{self, Walk};
use super::wanted::{Wanted, looked_up};
use super::{shape, walk::back};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};

/// What is counted where nobody says (authentik).
const LOGIN: &str = "login";

/// How many applications `top_per_user` has where nobody says (authentik).
const TOP: usize = 15;

/// A time up to now, in equal parts.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// How long it is.
    length: Seconds,
    /// How many parts it has.
    parts: usize,
}

/// A week in parts of eight hours.
pub const WEEK: Span = Span {
    length: Seconds::days(7),
    parts: 21,
};

/// Four weeks in thirty parts.
const MONTH: Span = Span {
    length: Seconds::days(28),
    parts: 30,
};

impl Span {
    fn begins(self, now: Timestamp) -> Timestamp {
        Timestamp::from_unix(now.unix() - self.length.0)
    }

    /// The part in which something happened, from now back.
    fn part(self, now: Timestamp, at: Timestamp) -> Option<usize> {
        let age = usize::try_from(now.since(at).0).unwrap_or(0);
        let length = usize::try_from(self.length.0).ok()?;
        (age * self.parts).checked_div(length)
    }

    /// `[Coordinate]`: how often in each part, the latest first, each with the time at its end.
    fn coordinates(self, now: Timestamp, counts: &[u32]) -> Value {
        let (mut end, parts) = (now.unix() * 1_000, i64::try_from(self.parts).unwrap_or(1));
        let step = self.length.0 * 1_000 / parts;
        let points = counts.iter().map(|count| {
            let point = json!({ "x_cord": end, "y_cord": count });
            end -= step;
            point
        });
        points.collect()
    }
}

/// How often each of these happened, part by part.
///
/// # Errors
/// Where events cannot be read.
pub async fn per<const N: usize>(
    api: &Api,
    ask: &Ask<'_>,
    span: Span,
    counted: [&(dyn Fn(&Event) -> bool + Sync); N],
) -> Result<[Value; N], Refusal> {
    let now = ask.call.now;
    let mut counts = [(); N].map(|()| vec![0_u32; span.parts]);
    back(api, ask, Some(span.begins(now)), |event| {
        for (counted, counts) in counted.iter().zip(&mut counts) {
            let part = span.part(now, event.at);
            let count = part.and_then(|part| counts.get_mut(part));
            if let Some(count) = count.filter(|_| counted(&event)) {
                *count += 1;
            }
        }
        Walk::On
    })
    .await?;
    Ok(counts.map(|counts| span.coordinates(now, &counts)))
}

/// `volume`
///
/// # Errors
/// Where events cannot be read.
pub async fn volume(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let wanted = Wanted::of(ask);
    let [volume] = per(api, ask, WEEK, [&|event| wanted.admits(event)]).await?;
    Reply::ok(volume)
}

/// `per_month`; `query` is an object of Django's look-ups.
///
/// # Errors
/// Where it is none, or looks for no field of events.
pub async fn per_month(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let query = ask.query.one("query").unwrap_or("{}");
    let query: Map<String, Value> = serde_json::from_str(query)
        .map_err(|_| Refusal::field("query", "It has to be a JSON object."))?;
    let fields: Vec<&str> = shape::EVENT.fields.iter().map(|it| it.name).collect();
    for path in query.keys() {
        let field = path.split("__").next().unwrap_or_default();
        if !fields.contains(&field) {
            let text = format!("Cannot resolve keyword '{field}' into field.");
            return Err(Refusal::field("query", text));
        }
    }
    let action = ask.query.one("action").unwrap_or(LOGIN);
    let counted = |event: &Event| {
        let row = || shape::row(event);
        let fits = |row: &Map<String, Value>| {
            let mut all = query.iter();
            all.all(|(path, value)| looked_up(row, path, value) == Some(true))
        };
        shape::name(&event.action) == action && (query.is_empty() || fits(&row()))
    };
    let [per_month] = per(api, ask, MONTH, [&counted]).await?;
    Reply::ok(per_month)
}

/// An application, as far as events name it.
#[derive(Default)]
struct Application {
    named: Value,
    events: u32,
    users: BTreeSet<u64>,
}

/// `top_per_user`: the applications of most events, and of how many people.
///
/// # Errors
/// Where `top_n` is no number, or events cannot be read.
pub async fn top_per_user(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let most = match ask.query.one("top_n").filter(|text| !text.is_empty()) {
        None => TOP,
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::field("top_n", "A valid integer is required."))?,
    };
    let action = ask.query.one("action").unwrap_or(LOGIN);
    let (mut found, mut applications) = (0, BTreeMap::<String, Application>::new());
    back(api, ask, None, |event| {
        let named = event.context.get("authorized_application");
        let named = named.filter(|it| it.is_object() && shape::name(&event.action) == action);
        if let Some(named) = named {
            // The newest says how it is called.
            let pk = named.get("pk").unwrap_or(named).to_string();
            let application = applications.entry(pk).or_insert_with(|| Application {
                named: named.clone(),
                ..Application::default()
            });
            application.events += 1;
            application.users.extend(event.user.map(|user| user.pk));
            found += 1;
        }
        if found < walk::MOST {
            Walk::On
        } else {
            Walk::Enough
        }
    })
    .await?;
    let mut applications: Vec<Application> = applications.into_values().collect();
    applications.sort_by_key(|it| std::cmp::Reverse(it.events));
    let rows = applications.into_iter().take(most).map(|it| {
        json!({
            "application": it.named,
            "counted_events": it.events,
            "unique_users": it.users.len(),
        })
    });
    Reply::ok(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_its_latest_part_first_and_nothing_beyond_its_beginning() {
        let now = Timestamp::from_unix(2_000_000);
        let at = |age: i64| WEEK.part(now, Timestamp::from_unix(2_000_000 - age));
        let hours = 3_600;
        assert_eq!(
            (at(-1), at(0), at(8 * hours - 1)),
            (Some(0), Some(0), Some(0))
        );
        assert_eq!((at(8 * hours), at(7 * 86_400 - 1)), (Some(1), Some(20)));
        let mut counts = [0; 21];
        counts[1] = 3;
        let points = WEEK.coordinates(now, &counts);
        assert_eq!(points[0], json!({"x_cord": 2_000_000_000_i64, "y_cord": 0}));
        let second = 2_000_000_000_i64 - 8 * hours * 1_000;
        assert_eq!(points[1], json!({"x_cord": second, "y_cord": 3}));
    }
}
