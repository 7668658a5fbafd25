//! What clients hear of the end of a session: in the browser (Front-Channel Logout 1.0) and behind its back (Back-Channel
//! Logout 1.0).
//!
//! A client that hears of it is noted in the session when it gets something there ([`visiting`]). Whatever ends the session
//! announces that first ([`crate::ports::LogoutQueue`]); a moment later the [`Messenger`] tells it.

mod messenger;
mod token;

pub use messenger::{Heard, MOST_ATTEMPTS, Messenger, Parts, pause_after};

use crate::client::Metadata;
use crate::issuer::Order;
use crate::ports::Visiting;
use crate::session::{Session, Visit};

/// What is to be noted of a client that gets something in a session; `None` where it hears of nothing, or is noted
/// already.
pub fn visiting<'a>(order: &Order<'_>, session: &'a Session) -> Option<Visiting<'a>> {
    let metadata = &order.client.metadata;
    let (front, back) = (metadata.hears_in_browser(), metadata.acts_on_logout());
    if !front && !back {
        return None;
    }
    let claims = order.claims();
    let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
    let visit = Visit {
        at: order.now,
        iss: text("iss")?,
        sub: text("sub")?,
        front,
        back,
    };
    if session.knows(&order.client.client_id, &visit) {
        return None;
    }
    Some(Visiting { session, visit })
}

impl Metadata {
    /// Whether the browser takes it the news of a logout (Front-Channel Logout §2).
    pub fn hears_in_browser(&self) -> bool {
        self.frontchannel_logout_uri.is_some()
    }

    /// Whether something is done about a logout behind the browser's back: it hears of it (Back-Channel Logout §2.2), or
    /// loses its grants.
    pub fn acts_on_logout(&self) -> bool {
        self.backchannel_logout_uri.is_some() || self.revoke_grants_on_logout
    }
}
