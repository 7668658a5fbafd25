//! `GroupStore::put` where a group has members, and `GroupDirectory`.

use protocol::UserId;
use provider::group::{Group, GroupId};
use provider::user::User;

use super::belongings::membership;
use super::stage::{NOW, Stage, changed, user};
use crate::harness::proxy::Failure;

over_both_stores! {
    a_groups_new_name_reaches_all_its_members,
    a_renaming_that_was_interrupted_is_finished_before_the_next_change,
    whoever_leaves_a_group_is_no_member,
    members_are_listed_a_part_at_a_time,
    groups_are_listed_in_order_of_their_names,
    a_group_that_is_removed_has_no_members_and_no_children,
    a_group_is_removed_only_as_it_was_read,
}

impl Stage {
    /// So many people who are in this group and in nothing else.
    async fn crowd(&self, group: &Group, size: usize) -> Vec<User> {
        let mut crowd = Vec::new();
        for number in 0..size {
            let mut member = user(&format!("member{number}"));
            member.subject.groups = vec![membership(group)];
            assert!(self.put(&member, None).await);
            crowd.push(member);
        }
        crowd
    }

    async fn rename(&self, group: &Group, name: &str) -> Group {
        let mut renamed = group.clone();
        renamed.version += 1;
        renamed.name = name.to_owned();
        let groups = self.stores.groups();
        let put = groups.put(&self.tenant, &renamed, Some(group)).await;
        assert_eq!(put, Ok(true));
        renamed
    }

    /// What these people's groups are called, each once.
    async fn called(&self, crowd: &[User]) -> Vec<String> {
        let mut names = Vec::new();
        for member in crowd {
            let found = self.stored(member).await.expect("is there");
            let groups = found.subject.groups.into_iter();
            names.extend(groups.map(|group| group.name));
        }
        names.sort();
        names.dedup();
        names
    }

    async fn members(&self, group: GroupId) -> Vec<UserId> {
        let directory = self.stores.group_directory();
        let page = directory.members(&self.tenant, group, None, 100).await;
        let users = page.expect("reads").users.into_iter();
        users.map(|user| user.subject.id).collect()
    }

    /// What is still to be done for groups.
    async fn errands(&self) -> usize {
        let items = self.items().await;
        items
            .keys()
            .filter(|key| key.contains("#GROUPERRANDS/"))
            .count()
    }
}

async fn a_groups_new_name_reaches_all_its_members(stage: &Stage) {
    let staff = stage.group("staff").await;
    let crowd = stage.crowd(&staff, 110).await;
    let other = stage.group("other").await;
    let mut bob = user("bob");
    bob.subject.groups = vec![membership(&other)];
    assert!(stage.put(&bob, None).await);
    stage.rename(&staff, "crew").await;
    assert_eq!(stage.called(&crowd).await, ["crew"]);
    assert_eq!(stage.called(&[bob]).await, ["other"]);
    let one = stage.stored(&crowd[0]).await.expect("is there");
    assert_eq!(one.subject.version, 2, "what was made from it is read anew");
    assert_eq!(stage.errands().await, 0);
}

async fn a_renaming_that_was_interrupted_is_finished_before_the_next_change(stage: &Stage) {
    let staff = stage.group("staff").await;
    let crowd = stage.crowd(&staff, 3).await;
    stage.proxy.fail("BatchGetItem", Failure::Broken, 3);
    let crew = stage.rename(&staff, "crew").await;
    stage.proxy.heal();
    assert_eq!(stage.called(&crowd).await, ["staff"]);
    assert_eq!(stage.errands().await, 1);
    stage.group("another").await;
    assert_eq!(stage.called(&crowd).await, ["crew"]);
    assert_eq!(stage.errands().await, 0);
    // Done twice, it is as done once.
    stage.rename(&crew, "staff").await;
    assert_eq!(stage.called(&crowd).await, ["staff"]);
}

