//! People and groups: all of them, or those that objects name.

use std::collections::BTreeSet;

use protocol::{TenantId, UserId};
use provider::config::{Bound, Config};
use provider::group::{Group, GroupId};
use provider::tenant::Tenant;
use provider::user::{User, UserKind};
use serde_json::json;
use uuid::Uuid;

use super::items::{Item, Items, item};
use crate::endpoint::Api;
use crate::errors::Refusal;

impl Items {
    /// Everybody, and their groups.
    pub(super) async fn directory(&mut self, api: &Api, tenant: &Tenant) -> Result<(), Refusal> {
        let groups = api.parts.directory.roster(&tenant.id).await?;
        let groups: Vec<GroupId> = groups.into_iter().map(|group| group.id).collect();
        let people = api.parts.people.roster(&tenant.id).await?;
        let people: Vec<UserId> = people.into_iter().map(|person| person.id).collect();
        self.several(api, &tenant.id, (&groups, &people)).await
    }

    /// The groups and people that objects name.
    pub(super) async fn bound(
        &mut self,
        api: &Api,
        tenant: &Tenant,
        config: &Config,
    ) -> Result<(), Refusal> {
        let (mut groups, mut people) = (BTreeSet::new(), BTreeSet::new());
        for binding in config.bindings() {
            match binding.bound {
                Bound::Group(id) => drop(groups.insert(id)),
                Bound::User(id) => drop(people.insert(id)),
                Bound::Policy(_) => {}
            }
        }
        let named = self.0.iter().filter_map(|item| {
            let id = item.row.get("create_users_group")?.as_str()?;
            Uuid::parse_str(id).ok()
        });
        groups.extend(named.map(GroupId));
        let groups: Vec<GroupId> = groups.into_iter().collect();
        let people: Vec<UserId> = people.into_iter().collect();
        self.several(api, &tenant.id, (&groups, &people)).await
    }

    async fn several(
        &mut self,
        api: &Api,
        tenant: &TenantId,
        (groups, people): (&[GroupId], &[UserId]),
    ) -> Result<(), Refusal> {
        let groups = api.parts.directory.several(tenant, groups).await?;
        let people = api.parts.people.several(tenant, people).await?;
        self.0.extend(groups.iter().filter_map(of_group));
        self.0.extend(people.iter().filter_map(of_user));
        Ok(())
    }
}

fn of_group(group: &Group) -> Option<Item> {
    let row = json!({
        "name": group.name,
        "is_superuser": group.is_superuser,
        "parent": group.parent,
        "attributes": group.attributes,
    });
    let row = row.as_object().cloned()?;
    item("authentik_core.group", group.id.0.to_string(), row)
}

fn of_user(user: &User) -> Option<Item> {
    let groups = user.subject.groups.iter().map(|group| group.id.0);
    let row = json!({
        "username": user.subject.username,
        "name": user.subject.name,
        "is_active": user.active,
        "groups": groups.collect::<Vec<Uuid>>(),
        "email": user.subject.email,
        "attributes": user.profile.attributes,
        "path": user.profile.path,
        "type": user.profile.kind,
    });
    let row = row.as_object().cloned()?;
    let mut item = item("authentik_core.user", user.subject.id.to_string(), row)?;
    // The installation makes those itself; requests must not.
    item.kept = user.profile.kind != UserKind::InternalServiceAccount;
    Some(item)
}
