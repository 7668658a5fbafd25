//! What a change of a group means for its members and children: `GROUPERRANDS/<group>` says that it is still to be
//! done, from the very transaction that made the change until it has been.

pub(crate) mod joining;

use protocol::{TenantId, UserId};
use provider::group::{Group, GroupId};
use provider::ports::{Outcome, PortError};
use provider::user::User;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dynamodb::db::{Change, Db, random_name};
use crate::dynamodb::expression::Expression;
use crate::dynamodb::groups::{Item, Name};
use crate::dynamodb::partition::{Family, Page};
use crate::dynamodb::people;
use crate::dynamodb::roster;
use crate::dynamodb::row::{Row, count, text, value};
use crate::dynamodb::schema::{CHILD, Key, MEMBER};
use crate::dynamodb::users;

/// So many members or children are seen to in one transaction, with three changes each at most and one condition.
const AT_ONCE: usize = 30;

/// How often a batch is tried of which somebody has changed since they were read.
const ATTEMPTS: u32 = 8;

/// So many errands are finished before another change.
const MOST_LEFT: usize = 10;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Its members know it by its new name.
    Rename,
    /// Nobody is in it any more, and nothing below it.
    Remove,
    /// Nothing but that some join and leave.
    Join,
}

/// One change that has been made, and what follows from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(crate) group: GroupId,
    task: Task,
    /// Nobody else's: a later errand of the same group is not struck off by the end of this one.
    mark: String,
    /// Who is to be in it.
    #[serde(default)]
    pub(crate) joining: Vec<UserId>,
    /// Who is not to be in it any more.
    #[serde(default)]
    pub(crate) leaving: Vec<UserId>,
}

impl Errand {
    pub(crate) fn new(group: GroupId, task: Task) -> Self {
        Self {
            group,
            task,
            mark: random_name(),
            joining: Vec::new(),
            leaving: Vec::new(),
        }
    }

    /// Whether who asked for it has to hear that it is not done yet.
    pub(crate) fn is_awaited(&self) -> bool {
        !self.joining.is_empty() || !self.leaving.is_empty()
    }
}

/// Finishes what was interrupted.
pub(crate) async fn finish_all(db: &Db, tenant: &TenantId) -> Outcome<()> {
    let family = Family::beside(Key::group_errand(tenant, GroupId(Uuid::nil())), "");
    for row in db.first(&family, MOST_LEFT).await? {
        run(db, tenant, &row.read()?).await?;
    }
    Ok(())
}

/// Does what is to be done, and strikes it off. It can be done twice, and by two at once.
pub(crate) async fn run(db: &Db, tenant: &TenantId, errand: &Errand) -> Outcome<()> {
    let group = errand.group;
    if errand.task != Task::Join {
        of_each(db, tenant, group, MEMBER, |rows| {
            see_to_members(db, tenant, errand, rows)
        })
        .await?;
    }
    joining::see_to(db, tenant, errand).await?;
    if errand.task == Task::Remove {
        of_each(db, tenant, group, CHILD, |rows| {
            orphan(db, tenant, group, rows)
        })
        .await?;
    }
    let this_one = Expression::when("#mark = :mark").value(":mark", text(&errand.mark));
    let done = Change::Delete(Key::group_errand(tenant, group), this_one);
    db.transact("errand_done", vec![done]).await.map(drop)
}

/// All items of a kind in a group's partition, a batch at a time; each batch until nobody was faster.
async fn of_each<F, T>(
    db: &Db,
    tenant: &TenantId,
    group: GroupId,
    prefix: &str,
    see_to: F,
) -> Outcome<()>
where
    F: Fn(Vec<Row>) -> T,
    T: Future<Output = Outcome<Seen>>,
{
    let family = Family::beside(Key::group(tenant, group), prefix);
    let mut after = None;
    loop {
        let Page { rows, next } = db.page(&family, after.as_deref(), AT_ONCE).await?;
        until_done(|| see_to(rows.clone())).await?;
        if next.is_none() {
            return Ok(());
        }
        after = next;
    }
}

