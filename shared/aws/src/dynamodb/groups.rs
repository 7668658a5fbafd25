//! [`GroupStore`] and [`GroupDirectory`]: `GROUP#<uuid>/GROUP`, found by name through `GROUPNAME#<digest>/GROUPNAME`,
//! listed in `GROUPS`. What a change of one means for its members: `errands`.

mod changes;

use async_trait::async_trait;
use protocol::{TenantId, Timestamp, UserId};
use provider::event::Event;
use provider::group::{DEEPEST, Group, GroupId, Groups};
use provider::ports::{
    GroupChange, GroupDirectory, GroupPage, GroupStore, GroupWritten, ListedGroup, MemberPage,
    Outcome,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use changes::renaming;
pub(crate) use changes::written;

use crate::dynamodb::attempt::Check;
use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::errands::{self, Errand, Task, joining};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, count};
use crate::dynamodb::schema::{Key, MEMBER};
use crate::dynamodb::{events, json, people, roster};

pub(crate) struct GroupItems {
    db: Db,
    kept: Cache<Key, Group>,
}

/// A group as an item.
#[derive(Serialize, Deserialize)]
pub(crate) struct Item(#[serde(with = "Fields")] pub(crate) Group);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Group")]
struct Fields {
    id: GroupId,
    name: String,
    is_superuser: bool,
    parent: Option<GroupId>,
    #[serde(with = "json")]
    attributes: Map<String, Value>,
    version: u64,
}

/// Whose name or place in a list it is.
#[derive(Serialize, Deserialize)]
pub(crate) struct Name {
    pub(crate) group: GroupId,
}

impl GroupItems {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
        }
    }

    /// Makes the changes, and what follows from them for members and children: noted in the same transaction, so that
    /// what is interrupted is finished before the next change of any group.
    async fn carried_out(
        &self,
        tenant: &TenantId,
        op: &'static str,
        mut changes: Vec<Change>,
        errand: Option<Errand>,
    ) -> Outcome<Result<(), Vec<Check>>> {
        errands::finish_all(&self.db, tenant).await?;
        if let Some(errand) = &errand {
            let note = Row::write(&Key::group_errand(tenant, errand.group), errand)?;
            changes.push(Change::Put(note, Expression::default()));
        }
        if let Err(checks) = self.db.transact(op, changes).await? {
            return Ok(Err(checks));
        }
        if let Some(errand) = errand
            && let Err(error) = errands::run(&self.db, tenant, &errand).await
        {
            tracing::warn!(event = "errand_interrupted", group = %errand.group.0, %error, "finished by the next change of a group");
            if errand.is_awaited() {
                return Err(error);
            }
        }
        Ok(Ok(()))
    }

    /// One level: what is kept in memory, and the rest in as few requests as they fit.
    async fn level(
        &self,
        tenant: &TenantId,
        ids: &[GroupId],
        now: Timestamp,
    ) -> Outcome<Vec<Group>> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for id in ids {
            let key = Key::group(tenant, *id);
            match self.kept.get(&key, now) {
                Some(group) => found.push((*group).clone()),
                None => missing.push(key),
            }
        }
        let rows = self.db.get_each(&missing).await?;
        for (key, row) in missing.into_iter().zip(rows) {
            if let Some(row) = row {
                let group = self.kept.keep(key, row.read::<Item>()?.0, now);
                found.push((*group).clone());
            }
        }
        Ok(found)
    }
}

#[async_trait]
impl GroupStore for GroupItems {
    #[tracing::instrument(name = "store.groups.closure", level = "debug", skip_all)]
    async fn closure(&self, tenant: &TenantId, ids: &[GroupId], now: Timestamp) -> Outcome<Groups> {
        let mut all = Groups::default();
        let mut level = ids.to_vec();
        for _ in 0..=DEEPEST {
            level.sort();
            level.dedup();
            level.retain(|id| !all.0.contains_key(id));
            if level.is_empty() {
                break;
            }
            let found = self.level(tenant, &level, now).await?;
            level = found.iter().filter_map(|group| group.parent).collect();
            all.0
                .extend(found.into_iter().map(|group| (group.id, group)));
        }
        Ok(all)
    }

    #[tracing::instrument(name = "store.groups.put", level = "debug", skip_all)]
    async fn put(
        &self,
        tenant: &TenantId,
        group: &Group,
        previous: Option<&Group>,
    ) -> Outcome<bool> {
        let changes = written(tenant, group, previous)?;
        let errand = renaming(group, previous);
        let put = self
            .carried_out(tenant, "put_group", changes, errand)
            .await?;
        Ok(put.is_ok())
    }

    #[tracing::instrument(name = "store.groups.by_name", level = "debug", skip_all)]
    async fn by_name(&self, tenant: &TenantId, name: &str) -> Outcome<Option<Group>> {
        let Some(row) = self.db.get(&Key::group_name(tenant, name)).await? else {
            return Ok(None);
        };
        let id = row.read::<Name>()?.group;
        let Some(row) = self.db.get(&Key::group(tenant, id)).await? else {
            return Ok(None);
        };
        let Item(group) = row.read()?;
        // Renamed between the two reads: the name is no longer its own.
        Ok(Some(group).filter(|group| group.name == name))
    }
}

