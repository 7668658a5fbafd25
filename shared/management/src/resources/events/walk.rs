//! Through the events, newest first. There may be any number, so how far a request goes has a bound.

use protocol::Timestamp;
use provider::event::Event;
use provider::ports::LARGEST_PAGE;

use super::wanted::Wanted;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;

/// The most events that a list has.
pub const MOST: usize = 10_000;

/// The most requests that look for them, of 1 MB each: some 100,000 events.
pub const REQUESTS: usize = 64;

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// To the next one.
    On,
    /// That was enough.
    Enough,
}

/// Shows events to `visit`, until it has enough, or they are older than `since`, or the bound is reached.
///
/// # Errors
/// Where they cannot be read.
pub async fn back(
    api: &Api,
    ask: &Ask<'_>,
    since: Option<Timestamp>,
    mut visit: impl FnMut(Event) -> Walk + Send,
) -> Result<(), Refusal> {
    let (tenant, now) = (&ask.call.tenant.id, ask.call.now);
    let mut from = None;
    for _ in 0..REQUESTS {
        let events = &api.parts.events;
        let page = events
            .recent(tenant, from.as_deref(), LARGEST_PAGE, now)
            .await?;
        for event in page.events {
            if since.is_some_and(|since| event.at < since) || visit(event) == Walk::Enough {
                return Ok(());
            }
        }
        if page.next.is_none() {
            return Ok(());
        }
        from = page.next;
    }
    Ok(())
}

/// Those that the query asks for, newest first, at most [`MOST`].
///
/// # Errors
/// As [`back`].
pub async fn wanted(api: &Api, ask: &Ask<'_>) -> Result<Vec<Event>, Refusal> {
    let (wanted, mut found) = (Wanted::of(ask), Vec::new());
    back(api, ask, None, |event| {
        if wanted.admits(&event) {
            found.push(event);
        }
        if found.len() < MOST {
            Walk::On
        } else {
            Walk::Enough
        }
    })
    .await?;
    Ok(found)
}
