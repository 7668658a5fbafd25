//! Groups as they are answered.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;
use protocol::UserId;
use provider::claims::hashed_pk;
use provider::group::{Group, GroupId};
use provider::ports::Listed;
use provider::user::User;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;
use crate::resources::users::forest::{Forest, num_pk};
use crate::wire::maybe;

/// What authentik calls one.
pub const MODEL: &str = "Group";

/// Of so many members at most attributes and the last sign-in are shown, too; of more, only what the list of people has.
const MOST_WHOLE: usize = 1_000;

/// Whether members are shown whole, beside their numbers.
const INCLUDE_USERS: &str = "include_users";

/// Of so few groups the members are read group by group, instead of everybody.
const FEW: usize = 4;

/// The group with this UUID in the path.
///
/// # Errors
/// Where there is none.
pub async fn found(api: &Api, ask: &Ask<'_>) -> Result<Group, Refusal> {
    let Ok(id) = Uuid::parse_str(&ask.key) else {
        return Err(Refusal::NotFound(MODEL));
    };
    let ids = [GroupId(id)];
    let mut found = api
        .parts
        .directory
        .several(&ask.call.tenant.id, &ids)
        .await?;
    found.pop().ok_or(Refusal::NotFound(MODEL))
}

/// `Group` of each, complete: for answers that have groups in them.
///
/// # Errors
/// Where groups or people cannot be read.
pub async fn objects(api: &Api, ask: &Ask<'_>, groups: &[Group]) -> Result<Vec<Value>, Refusal> {
    let forest = Forest::read(api, ask).await?;
    if let Some(whole) = members_of_few(api, ask, groups).await? {
        let mut people: Vec<Listed> = whole.values().map(Listed::from).collect();
        people.sort_by_key(|person| person.pk);
        let members = members(&people, groups);
        return Ok(shown(ask, (&forest, &members, &whole), groups));
    }
    let people = api.parts.people.roster(&ask.call.tenant.id).await?;
    with_users(api, ask, (&forest, &people), groups).await
}

/// Who is in these groups; `None` where it is cheaper to read everybody.
async fn members_of_few(
    api: &Api,
    ask: &Ask<'_>,
    groups: &[Group],
) -> Result<Option<BTreeMap<UserId, User>>, Refusal> {
    if groups.len() > FEW {
        return Ok(None);
    }
    let (tenant, limit) = (&ask.call.tenant.id, u32::try_from(MOST_WHOLE));
    let limit = limit.unwrap_or(u32::MAX);
    let directory = &api.parts.directory;
    let pages = groups
        .iter()
        .map(|group| directory.members(tenant, group.id, None, limit));
    let pages = try_join_all(pages).await?;
    if pages.iter().any(|page| page.next.is_some()) {
        return Ok(None);
    }
    let users = pages.into_iter().flat_map(|page| page.users);
    Ok(Some(users.map(|user| (user.subject.id, user)).collect()))
}

/// `Group` of one.
///
/// # Errors
/// As [`objects`].
pub async fn object(api: &Api, ask: &Ask<'_>, group: &Group) -> Result<Value, Refusal> {
    let mut shown = objects(api, ask, std::slice::from_ref(group)).await?;
    Ok(shown.pop().unwrap_or_default())
}

/// `Group` of each, with their members where `include_users` does not say otherwise.
pub(super) async fn with_users(
    api: &Api,
    ask: &Ask<'_>,
    (forest, people): (&Forest, &[Listed]),
    groups: &[Group],
) -> Result<Vec<Value>, Refusal> {
    let members = members(people, groups);
    let whole = if ask.query.flag(INCLUDE_USERS, true) {
        whole(api, ask, &members).await?
    } else {
        BTreeMap::new()
    };
    Ok(shown(ask, (forest, &members, &whole), groups))
}

/// Who of these people is in which of these groups.
fn members<'a>(people: &'a [Listed], groups: &[Group]) -> BTreeMap<GroupId, Vec<&'a Listed>> {
    let wanted: BTreeSet<GroupId> = groups.iter().map(|group| group.id).collect();
    let mut members: BTreeMap<GroupId, Vec<&Listed>> = BTreeMap::new();
    for person in people {
        for id in person.groups.iter().filter(|id| wanted.contains(*id)) {
            members.entry(*id).or_default().push(person);
        }
    }
    members
}

fn shown(
    ask: &Ask<'_>,
    (forest, members, whole): (
        &Forest,
        &BTreeMap<GroupId, Vec<&Listed>>,
        &BTreeMap<UserId, User>,
    ),
    groups: &[Group],
) -> Vec<Value> {
    let include = ask.query.flag(INCLUDE_USERS, true);
    let shown = groups.iter().map(|group| {
        let its = members
            .get(&group.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let objects = its
            .iter()
            .map(|person| member(ask, person, whole.get(&person.id)));
        let objects = if include {
            objects.collect()
        } else {
            Value::Null
        };
        row(forest, group, (its, objects))
    });
    shown.collect()
}

/// The members as they are stored, where they are not too many.
async fn whole(
    api: &Api,
    ask: &Ask<'_>,
    members: &BTreeMap<GroupId, Vec<&Listed>>,
) -> Result<BTreeMap<UserId, User>, Refusal> {
    let ids: BTreeSet<UserId> = members.values().flatten().map(|person| person.id).collect();
    if ids.len() > MOST_WHOLE {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<UserId> = ids.into_iter().collect();
    let users = api.parts.people.several(&ask.call.tenant.id, &ids).await?;
    Ok(users
        .into_iter()
        .map(|user| (user.subject.id, user))
        .collect())
}

fn row(forest: &Forest, group: &Group, (users, users_obj): (&[&Listed], Value)) -> Value {
    let users: Vec<u64> = users.iter().map(|person| person.pk).collect();
    json!({
        "pk": group.id,
        "num_pk": num_pk(group.id),
        "name": group.name,
        "is_superuser": group.is_superuser,
        "parent": forest.parent(group.parent),
        "parent_name": forest.parent_name(group.parent),
        "users": users,
        "users_obj": users_obj,
        "attributes": group.attributes,
        "roles": [],
        "roles_obj": [],
    })
}

/// `GroupMember`
fn member(ask: &Ask<'_>, person: &Listed, whole: Option<&User>) -> Value {
    let mut row = json!({
        "pk": person.pk,
        "username": person.username,
        "name": person.name,
        "is_active": person.active,
        "email": person.email,
        "uid": hashed_pk(&ask.call.tenant, person.pk),
    });
    if let (Some(row), Some(user)) = (row.as_object_mut(), whole) {
        row.insert("last_login".to_owned(), maybe(user.profile.last_login));
        row.insert("attributes".to_owned(), json!(user.profile.attributes));
    }
    row
}
