//! Who joins a group and who leaves it, where an administrator says so of several at once.

use protocol::{TenantId, UserId};
use provider::group::Group;
use provider::ports::{GroupChange, Outcome};
use provider::user::{Membership, User};

use super::{Errand, Seen, current, made, until_done};
use crate::dynamodb::accounts::Whose;
use crate::dynamodb::db::{Change, Db};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::roster;
use crate::dynamodb::row::{Row, text};
use crate::dynamodb::schema::Key;
use crate::dynamodb::users;

/// So many join or leave in one transaction, with three changes each, beside what else is written of a group.
pub(crate) const AT_ONCE: usize = 20;

/// The changes by which the few of a change join and leave the group as it will be, beside its own.
pub(crate) async fn changes(
    db: &Db,
    tenant: &TenantId,
    change: &GroupChange<'_>,
) -> Outcome<Vec<Change>> {
    let mut changes = of(db, tenant, change.group, (change.joining, true)).await?;
    changes.extend(of(db, tenant, change.group, (change.leaving, false)).await?);
    Ok(changes)
}

/// Those of an errand, a batch at a time.
pub(super) async fn see_to(db: &Db, tenant: &TenantId, errand: &Errand) -> Outcome<()> {
    for (ids, joins) in [(&errand.joining, true), (&errand.leaving, false)] {
        for batch in ids.chunks(AT_ONCE) {
            until_done(|| some(db, tenant, errand, (batch, joins))).await?;
        }
    }
    Ok(())
}

async fn some(
    db: &Db,
    tenant: &TenantId,
    errand: &Errand,
    who: (&[UserId], bool),
) -> Outcome<Seen> {
    // Of a group that is gone by now, nobody is a member; its end sees to that.
    let Some(group) = current(db, tenant, errand.group).await? else {
        return Ok(Seen::Done);
    };
    let mut changes = of(db, tenant, &group, who).await?;
    if !changes.is_empty() {
        let named = Expression::when("#name = :name").value(":name", text(&group.name));
        changes.push(Change::Check(Key::group(tenant, group.id), named));
    }
    made(db, changes).await
}

/// Those who are not as they are to be, each over the version that is read here.
async fn of(
    db: &Db,
    tenant: &TenantId,
    group: &Group,
    (ids, joins): (&[UserId], bool),
) -> Outcome<Vec<Change>> {
    let keys: Vec<Key> = ids.iter().map(|id| Key::user(tenant, *id)).collect();
    let mut changes = Vec::new();
    for row in db.get_many(&keys).await? {
        changes.extend(moved(tenant, group, users::read(row)?, joins)?);
    }
    Ok(changes)
}

fn moved(tenant: &TenantId, group: &Group, mut user: User, joins: bool) -> Outcome<Vec<Change>> {
    let subject = &mut user.subject;
    if subject.groups.iter().any(|copy| copy.id == group.id) == joins {
        return Ok(Vec::new());
    }
    let version = subject.version;
    subject.version = version.saturating_add(1);
    let member = Key::member(tenant, group.id, subject.id);
    let membership = if joins {
        subject.groups.push(Membership {
            id: group.id,
            name: group.name.clone(),
        });
        let row = Row::write(&member, &Whose { user: subject.id })?;
        Change::Put(row, Expression::default())
    } else {
        subject.groups.retain(|copy| copy.id != group.id);
        Change::Delete(member, Expression::default())
    };
    let key = Key::user(tenant, subject.id);
    let written = Change::Update(key, users::recopied(subject, version)?);
    Ok(vec![written, membership, roster::follows(tenant, &user)?])
}
