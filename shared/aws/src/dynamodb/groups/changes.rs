//! What is written of a group, and what follows from it.

use protocol::TenantId;
use provider::group::Group;
use provider::ports::Outcome;

use super::{Item, Name};
use crate::dynamodb::db::Change;
use crate::dynamodb::errands::{Errand, Task};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::roster;
use crate::dynamodb::row::{Row, count, value};
use crate::dynamodb::schema::Key;

/// The changes that write a group: first the group, then its name, then its place in the list; last what follows for its
/// parents.
pub(crate) fn written(
    tenant: &TenantId,
    group: &Group,
    previous: Option<&Group>,
) -> Outcome<Vec<Change>> {
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
    let mut changes = vec![
        Change::Put(item, as_read),
        Change::Put(name, theirs.clone()),
        Change::Put(roster::of_group(tenant, group)?, Expression::default()),
    ];
    if let Some(former) = previous.filter(|previous| previous.name != group.name) {
        let key = Key::group_name(tenant, &former.name);
        changes.push(Change::Delete(key, theirs));
        let listed = Key::listed_group(tenant, &group.name, group.id);
        let unlisted = Key::listed_group(tenant, &former.name, group.id);
        if unlisted != listed {
            changes.push(Change::Delete(unlisted, Expression::default()));
        }
    }
    changes.extend(moved(tenant, group, previous)?);
    Ok(changes)
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

/// What is to be done where a group has another name.
pub(super) fn renaming(group: &Group, previous: Option<&Group>) -> Option<Errand> {
    let renamed = previous.is_some_and(|previous| previous.name != group.name);
    renamed.then(|| Errand::new(group.id, Task::Rename))
}
