//! Groups, and the people that expressions ask for.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp, UserId};

use crate::group::{Group, GroupId, Groups};
use crate::ports::Outcome;
use crate::user::User;

/// Groups by id.
#[async_trait]
pub trait GroupStore: Send + Sync {
    /// These groups and their ancestors, to depth [`crate::group::DEEPEST`]; those that are gone are left out.
    /// Each is kept in memory for up to 30 seconds, and one request reads a whole level.
    async fn closure(&self, tenant: &TenantId, ids: &[GroupId], now: Timestamp) -> Outcome<Groups>;

    /// Writes a group iff its name is free or already its own; `previous` is the group as stored. `false`, and
    /// nothing written, where the name is taken or the stored version is not `previous`'s.
    ///
    /// Where it has another name, its members' copies of it follow, in batches. What is interrupted is finished before
    /// the next change of any group of the tenant.
    async fn put(
        &self,
        tenant: &TenantId,
        group: &Group,
        previous: Option<&Group>,
    ) -> Outcome<bool>;

    /// The group with this name, compared byte for byte.
    async fn by_name(&self, tenant: &TenantId, name: &str) -> Outcome<Option<Group>>;
}

/// Part of the list of groups, in order of names.
#[derive(Clone, Debug, Default)]
pub struct GroupPage {
    /// The groups.
    pub groups: Vec<Group>,
    /// The place after which the next part begins; `None` where there is none.
    pub next: Option<String>,
}

/// Part of the members of a group, in order of their ids.
#[derive(Clone, Debug, Default)]
pub struct MemberPage {
    /// The people who are directly in it.
    pub users: Vec<User>,
    /// The id after which the next part begins; `None` where there is none.
    pub next: Option<UserId>,
}

/// Groups as administrators see them.
#[async_trait]
pub trait GroupDirectory: Send + Sync {
    /// Groups in order of names, after the place that an earlier page ended with; at most `limit`.
    async fn list(&self, tenant: &TenantId, after: Option<&str>, limit: u32) -> Outcome<GroupPage>;

    /// People who are directly in this group, after the one an earlier page ended with; at most `limit`.
    async fn members(
        &self,
        tenant: &TenantId,
        group: GroupId,
        after: Option<UserId>,
        limit: u32,
    ) -> Outcome<MemberPage>;

    /// Removes a group as it was read; `false`, and nothing removed, where it has changed since. Its members are no
    /// longer in it and its children have no parent (authentik's `SET_NULL`), in batches as in [`GroupStore::put`];
    /// whoever reads groups leaves out one that is gone already.
    async fn remove(&self, tenant: &TenantId, group: &Group) -> Outcome<bool>;
}
