//! `me/`: who calls, and how they like it.

use provider::claims::hashed;
use provider::group::{Group, GroupId};
use provider::user::User;
use serde_json::{Map, Value, json};

use super::forest::Forest;
use super::read;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};

/// `SessionUser`. Nobody can act as somebody else here, so there is no `original`.
///
/// # Errors
/// Where their groups cannot be read.
pub async fn me(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let user = &ask.caller()?.user;
    let forest = read::forest_of(api, ask, std::slice::from_ref(user)).await?;
    let groups = groups_of(api, ask, &forest, user).await?;
    let named = groups
        .iter()
        .map(|group| json!({ "name": group.name, "pk": group.id }));
    let named: Vec<Value> = named.collect();
    let settings = match merged(ask, &groups, user).remove("settings") {
        Some(Value::Object(settings)) => settings,
        Some(_) | None => Map::new(),
    };
    let direct: Vec<GroupId> = user.subject.groups.iter().map(|group| group.id).collect();
    let shown = json!({
        "pk": user.subject.pk,
        "username": user.subject.username,
        "name": user.subject.name,
        "is_active": user.active,
        "is_superuser": forest.make_superuser(&direct),
        "groups": named,
        "email": user.subject.email,
        "avatar": read::avatar(user),
        "uid": hashed(&ask.call.tenant, &user.subject),
        "settings": settings,
        "type": user.profile.kind,
        "system_permissions": [],
    });
    Reply::ok(json!({ "user": shown }))
}

/// A person's groups and those above them, in order of names.
async fn groups_of(
    api: &Api,
    ask: &Ask<'_>,
    forest: &Forest,
    user: &User,
) -> Result<Vec<Group>, Refusal> {
    let direct = user.subject.groups.iter();
    let all = direct.flat_map(|group| forest.line(group.id));
    let mut ids: Vec<GroupId> = all.map(|group| group.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut groups = api
        .parts
        .directory
        .several(&ask.call.tenant.id, &ids)
        .await?;
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(groups)
}

/// A person's attributes over those of their groups and of the brand (authentik's `group_attributes`).
///
/// # Errors
/// Where their groups cannot be read.
pub async fn attributes(
    api: &Api,
    ask: &Ask<'_>,
    user: &User,
) -> Result<Map<String, Value>, Refusal> {
    let forest = read::forest_of(api, ask, std::slice::from_ref(user)).await?;
    let groups = groups_of(api, ask, &forest, user).await?;
    Ok(merged(ask, &groups, user))
}

fn merged(ask: &Ask<'_>, groups: &[Group], user: &User) -> Map<String, Value> {
    let mut all = ask.call.tenant.brand.attributes.clone();
    for group in groups {
        merge(&mut all, &group.attributes);
    }
    merge(&mut all, &user.profile.attributes);
    all
}

/// Objects are merged, lists put behind each other, and anything else is replaced (Python's `always_merger`).
fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (name, value) in from {
        match (into.get_mut(name), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (Some(Value::Array(into)), Value::Array(from)) => into.extend(from.iter().cloned()),
            (_, value) => {
                into.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_b3_attributes_of_groups_are_merged_under_ones_own() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        let mut all = object(json!({"a": {"b": 1, "c": 2}, "list": [1], "x": 1}));
        merge(
            &mut all,
            &object(json!({"a": {"c": 3}, "list": [2], "x": {"y": 1}})),
        );
        let want = json!({"a": {"b": 1, "c": 3}, "list": [1, 2], "x": {"y": 1}});
        assert_eq!(Value::Object(all), want);
    }
}
