//! `ConfigStore`: objects by id and name, their lists, and the revision that guards them.

mod clients;
mod flows;

use futures_util::future::join_all;
use protocol::TenantId;
use provider::ports::{Commit, Committed, Document, DocumentEdit, ObjectKind, Repair};
use serde_json::json;
use uuid::Uuid;

use super::stage::{NOW, Stage, event, slug};

over_both_stores! {
    an_object_is_read_back_whole_by_id_and_by_name,
    names_that_were_given_up_are_found_no_more,
    two_objects_can_swap_their_names,
    a_list_is_in_order_of_ids_and_has_pages,
    a_list_of_large_objects_is_whole,
    a_commit_is_made_only_at_the_revision_that_was_read,
    an_object_is_written_only_over_the_version_that_was_read,
    of_many_commits_at_one_revision_one_is_made,
    events_of_a_commit_are_recorded_with_it,
    what_is_left_to_do_is_kept_until_it_is_done,
    provider_numbers_count_from_one,
    objects_of_another_tenant_are_not_seen_or_touched,
}

/// An object with one name.
fn document(kind: ObjectKind, id: &str, name: &str) -> Document {
    Document {
        kind,
        id: id.to_owned(),
        version: 1,
        names: vec![format!("name:{name}")],
        body: json!({ "id": id }),
    }
}

const fn put(document: Document) -> DocumentEdit {
    DocumentEdit::Put {
        document,
        previous: None,
    }
}

/// The object, changed once more.
fn changed(previous: &Document, names: &[&str]) -> DocumentEdit {
    let document = Document {
        version: previous.version + 1,
        names: names.iter().map(|name| format!("name:{name}")).collect(),
        ..previous.clone()
    };
    DocumentEdit::Put {
        document,
        previous: Some(previous.clone()),
    }
}

const fn commit(revision: u64, documents: Vec<DocumentEdit>) -> Commit {
    Commit {
        revision,
        documents,
        clients: Vec::new(),
        flows: Vec::new(),
        repair: None,
        events: Vec::new(),
    }
}

impl Stage {
    async fn commit_at(&self, revision: u64, documents: Vec<DocumentEdit>) -> Committed {
        let config = self.stores.config();
        let change = commit(revision, documents);
        let done = config.commit(&self.tenant, &change).await;
        done.expect("writes")
    }

    /// Makes changes at the revision there is.
    async fn make(&self, documents: Vec<DocumentEdit>) {
        let revision = self.stores.config().revision(&self.tenant).await;
        let done = self.commit_at(revision.expect("reads"), documents).await;
        assert_eq!(done, Committed::Done);
    }

    async fn object(&self, kind: ObjectKind, id: &str) -> Option<Document> {
        let config = self.stores.config();
        config.get(&self.tenant, kind, id).await.expect("reads")
    }

    async fn policy_named(&self, name: &str) -> Option<String> {
        let config = self.stores.config();
        let name = format!("name:{name}");
        let found = config.by_name(&self.tenant, ObjectKind::Policy, &name);
        found.await.expect("reads").map(|document| document.id)
    }

    /// All ids of a kind, page by page.
    async fn ids(&self, kind: ObjectKind, limit: u32) -> Vec<String> {
        let config = self.stores.config();
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = config.list(&self.tenant, kind, after.as_deref(), limit);
            let page = page.await.expect("reads");
            assert!(page.documents.len() <= limit as usize);
            ids.extend(page.documents.into_iter().map(|document| document.id));
            after = page.next;
            if after.is_none() {
                return ids;
            }
        }
    }
}

async fn an_object_is_read_back_whole_by_id_and_by_name(stage: &Stage) {
    let deep = (0..60).fold(json!(null), |inner, _| json!([inner]));
    let mut odd = document(ObjectKind::Policy, "p#1", "Pölicy #1");
    odd.names.push("managed:m".to_owned());
    odd.body = json!({"deep": deep, "": {}, "large": 1e300, "long": u64::MAX, "pk": "own", "text": "\u{0}\n\"ü\""});
    stage.make(vec![put(odd.clone())]).await;
    assert_eq!(
        stage.object(ObjectKind::Policy, "p#1").await,
        Some(odd.clone())
    );
    let config = stage.stores.config();
    for name in &odd.names {
        let found = config
            .by_name(&stage.tenant, ObjectKind::Policy, name)
            .await;
        assert_eq!(found, Ok(Some(odd.clone())));
        let other = config
            .by_name(&stage.tenant, ObjectKind::Mapping, name)
            .await;
        assert_eq!(other, Ok(None), "of another kind");
    }
    assert_eq!(stage.policy_named("pölicy #1").await, None, "byte for byte");
    assert_eq!(stage.object(ObjectKind::Policy, "p").await, None);
}

