//! The one way to write an account: the user, their names, the indexes they are listed by, and what their groups know
//! of them.

use std::collections::BTreeSet;

use protocol::{TenantId, Timestamp, UserId};
use provider::group::GroupId;
use provider::ports::{Outcome, PortError, Written};
use provider::user::{Membership, User};
use serde::{Deserialize, Serialize};

use crate::dynamodb::attempt::Check;
use crate::dynamodb::db::Change;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::partition::BATCH;
use crate::dynamodb::roster;
use crate::dynamodb::row::{Row, count, moment, text, value};
use crate::dynamodb::schema::Key;
use crate::dynamodb::users;

/// An item that says whose something is: a name, a number, a place in a list.
#[derive(Serialize, Deserialize)]
pub(crate) struct Whose {
    pub(crate) user: UserId,
}

/// Changes that a caller adds have room for so many in the same transaction.
const ROOM: usize = 6;

/// What is to be written of an account.
#[derive(Clone, Copy)]
pub(crate) struct Writing<'a> {
    /// As it is to be.
    pub(crate) user: &'a User,
    /// As it is stored; `None` for a new one.
    pub(crate) previous: Option<&'a User>,
    /// From then on it may be swept away; `None` for never.
    pub(crate) until: Option<Timestamp>,
    /// Where given, names whose items wait for the sweep are free: account and names are swept one by one.
    pub(crate) now: Option<Timestamp>,
}

/// The changes that write an account, first of all the user.
pub(crate) struct Edit {
    /// The user as they are written.
    pub(crate) user: User,
    /// What is to be done in one transaction.
    pub(crate) changes: Vec<Change>,
    names: usize,
}

impl<'a> Writing<'a> {
    /// Over the account as stored, for good.
    pub(crate) const fn over(user: &'a User, previous: Option<&'a User>) -> Self {
        Self {
            user,
            previous,
            until: None,
            now: None,
        }
    }

    /// The changes.
    ///
    /// # Errors
    /// Where they are more than fit into one transaction: somebody joins or leaves some 40 groups at once.
    pub(crate) fn edit(&self, tenant: &TenantId) -> Outcome<Edit> {
        let mut user = match self.previous {
            Some(previous) => self.user.succeeding(previous),
            None => self.user.clone(),
        };
        let mut seen = BTreeSet::new();
        user.subject.groups.retain(|group| seen.insert(group.id));
        let mut changes = vec![self.itself(tenant, &user)?];
        let names = users::logins(&user.subject).len();
        self.entries(tenant, &user, &mut changes)?;
        self.memberships(tenant, &user, &mut changes)?;
        fitting(Edit {
            user,
            changes,
            names,
        })
    }

    fn itself(&self, tenant: &TenantId, user: &User) -> Outcome<Change> {
        Ok(match self.previous {
            None => {
                let row = until(users::row(tenant, user)?, self.until);
                Change::Put(row, Expression::when("attribute_not_exists(#pk)"))
            }
            Some(previous) => Change::Update(
                Key::user(tenant, user.subject.id),
                users::rewritten(tenant, user, previous.subject.version, self.until)?,
            ),
        })
    }

    /// Names are taken, names given up become free, and lists follow.
    fn entries(&self, tenant: &TenantId, user: &User, changes: &mut Vec<Change>) -> Outcome<()> {
        let id = user.subject.id;
        let free = match self.now {
            None => Expression::when("attribute_not_exists(#pk) OR #user = :user"),
            Some(now) => {
                Expression::when("attribute_not_exists(#pk) OR #user = :user OR #ttl <= :now")
                    .value(":now", moment(now))
            }
        };
        let free = free.value(":user", value(&id)?);
        let wanted = entries(tenant, user);
        let former = self.previous.map(|previous| entries(tenant, previous));
        let given_up = former
            .into_iter()
            .flatten()
            .filter(|key| !wanted.contains(key));
        let given_up = given_up.collect::<Vec<_>>();
        let place = Key::user_number(tenant, user.subject.pk);
        for key in &wanted {
            let row = if *key == place {
                roster::of_user(tenant, user)?
            } else {
                Row::write(key, &Whose { user: id })?
            };
            changes.push(Change::Put(until(row, self.until), free.clone()));
        }
        changes.extend(
            given_up
                .into_iter()
                .map(|key| Change::Delete(key, theirs_or_gone(id))),
        );
        Ok(())
    }

