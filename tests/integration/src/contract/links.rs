//! `LinkStore`: links that were mailed.

use protocol::{Digest, TenantId};
use provider::flow::plan::{Context, Mailed, Planned};
use provider::flow::proof::{Method, Proof};
use provider::ports::Link;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::stage::{NOW, Stage, at, digest, slug, user};

over_both_stores! {
    a_link_leads_back_to_all_that_was_known,
    a_link_is_taken_once,
    of_many_who_take_a_link_at_once_one_gets_it,
    looking_at_a_link_does_not_spend_it,
    a_link_is_over_at_the_second_of_its_expiry,
    a_tenant_has_no_links_of_another,
    a_link_is_one_request_to_write_to_look_at_and_to_take,
    its_item_is_where_and_as_long_as_the_document_says,
}

/// One that is good until [`NOW`] + 1800, with more in its context than an attribute could nest.
pub(crate) fn link() -> Link {
    let mut deep = json!("deep");
    for _ in 0..40 {
        deep = json!({ "": [deep, u64::MAX] });
    }
    let mut context = Context {
        identifier: Some("ada".to_owned()),
        pending: Some(user("ada").subject.id),
        proofs: vec![Proof {
            method: Method::Password,
            at: at(-5),
        }],
        mailed: Some(Mailed {
            to: Some("ada@example.com".to_owned()),
            generation: Some(3),
        }),
        ..Context::default()
    };
    context.prompt_data.insert("attributes".to_owned(), deep);
    Link {
        id: digest(),
        flow: slug("default-recovery-flow"),
        steps: vec![
            Planned::Bound(Uuid::from_bytes([1; 16])),
            Planned::Bound(Uuid::from_bytes([2; 16])),
        ],
        context,
        next: "/if/user/".to_owned(),
        expires: at(1_800),
    }
}

impl Stage {
    async fn mailed(&self) -> Link {
        let link = link();
        self.stores.links().put(&self.tenant, &link).await.unwrap();
        link
    }

    async fn taken(&self, id: &Digest, seconds: i64) -> Option<Link> {
        let links = self.stores.links();
        links.take(&self.tenant, id, at(seconds)).await.unwrap()
    }

    async fn is_good(&self, id: &Digest, seconds: i64) -> bool {
        let links = self.stores.links();
        links.peek(&self.tenant, id, at(seconds)).await.unwrap()
    }
}

async fn a_link_leads_back_to_all_that_was_known(stage: &Stage) {
    let link = stage.mailed().await;
    assert_eq!(stage.taken(&link.id, 0).await, Some(link));
}

async fn a_link_is_taken_once(stage: &Stage) {
    let (link, other) = (stage.mailed().await, stage.mailed().await);
    assert!(stage.taken(&link.id, 0).await.is_some());
    assert_eq!(stage.taken(&link.id, 0).await, None);
    assert!(!stage.is_good(&link.id, 0).await);
    assert_eq!(stage.taken(&digest(), 0).await, None);
    assert!(stage.is_good(&other.id, 0).await);
}

async fn of_many_who_take_a_link_at_once_one_gets_it(stage: &Stage) {
    let link = stage.mailed().await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (links, tenant, id) = (stage.stores.links(), stage.tenant.clone(), link.id);
        tasks.spawn(async move { links.take(&tenant, &id, NOW).await.unwrap() });
    }
    let got: Vec<Link> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(got, [link]);
}

async fn looking_at_a_link_does_not_spend_it(stage: &Stage) {
    let link = stage.mailed().await;
    for _ in 0..3 {
        assert!(stage.is_good(&link.id, 0).await);
    }
    assert!(!stage.is_good(&digest(), 0).await);
    assert!(stage.taken(&link.id, 0).await.is_some());
}

async fn a_link_is_over_at_the_second_of_its_expiry(stage: &Stage) {
    let (link, other) = (stage.mailed().await, stage.mailed().await);
    assert!(stage.is_good(&link.id, 1_799).await && !stage.is_good(&link.id, 1_800).await);
    assert_eq!(stage.taken(&link.id, 1_800).await, None);
    assert_eq!(stage.taken(&other.id, 1_799).await, Some(other));
}

async fn a_tenant_has_no_links_of_another(stage: &Stage) {
    let link = stage.mailed().await;
    let (links, other) = (stage.stores.links(), TenantId::parse("b").unwrap());
    assert!(!links.peek(&other, &link.id, NOW).await.unwrap());
    assert_eq!(links.take(&other, &link.id, NOW).await.unwrap(), None);
    assert_eq!(stage.taken(&link.id, 0).await, Some(link));
}

async fn a_link_is_one_request_to_write_to_look_at_and_to_take(stage: &Stage) {
    stage.proxy.take_calls();
    let link = stage.mailed().await;
    stage.is_good(&link.id, 0).await;
    stage.taken(&link.id, 0).await;
    stage.taken(&link.id, 0).await;
    let calls = stage.proxy.take_calls().into_iter().map(|call| call.name);
    let want = ["PutItem", "GetItem", "DeleteItem", "DeleteItem"];
    assert_eq!(calls.collect::<Vec<_>>(), want);
}

async fn its_item_is_where_and_as_long_as_the_document_says(stage: &Stage) {
    let link = stage.mailed().await;
    let scan = stage.aws.dynamodb().scan().table_name(&stage.table);
    let rows = scan.send().await.unwrap().items.unwrap_or_default();
    let [row] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    let text = |name: &str| row[name].as_s().unwrap().clone();
    let id = link.id.encode();
    assert_eq!(
        (text("pk"), text("sk")),
        (format!("T#a#LINK#{id}"), "LINK".to_owned())
    );
    assert_eq!(row["ttl"].as_n().unwrap(), &link.expires.unix().to_string());
    assert_eq!(row["v"].as_n().unwrap(), "1");
}