async fn names_that_were_given_up_are_found_no_more(stage: &Stage) {
    let first = document(ObjectKind::Policy, "1", "old");
    stage.make(vec![put(first.clone())]).await;
    stage.make(vec![changed(&first, &["new"])]).await;
    assert_eq!(
        (
            stage.policy_named("old").await,
            stage.policy_named("new").await
        ),
        (None, Some("1".into()))
    );
    stage
        .make(vec![put(document(ObjectKind::Policy, "2", "old"))])
        .await;
    let renamed = stage
        .object(ObjectKind::Policy, "1")
        .await
        .expect("is there");
    stage.make(vec![DocumentEdit::Remove(renamed)]).await;
    assert_eq!(
        (
            stage.policy_named("old").await,
            stage.policy_named("new").await
        ),
        (Some("2".into()), None)
    );
    assert_eq!(stage.object(ObjectKind::Policy, "1").await, None);
}

async fn two_objects_can_swap_their_names(stage: &Stage) {
    let (one, two) = (
        document(ObjectKind::Policy, "1", "a"),
        document(ObjectKind::Policy, "2", "b"),
    );
    stage.make(vec![put(one.clone()), put(two.clone())]).await;
    stage
        .make(vec![changed(&one, &["b"]), changed(&two, &["a"])])
        .await;
    assert_eq!(
        (stage.policy_named("a").await, stage.policy_named("b").await),
        (Some("2".into()), Some("1".into()))
    );
}

async fn a_list_is_in_order_of_ids_and_has_pages(stage: &Stage) {
    let ids = ["a", "b", "c", "d", "e"];
    let documents = ids
        .iter()
        .rev()
        .map(|id| put(document(ObjectKind::Policy, id, id)));
    stage.make(documents.collect()).await;
    stage
        .make(vec![put(document(ObjectKind::Mapping, "bb", "x"))])
        .await;
    for limit in [1, 2, 5, 6, 1_000] {
        assert_eq!(
            stage.ids(ObjectKind::Policy, limit).await,
            ids,
            "{limit} a page"
        );
    }
    assert_eq!(stage.ids(ObjectKind::Mapping, 2).await, ["bb"]);
    assert!(stage.ids(ObjectKind::Source, 2).await.is_empty());
}

async fn a_list_of_large_objects_is_whole(stage: &Stage) {
    let ids: Vec<String> = (0..8).map(|number| number.to_string()).collect();
    for id in &ids {
        let mut large = document(ObjectKind::Policy, id, id);
        large.body = json!({ "expression": "x".repeat(300_000) });
        stage.make(vec![put(large)]).await;
    }
    assert_eq!(
        stage.ids(ObjectKind::Policy, 1_000).await,
        ids,
        "DynamoDB ends a query at 1 MB"
    );
}

async fn a_commit_is_made_only_at_the_revision_that_was_read(stage: &Stage) {
    let config = stage.stores.config();
    assert_eq!(config.revision(&stage.tenant).await, Ok(0));
    for (revision, id, want) in [
        (1, "a", Committed::Moved),
        (0, "b", Committed::Done),
        (0, "c", Committed::Moved),
        (1, "d", Committed::Done),
    ] {
        let documents = vec![put(document(ObjectKind::Policy, id, id))];
        assert_eq!(stage.commit_at(revision, documents).await, want, "{id}");
        let written = stage.object(ObjectKind::Policy, id).await.is_some();
        assert_eq!(written, want == Committed::Done, "{id}");
    }
    assert_eq!(config.revision(&stage.tenant).await, Ok(2));
}

async fn an_object_is_written_only_over_the_version_that_was_read(stage: &Stage) {
    let first = document(ObjectKind::Policy, "1", "a");
    stage.make(vec![put(first.clone())]).await;
    stage.make(vec![changed(&first, &["a"])]).await;
    let outdated = [
        put(first.clone()),
        changed(&first, &["a"]),
        DocumentEdit::Remove(first.clone()),
        changed(&document(ObjectKind::Policy, "ghost", "g"), &["g"]),
    ];
    for edit in outdated {
        assert_eq!(stage.commit_at(2, vec![edit]).await, Committed::Moved);
    }
    assert_eq!(
        stage
            .object(ObjectKind::Policy, "1")
            .await
            .expect("is there")
            .version,
        2
    );
}

