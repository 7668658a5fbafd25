//! `People::roster` and `GroupDirectory::roster`: lists that are read without those who stand in them; and groups that
//! are written with their members.

use protocol::Secret;
use protocol::UserId;
use provider::group::{Group, GroupId};
use provider::ports::{
    GroupChange, GroupWritten, Intent, Listed, ListedGroup, NewProgram, PortError, UserToken,
    Written,
};
use provider::user::User;
use uuid::Uuid;

use super::belongings::membership;
use super::stage::{Stage, changed, event, random, user};
use crate::harness::proxy::Failure;

over_both_stores! {
    people_are_on_the_roster_as_they_are,
    a_roster_costs_one_request,
    a_place_of_an_earlier_release_is_read_from_whose_it_is,
    groups_are_on_the_roster_as_they_are,
    several_are_read_in_their_order,
    a_group_is_written_with_who_joins_and_leaves,
    many_join_and_leave_in_batches,
    what_is_interrupted_is_told_and_finished_before_the_next_change,
    two_changes_at_once_make_no_circle,
    a_name_of_another_group_is_taken,
    a_program_is_made_with_its_group_and_token_or_not_at_all,
}

impl Stage {
    async fn roster(&self) -> Vec<Listed> {
        let people = self.stores.people();
        people.roster(&self.tenant).await.expect("reads")
    }

    async fn group_roster(&self) -> Vec<ListedGroup> {
        let directory = self.stores.group_directory();
        directory.roster(&self.tenant).await.expect("reads")
    }

    /// Writes a group over what it was, with who joins and leaves.
    async fn with(
        &self,
        (group, previous): (&Group, Option<&Group>),
        above: &[(GroupId, u64)],
        (joining, leaving): (&[UserId], &[UserId]),
    ) -> Result<GroupWritten, PortError> {
        let change = GroupChange {
            group,
            previous,
            above,
            joining,
            leaving,
            event: &event(),
        };
        let directory = self.stores.group_directory();
        directory.write(&self.tenant, &change).await
    }

    async fn people(&self, many: usize) -> Vec<UserId> {
        let mut ids = Vec::new();
        for number in 0..many {
            ids.push(self.user(&format!("person{number}")).await.subject.id);
        }
        ids
    }

