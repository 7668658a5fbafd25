//! [`GroupStore`] and [`GroupDirectory`]: `GROUP#<uuid>/GROUP`, found by name through `GROUPNAME#<digest>/GROUPNAME`,
//! listed in `GROUPS`. What a change of one means for its members: `errands`.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp, UserId};
use provider::group::{DEEPEST, Group, GroupId, Groups};
use provider::ports::{GroupDirectory, GroupPage, GroupStore, MemberPage, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::errands::{self, Errand, Task};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::json;
use crate::dynamodb::partition::{BATCH, Family};
use crate::dynamodb::people;
use crate::dynamodb::row::{Row, count, value};
use crate::dynamodb::schema::{Key, MEMBER};

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

/// What its parent knows of it, where it has another one now.
fn moved(tenant: &TenantId, group: &Group, previous: Option<&Group>) -> Outcome<Vec<Change>> {
    let former = previous.and_then(|previous| previous.parent);
    let mut changes = Vec::new();
    if former == group.parent {
        return Ok(changes);
    }
    if let Some(parent) = group.parent {
        let row = Row::write(
            &Key::child(tenant, parent, group.id),
            &Name { group: group.id },
        )?;
        changes.push(Change::Put(row, Expression::default()));
    }
    if let Some(former) = former {
        let key = Key::child(tenant, former, group.id);
        changes.push(Change::Delete(key, Expression::default()));
    }
    Ok(changes)
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
    ) -> Outcome<bool> {
        errands::finish_all(&self.db, tenant).await?;
        if let Some(errand) = &errand {
            let note = Row::write(&Key::group_errand(tenant, errand.group), errand)?;
            changes.push(Change::Put(note, Expression::default()));
        }
        if self.db.transact(op, changes).await?.is_err() {
            return Ok(false);
        }
        if let Some(errand) = errand
            && let Err(error) = errands::run(&self.db, tenant, &errand).await
        {
            tracing::warn!(event = "errand_interrupted", group = %errand.group.0, %error, "finished by the next change of a group");
        }
        Ok(true)
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
        for keys in missing.chunks(BATCH) {
            let mut rows = self.db.get_all(keys).await?;
            for key in keys {
                if let Some(row) = rows.take(key) {
                    let group = self.kept.keep(key.clone(), row.read::<Item>()?.0, now);
                    found.push((*group).clone());
                }
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
        let as_read = match previous {
            None => Expression::when("attribute_not_exists(#pk)"),
            Some(previous) => {
                Expression::when("#version = :version").value(":version", count(previous.version))
            }
        };
        let theirs = Expression::when("attribute_not_exists(#pk) OR #group = :group")
            .value(":group", value(&group.id)?);
        let whose = Name { group: group.id };
        let item = Row::write(&Key::group(tenant, group.id), &Item(group.clone()))?;
        let name = Row::write(&Key::group_name(tenant, &group.name), &whose)?;
        let listed = Key::listed_group(tenant, &group.name, group.id);
        let mut changes = vec![
            Change::Put(item, as_read),
            Change::Put(name, theirs.clone()),
            Change::Put(Row::write(&listed, &whose)?, Expression::default()),
        ];
        let mut errand = None;
        if let Some(former) = previous.filter(|previous| previous.name != group.name) {
            let key = Key::group_name(tenant, &former.name);
            changes.push(Change::Delete(key, theirs));
            let unlisted = Key::listed_group(tenant, &former.name, group.id);
            if unlisted != listed {
                changes.push(Change::Delete(unlisted, Expression::default()));
            }
            errand = Some(Errand::new(group.id, Task::Rename));
        }
        changes.extend(moved(tenant, group, previous)?);
        self.carried_out(tenant, "put_group", changes, errand).await
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
    async fn remove(&self, tenant: &TenantId, group: &Group) -> Outcome<bool> {
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
        let errand = Errand::new(group.id, Task::Remove);
        self.carried_out(tenant, "remove_group", changes, Some(errand))
            .await
    }
}
