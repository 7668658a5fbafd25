//! The groups and people that bindings name, as they are answered: each is read once, all in a fixed number of requests.

use std::collections::BTreeMap;

use protocol::UserId;
use provider::config::{Bound, Config};
use provider::group::GroupId;
use serde_json::Value;
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::operation::Ask;
use crate::resources::{groups, users};

/// Puts them into the rows. Of who or what is gone nothing is told.
pub(super) async fn put(
    api: &Api,
    ask: &Ask<'_>,
    config: &Config,
    rows: &mut [Row],
) -> Result<(), Refusal> {
    let bound: Vec<Option<Bound>> = rows.iter().map(|row| bound(config, row)).collect();
    let groups = groups_of(api, ask, &bound).await?;
    let users = users_of(api, ask, &bound).await?;
    for (row, bound) in rows.iter_mut().zip(bound) {
        match bound {
            Some(Bound::Group(id)) => set(row, "group_obj", groups.get(&id).cloned()),
            Some(Bound::User(id)) => {
                let user = users.get(&id);
                set(row, "user", user.and_then(|user| user.get("pk")).cloned());
                set(row, "user_obj", user.cloned());
            }
            Some(Bound::Policy(_)) | None => {}
        }
    }
    Ok(())
}

fn set(row: &mut Row, name: &str, value: Option<Value>) {
    row.insert(name.to_owned(), value.unwrap_or_default());
}

fn bound(config: &Config, row: &Row) -> Option<Bound> {
    let id = Uuid::parse_str(row.get("pk")?.as_str()?).ok()?;
    Some(config.binding(id)?.bound)
}

async fn groups_of(
    api: &Api,
    ask: &Ask<'_>,
    bound: &[Option<Bound>],
) -> Result<BTreeMap<GroupId, Value>, Refusal> {
    let ids = bound.iter().filter_map(|bound| match bound {
        Some(Bound::Group(id)) => Some(*id),
        Some(Bound::Policy(_) | Bound::User(_)) | None => None,
    });
    let ids = each_once(ids);
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = api
        .parts
        .directory
        .several(&ask.call.tenant.id, &ids)
        .await?;
    let shown = groups::read::objects(api, ask, &found).await?;
    Ok(found.iter().map(|group| group.id).zip(shown).collect())
}

async fn users_of(
    api: &Api,
    ask: &Ask<'_>,
    bound: &[Option<Bound>],
) -> Result<BTreeMap<UserId, Value>, Refusal> {
    let ids = bound.iter().filter_map(|bound| match bound {
        Some(Bound::User(id)) => Some(*id),
        Some(Bound::Policy(_) | Bound::Group(_)) | None => None,
    });
    let ids = each_once(ids);
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    users::read::by_id(api, ask, &ids).await
}

fn each_once<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
