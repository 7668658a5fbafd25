//! The record of what happened.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use uuid::Uuid;

use crate::event::Event;
use crate::ports::Outcome;

/// The most events that one page has.
pub const LARGEST_PAGE: u32 = 10_000;

/// A page of events, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventPage {
    /// The events.
    pub events: Vec<Event>,
    /// Where the next page begins; `None` where there is none.
    pub next: Option<String>,
}

impl dyn EventStore {
    /// Writes events that stand alone. Where that fails the request goes on: the log has it too.
    pub async fn record_or_log(&self, tenant: &TenantId, events: &[Event]) {
        if let Err(error) = self.record(tenant, events).await {
            tracing::error!(event = "event_lost", %error, "an event could not be recorded");
        }
    }
}

/// Events. Those that belong to a change are written with it, in one transaction, by the port that makes the
/// change. Those older than [`crate::event::RETENTION`] at `now` are not there any more.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Writes events that stand alone (at most 100).
    async fn record(&self, tenant: &TenantId, events: &[Event]) -> Outcome<()>;

    /// The newest events before `from`, which an earlier page named; at most `limit` (1 to [`LARGEST_PAGE`]), and no
    /// more than one request gives. What is no `from` of ours begins anew.
    async fn recent(
        &self,
        tenant: &TenantId,
        from: Option<&str>,
        limit: u32,
        now: Timestamp,
    ) -> Outcome<EventPage>;

    /// The event with this id. Of those whose id does not say when they happened
    /// ([`crate::event::moment_of`]) it finds none.
    async fn find(&self, tenant: &TenantId, id: Uuid, now: Timestamp) -> Outcome<Option<Event>>;

    /// Removes an event and records another one, which says so, in one transaction. `false` where it was gone.
    async fn remove(&self, tenant: &TenantId, event: &Event, record: &Event) -> Outcome<bool>;
}
