//! The record of what happened.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};

use crate::event::Event;
use crate::ports::Outcome;

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
/// change.
#[async_trait]
pub trait EventStore: Send + Sync {
    /// Writes events that stand alone (at most 100).
    async fn record(&self, tenant: &TenantId, events: &[Event]) -> Outcome<()>;

    /// The newest events before `from`, which an earlier page named; at most `limit` (1–100).
    async fn recent(
        &self,
        tenant: &TenantId,
        from: Option<&str>,
        limit: u32,
        now: Timestamp,
    ) -> Outcome<EventPage>;
}
