//! People as they are answered.

use std::collections::BTreeMap;

use protocol::UserId;
use provider::claims::hashed;
use provider::group::{Group, GroupId};
use provider::tenant::Tenant;
use provider::user::User;
use serde_json::{Value, json};

use super::forest::{Forest, num_pk};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::Ask;
use crate::wire::maybe;

/// What authentik calls one.
pub const MODEL: &str = "User";

/// The person with this number in the path.
///
/// # Errors
/// Where there is none.
pub async fn found(api: &Api, ask: &Ask<'_>) -> Result<User, Refusal> {
    let Ok(pk) = ask.key.parse() else {
        return Err(Refusal::NotFound(MODEL));
    };
    let user = api.parts.people.by_pk(&ask.call.tenant.id, pk).await?;
    user.ok_or(Refusal::NotFound(MODEL))
}

/// `User` of each of them, for answers that have people in them: complete, and read in a fixed number of requests.
///
/// # Errors
/// Where their groups cannot be read.
pub async fn objects(api: &Api, ask: &Ask<'_>, users: &[User]) -> Result<Vec<Value>, Refusal> {
    let forest = forest_of(api, ask, users).await?;
    with_groups(api, ask, &forest, users).await
}

/// `User` of the people with these ids, by id; who is gone is not among them.
///
/// # Errors
/// Where they cannot be read.
pub async fn by_id(
    api: &Api,
    ask: &Ask<'_>,
    ids: &[UserId],
) -> Result<BTreeMap<UserId, Value>, Refusal> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let users = api.parts.people.several(&ask.call.tenant.id, &ids).await?;
    let shown = objects(api, ask, &users).await?;
    let ids = users.iter().map(|user| user.subject.id);
    Ok(ids.zip(shown).collect())
}

/// `User` of one.
///
/// # Errors
/// As [`objects`].
pub async fn object(api: &Api, ask: &Ask<'_>, user: &User) -> Result<Value, Refusal> {
    let mut shown = objects(api, ask, std::slice::from_ref(user)).await?;
    Ok(shown.pop().unwrap_or_default())
}

/// The groups, where one of these people is in any.
pub(super) async fn forest_of(api: &Api, ask: &Ask<'_>, users: &[User]) -> Result<Forest, Refusal> {
    if users.iter().all(|user| user.subject.groups.is_empty()) {
        return Ok(Forest::default());
    }
    Ok(Forest::read(api, ask).await?)
}

/// `User` of each with `groups_obj`.
pub(super) async fn with_groups(
    api: &Api,
    ask: &Ask<'_>,
    forest: &Forest,
    users: &[User],
) -> Result<Vec<Value>, Refusal> {
    let tenant = &ask.call.tenant;
    let direct = users.iter().flat_map(|user| &user.subject.groups);
    let mut ids: Vec<GroupId> = direct.map(|group| group.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let groups = api.parts.directory.several(&tenant.id, &ids).await?;
    let groups: BTreeMap<GroupId, Group> =
        groups.into_iter().map(|group| (group.id, group)).collect();
    let shown = users.iter().map(|user| {
        let its = user.subject.groups.iter();
        let its = its.filter_map(|group| groups.get(&group.id));
        let objects: Value = its.map(|group| group_object(forest, group)).collect();
        row(tenant, forest, user, &objects)
    });
    Ok(shown.collect())
}

/// `User` with `groups_obj` as it is given.
pub(super) fn row(tenant: &Tenant, forest: &Forest, user: &User, groups_obj: &Value) -> Value {
    let (subject, profile) = (&user.subject, &user.profile);
    let groups: Vec<GroupId> = subject.groups.iter().map(|group| group.id).collect();
    let there: Vec<&GroupId> = groups
        .iter()
        .filter(|id| forest.get(**id).is_some())
        .collect();
    json!({
        "pk": subject.pk,
        "username": subject.username,
        "name": subject.name,
        "is_active": user.active,
        "last_login": maybe(profile.last_login),
        "is_superuser": forest.make_superuser(&groups),
        "groups": there,
        "groups_obj": groups_obj,
        "email": subject.email,
        "avatar": avatar(user),
        "attributes": profile.attributes,
        "uid": hashed(tenant, subject),
        "path": profile.path,
        "type": profile.kind,
        "uuid": subject.id,
    })
}

/// The picture that the account names, else none.
pub(super) fn avatar(user: &User) -> &str {
    let named = user.profile.attributes.get("avatar");
    named.and_then(Value::as_str).unwrap_or_default()
}

/// `UserGroup`
fn group_object(forest: &Forest, group: &Group) -> Value {
    json!({
        "pk": group.id,
        "num_pk": num_pk(group.id),
        "name": group.name,
        "is_superuser": group.is_superuser,
        "parent": forest.parent(group.parent),
        "parent_name": forest.parent_name(group.parent),
        "attributes": group.attributes,
    })
}
