//! Groups are made and changed, with their members.
//!
//! A group and up to 20 who join or leave are one transaction. Where there are more, they follow in batches, and what is
//! interrupted is finished before the next change of any group; the answer is an error then, and to ask again is right.

use std::collections::BTreeSet;

use http::StatusCode;
use protocol::UserId;
use provider::event::{Action, Event};
use provider::group::{DEEPEST, Group, GroupId};
use provider::ports::{GroupChange, GroupWritten, Listed, ListedGroup};
use serde_json::Map;
use uuid::Uuid;

use super::read;
use super::shape::GROUP;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::{Form, Mode};
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;
use crate::resources::users::forest::Forest;
use crate::resources::users::guard;

/// So many can join and leave at once: who they are has to fit into one item.
const MOST_MOVED: usize = 5_000;

/// A group with who is to be in it.
struct Draft {
    group: Group,
    /// `None`: as they are.
    users: Option<Vec<u64>>,
}

/// Makes one.
///
/// # Errors
/// By field; nothing was made then.
pub async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let given = ask.form(&GROUP, Mode::Create)?;
    given.errors.clone().check()?;
    let id = GroupId(api.new_id());
    let group = write(api, ask, (&given, Action::ModelCreated), || async {
        Ok((blank(id), None))
    });
    let shown = read::object(api, ask, &group.await?).await?;
    Ok(Reply::Json(StatusCode::CREATED, shown))
}

/// Changes one.
///
/// # Errors
/// By field; nothing was changed then.
pub async fn update(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    let given = ask.form(&GROUP, mode)?;
    given.errors.clone().check()?;
    let group = write(api, ask, (&given, Action::ModelUpdated), || async {
        let before = read::found(api, ask).await?;
        Ok((before.clone(), Some(before)))
    });
    Reply::ok(read::object(api, ask, &group.await?).await?)
}

fn blank(id: GroupId) -> Group {
    Group {
        id,
        name: String::new(),
        is_superuser: false,
        parent: None,
        attributes: Map::new(),
        version: 0,
    }
}

/// Writes a group over what others make of it, and of the people in it, at the same time.
async fn write<F>(
    api: &Api,
    ask: &Ask<'_>,
    (given, action): (&Form, Action),
    before: impl Fn() -> F,
) -> Result<Group, Refusal>
where
    F: Future<Output = Result<(Group, Option<Group>), Refusal>>,
{
    let tenant = &ask.call.tenant.id;
    for _ in 0..TRIES {
        let (group, previous) = before().await?;
        let forest = Forest::read(api, ask).await?;
        let mut form = given.clone();
        let draft = draft(&mut form, group, &forest);
        let people = match &draft.users {
            Some(users) if !users.is_empty() || previous.is_some() => {
                api.parts.people.roster(tenant).await?
            }
            Some(_) | None => Vec::new(),
        };
        let moved = Moved::of(&mut form, &draft, &people);
        form.errors.check()?;
        governed(api, ask, &forest, (&draft.group, &moved)).await?;
        let group = draft.group;
        let above = group
            .parent
            .map(|parent| forest.line(parent))
            .unwrap_or_default();
        let above: Vec<_> = above.iter().map(|it| (it.id, it.version)).collect();
        let change = GroupChange {
            group: &group,
            previous: previous.as_ref(),
            above: &above,
            joining: &moved.joining,
            leaving: &moved.leaving,
            event: &event(api, ask, action.clone(), &group),
        };
        match api.parts.directory.write(tenant, &change).await? {
            GroupWritten::Yes => return Ok(group),
            GroupWritten::Taken => {
                return Err(Refusal::field("name", "This field must be unique."));
            }
            GroupWritten::Stale => {}
        }
    }
    Err(Refusal::Conflict)
}

/// The group with what was given; what is wrong is noted in the form.
fn draft(form: &mut Form, mut group: Group, forest: &Forest) -> Draft {
    form.set("name", &mut group.name);
    form.set("is_superuser", &mut group.is_superuser);
    form.set("attributes", &mut group.attributes);
    if let Some(parent) = form.get::<Option<Uuid>>("parent") {
        group.parent = parent.map(GroupId);
        check_parent(form, &group, forest);
    }
    for role in form.get::<Vec<Uuid>>("roles").unwrap_or_default() {
        form.missing("roles", &role); // there are none
    }
    group.version = group.version.saturating_add(1);
    let users = form.get("users");
    // What is left out of a whole group is nobody (API reference A, PUT).
    let users = users.or_else(|| (form.mode != Mode::Change).then(Vec::new));
    Draft { group, users }
}

/// A parent must be there, and above nothing that is above it.
fn check_parent(form: &mut Form, group: &Group, forest: &Forest) {
    let Some(parent) = group.parent else {
        return;
    };
    let line = forest.line(parent);
    if parent == group.id {
        form.errors
            .add("parent", "Cannot set group as parent of itself.");
    } else if line.is_empty() {
        form.missing("parent", &parent.0);
    } else if line.iter().any(|it| it.id == group.id) {
        form.errors.add(
            "parent",
            "Cannot set a group as parent that is below this one.",
        );
    } else if line.len() + forest.depth_below(group.id) > DEEPEST {
        let text = format!("Groups can be {DEEPEST} levels deep at most.");
        form.errors.add("parent", text);
    }
}

/// Who joins and who leaves.
#[derive(Default)]
struct Moved {
    joining: Vec<UserId>,
    leaving: Vec<UserId>,
}

impl Moved {
    /// Of people as they are listed.
    fn of(form: &mut Form, draft: &Draft, people: &[Listed]) -> Self {
        let Some(users) = &draft.users else {
            return Self::default();
        };
        let id = draft.group.id;
        let wanted: BTreeSet<u64> = users.iter().copied().collect();
        let known: BTreeSet<u64> = people.iter().map(|person| person.pk).collect();
        for pk in wanted.difference(&known) {
            form.missing("users", pk);
        }
        let mut moved = Self::default();
        for person in people {
            match (person.groups.contains(&id), wanted.contains(&person.pk)) {
                (false, true) => moved.joining.push(person.id),
                (true, false) => moved.leaving.push(person.id),
                (true, true) | (false, false) => {}
            }
        }
        if moved.joining.len() + moved.leaving.len() > MOST_MOVED {
            let text = format!("At most {MOST_MOVED} users can be added and removed at once.");
            form.errors.add("users", text);
        }
        moved
    }
}

async fn governed(
    api: &Api,
    ask: &Ask<'_>,
    forest: &Forest,
    (group, moved): (&Group, &Moved),
) -> Result<(), Refusal> {
    let then = forest
        .clone()
        .with(group.id, Some(ListedGroup::from(group)));
    guard::keeps_a_superuser(api, ask, &then, |mut person| {
        if moved.leaving.contains(&person.id) {
            person.groups.retain(|id| *id != group.id);
        } else if moved.joining.contains(&person.id) {
            person.groups.push(group.id);
        }
        Some(person)
    })
    .await
}

/// What is recorded of a change.
pub fn event(api: &Api, ask: &Ask<'_>, action: Action, group: &Group) -> Event {
    api.event(ask, action, "group", &group.id.0.to_string(), &group.name)
}
