//! What clients hear of the end of a session behind the browser's back (Back-Channel Logout 1.0).

use async_trait::async_trait;
use protocol::{ClientId, Digest, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::event::Event;
use crate::ports::Outcome;
use crate::session::{Session, SessionId, Visit};
use crate::user::Subject;

/// That a client's part of a session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose client.
    pub tenant: TenantId,
    /// Who was signed in.
    pub user: UserId,
    /// Where.
    pub session: SessionId,
    /// Who is to hear of it.
    pub client: ClientId,
    /// By which names.
    pub visit: Visit,
}

impl Notice {
    /// One for each client that hears of the session's end behind the browser's back.
    pub fn of(tenant: &TenantId, session: &Session) -> Vec<Self> {
        let heard = session.visits().filter(|(_, visit)| visit.back);
        let notice = |(client, visit): (&ClientId, &Visit)| Self {
            tenant: tenant.clone(),
            user: session.user,
            session: session.id,
            client: client.clone(),
            visit: visit.clone(),
        };
        heard.map(notice).collect()
    }

    /// The same for what ends and what is announced twice: by it a client is told once.
    pub fn id(&self) -> Digest {
        let Self {
            session,
            client,
            visit,
            ..
        } = self;
        Digest::of(format!("notice\n{session}\n{}\n{client}", visit.at).as_bytes())
    }
}

/// Carries notices to whoever tells them.
#[async_trait]
pub trait LogoutQueue: Send + Sync {
    /// Takes notices, each to be told a moment later, when what they say has happened. They are announced before it
    /// happens, so that nothing is lost where we are cut off in between; whoever tells them looks whether it has.
    async fn announce(&self, notices: &[Notice]) -> Outcome<()>;
}

/// What stands behind a notice.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Whether the client's part of the session is over.
    pub over: bool,
    /// Who was signed in; `None` where they are gone.
    pub subject: Option<Subject>,
}

/// Whether a notice may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lease {
    /// It may, until the lease ends.
    Yes,
    /// Somebody else is about to.
    Taken,
    /// It has been told.
    Told,
}

/// What has been told.
#[async_trait]
pub trait LogoutStore: Send + Sync {
    /// Reads session and user consistently in one request.
    async fn ended(&self, notice: &Notice, now: Timestamp) -> Outcome<Ended>;

    /// Lets one of any number of callers tell the notice until `until`: iff it has not been told, and nobody else may.
    async fn lease(&self, notice: &Notice, until: Timestamp, now: Timestamp) -> Outcome<Lease>;

    /// Gives a lease back: the notice was not told.
    async fn give_back(&self, notice: &Notice) -> Outcome<()>;

    /// Notes for good that the notice has been told, and writes the event, in one transaction.
    async fn told(&self, notice: &Notice, event: &Event) -> Outcome<()>;
}
