//! Clients that no administrator made.

use async_trait::async_trait;
use protocol::{ClientId, Slug, TenantId, Timestamp};

use crate::client::RegisteredClient;
use crate::event::Event;
use crate::ports::Outcome;

/// Whether a client was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// It was.
    Yes,
    /// It is not as it was read, or gone; a new one: its id is taken. Nothing was written.
    Moved,
}

/// Part of the list of registered clients, in order of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisteredPage {
    /// The ids of clients; their items may have gone since.
    pub ids: Vec<ClientId>,
    /// Where the next part begins; `None` where there is none.
    pub next: Option<String>,
}

/// Clients that registered themselves, and copies of documents that say what a client is.
#[async_trait]
pub trait RegisteredStore: Send + Sync {
    /// Writes a new client and the event in one transaction, iff nobody has its id.
    async fn enrol(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        event: &Event,
    ) -> Outcome<Enrolled>;

    /// Writes a client over the version before its own, and the event, in one transaction. Of any number of concurrent
    /// calls for one version, one gets [`Enrolled::Yes`].
    async fn replace(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        event: &Event,
    ) -> Outcome<Enrolled>;

    /// Removes a client and writes the event, in one transaction; `false` where there is none.
    async fn remove(&self, tenant: &TenantId, id: &ClientId, event: &Event) -> Outcome<bool>;

    /// Writes the copy of a document, and its place in the list, in one transaction. With an event, which says that it is
    /// the first: iff nobody has its id, and writes the event too. Without: over whatever copy there is, iff the id is not that
    /// of another client.
    async fn keep_document(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        first: Option<&Event>,
    ) -> Outcome<Enrolled>;

    /// Notes in one transaction that a client was used, so that it is there until then at least; one that is gone stays
    /// so.
    async fn used(&self, tenant: &TenantId, id: &ClientId, until: Timestamp) -> Outcome<()>;

    /// The client with this id, live at `now`, read consistently.
    async fn find(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        now: Timestamp,
    ) -> Outcome<Option<RegisteredClient>>;

    /// Clients that registered themselves or have documents, after the one that an earlier page ended with; at most `limit`.
    async fn list(
        &self,
        tenant: &TenantId,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<RegisteredPage>;

    /// The application whose issuer has clients with documents: the one that was saved so last. Whether it still does
    /// is what its client says.
    async fn documents_at(&self, tenant: &TenantId) -> Outcome<Option<Slug>>;
}
