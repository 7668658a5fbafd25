//! `RegisteredStore`: clients that no administrator made.

use futures_util::future::join_all;
use protocol::redirect::RedirectUri;
use protocol::{ClientId, Seconds, Slug, TenantId};
use provider::client::{Metadata, RegisteredClient};
use provider::ports::Enrolled;

use super::stage::{NOW, Stage, event};

over_both_stores! {
    a_client_is_read_back_whole_and_listed,
    an_id_is_given_once,
    of_many_changes_of_one_version_one_is_made,
    what_is_removed_is_gone_and_does_not_come_back,
    a_client_past_its_time_is_gone_and_use_moves_that,
    a_document_takes_the_place_of_its_copy_and_of_nothing_else,
    of_many_first_copies_of_a_document_one_is_announced,
    another_tenants_clients_are_not_there,
}

fn id(name: &str) -> ClientId {
    ClientId::parse(name).unwrap()
}

pub(crate) fn client(name: &str) -> RegisteredClient {
    RegisteredClient {
        client_id: id(name),
        template: Slug::parse("web").unwrap(),
        secret: None,
        name: Some("Tool".to_owned()),
        redirect_uris: vec![RedirectUri::parse("https://a.example/cb").unwrap()],
        post_logout_redirect_uris: Vec::new(),
        scopes: None,
        metadata: Metadata {
            jwks: Some(serde_json::json!({"keys": [{"kty": "EC", "x": "", "more": [null, 1.5]}]})),
            ..Metadata::default()
        },
        access: Some(protocol::Digest::of(b"access")),
        software_statement: None,
        admitted_by: None,
        created: NOW,
        until: None,
        fresh_until: None,
        version: 1,
    }
}

impl Stage {
    async fn enrol(&self, client: &RegisteredClient) -> Enrolled {
        let registered = self.stores.registered();
        let happened = event();
        let enrolled = registered.enrol(&self.tenant, client, &happened).await;
        enrolled.expect("writes")
    }

    async fn registered(&self, name: &str, later: i64) -> Option<RegisteredClient> {
        let registered = self.stores.registered();
        let wanted = id(name);
        let found = registered.find(&self.tenant, &wanted, NOW + Seconds(later));
        found.await.expect("reads")
    }
}

async fn a_client_is_read_back_whole_and_listed(stage: &Stage) {
    for name in ["a", "b", "c"] {
        assert_eq!(stage.enrol(&client(name)).await, Enrolled::Yes);
    }
    assert_eq!(stage.registered("b", 0).await, Some(client("b")));
    assert_eq!(stage.registered("d", 0).await, None);
    let registered = stage.stores.registered();
    let first = registered.list(&stage.tenant, None, 2).await.unwrap();
    assert_eq!(first.ids, [id("a"), id("b")]);
    let rest = registered
        .list(&stage.tenant, first.next.as_deref(), 2)
        .await
        .unwrap();
    assert_eq!((rest.ids, rest.next), (vec![id("c")], None));
}

async fn an_id_is_given_once(stage: &Stage) {
    let one = client("a");
    let all = join_all((0..4).map(|_| stage.enrol(&one))).await;
    let good = all.iter().filter(|it| **it == Enrolled::Yes).count();
    assert_eq!(good, 1, "{all:?}");
}

async fn of_many_changes_of_one_version_one_is_made(stage: &Stage) {
    stage.enrol(&client("a")).await;
    let registered = stage.stores.registered();
    let change = |n: u8| {
        let mut after = client("a");
        (after.version, after.name) = (2, Some(format!("Tool {n}")));
        let registered = &registered;
        async move {
            let happened = event();
            let written = registered.replace(&stage.tenant, &after, &happened).await;
            (after, written.expect("writes"))
        }
    };
    let all = join_all((0..4).map(change)).await;
    let done: Vec<_> = all
        .iter()
        .filter(|(_, done)| *done == Enrolled::Yes)
        .collect();
    assert_eq!(done.len(), 1);
    assert_eq!(stage.registered("a", 0).await.as_ref(), Some(&done[0].0));
}

async fn what_is_removed_is_gone_and_does_not_come_back(stage: &Stage) {
    stage.enrol(&client("a")).await;
    let registered = stage.stores.registered();
    let mut after = client("a");
    after.version = 2;
    let (tenant, a) = (&stage.tenant, id("a"));
    assert!(registered.remove(tenant, &a, &event()).await.unwrap());
    assert!(!registered.remove(tenant, &a, &event()).await.unwrap());
    let late = registered.replace(tenant, &after, &event()).await;
    assert_eq!(late, Ok(Enrolled::Moved));
    registered.used(tenant, &a, NOW + Seconds(9)).await.unwrap();
    assert_eq!(stage.registered("a", 0).await, None);
    let listed = registered.list(tenant, None, 9).await.unwrap();
    assert_eq!(listed.ids, []);
}

async fn a_client_past_its_time_is_gone_and_use_moves_that(stage: &Stage) {
    let mut short = client("a");
    short.until = Some(NOW + Seconds(10));
    stage.enrol(&short).await;
    assert!(stage.registered("a", 9).await.is_some());
    assert_eq!(stage.registered("a", 10).await, None);
    let registered = stage.stores.registered();
    for until in [20, 15] {
        let until = NOW + Seconds(until);
        registered
            .used(&stage.tenant, &id("a"), until)
            .await
            .unwrap();
    }
    assert!(stage.registered("a", 19).await.is_some());
    assert_eq!(stage.registered("a", 20).await, None);
}

async fn a_document_takes_the_place_of_its_copy_and_of_nothing_else(stage: &Stage) {
    let registered = stage.stores.registered();
    let mut copy = client("https://a.example/c");
    copy.fresh_until = Some(NOW);
    for name in ["One", "Two"] {
        copy.name = Some(name.to_owned());
        let kept = registered.keep_document(&stage.tenant, &copy, None).await;
        assert_eq!(kept, Ok(Enrolled::Yes));
    }
    let listed = registered.list(&stage.tenant, None, 9).await.unwrap();
    assert_eq!(listed.ids, [id("https://a.example/c")]);
    assert_eq!(
        stage.registered("https://a.example/c", 0).await,
        Some(copy.clone())
    );
    stage.enrol(&client("a")).await;
    copy.client_id = id("a");
    let kept = registered.keep_document(&stage.tenant, &copy, None).await;
    assert_eq!(kept, Ok(Enrolled::Moved));
    assert_eq!(stage.registered("a", 0).await, Some(client("a")));
}

async fn of_many_first_copies_of_a_document_one_is_announced(stage: &Stage) {
    let registered = stage.stores.registered();
    let mut copy = client("https://a.example/c");
    copy.fresh_until = Some(NOW);
    let all = join_all((0..4).map(|_| async {
        let event = event();
        registered
            .keep_document(&stage.tenant, &copy, Some(&event))
            .await
    }));
    let mut kept: Vec<_> = all.await.into_iter().map(Result::unwrap).collect();
    kept.retain(|kept| *kept == Enrolled::Yes);
    assert_eq!(kept.len(), 1);
}

async fn another_tenants_clients_are_not_there(stage: &Stage) {
    stage.enrol(&client("a")).await;
    let (registered, other) = (stage.stores.registered(), TenantId::parse("b").unwrap());
    assert_eq!(registered.find(&other, &id("a"), NOW).await, Ok(None));
    assert!(!registered.remove(&other, &id("a"), &event()).await.unwrap());
    assert!(
        registered
            .list(&other, None, 9)
            .await
            .unwrap()
            .ids
            .is_empty()
    );
    assert!(stage.registered("a", 0).await.is_some());
}