    /// Who is in this group, by what lists say; and the same by what is stored of each.
    async fn members_of(&self, group: &Group) -> usize {
        let listed = self.roster().await;
        let listed = listed
            .iter()
            .filter(|it| it.groups.contains(&group.id))
            .count();
        let directory = self.stores.group_directory();
        let mut stored = 0;
        let mut after = None;
        loop {
            let page = directory.members(&self.tenant, group.id, after, 100).await;
            let page = page.expect("reads");
            stored += page.users.len();
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(listed, stored);
        listed
    }
}

fn next(group: &Group) -> Group {
    Group {
        version: group.version + 1,
        ..group.clone()
    }
}

fn fresh(name: &str) -> Group {
    Group {
        id: GroupId(Uuid::from_bytes(random())),
        name: name.to_owned(),
        is_superuser: false,
        parent: None,
        attributes: serde_json::Map::new(),
        version: 1,
    }
}

async fn people_are_on_the_roster_as_they_are(stage: &Stage) {
    let staff = stage.group("staff").await;
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let mut now = changed(&ada);
    now.subject.username = "countess".to_owned();
    now.subject.groups = vec![membership(&staff)];
    now.profile.path = "a/b".to_owned();
    now.active = false;
    assert_eq!(stage.change(&now, &ada, None).await, Written::Yes);
    assert_eq!(
        stage.roster().await,
        [Listed::from(&now), Listed::from(&bob)]
    );
    let people = stage.stores.people();
    let removed = people.remove(&stage.tenant, &bob, &event()).await;
    assert_eq!(removed, Ok(true));
    assert_eq!(stage.roster().await, [Listed::from(&now)]);
}

async fn a_roster_costs_one_request(stage: &Stage) {
    stage.people(5).await;
    stage.group("staff").await;
    stage.proxy.take_calls();
    assert_eq!(stage.roster().await.len(), 5);
    assert_eq!(stage.group_roster().await.len(), 1);
    let calls = stage.proxy.take_calls().into_iter().map(|call| call.name);
    assert_eq!(calls.collect::<Vec<_>>(), ["Query", "Query"]);
}

async fn a_place_of_an_earlier_release_is_read_from_whose_it_is(stage: &Stage) {
    let (ada, staff) = (stage.user("ada").await, stage.group("staff").await);
    for place in ["T#a#USERS", "T#a#GROUPS"] {
        stage.spoil(place, "REMOVE listed").await;
    }
    assert_eq!(stage.roster().await, [Listed::from(&ada)]);
    assert_eq!(stage.group_roster().await, [ListedGroup::from(&staff)]);
}

async fn groups_are_on_the_roster_as_they_are(stage: &Stage) {
    let (zoo, child) = (stage.group("zoo").await, stage.group("child").await);
    let mut below = next(&child);
    (below.parent, below.is_superuser) = (Some(zoo.id), true);
    below.name = "animals".to_owned();
    let done = stage
        .with((&below, Some(&child)), &[(zoo.id, 1)], (&[], &[]))
        .await;
    assert_eq!(done, Ok(GroupWritten::Yes));
    let want = [ListedGroup::from(&below), ListedGroup::from(&zoo)];
    assert_eq!(stage.group_roster().await, want);
    let directory = stage.stores.group_directory();
    assert_eq!(
        directory.remove(&stage.tenant, &zoo, &event()).await,
        Ok(true)
    );
    let orphan = ListedGroup {
        parent: None,
        version: 3,
        ..ListedGroup::from(&below)
    };
    assert_eq!(stage.group_roster().await, [orphan]);
}

async fn several_are_read_in_their_order(stage: &Stage) {
    let (ada, bob) = (stage.user("ada").await, stage.user("bob").await);
    let ids = [bob.subject.id, user("ghost").subject.id, ada.subject.id];
    let people = stage.stores.people();
    let found = people.several(&stage.tenant, &ids).await.expect("reads");
    let names: Vec<String> = found
        .into_iter()
        .map(|user| user.subject.username)
        .collect();
    assert_eq!(names, ["bob", "ada"]);
    let (one, other) = (stage.group("one").await, stage.group("other").await);
    let directory = stage.stores.group_directory();
    let found = directory.several(&stage.tenant, &[other.id, one.id]).await;
    assert_eq!(found, Ok(vec![other, one]));
}

async fn a_group_is_written_with_who_joins_and_leaves(stage: &Stage) {
    let ids = stage.people(20).await;
    let crew = fresh("crew");
    stage.proxy.take_calls();
    let made = stage.with((&crew, None), &[], (&ids, &[])).await;
    assert_eq!(made, Ok(GroupWritten::Yes));
    let calls = stage.proxy.take_calls().into_iter().map(|call| call.name);
    let writes = calls.filter(|name| name == "TransactWriteItems");
    assert_eq!(writes.count(), 1, "all or nothing");
    assert_eq!(stage.members_of(&crew).await, 20);
    let later = next(&crew);
    let done = stage
        .with((&later, Some(&crew)), &[], (&ids[..2], &ids[5..]))
        .await;
    assert_eq!(done, Ok(GroupWritten::Yes));
    assert_eq!(stage.members_of(&later).await, 5, "who is in it joins once");
    let outdated = stage.with((&later, Some(&crew)), &[], (&ids, &[])).await;
    assert_eq!(outdated, Ok(GroupWritten::Stale));
    assert_eq!(stage.members_of(&later).await, 5);
    assert_eq!(stage.events_left().await, 2, "of each change one");
}

async fn many_join_and_leave_in_batches(stage: &Stage) {
    let ids = stage.people(50).await;
    let crew = fresh("crew");
    let made = stage.with((&crew, None), &[], (&ids, &[])).await;
    assert_eq!(made, Ok(GroupWritten::Yes));
    assert_eq!(stage.members_of(&crew).await, 50);
    let mut renamed = next(&crew);
    renamed.name = "hands".to_owned();
    let done = stage
        .with((&renamed, Some(&crew)), &[], (&[], &ids[10..]))
        .await;
    assert_eq!(done, Ok(GroupWritten::Yes));
    assert_eq!(stage.members_of(&renamed).await, 10);
    let people = stage.stores.people();
    let found = people.by_id(&stage.tenant, ids[0]).await;
    let found = found.expect("reads").expect("is there");
    assert_eq!(found.subject.groups, [membership(&renamed)]);
}

async fn what_is_interrupted_is_told_and_finished_before_the_next_change(stage: &Stage) {
    let ids = stage.people(30).await;
    let crew = fresh("crew");
    stage.proxy.fail("BatchGetItem", Failure::Broken, 3);
    let made = stage.with((&crew, None), &[], (&ids, &[])).await;
    assert!(made.is_err(), "{made:?}");
    stage.proxy.heal();
    assert_eq!(stage.members_of(&crew).await, 0);
    stage.group("another").await;
    assert_eq!(stage.members_of(&crew).await, 30);
}

async fn two_changes_at_once_make_no_circle(stage: &Stage) {
    let (one, other) = (stage.group("one").await, stage.group("other").await);
    let below = |group: &Group, parent: &Group| Group {
        parent: Some(parent.id),
        ..next(group)
    };
    // Both have read that nothing is above either.
    let first = below(&one, &other);
    let done = stage
        .with((&first, Some(&one)), &[(other.id, 1)], (&[], &[]))
        .await;
    assert_eq!(done, Ok(GroupWritten::Yes));
    let second = below(&other, &one);
    let late = stage
        .with((&second, Some(&other)), &[(one.id, 1)], (&[], &[]))
        .await;
    assert_eq!(late, Ok(GroupWritten::Stale));
}

async fn a_name_of_another_group_is_taken(stage: &Stage) {
    let ids = stage.people(1).await;
    stage.group("staff").await;
    let before = stage.items().await;
    let taken = stage.with((&fresh("staff"), None), &[], (&ids, &[])).await;
    assert_eq!(taken, Ok(GroupWritten::Taken));
    assert_eq!(stage.items().await, before, "nothing was written");
}

/// A program with a group and a token of its own name.
async fn program(stage: &Stage, name: &str) -> (Written, User) {
    let group = fresh(name);
    let mut bot = user(name);
    bot.subject.groups = vec![membership(&group)];
    let key = Secret::new(format!("key of {name} {}", Uuid::from_bytes(random())));
    let token = UserToken::new(
        format!("{name}-password"),
        Intent::AppPassword,
        bot.subject.id,
        &key,
    );
    let new = NewProgram {
        user: &bot,
        group: Some(&group),
        token: &token,
        event: &event(),
    };
    let people = stage.stores.people();
    let made = people.create_program(&stage.tenant, &new).await;
    (made.expect("answers"), bot)
}

async fn a_program_is_made_with_its_group_and_token_or_not_at_all(stage: &Stage) {
    let (made, bot) = program(stage, "bot").await;
    assert_eq!(made, Written::Yes);
    let (stores, tenant) = (&stage.stores, &stage.tenant);
    let token = stores
        .user_tokens()
        .by_identifier(tenant, "bot-password")
        .await;
    assert_eq!(
        token.expect("reads").expect("is there").user,
        bot.subject.id
    );
    let members = stage.group_roster().await;
    assert_eq!(stage.roster().await[0].groups, [members[0].id]);
    stage.group("taken").await;
    let mine = UserToken::new(
        "named-password",
        Intent::Api,
        bot.subject.id,
        &Secret::new("k"),
    );
    assert_eq!(
        stores.user_tokens().put(tenant, &mine, None).await,
        Ok(true)
    );
    let before = stage.items().await;
    for name in ["bot", "taken", "named"] {
        assert_eq!(program(stage, name).await.0, Written::Taken, "{name}");
    }
    assert_eq!(stage.items().await, before, "nothing was written");
}
