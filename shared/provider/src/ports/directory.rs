//! Groups, and the people that expressions ask for.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp, UserId};

use crate::event::Event;
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

/// A group as the list of groups has it. Its attributes are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// Which.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Whether its members are superusers.
    pub is_superuser: bool,
    /// The group it belongs to. One that is gone may still be named.
    pub parent: Option<GroupId>,
    /// Counts its changes.
    pub version: u64,
}

impl From<&Group> for ListedGroup {
    fn from(group: &Group) -> Self {
        Self {
            id: group.id,
            name: group.name.clone(),
            is_superuser: group.is_superuser,
            parent: group.parent,
            version: group.version,
        }
    }
}

/// A group as it is to be written, with who joins and who leaves it.
#[derive(Clone, Copy, Debug)]
pub struct GroupChange<'a> {
    /// As it is to be; its version is one more than `previous`'s, or 1.
    pub group: &'a Group,
    /// As it is stored; `None` for a new one.
    pub previous: Option<&'a Group>,
    /// The groups above it, which must be as they were read, so that two changes at once make no circle.
    pub above: &'a [(GroupId, u64)],
    /// Who is to be in it.
    pub joining: &'a [UserId],
    /// Who is not to be in it any more.
    pub leaving: &'a [UserId],
    /// What is recorded of it.
    pub event: &'a Event,
}

/// Whether a group was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupWritten {
    /// It was.
    Yes,
    /// Another group has the name; nothing was written.
    Taken,
    /// The group, one above it, or somebody who joins or leaves is not as they were read; nothing was written.
    Stale,
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

    /// All groups in order of names, read consistently: a request for each megabyte, of which some 5,000 groups are one.
    async fn roster(&self, tenant: &TenantId) -> Outcome<Vec<ListedGroup>>;

    /// The groups with these ids, in their order, as they are now; one that is not there is left out. Each hundred is a
    /// request.
    async fn several(&self, tenant: &TenantId, ids: &[GroupId]) -> Outcome<Vec<Group>>;

    /// Writes a group with the event, and who joins and leaves. Up to 20 of them go into the same transaction. More
    /// follow in batches, noted in the transaction, so that what is interrupted is finished before the next change of
    /// any group; then the answer is an error, and to ask for the same again is right.
    ///
    /// Its new name, where it has one, follows to its members as in [`GroupStore::put`].
    async fn write(&self, tenant: &TenantId, change: &GroupChange<'_>) -> Outcome<GroupWritten>;

    /// Removes a group as it was read, with the event; `false`, and nothing removed, where it has changed since. Its members are no
    /// longer in it and its children have no parent (authentik's `SET_NULL`), in batches as in [`GroupStore::put`];
    /// whoever reads groups leaves out one that is gone already.
    async fn remove(&self, tenant: &TenantId, group: &Group, event: &Event) -> Outcome<bool>;
}