async fn whoever_leaves_a_group_is_no_member(stage: &Stage) {
    let staff = stage.group("staff").await;
    let crowd = stage.crowd(&staff, 2).await;
    let mut left = changed(&crowd[0]);
    left.subject.groups.clear();
    assert!(stage.put(&left, Some(&crowd[0])).await);
    assert_eq!(stage.members(staff.id).await, [crowd[1].subject.id]);
    let (people, event) = (stage.stores.people(), super::event());
    let gone = people.remove(&stage.tenant, &crowd[1], &event).await;
    assert_eq!(gone, Ok(true));
    assert!(stage.members(staff.id).await.is_empty());
}

async fn members_are_listed_a_part_at_a_time(stage: &Stage) {
    let staff = stage.group("staff").await;
    let crowd = stage.crowd(&staff, 7).await;
    let mut want: Vec<UserId> = crowd.iter().map(|user| user.subject.id).collect();
    want.sort_by_key(ToString::to_string);
    let directory = stage.stores.group_directory();
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = directory.members(&stage.tenant, staff.id, after, 3).await;
        let page = page.expect("reads");
        assert!(page.users.len() <= 3);
        seen.extend(page.users.iter().map(|user| user.subject.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, want);
}

async fn groups_are_listed_in_order_of_their_names(stage: &Stage) {
    let long = "l".repeat(2_000);
    let mut groups = Vec::new();
    for name in ["staff", "admins", "zoo", &long] {
        groups.push(stage.group(name).await);
    }
    stage.rename(&groups[1], "root").await;
    let directory = stage.stores.group_directory();
    let listed = async |after: Option<String>, limit| {
        let page = directory.list(&stage.tenant, after.as_deref(), limit).await;
        let page = page.expect("reads");
        let names = page.groups.into_iter().map(|group| group.name);
        (names.collect::<Vec<_>>(), page.next)
    };
    let (first, next) = listed(None, 2).await;
    assert_eq!(first, [long.as_str(), "root"]);
    let (rest, next) = listed(next, 9).await;
    assert_eq!(rest, ["staff", "zoo"]);
    assert_eq!(next, None);
}

async fn a_group_that_is_removed_has_no_members_and_no_children(stage: &Stage) {
    let staff = stage.group("staff").await;
    let crowd = stage.crowd(&staff, 60).await;
    let child = stage.group("child").await;
    let mut below = child.clone();
    (below.version, below.parent) = (2, Some(staff.id));
    let groups = stage.stores.groups();
    let put = groups.put(&stage.tenant, &below, Some(&child)).await;
    assert_eq!(put, Ok(true));
    let directory = stage.stores.group_directory();
    assert_eq!(
        directory
            .remove(&stage.tenant, &staff, &super::event())
            .await,
        Ok(true)
    );
    assert!(stage.called(&crowd).await.is_empty());
    assert_eq!(groups.by_name(&stage.tenant, "staff").await, Ok(None));
    let orphan = groups.by_name(&stage.tenant, "child").await;
    let orphan = orphan.expect("reads").expect("is there");
    assert_eq!((orphan.parent, orphan.version), (None, 3));
    let left = stage.items().await.into_keys();
    let of_it = left.filter(|key| key.contains(&staff.id.0.to_string()));
    assert_eq!(of_it.count(), 0);
    assert_eq!(stage.errands().await, 0);
    stage.group("staff").await; // the name is free
    let gone = groups.closure(&stage.tenant, &[staff.id], NOW).await;
    assert!(gone.expect("reads").0.is_empty());
}

async fn a_group_is_removed_only_as_it_was_read(stage: &Stage) {
    let staff = stage.group("staff").await;
    let crew = stage.rename(&staff, "crew").await;
    let directory = stage.stores.group_directory();
    assert_eq!(
        directory
            .remove(&stage.tenant, &staff, &super::event())
            .await,
        Ok(false)
    );
    assert_eq!(
        directory
            .remove(&stage.tenant, &crew, &super::event())
            .await,
        Ok(true)
    );
    assert_eq!(
        directory
            .remove(&stage.tenant, &crew, &super::event())
            .await,
        Ok(false)
    );
}
