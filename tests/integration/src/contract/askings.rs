//! `AskingStore`: requests that somebody is asked. What becomes of them: `devices`, `device_codes`.

use protocol::{Seconds, UserId};
use provider::asking::{Asked, AuthReqId, LETTERS, Question};
use provider::device::{Device, DeviceState};
use provider::entropy::System;
use provider::ports::{Asking, Poll, Settled};
use tokio::task::JoinSet;

use super::stage::{NOW, Stage, at, client, client_id, scopes, user};

over_both_stores! {
    a_request_is_found_by_its_id_and_by_its_person_alone,
    a_request_that_is_over_waits_for_nobody,
    a_poll_needs_the_whole_id_and_its_client,
    a_hundred_old_requests_hide_no_new_one,
    what_was_answered_waits_no_longer_and_counts_no_longer,
    of_many_letters_at_once_one_is_sent_and_the_next_after_an_answer,
    a_person_is_written_to_twenty_times_a_day,
    of_many_requests_at_once_ten_of_a_client_and_twenty_in_all_are_asked,
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

    /// Whether a letter is sent about a request of ten minutes.
    async fn letter(&self, of: UserId, seconds: i64) -> bool {
        let (askings, until) = (self.stores.askings(), at(seconds + 600));
        let sent = askings.letter(&self.tenant, of, until, at(seconds)).await;
        sent.unwrap()
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

/// Those that are over stay in the table until they are swept, which takes days.
async fn a_hundred_old_requests_hide_no_new_one(stage: &Stage) {
    let ada = user("ada").subject.id;
    let askings = stage.stores.askings();
    for number in 0..120 {
        let (_, mut device) = request(&format!("c{number}"), ada);
        let then = at(-86_400 + 60 * number);
        device.expires = then + Seconds(600);
        let asked = device.asked.as_mut().expect("somebody");
        asked.at = then;
        let begun = askings.ask(&stage.tenant, &device, then).await;
        assert_eq!(begun, Ok(Asking::Begun));
    }
    let (id, device) = request("tv", ada);
    stage.ask(&device).await;
    stage.calls();
    let waiting = stage.waiting(ada, 0).await;
    assert_eq!(stage.calls(), ["Query", "BatchGetItem"]);
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].user_code, id.found_by);
}

async fn what_was_answered_waits_no_longer_and_counts_no_longer(stage: &Stage) {
    let ada = user("ada").subject.id;
    for _ in 0..40 {
        let (_, device) = request("tv", ada);
        assert_eq!(stage.ask(&device).await, Asking::Begun);
        let settled = stage.settle(&device, &DeviceState::Denied, 1).await;
        assert_eq!(settled, Settled::Yes);
        let again = stage.settle(&device, &DeviceState::Denied, 1).await;
        assert_eq!(again, Settled::TooLate, "and gives nothing back");
    }
    assert!(stage.waiting(ada, 1).await.is_empty());
    for left in (0..11).rev() {
        let (_, device) = request("tv", ada);
        let asking = stage.ask(&device).await;
        assert_eq!(asking == Asking::Begun, left > 0, "{left}");
    }
}

async fn of_many_letters_at_once_one_is_sent_and_the_next_after_an_answer(stage: &Stage) {
    let ada = user("ada").subject.id;
    let mut tasks = JoinSet::new();
    for _ in 0..12 {
        let (askings, tenant) = (stage.stores.askings(), stage.tenant.clone());
        tasks.spawn(async move {
            loop {
                if let Ok(sent) = askings.letter(&tenant, ada, at(600), NOW).await {
                    return sent;
                }
            }
        });
    }
    let sent = tasks.join_all().await;
    assert_eq!(sent.into_iter().filter(|sent| *sent).count(), 1);
    assert!(!stage.letter(ada, 599).await, "one waits that they know of");
    assert!(stage.letter(ada, 600).await, "it is over");
    assert!(!stage.letter(ada, 600).await);
    let (_, device) = request("tv", ada);
    stage.ask(&device).await;
    stage.settle(&device, &DeviceState::Denied, 0).await;
    assert!(stage.letter(ada, 600).await, "they have answered");
    let bob = user("bob").subject.id;
    assert!(stage.letter(bob, 0).await);
}

async fn a_person_is_written_to_twenty_times_a_day(stage: &Stage) {
    let ada = user("ada").subject.id;
    let day = LETTERS.window_end(NOW).since(NOW);
    let mut sent = 0;
    let times = (0..day.0).step_by(600);
    for seconds in times {
        sent += u32::from(stage.letter(ada, seconds).await);
    }
    assert_eq!(sent, LETTERS.most);
    assert!(stage.letter(ada, day.0).await, "the next day");
}

async fn of_many_requests_at_once_ten_of_a_client_and_twenty_in_all_are_asked(stage: &Stage) {
    let ada = user("ada").subject.id;
    let mut begun = Vec::new();
    for by in ["a", "b", "c"] {
        let mut tasks = JoinSet::new();
        for _ in 0..13 {
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
    assert_eq!(begun, [10, 10, 0]);
    assert_eq!(stage.waiting(ada, 0).await.len(), 20);
}

async fn each_change_is_one_request(stage: &Stage) {
    let ada = user("ada").subject.id;
    let (_, device) = request("tv", ada);
    stage.calls();
    stage.ask(&device).await;
    assert_eq!(stage.calls(), ["TransactWriteItems"]);
    stage.letter(ada, 0).await;
    assert_eq!(stage.calls(), ["UpdateItem"]);
    stage.waiting(ada, 0).await;
    assert_eq!(stage.calls(), ["Query", "BatchGetItem"]);
    stage.settle(&device, &DeviceState::Denied, 0).await;
    assert_eq!(stage.calls(), ["TransactWriteItems"]);
}
