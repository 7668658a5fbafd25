//! Single people join and leave a group; a group is removed, and what uses it.

use provider::config::Bound;
use provider::event::Action;
use provider::group::Group;
use provider::ports::{Listed, Written};
use provider::user::{Membership, User};
use serde_json::json;

use super::read;
use super::shape::ACCOUNT;
use super::write::event;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;
use crate::resources::users::forest::Forest;
use crate::resources::users::unbind::{unbind, used_by};
use crate::resources::users::{guard, write};

/// Puts a person into the group; who is in it already stays. The account is changed in one transaction.
///
/// # Errors
/// Where there is no such group or person.
pub async fn add_user(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    moved(api, ask, true).await
}

/// Takes a person out of the group; who is not in it stays out.
///
/// # Errors
/// As [`add_user`]; and where nobody would be left who can administer the tenant.
pub async fn remove_user(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    moved(api, ask, false).await
}

async fn moved(api: &Api, ask: &Ask<'_>, joins: bool) -> Result<Reply, Refusal> {
    let form = ask.form(&ACCOUNT, Mode::Create)?;
    form.errors.clone().check()?;
    let pk = form.get("pk").unwrap_or_default();
    let tenant = &ask.call.tenant.id;
    for _ in 0..TRIES {
        let group = read::found(api, ask).await?;
        let before = api.parts.people.by_pk(tenant, pk).await?;
        let before = before.ok_or(Refusal::NotFound("User"))?;
        let is_in = before.subject.groups.iter().any(|it| it.id == group.id);
        if is_in == joins {
            return Reply::done();
        }
        let user = with(before.clone(), &group, joins);
        if !joins {
            stays_governed(api, ask, &user).await?;
        }
        let event = event(api, ask, Action::ModelUpdated, &group).with("user", pk);
        let (written, _) = write::put(api, ask, (user, &before), None, &event).await?;
        if written == Written::Yes {
            return Reply::done();
        }
    }
    Err(Refusal::Conflict)
}

fn with(mut user: User, group: &Group, joins: bool) -> User {
    let groups = &mut user.subject.groups;
    if joins {
        groups.push(Membership {
            id: group.id,
            name: group.name.clone(),
        });
    } else {
        groups.retain(|it| it.id != group.id);
    }
    user
}

async fn stays_governed(api: &Api, ask: &Ask<'_>, user: &User) -> Result<(), Refusal> {
    if ask.caller()?.user.subject.id != user.subject.id {
        return Ok(());
    }
    let forest = Forest::read(api, ask).await?;
    let then = Listed::from(user);
    guard::keeps_a_superuser(api, ask, &forest, |person| {
        Some(if person.id == then.id {
            then.clone()
        } else {
            person
        })
    })
    .await
}

/// Removes a group: first what of the configuration names it, then the group itself. Its members are no longer in it,
/// and its children have no parent.
///
/// # Errors
/// Where there is none, or nobody would be left who can administer the tenant.
pub async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    for _ in 0..TRIES {
        let group = read::found(api, ask).await?;
        let forest = Forest::read(api, ask).await?.with(group.id, None);
        guard::keeps_a_superuser(api, ask, &forest, Some).await?;
        unbind(api, ask, Bound::Group(group.id)).await?;
        let event = event(api, ask, Action::ModelDeleted, &group);
        let removed = api
            .parts
            .directory
            .remove(&ask.call.tenant.id, &group, &event);
        if removed.await? {
            return Reply::done();
        }
    }
    Err(Refusal::Conflict)
}

/// What of the configuration names it, and its children.
///
/// # Errors
/// Where there is none.
pub async fn users(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let group = read::found(api, ask).await?;
    let config = api.config(ask).await?;
    let mut used = used_by(&config, Bound::Group(group.id));
    let forest = Forest::read(api, ask).await?;
    let children = forest.iter().filter(|child| child.parent == Some(group.id));
    used.extend(children.map(|child| {
        json!({ "app": "authentik_core", "model_name": "group", "pk": child.id, "name": child.name, "action": "set_null" })
    }));
    Reply::ok(used.into())
}
