//! `AskingStore`: requests that somebody is asked. What becomes of them: `devices`, `device_codes`.

use protocol::UserId;
use provider::asking::{Asked, AuthReqId, Question};
use provider::device::Device;
use provider::entropy::System;
use provider::ports::{Asking, Poll};
use tokio::task::JoinSet;

use super::stage::{NOW, Stage, at, client, client_id, scopes, user};

over_both_stores! {
    a_request_is_found_by_its_id_and_by_its_person_alone,
    a_request_that_is_over_waits_for_nobody,
    a_poll_needs_the_whole_id_and_its_client,
    of_many_requests_at_once_five_of_a_client_and_twenty_in_all_are_asked,
    each_change_is_one_request,
}

/// A request of this client that this person is asked; it is over at [`NOW`] + 600.
fn request(by: &str, of: UserId) -> (AuthReqId, Device) {
    let id = AuthReqId::generate(&System::default());
    let question = Question {
        scopes: scopes("openid"),
        expiry: None,
        asked: Asked {
            user: of,
            message: Some("W4SCT".to_owned()),
            at: NOW,
            address: None,
            notify: None,
        },
    };
    let device = question.begin(&client(by, by), &id, NOW);
    assert_eq!(device.expires, at(600));
    (id, device)
}

impl Stage {
    async fn ask(&self, device: &Device) -> Asking {
        let askings = self.stores.askings();
        askings.ask(&self.tenant, device, NOW).await.unwrap()
    }

    async fn waiting(&self, of: UserId, seconds: i64) -> Vec<Device> {
        let askings = self.stores.askings();
        let found = askings.waiting(&self.tenant, of, at(seconds)).await;
        found.unwrap()
    }
}

async fn a_request_is_found_by_its_id_and_by_its_person_alone(stage: &Stage) {
    let (ada, bob) = (user("ada").subject.id, user("bob").subject.id);
    let (id, device) = request("tv", ada);
    assert_eq!(stage.ask(&device).await, Asking::Begun);
    let found = stage
        .stores
        .askings()
        .find(&stage.tenant, &id.found_by)
        .await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.asked, device.asked);
    assert!(found.asks(ada) && !found.asks(bob));
    assert_eq!(stage.waiting(ada, 0).await.len(), 1);
    assert!(stage.waiting(bob, 0).await.is_empty());
}

async fn a_request_that_is_over_waits_for_nobody(stage: &Stage) {
    let ada = user("ada").subject.id;
    let (_, device) = request("tv", ada);
    stage.ask(&device).await;
    assert_eq!(stage.waiting(ada, 599).await.len(), 1);
    assert!(stage.waiting(ada, 600).await.is_empty());
}

async fn a_poll_needs_the_whole_id_and_its_client(stage: &Stage) {
    let ada = user("ada").subject.id;
    let (id, device) = request("tv", ada);
    stage.ask(&device).await;
    let askings = stage.stores.askings();
    let mut other = AuthReqId::generate(&System::default());
    other.found_by = id.found_by;
    for (id, by) in [(&other, "tv"), (&id, "other")] {
        let polled = askings.poll(&stage.tenant, id, &client_id(by), NOW).await;
        assert!(matches!(polled.unwrap(), Poll::Unknown), "{by}");
    }
    let polled = askings
        .poll(&stage.tenant, &id, &client_id("tv"), NOW)
        .await;
    assert!(matches!(polled.unwrap(), Poll::Found(_)));
    let again = askings
        .poll(&stage.tenant, &id, &client_id("tv"), NOW)
        .await;
    assert!(matches!(again.unwrap(), Poll::TooSoon));
}

async fn of_many_requests_at_once_five_of_a_client_and_twenty_in_all_are_asked(stage: &Stage) {
    let ada = user("ada").subject.id;
    let mut begun = Vec::new();
    for by in ["a", "b", "c", "d", "e"] {
        let mut tasks = JoinSet::new();
        for _ in 0..7 {
            let (askings, tenant) = (stage.stores.askings(), stage.tenant.clone());
            let (_, device) = request(by, ada);
            tasks.spawn(async move {
                loop {
                    // Where too many write at once, DynamoDB says so and nothing is written.
                    if let Ok(asking) = askings.ask(&tenant, &device, NOW).await {
                        return asking;
                    }
                }
            });
        }
        let asked = tasks.join_all().await;
        begun.push(asked.iter().filter(|one| **one == Asking::Begun).count());
    }
    assert_eq!(begun, [5, 5, 5, 5, 0]);
    assert_eq!(stage.waiting(ada, 0).await.len(), 20);
}

async fn each_change_is_one_request(stage: &Stage) {
    let ada = user("ada").subject.id;
    let (_, device) = request("tv", ada);
    stage.calls();
    stage.ask(&device).await;
    assert_eq!(stage.calls(), ["TransactWriteItems"]);
    stage.waiting(ada, 0).await;
    assert_eq!(stage.calls(), ["Query", "BatchGetItem"]);
}
