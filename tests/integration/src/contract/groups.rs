//! `GroupStore`.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use protocol::TenantId;
use provider::group::{DEEPEST, Group, GroupId};
use serde_json::{Map, json};
use uuid::Uuid;

use super::stage::{NOW, Stage, at};

over_both_stores! {
    a_group_is_read_back_whole_by_id_and_by_name,
    a_name_of_another_group_is_not_taken,
    a_name_that_was_given_up_is_free,
    a_group_is_written_only_over_the_version_that_was_read,
    of_many_that_want_a_name_one_gets_it,
    ancestors_are_read_a_level_a_request,
    a_cycle_and_a_tall_tree_end_at_depth_twenty,
    groups_that_are_gone_are_left_out,
    more_groups_than_one_request_takes_are_all_read,
    groups_are_kept_in_memory_for_thirty_seconds,
    groups_of_another_tenant_are_not_seen_or_touched,
}

fn id(number: u128) -> GroupId {
    GroupId(Uuid::from_u128(number))
}

fn group(number: u128, name: &str, parent: Option<u128>) -> Group {
    Group {
        id: id(number),
        name: name.to_owned(),
        is_superuser: false,
        parent: parent.map(id),
        attributes: Map::new(),
        version: 1,
    }
}

impl Stage {
    async fn put_group(&self, group: &Group, previous: Option<&Group>) -> bool {
        let groups = self.stores.groups();
        groups
            .put(&self.tenant, group, previous)
            .await
            .expect("writes")
    }

    async fn group_named(&self, name: &str) -> Option<Group> {
        let groups = self.stores.groups();
        groups.by_name(&self.tenant, name).await.expect("reads")
    }

    /// The numbers of these groups and their ancestors.
    async fn closure(&self, of: &[u128], seconds: i64) -> BTreeSet<u128> {
        let ids: Vec<GroupId> = of.iter().map(|number| id(*number)).collect();
        let found = self
            .stores
            .groups()
            .closure(&self.tenant, &ids, at(seconds))
            .await;
        found
            .expect("reads")
            .0
            .into_keys()
            .map(|id| id.0.as_u128())
            .collect()
    }
}

/// The group, changed once more.
fn changed(group: &Group, change: impl FnOnce(&mut Group)) -> Group {
    let mut changed = group.clone();
    changed.version += 1;
    change(&mut changed);
    changed
}

async fn a_group_is_read_back_whole_by_id_and_by_name(stage: &Stage) {
    let mut staff = group(2, "Stäff #1", Some(1));
    staff.is_superuser = true;
    staff.attributes = json!({"a": {"b": [1, 2.5, null]}, "": ""})
        .as_object()
        .expect("a map")
        .clone();
    assert!(stage.put_group(&staff, None).await);
    assert_eq!(stage.group_named("Stäff #1").await.as_ref(), Some(&staff));
    assert_eq!(stage.group_named("stäff #1").await, None, "byte for byte");
    let found = stage
        .stores
        .groups()
        .closure(&stage.tenant, &[id(2)], NOW)
        .await;
    assert_eq!(found.expect("reads").0.get(&id(2)), Some(&staff));
}

async fn a_name_of_another_group_is_not_taken(stage: &Stage) {
    assert!(stage.put_group(&group(1, "staff", None), None).await);
    assert!(!stage.put_group(&group(2, "staff", None), None).await);
    assert!(
        stage.closure(&[2], 0).await.is_empty(),
        "nothing was written"
    );
    let other = group(2, "other", None);
    assert!(stage.put_group(&other, None).await);
    let renamed = changed(&other, |it| it.name = "staff".to_owned());
    assert!(!stage.put_group(&renamed, Some(&other)).await);
    assert_eq!(stage.group_named("other").await, Some(other));
    assert_eq!(
        stage.group_named("staff").await.map(|it| it.id),
        Some(id(1))
    );
}

async fn a_name_that_was_given_up_is_free(stage: &Stage) {
    let first = group(1, "old", None);
    assert!(stage.put_group(&first, None).await);
    let renamed = changed(&first, |it| it.name = "new".to_owned());
    assert!(stage.put_group(&renamed, Some(&first)).await);
    assert_eq!(stage.group_named("old").await, None);
    assert_eq!(stage.group_named("new").await, Some(renamed));
    assert!(stage.put_group(&group(2, "old", None), None).await);
}

async fn a_group_is_written_only_over_the_version_that_was_read(stage: &Stage) {
    let first = group(1, "staff", None);
    assert!(stage.put_group(&first, None).await);
    let second = changed(&first, |it| it.is_superuser = true);
    assert!(
        !stage.put_group(&second, None).await,
        "there is one already"
    );
    assert!(stage.put_group(&second, Some(&first)).await);
    assert!(
        !stage
            .put_group(&changed(&first, |_| ()), Some(&first))
            .await,
        "it moved on"
    );
    let ghost = group(9, "ghost", None);
    assert!(
        !stage
            .put_group(&changed(&ghost, |_| ()), Some(&ghost))
            .await
    );
    assert_eq!(stage.group_named("staff").await, Some(second));
    assert_eq!(stage.group_named("ghost").await, None);
}

