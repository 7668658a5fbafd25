//! [`GroupStore`]: `GROUP#<uuid>/GROUP`, found by name through `GROUPNAME#<digest>/GROUPNAME`.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};
use provider::group::{DEEPEST, Group, GroupId, Groups};
use provider::ports::{GroupStore, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dynamodb::cache::Cache;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::json;
use crate::dynamodb::row::{Row, count, value};
use crate::dynamodb::schema::Key;

/// As many keys as one `BatchGetItem` takes.
const BATCH: usize = 100;

pub(crate) struct GroupItems {
    db: Db,
    kept: Cache<Key, Group>,
}

/// A group as an item.
#[derive(Serialize, Deserialize)]
struct Item(#[serde(with = "Fields")] Group);

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

/// Whose name it is.
#[derive(Serialize, Deserialize)]
struct Name {
    group: GroupId,
}

impl GroupItems {
    pub(crate) fn new(db: Db) -> Self {
        Self {
            db,
            kept: Cache::new(),
        }
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
        let name = Row::write(
            &Key::group_name(tenant, &group.name),
            &Name { group: group.id },
        )?;
        let mut changes = vec![
            Change::Put(
                Row::write(&Key::group(tenant, group.id), &Item(group.clone()))?,
                as_read,
            ),
            Change::Put(name, theirs.clone()),
        ];
        if let Some(former) = previous.filter(|previous| previous.name != group.name) {
            changes.push(Change::Delete(
                Key::group_name(tenant, &former.name),
                theirs,
            ));
        }
        Ok(self.db.transact("put_group", changes).await?.is_ok())
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
