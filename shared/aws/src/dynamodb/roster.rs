//! The lists of people and of groups: beside whose place it is, each item has what lists are searched, narrowed down and
//! put in order by, so that a list costs a request for each megabyte of them.

use protocol::{TenantId, UserId};
use provider::group::{Group, GroupId};
use provider::ports::{Listed, ListedGroup, Outcome};
use provider::user::{User, UserKind};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::groups;
use crate::dynamodb::partition::Family;
use crate::dynamodb::row::{Row, value};
use crate::dynamodb::schema::Key;
use crate::dynamodb::users;

/// A place in the list of people. Items of earlier builds only say whose it is.
#[derive(Serialize, Deserialize)]
struct Place {
    user: UserId,
    listed: Option<Person>,
}

#[derive(Serialize, Deserialize)]
struct Person {
    username: String,
    name: String,
    email: String,
    active: bool,
    kind: UserKind,
    path: String,
    groups: Vec<GroupId>,
}

/// A place in the list of groups.
#[derive(Serialize, Deserialize)]
struct GroupPlace {
    group: GroupId,
    listed: Option<Facts>,
}

#[derive(Serialize, Deserialize)]
struct Facts {
    name: String,
    is_superuser: bool,
    parent: Option<GroupId>,
    version: u64,
}

fn person(user: &User) -> Person {
    let listed = Listed::from(user);
    Person {
        username: listed.username,
        name: listed.name,
        email: listed.email,
        active: listed.active,
        kind: listed.kind,
        path: listed.path,
        groups: listed.groups,
    }
}

/// A person's place in the list.
pub(crate) fn of_user(tenant: &TenantId, user: &User) -> Outcome<Row> {
    let place = Place {
        user: user.subject.id,
        listed: Some(person(user)),
    };
    Row::write(&Key::user_number(tenant, user.subject.pk), &place)
}

/// The list follows a change of somebody who is in it; how long the place lasts stays as it is.
pub(crate) fn follows(tenant: &TenantId, user: &User) -> Outcome<Change> {
    let change = Expression::when("#user = :user")
        .then("SET #listed = :listed")
        .value(":user", value(&user.subject.id)?)
        .value(":listed", value(&person(user))?);
    let key = Key::user_number(tenant, user.subject.pk);
    Ok(Change::Update(key, change))
}

/// A group's place in the list.
pub(crate) fn of_group(tenant: &TenantId, group: &Group) -> Outcome<Row> {
    let place = GroupPlace {
        group: group.id,
        listed: Some(Facts {
            name: group.name.clone(),
            is_superuser: group.is_superuser,
            parent: group.parent,
            version: group.version,
        }),
    };
    Row::write(&Key::listed_group(tenant, &group.name, group.id), &place)
}

/// Everybody, in order of numbers.
pub(crate) async fn people(db: &Db, tenant: &TenantId) -> Outcome<Vec<Listed>> {
    let family = Family::beside(Key::user_number(tenant, 0), "");
    let mut found = Vec::new();
    let mut whole = Vec::new();
    for row in db.first(&family, usize::MAX).await? {
        let pk = row.key().sk.parse().unwrap_or_default();
        let Place { user, listed } = row.read()?;
        match listed {
            Some(its) => found.push(Listed {
                id: user,
                pk,
                username: its.username,
                name: its.name,
                email: its.email,
                active: its.active,
                kind: its.kind,
                path: its.path,
                groups: its.groups,
            }),
            None => whole.push(Key::user(tenant, user)),
        }
    }
    for row in db.get_many(&whole).await? {
        found.push(Listed::from(&users::read(row)?));
    }
    found.sort_by_key(|listed| listed.pk);
    Ok(found)
}

/// All groups, in order of names.
pub(crate) async fn groups(db: &Db, tenant: &TenantId) -> Outcome<Vec<ListedGroup>> {
    let family = Family::beside(Key::listed_group(tenant, "", GroupId(Uuid::nil())), "");
    let mut found = Vec::new();
    let mut whole = Vec::new();
    for row in db.first(&family, usize::MAX).await? {
        let GroupPlace { group, listed } = row.read()?;
        match listed {
            Some(its) => found.push(ListedGroup {
                id: group,
                name: its.name,
                is_superuser: its.is_superuser,
                parent: its.parent,
                version: its.version,
            }),
            None => whole.push(Key::group(tenant, group)),
        }
    }
    for row in db.get_many(&whole).await? {
        found.push(ListedGroup::from(&row.read::<groups::Item>()?.0));
    }
    found.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
    Ok(found)
}