#[async_trait]
impl GroupDirectory for GroupItems {
    #[tracing::instrument(name = "store.groups.list", level = "debug", skip_all)]
    async fn list(&self, tenant: &TenantId, after: Option<&str>, limit: u32) -> Outcome<GroupPage> {
        let nil = GroupId(uuid::Uuid::nil());
        let family = Family::beside(Key::listed_group(tenant, "", nil), "");
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = self.db.page(&family, after, limit).await?;
        let keys = page.rows.into_iter().map(|row| {
            let name: Name = row.read()?;
            Ok(Key::group(tenant, name.group))
        });
        let rows = self
            .db
            .get_many(&keys.collect::<Outcome<Vec<Key>>>()?)
            .await?;
        let groups = rows.into_iter().map(|row| Ok(row.read::<Item>()?.0));
        Ok(GroupPage {
            groups: groups.collect::<Outcome<_>>()?,
            next: page.next,
        })
    }

    #[tracing::instrument(name = "store.groups.roster", level = "debug", skip_all)]
    async fn roster(&self, tenant: &TenantId) -> Outcome<Vec<ListedGroup>> {
        roster::groups(&self.db, tenant).await
    }

    #[tracing::instrument(name = "store.groups.several", level = "debug", skip_all)]
    async fn several(&self, tenant: &TenantId, ids: &[GroupId]) -> Outcome<Vec<Group>> {
        let keys: Vec<Key> = ids.iter().map(|id| Key::group(tenant, *id)).collect();
        let rows = self.db.get_many(&keys).await?.into_iter();
        rows.map(|row| Ok(row.read::<Item>()?.0)).collect()
    }

    #[tracing::instrument(name = "store.groups.write", level = "debug", skip_all)]
    async fn write(&self, tenant: &TenantId, change: &GroupChange<'_>) -> Outcome<GroupWritten> {
        let mut changes = written(tenant, change.group, change.previous)?;
        for (id, version) in change.above {
            let same = Expression::when("#version = :version").value(":version", count(*version));
            changes.push(Change::Check(Key::group(tenant, *id), same));
        }
        changes.push(events::change(tenant, change.event)?);
        let mut errand = renaming(change.group, change.previous);
        if change.joining.len() + change.leaving.len() <= joining::AT_ONCE {
            changes.extend(joining::changes(&self.db, tenant, change).await?);
        } else {
            let group = change.group.id;
            let errand = errand.get_or_insert_with(|| Errand::new(group, Task::Join));
            errand.joining = change.joining.to_vec();
            errand.leaving = change.leaving.to_vec();
        }
        let done = self
            .carried_out(tenant, "write_group", changes, errand)
            .await?;
        let Err(checks) = done else {
            return Ok(GroupWritten::Yes);
        };
        let failed: Vec<usize> = (0..checks.len())
            .filter(|at| matches!(checks.get(*at), Some(Check::Failed(_))))
            .collect();
        Ok(if failed == [1] {
            GroupWritten::Taken
        } else {
            GroupWritten::Stale
        })
    }

    #[tracing::instrument(name = "store.groups.members", level = "debug", skip_all)]
    async fn members(
        &self,
        tenant: &TenantId,
        group: GroupId,
        after: Option<UserId>,
        limit: u32,
    ) -> Outcome<MemberPage> {
        let family = Family::beside(Key::group(tenant, group), MEMBER);
        let after = after.map(|user| Key::member(tenant, group, user).sk);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let page = self.db.page(&family, after.as_deref(), limit).await?;
        let last = page.next.as_deref().and_then(|sk| sk.strip_prefix(MEMBER));
        let next = last.and_then(|id| id.parse().ok()).map(UserId);
        let mut users = people::read_all(&self.db, tenant, page.rows).await?;
        users.retain(|user| user.subject.groups.iter().any(|it| it.id == group));
        Ok(MemberPage { users, next })
    }

    #[tracing::instrument(name = "store.groups.remove", level = "debug", skip_all)]
    async fn remove(&self, tenant: &TenantId, group: &Group, event: &Event) -> Outcome<bool> {
        let as_read =
            Expression::when("#version = :version").value(":version", count(group.version));
        let mut changes = vec![
            Change::Delete(Key::group(tenant, group.id), as_read),
            Change::Delete(Key::group_name(tenant, &group.name), Expression::default()),
            Change::Delete(
                Key::listed_group(tenant, &group.name, group.id),
                Expression::default(),
            ),
        ];
        if let Some(parent) = group.parent {
            let key = Key::child(tenant, parent, group.id);
            changes.push(Change::Delete(key, Expression::default()));
        }
        changes.push(events::change(tenant, event)?);
        let errand = Some(Errand::new(group.id, Task::Remove));
        let gone = self
            .carried_out(tenant, "remove_group", changes, errand)
            .await?;
        Ok(gone.is_ok())
    }
}
