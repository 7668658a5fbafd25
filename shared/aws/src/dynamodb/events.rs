//! [`EventStore`]: `EVENTS#<day>/<second>#<uuid>`, a partition a day, newest read first.

use async_trait::async_trait;
use protocol::{ClientId, Seconds, TenantId, Timestamp};
use provider::event::{Action, Actor, Event, RETENTION};
use provider::ports::{EventPage, EventStore, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db, Part};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::json;
use crate::dynamodb::row::Row;
use crate::dynamodb::schema::{Key, SECONDS_A_DAY};

/// Events, by this clock's idea of the newest day.
pub(crate) struct Events(pub(crate) Db);

/// How many days without any event a page looks past. Beyond them a page ends early and says where to go on.
const EMPTY_DAYS: usize = 31;

/// Where the next page begins: after this event, in its day.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cursor {
    day: i64,
    after: Option<String>,
}

/// An event as an item.
#[derive(Serialize, Deserialize)]
struct Item(#[serde(with = "Fields")] Event);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Event")]
struct Fields {
    id: Uuid,
    action: Action,
    at: Timestamp,
    app: String,
    user: Option<Actor>,
    client_id: Option<ClientId>,
    client_ip: Option<String>,
    #[serde(with = "json")]
    context: Map<String, Value>,
}

/// An event as part of a transaction.
pub(crate) fn change(tenant: &TenantId, event: &Event) -> Outcome<Change> {
    Ok(Change::Put(row(tenant, event)?, Expression::default()))
}

fn row(tenant: &TenantId, event: &Event) -> Outcome<Row> {
    let key = Key::event(tenant, event.at, event.id);
    let row = Row::write(&key, &Item(event.clone()))?;
    Ok(row.until(event.at + RETENTION))
}

#[async_trait]
impl EventStore for Events {
    #[tracing::instrument(name = "store.events.record", level = "debug", skip_all)]
    async fn record(&self, tenant: &TenantId, events: &[Event]) -> Outcome<()> {
        if let [event] = events {
            let row = row(tenant, event)?;
            return self.0.put(row, Expression::default()).await.map(drop);
        }
        let changes = events.iter().map(|event| change(tenant, event));
        let changes: Vec<Change> = changes.collect::<Outcome<_>>()?;
        if changes.is_empty() {
            return Ok(());
        }
        // Without conditions there is nothing that could be refused.
        self.0.transact("record", changes).await.map(drop)
    }

    #[tracing::instrument(name = "store.events.recent", level = "debug", skip_all)]
    async fn recent(
        &self,
        tenant: &TenantId,
        from: Option<&str>,
        limit: u32,
        now: Timestamp,
    ) -> Outcome<EventPage> {
        let limit = limit.clamp(1, 100);
        let today = (now + Seconds(1)).unix().max(0) / SECONDS_A_DAY;
        let oldest = today - RETENTION.0 / SECONDS_A_DAY - 1;
        let mut at = from.and_then(read_cursor).unwrap_or(Cursor {
            day: today,
            after: None,
        });
        let mut page = EventPage::default();
        for _ in 0..EMPTY_DAYS {
            let wanted = limit - u32::try_from(page.events.len()).unwrap_or(limit);
            if wanted == 0 || at.day < oldest {
                break;
            }
            let rows = self.day(tenant, &at, wanted).await?;
            let full = rows.len() == wanted as usize;
            let last = rows.last().map(|row| row.key().sk);
            for row in rows {
                page.events.push(row.read::<Item>()?.0);
            }
            at = if full {
                Cursor {
                    day: at.day,
                    after: last,
                }
            } else {
                Cursor {
                    day: at.day - 1,
                    after: None,
                }
            };
        }
        page.next = (at.day >= oldest).then(|| write_cursor(&at));
        Ok(page)
    }
}

impl Events {
    async fn day(&self, tenant: &TenantId, at: &Cursor, limit: u32) -> Outcome<Vec<Row>> {
        let key = Key::events(tenant, at.day, String::new());
        let part = Part {
            pk: &key.pk,
            after: at.after.as_deref(),
            newest_first: true,
            limit,
        };
        self.0.query(&part).await
    }
}

/// `day` or `day/sort key`; nothing in it is secret.
fn write_cursor(at: &Cursor) -> String {
    match &at.after {
        None => at.day.to_string(),
        Some(after) => format!("{}/{after}", at.day),
    }
}

/// `None` for what we did not write.
fn read_cursor(text: &str) -> Option<Cursor> {
    let (day, after) = match text.split_once('/') {
        None => (text, None),
        Some((day, after)) => (day, Some(after)),
    };
    let (second, id) = match after.and_then(|after| after.split_once('#')) {
        Some(both) => both,
        None if after.is_none() => ("0", ""),
        None => return None,
    };
    let well_formed = second.bytes().all(|b| b.is_ascii_digit())
        && (after.is_none() || Uuid::parse_str(id).is_ok());
    well_formed.then_some(())?;
    Some(Cursor {
        day: day.parse().ok().filter(|day| (0..=999_999).contains(day))?,
        after: after.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        for text in [
            "20000",
            "20000/001728000000#00000000-0000-4000-8000-000000000000",
        ] {
            assert_eq!(write_cursor(&read_cursor(text).unwrap()), text);
        }
        for bad in ["", "x", "-1", "1/x", "1/5#y", "1/", "9999999"] {
            assert!(read_cursor(bad).is_none(), "{bad}");
        }
    }
}