/// Again and again, until nobody was faster.
async fn until_done<F, T>(see_to: F) -> Outcome<()>
where
    F: Fn() -> T,
    T: Future<Output = Outcome<Seen>>,
{
    for _ in 0..ATTEMPTS {
        if see_to().await? == Seen::Done {
            return Ok(());
        }
    }
    let why = "members of a group keep changing".to_owned();
    Err(PortError::Contended(why))
}

/// Whether a batch was seen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Done,
    /// Somebody of it has changed since they were read.
    Changed,
}

async fn see_to_members(
    db: &Db,
    tenant: &TenantId,
    errand: &Errand,
    rows: Vec<Row>,
) -> Outcome<Seen> {
    let members: Vec<Key> = rows.iter().map(Row::key).collect();
    let group = current(db, tenant, errand.group).await?;
    let users = people::read_all(db, tenant, rows).await?;
    let mut changes = Vec::new();
    for user in users {
        changes.extend(corrected(tenant, errand.group, group.as_ref(), user)?);
    }
    match &group {
        // Its name stays the one that is being spread.
        Some(group) if !changes.is_empty() => {
            let named = Expression::when("#name = :name").value(":name", text(&group.name));
            changes.push(Change::Check(Key::group(tenant, group.id), named));
        }
        Some(_) => {}
        None => {
            let gone = members.into_iter();
            changes.extend(gone.map(|key| Change::Delete(key, Expression::default())));
        }
    }
    made(db, changes).await
}

/// A member whose copy of the group is not as it is.
fn corrected(
    tenant: &TenantId,
    id: GroupId,
    group: Option<&Group>,
    user: User,
) -> Outcome<Option<Change>> {
    let mut subject = user.subject;
    let version = subject.version;
    let before = subject.groups.clone();
    match group {
        Some(group) => {
            let copies = subject.groups.iter_mut().filter(|copy| copy.id == id);
            copies.for_each(|copy| copy.name.clone_from(&group.name));
        }
        None => subject.groups.retain(|copy| copy.id != id),
    }
    if subject.groups == before {
        return Ok(None);
    }
    subject.version = version.saturating_add(1);
    let key = Key::user(tenant, subject.id);
    Ok(Some(Change::Update(
        key,
        users::recopied(&subject, version)?,
    )))
}

/// Children of a group that is gone have no parent.
async fn orphan(db: &Db, tenant: &TenantId, parent: GroupId, rows: Vec<Row>) -> Outcome<Seen> {
    let mut changes: Vec<Change> = Vec::new();
    let mut children = Vec::new();
    for row in rows {
        changes.push(Change::Delete(row.key(), Expression::default()));
        children.push(Key::group(tenant, row.read::<Name>()?.group));
    }
    for row in db.get_many(&children).await? {
        let Item(child) = row.read()?;
        if child.parent == Some(parent) {
            let alone = Expression::when("#version = :previous")
                .then("SET #parent = :none, #version = :version")
                .value(":previous", count(child.version))
                .value(":none", value(&None::<GroupId>)?)
                .value(":version", count(child.version.saturating_add(1)));
            changes.push(Change::Update(Key::group(tenant, child.id), alone));
            let alone = Group {
                parent: None,
                version: child.version.saturating_add(1),
                ..child
            };
            let listed = roster::of_group(tenant, &alone)?;
            changes.push(Change::Put(listed, Expression::default()));
        }
    }
    made(db, changes).await
}

async fn current(db: &Db, tenant: &TenantId, id: GroupId) -> Outcome<Option<Group>> {
    let row = db.get(&Key::group(tenant, id)).await?;
    Ok(row
        .map(Row::read::<Item>)
        .transpose()?
        .map(|Item(group)| group))
}

/// Makes changes that are good as long as nobody of the batch has changed.
async fn made(db: &Db, changes: Vec<Change>) -> Outcome<Seen> {
    if changes.is_empty() {
        return Ok(Seen::Done);
    }
    Ok(match db.transact("errand", changes).await? {
        Ok(()) => Seen::Done,
        Err(_) => Seen::Changed,
    })
}
