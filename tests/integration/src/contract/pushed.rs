//! `PushedStore`, and the write that uses a pushed request up.

use protocol::{Digest, Params, Secret, TenantId};
use provider::grant::Confirmation;
use provider::ports::{Opened, Opening, Pushed};
use provider::requests::Kept;
use tokio::task::JoinSet;

use super::stage::{NOW, Stage, at, digest, event, grant, opening};

over_both_stores! {
    a_request_is_found_as_it_was_pushed_until_it_ends,
    a_tenant_has_no_requests_of_another,
    of_many_who_use_a_request_at_once_one_gets_a_grant,
    a_request_that_is_gone_writes_nothing,
    its_item_is_where_and_as_long_as_the_document_says,
}

/// One that nobody can begin with from [`NOW`] + 60, and that ends half an hour later.
fn pushed() -> Pushed {
    let client = super::stage::client("app", "app");
    let params = Params::from_pairs([("client_id", "app"), ("scope", "openid")]);
    Pushed {
        id: digest(),
        client_id: client.client_id,
        provider: client.provider_pk,
        params: Kept::sealed(&Secret::new("name"), &params).expect("seals"),
        signed: true,
        key: Some(Confirmation::Key("x".to_owned())),
        expires: at(60),
        ends: at(1_860),
    }
}

impl Stage {
    async fn pushed(&self) -> Pushed {
        let pushed = pushed();
        let store = self.stores.pushed();
        store.put(&self.tenant, &pushed).await.unwrap();
        pushed
    }

    async fn pushed_at(&self, id: &Digest, seconds: i64) -> Option<Pushed> {
        let store = self.stores.pushed();
        store.find(&self.tenant, id, at(seconds)).await.unwrap()
    }
}

async fn a_request_is_found_as_it_was_pushed_until_it_ends(stage: &Stage) {
    stage.proxy.take_calls();
    let pushed = stage.pushed().await;
    assert_eq!(stage.pushed_at(&pushed.id, 0).await.as_ref(), Some(&pushed));
    let calls = stage.proxy.take_calls().into_iter().map(|call| call.name);
    assert_eq!(calls.collect::<Vec<_>>(), ["PutItem", "GetItem"]);
    let late = stage.pushed_at(&pushed.id, 60).await;
    assert!(late.is_some(), "for those who have begun");
    assert!(stage.pushed_at(&pushed.id, 1_859).await.is_some());
    assert_eq!(stage.pushed_at(&pushed.id, 1_860).await, None);
    assert_eq!(stage.pushed_at(&digest(), 0).await, None);
}

async fn a_tenant_has_no_requests_of_another(stage: &Stage) {
    let pushed = stage.pushed().await;
    let other = TenantId::parse("b").unwrap();
    let store = stage.stores.pushed();
    assert_eq!(store.find(&other, &pushed.id, NOW).await.unwrap(), None);
}

async fn of_many_who_use_a_request_at_once_one_gets_a_grant(stage: &Stage) {
    let (user, pushed) = (stage.user("ada").await, stage.pushed().await);
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (grants, tenant) = (stage.stores.grants(), stage.tenant.clone());
        let (grant, id) = (grant(&user), pushed.id);
        tasks.spawn(async move {
            let event = event();
            let opening = Opening {
                pushed: Some(&id),
                ..opening(&grant, &event)
            };
            let opened = grants.open(&tenant, &opening).await.unwrap();
            let found = grants.find(&tenant, grant.id).await.unwrap();
            assert_eq!(found.is_some(), opened == Opened::Yes);
            opened
        });
    }
    let answers = tasks.join_all().await;
    let first = answers.iter().filter(|opened| **opened == Opened::Yes);
    assert_eq!(first.count(), 1, "{answers:?}");
    let late = answers.iter().filter(|opened| **opened == Opened::Used);
    assert_eq!(late.count(), 19, "{answers:?}");
    assert_eq!(stage.pushed_at(&pushed.id, 0).await, None);
}

async fn a_request_that_is_gone_writes_nothing(stage: &Stage) {
    let (user, gone) = (stage.user("ada").await, digest());
    let (grant, event) = (grant(&user), event());
    let opening = Opening {
        pushed: Some(&gone),
        ..opening(&grant, &event)
    };
    let grants = stage.stores.grants();
    let opened = grants.open(&stage.tenant, &opening).await.unwrap();
    assert_eq!(opened, Opened::Used);
    let found = grants.find(&stage.tenant, grant.id).await.unwrap();
    assert!(found.is_none());
}

async fn its_item_is_where_and_as_long_as_the_document_says(stage: &Stage) {
    let pushed = stage.pushed().await;
    let scan = stage.aws.dynamodb().scan().table_name(&stage.table);
    let rows = scan.send().await.unwrap().items.unwrap_or_default();
    let [row] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    let text = |name: &str| row[name].as_s().unwrap().clone();
    let id = pushed.id.encode();
    let place = (format!("T#a#PUSHED#{id}"), "PUSHED".to_owned());
    assert_eq!((text("pk"), text("sk")), place);
    assert_eq!(row["ttl"].as_n().unwrap(), &pushed.ends.unix().to_string());
    assert_eq!(row["v"].as_n().unwrap(), "1");
}
