//! Groups, and the people that expressions ask for.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};

use crate::group::{Group, GroupId, Groups};
use crate::ports::Outcome;

/// Groups by id.
#[async_trait]
pub trait GroupStore: Send + Sync {
    /// These groups and their ancestors, to depth [`crate::group::DEEPEST`]; those that are gone are left out.
    /// Each is kept in memory for up to 30 seconds, and one request reads a whole level.
    async fn closure(&self, tenant: &TenantId, ids: &[GroupId], now: Timestamp) -> Outcome<Groups>;

    /// Writes a group iff its name is free or already its own; `previous` is the group as stored. `false`, and
    /// nothing written, where the name is taken or the stored version is not `previous`'s.
    async fn put(
        &self,
        tenant: &TenantId,
        group: &Group,
        previous: Option<&Group>,
    ) -> Outcome<bool>;

    /// The group with this name, compared byte for byte.
    async fn by_name(&self, tenant: &TenantId, name: &str) -> Outcome<Option<Group>>;
}