    /// Groups know their members. A group that is new to the user must be there, under the name that the user's copy
    /// has; so a rename at the same time is not missed.
    fn memberships(
        &self,
        tenant: &TenantId,
        user: &User,
        changes: &mut Vec<Change>,
    ) -> Outcome<()> {
        let id = user.subject.id;
        let former = self
            .previous
            .map_or(&[][..], |previous| &previous.subject.groups);
        let is_in = |groups: &[Membership], id: GroupId| groups.iter().any(|it| it.id == id);
        for group in &user.subject.groups {
            if !former.contains(group) {
                let named = Expression::when("#name = :name").value(":name", text(&group.name));
                changes.push(Change::Check(Key::group(tenant, group.id), named));
            }
            if !is_in(former, group.id) {
                let row = Row::write(&Key::member(tenant, group.id, id), &Whose { user: id })?;
                changes.push(Change::Put(row, Expression::default()));
            }
        }
        let left = former
            .iter()
            .filter(|group| !is_in(&user.subject.groups, group.id));
        changes.extend(
            left.map(|group| {
                Change::Delete(Key::member(tenant, group.id, id), Expression::default())
            }),
        );
        Ok(())
    }
}

impl Edit {
    /// What a refusal means: names that are somebody else's, or anything that has changed since it was read.
    pub(crate) fn refused(&self, checks: &[Check]) -> Written {
        let passed = |at: usize| matches!(checks.get(at), None | Some(Check::Passed));
        let names_are_free = (1..=self.names).all(passed);
        let rest = (0..checks.len()).filter(|at| !(1..=self.names).contains(at));
        if names_are_free || !rest.clone().all(passed) {
            Written::Stale
        } else {
            Written::Taken
        }
    }
}

/// The changes that remove an account as it was read, first of all the user.
///
/// # Errors
/// Where they are more than fit into one transaction.
pub(crate) fn removal(tenant: &TenantId, user: &User) -> Outcome<Edit> {
    let id = user.subject.id;
    let as_read =
        Expression::when("#version = :version").value(":version", count(user.subject.version));
    let mut changes = vec![Change::Delete(Key::user(tenant, id), as_read)];
    changes.extend(
        entries(tenant, user)
            .into_iter()
            .map(|key| Change::Delete(key, theirs_or_gone(id))),
    );
    changes.extend(
        user.subject
            .groups
            .iter()
            .map(|group| Change::Delete(Key::member(tenant, group.id, id), Expression::default())),
    );
    fitting(Edit {
        user: user.clone(),
        changes,
        names: 0,
    })
}

/// Where it is written whose something is: first the names, then the lists.
fn entries(tenant: &TenantId, user: &User) -> Vec<Key> {
    let names = users::logins(&user.subject);
    let mut keys: Vec<Key> = names.iter().map(|name| Key::login(tenant, name)).collect();
    let pk = user.subject.pk;
    keys.push(Key::user_number(tenant, pk));
    keys.push(Key::user_folder(tenant, &user.profile.path, pk));
    keys
}

fn theirs_or_gone(user: UserId) -> Expression {
    Expression::when("attribute_not_exists(#pk) OR #user = :user")
        .value(":user", text(user.to_string()))
}

fn fitting(edit: Edit) -> Outcome<Edit> {
    if edit.changes.len() + ROOM > BATCH {
        let why = "an account with too many changes of groups for one transaction";
        return Err(PortError::Unavailable(why.to_owned()));
    }
    Ok(edit)
}

/// May be swept away from then on, if ever.
pub(crate) fn until(row: Row, end: Option<Timestamp>) -> Row {
    match end {
        Some(end) => row.until(end),
        None => row,
    }
}
