//! [`EventStore`]: `EVENTS/<second>#<uuid>`, one partition, newest read first.

use async_trait::async_trait;
use protocol::{ClientId, TenantId, Timestamp};
use provider::event::{Action, Actor, AtBrand, Event, RETENTION, moment_of};
use provider::ports::{EventPage, EventStore, LARGEST_PAGE, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::json;
use crate::dynamodb::partition::{Page, Span};
use crate::dynamodb::row::{Row, text};
use crate::dynamodb::schema::{Key, field};

/// Events.
pub(crate) struct Events(pub(crate) Db);

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
    #[serde(default)]
    brand: Option<AtBrand>,
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
    // Nothing here reads it: who gets a copy of the item (docs/audit.md) sees no key.
    let row = row.with(field::TENANT, text(tenant.as_str()));
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
        let oldest = Key::events(tenant, Timestamp::from_unix(now.unix() - RETENTION.0));
        let span = Span {
            pk: &oldest.pk,
            above: &oldest.sk,
            below: from.filter(|from| is_place(from)),
        };
        if span.is_empty() {
            return Ok(EventPage::default());
        }
        let Page { rows, next } = self.0.back(&span, limit.clamp(1, LARGEST_PAGE)).await?;
        let events = rows.into_iter().map(|row| Ok(row.read::<Item>()?.0));
        Ok(EventPage {
            events: events.collect::<Outcome<_>>()?,
            next,
        })
    }

    #[tracing::instrument(name = "store.events.find", level = "debug", skip_all)]
    async fn find(&self, tenant: &TenantId, id: Uuid, now: Timestamp) -> Outcome<Option<Event>> {
        let Some(at) = moment_of(id).filter(|at| now < *at + RETENTION) else {
            return Ok(None);
        };
        let row = self.0.get(&Key::event(tenant, at, id)).await?;
        row.map(|row| Ok(row.read::<Item>()?.0)).transpose()
    }

    #[tracing::instrument(name = "store.events.remove", level = "debug", skip_all)]
    async fn remove(&self, tenant: &TenantId, event: &Event, record: &Event) -> Outcome<bool> {
        let key = Key::event(tenant, event.at, event.id);
        let there = Expression::when("attribute_exists(#pk)");
        let changes = vec![Change::Delete(key, there), change(tenant, record)?];
        Ok(self.0.transact("remove_event", changes).await?.is_ok())
    }
}

/// Whether it is a place in the partition as we write it; nothing in it is secret.
fn is_place(text: &str) -> bool {
    let Some((second, id)) = text.split_once('#') else {
        return false;
    };
    second.len() == 12
        && second.bytes().all(|byte| byte.is_ascii_digit())
        && Uuid::parse_str(id).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_second_and_an_id_and_nothing_else() {
        assert!(is_place(
            "001728000000#00000000-0000-4000-8000-000000000000"
        ));
        for bad in ["", "x", "001728000000", "1#x", "5#y", "001728000000#y"] {
            assert!(!is_place(bad), "{bad}");
        }
    }
}
