//! Invitations.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use uuid::Uuid;

use crate::event::Event;
use crate::invitation::Invitation;
use crate::ports::Outcome;

/// A change of an invitation.
#[derive(Clone, Copy, Debug)]
pub enum InvitationEdit<'a> {
    /// A new one.
    Add(&'a Invitation),
    /// Another in its place.
    Change {
        /// As it is stored.
        before: &'a Invitation,
        /// As it is to be; its id is the same.
        after: &'a Invitation,
    },
    /// It is no longer good.
    Remove(Uuid),
}

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

    /// Makes a change with what is recorded of it, in one transaction; `false`, and nothing written, where it is there
    /// already, or is not there any more or not as it was read: it may have been spent.
    async fn change(
        &self,
        tenant: &TenantId,
        edit: InvitationEdit<'_>,
        event: &Event,
    ) -> Outcome<bool>;

    /// Removes one; `false` where it was gone.
    async fn remove(&self, tenant: &TenantId, id: Uuid) -> Outcome<bool>;
}
