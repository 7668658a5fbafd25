//! Invitations.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use uuid::Uuid;

use crate::invitation::Invitation;
use crate::ports::Outcome;

/// Invitations. One that is good once is spent with the account that is made by it ([`crate::ports::People::create`]).
#[async_trait]
pub trait InvitationStore: Send + Sync {
    /// Writes one, in place of what is there.
    async fn put(&self, tenant: &TenantId, invitation: &Invitation) -> Outcome<()>;

    /// The one with this id. May have expired.
    async fn find(&self, tenant: &TenantId, id: Uuid) -> Outcome<Option<Invitation>>;

    /// Invitations after the one an earlier page ended with, in order of ids; at most `limit`.
    async fn list(
        &self,
        tenant: &TenantId,
        after: Option<Uuid>,
        limit: u32,
        now: Timestamp,
    ) -> Outcome<Vec<Invitation>>;

    /// Removes one; `false` where it was gone.
    async fn remove(&self, tenant: &TenantId, id: Uuid) -> Outcome<bool>;
}