async fn of_many_that_want_a_name_one_gets_it(stage: &Stage) {
    let puts = (1..=20).map(|number| async move {
        let group = group(number, "staff", None);
        stage.put_group(&group, None).await.then_some(group)
    });
    let winners: Vec<Group> = join_all(puts).await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(stage.group_named("staff").await.as_ref(), winners.first());
}

async fn ancestors_are_read_a_level_a_request(stage: &Stage) {
    for (number, parent) in [
        (1, None),
        (2, Some(1)),
        (3, Some(1)),
        (4, Some(2)),
        (5, Some(3)),
    ] {
        assert!(
            stage
                .put_group(&group(number, &number.to_string(), parent), None)
                .await
        );
    }
    stage.proxy.take_calls();
    assert_eq!(
        stage.closure(&[4, 5, 4], 0).await,
        BTreeSet::from([1, 2, 3, 4, 5])
    );
    let calls: Vec<String> = stage
        .proxy
        .take_calls()
        .into_iter()
        .map(|call| call.name)
        .collect();
    assert_eq!(calls, ["BatchGetItem"; 3]);
    assert_eq!(
        stage.closure(&[2], 0).await,
        BTreeSet::from([1, 2]),
        "not who is below"
    );
    assert!(stage.closure(&[], 0).await.is_empty());
}

async fn a_cycle_and_a_tall_tree_end_at_depth_twenty(stage: &Stage) {
    for number in 1..=30 {
        let parent = Some(number + 1);
        assert!(
            stage
                .put_group(&group(number, &number.to_string(), parent), None)
                .await
        );
    }
    let tall = stage.closure(&[1], 0).await;
    assert_eq!(tall.len(), DEEPEST + 1, "itself and twenty above");
    let groups = stage
        .stores
        .groups()
        .closure(&stage.tenant, &[id(1)], NOW)
        .await
        .expect("reads");
    assert_eq!(groups.with_ancestors([id(1)]).len(), DEEPEST + 1);
    for (number, parent) in [(101, 102), (102, 103), (103, 101), (104, 104)] {
        assert!(
            stage
                .put_group(&group(number, &number.to_string(), Some(parent)), None)
                .await
        );
    }
    assert_eq!(
        stage.closure(&[101], 0).await,
        BTreeSet::from([101, 102, 103])
    );
    assert_eq!(stage.closure(&[104], 0).await, BTreeSet::from([104]));
}

async fn groups_that_are_gone_are_left_out(stage: &Stage) {
    assert!(stage.put_group(&group(1, "orphan", Some(99)), None).await);
    assert_eq!(stage.closure(&[1, 98], 0).await, BTreeSet::from([1]));
}

async fn more_groups_than_one_request_takes_are_all_read(stage: &Stage) {
    let all: Vec<u128> = (1..=130).collect();
    let puts = all.iter().map(|number| async {
        let group = group(*number, &number.to_string(), None);
        assert!(stage.put_group(&group, None).await);
    });
    for put in puts {
        put.await;
    }
    assert_eq!(stage.closure(&all, 0).await.len(), 130);
}

async fn groups_are_kept_in_memory_for_thirty_seconds(stage: &Stage) {
    let first = group(1, "staff", None);
    assert!(stage.put_group(&first, None).await);
    assert_eq!(stage.closure(&[1], 0).await.len(), 1);
    assert!(stage.put_group(&group(2, "parent", None), None).await);
    let moved = changed(&first, |it| it.parent = Some(id(2)));
    assert!(stage.put_group(&moved, Some(&first)).await);
    assert_eq!(stage.closure(&[1], 29).await, BTreeSet::from([1]));
    assert_eq!(stage.closure(&[1], 30).await, BTreeSet::from([1, 2]));
}

async fn groups_of_another_tenant_are_not_seen_or_touched(stage: &Stage) {
    let (groups, b) = (stage.stores.groups(), TenantId::parse("b").expect("a name"));
    let mine = group(1, "staff", None);
    assert!(stage.put_group(&mine, None).await);
    assert_eq!(
        stage.closure(&[1], 0).await.len(),
        1,
        "and so kept in memory"
    );
    assert!(
        groups
            .closure(&b, &[id(1)], NOW)
            .await
            .expect("reads")
            .0
            .is_empty()
    );
    assert_eq!(groups.by_name(&b, "staff").await, Ok(None));
    let renamed = changed(&mine, |it| it.name = "else".to_owned());
    assert_eq!(
        groups.put(&b, &renamed, Some(&mine)).await,
        Ok(false),
        "there is none to change"
    );
    let theirs = group(2, "staff", None);
    assert_eq!(
        groups.put(&b, &theirs, None).await,
        Ok(true),
        "the same name"
    );
    assert_eq!(stage.group_named("staff").await, Some(mine));
}