async fn of_many_commits_at_one_revision_one_is_made(stage: &Stage) {
    let commits = (0..30).map(|number: u32| {
        let name = number.to_string();
        async move {
            let documents = vec![put(document(ObjectKind::Policy, &name, &name))];
            stage.commit_at(0, documents).await
        }
    });
    let done = join_all(commits).await;
    assert_eq!(done.iter().filter(|it| **it == Committed::Done).count(), 1);
    assert_eq!(stage.ids(ObjectKind::Policy, 100).await.len(), 1);
}

async fn events_of_a_commit_are_recorded_with_it(stage: &Stage) {
    let events = vec![event(), event()];
    let change = |revision| Commit {
        events: events.clone(),
        ..commit(revision, vec![put(document(ObjectKind::Policy, "1", "a"))])
    };
    let (config, store) = (stage.stores.config(), stage.stores.events());
    assert_eq!(
        config.commit(&stage.tenant, &change(7)).await,
        Ok(Committed::Moved)
    );
    let found = store
        .recent(&stage.tenant, None, 10, NOW)
        .await
        .expect("reads");
    assert!(found.events.is_empty(), "nothing was written");
    assert_eq!(
        config.commit(&stage.tenant, &change(0)).await,
        Ok(Committed::Done)
    );
    let found = store
        .recent(&stage.tenant, None, 10, NOW)
        .await
        .expect("reads");
    let ids = |events: &[provider::event::Event]| {
        let mut ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&found.events), ids(&events));
}

async fn what_is_left_to_do_is_kept_until_it_is_done(stage: &Stage) {
    let config = stage.stores.config();
    let left: Vec<Repair> = (1..3)
        .map(|number| Repair {
            id: Uuid::from_u128(number),
            providers: (1..500).collect(),
            flows: vec![slug("a"), slug("b")],
        })
        .collect();
    for (revision, repair) in (0..).zip(&left) {
        let change = Commit {
            repair: Some(repair.clone()),
            ..commit(revision, Vec::new())
        };
        assert_eq!(
            config.commit(&stage.tenant, &change).await,
            Ok(Committed::Done)
        );
    }
    assert_eq!(config.repairs(&stage.tenant).await, Ok(left.clone()));
    for _ in 0..2 {
        config
            .repaired(&stage.tenant, left[0].id)
            .await
            .expect("removes");
    }
    assert_eq!(config.repairs(&stage.tenant).await, Ok(left[1..].to_vec()));
}

async fn provider_numbers_count_from_one(stage: &Stage) {
    let config = stage.stores.config();
    for number in 1..4 {
        assert_eq!(config.next_provider_pk(&stage.tenant).await, Ok(number));
    }
    assert_eq!(
        stage.stores.registry().next_user_pk(&stage.tenant).await,
        Ok(1),
        "of their own"
    );
}

async fn objects_of_another_tenant_are_not_seen_or_touched(stage: &Stage) {
    let (config, b) = (stage.stores.config(), TenantId::parse("b").expect("a name"));
    let mine = document(ObjectKind::Policy, "1", "a");
    stage.make(vec![put(mine.clone())]).await;
    let repair = Repair {
        id: Uuid::nil(),
        providers: vec![1],
        flows: Vec::new(),
    };
    let change = Commit {
        repair: Some(repair.clone()),
        ..commit(1, Vec::new())
    };
    assert_eq!(
        config.commit(&stage.tenant, &change).await,
        Ok(Committed::Done)
    );

    assert_eq!(config.revision(&b).await, Ok(0));
    assert_eq!(config.get(&b, ObjectKind::Policy, "1").await, Ok(None));
    assert_eq!(
        config.by_name(&b, ObjectKind::Policy, "name:a").await,
        Ok(None)
    );
    let listed = config
        .list(&b, ObjectKind::Policy, None, 9)
        .await
        .expect("reads");
    assert!(listed.documents.is_empty());
    assert_eq!(config.repairs(&b).await, Ok(Vec::new()));
    config
        .repaired(&b, repair.id)
        .await
        .expect("removes nothing");
    let theirs = commit(0, vec![put(mine.clone())]);
    assert_eq!(
        config.commit(&b, &theirs).await,
        Ok(Committed::Done),
        "the same names"
    );
    let removal = commit(1, vec![DocumentEdit::Remove(mine.clone())]);
    assert_eq!(config.commit(&b, &removal).await, Ok(Committed::Done));
    assert_eq!(config.next_provider_pk(&b).await, Ok(1));

    assert_eq!(stage.object(ObjectKind::Policy, "1").await, Some(mine));
    assert_eq!(stage.policy_named("a").await, Some("1".into()));
    assert_eq!(config.revision(&stage.tenant).await, Ok(2));
    assert_eq!(config.repairs(&stage.tenant).await, Ok(vec![repair]));
}
