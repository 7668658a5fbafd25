//! `ThrottleStore`: buckets of tries, and the browsers of a person.

use std::sync::Arc;

use futures_util::future::join_all;
use protocol::{Digest, Seconds, UserId};
use provider::ports::{Admission, Bucket, MOST_BROWSERS, REMEMBERED};

use super::stage::{NOW, Stage, at, digest, random};
use crate::harness::proxy::Failure;

over_both_stores! {
    a_bucket_takes_its_burst_and_then_one_each_interval,
    a_bucket_is_empty_again_in_time,
    a_try_is_counted_in_all_buckets_or_in_none,
    the_longest_wait_of_all_buckets_is_told,
    a_try_that_was_right_is_taken_back,
    a_try_whose_answer_was_lost_is_counted_once,
    buckets_are_swept_away_once_they_are_empty,
    a_browser_is_known_for_a_year_and_to_its_person_alone,
    of_many_browsers_the_newest_are_known,
}

fn bucket(burst: u32, seconds: i64) -> Bucket {
    Bucket {
        id: digest(),
        burst,
        interval: Seconds(seconds),
    }
}

impl Stage {
    async fn admit(&self, buckets: &[Bucket], seconds: i64) -> Admission {
        let store = self.stores.throttle();
        let admission = store.admit(&self.tenant, buckets, at(seconds)).await;
        admission.expect("DynamoDB answers")
    }

    /// How many tries at once are admitted.
    async fn room(&self, bucket: Bucket, seconds: i64) -> usize {
        let mut room = 0;
        while self.admit(&[bucket], seconds).await == Admission::Admitted {
            room += 1;
        }
        room
    }
}

const fn wait(seconds: i64) -> Admission {
    Admission::Wait(Seconds(seconds))
}

async fn a_bucket_takes_its_burst_and_then_one_each_interval(stage: &Stage) {
    let bucket = bucket(3, 60);
    assert_eq!(stage.room(bucket, 0).await, 3);
    assert_eq!(stage.admit(&[bucket], 0).await, wait(60));
    assert_eq!(stage.admit(&[bucket], 59).await, wait(1));
    assert_eq!(stage.admit(&[bucket], 60).await, Admission::Admitted);
    assert_eq!(stage.admit(&[bucket], 60).await, wait(60));
    assert_eq!(stage.room(bucket, 180).await, 2, "two more minutes");
}

async fn a_bucket_is_empty_again_in_time(stage: &Stage) {
    let bucket = bucket(5, 10);
    assert_eq!(stage.room(bucket, 0).await, 5);
    assert_eq!(stage.room(bucket, 50).await, 5);
    assert_eq!(
        stage.room(bucket, 5_000).await,
        5,
        "and never more than that"
    );
}

async fn a_try_is_counted_in_all_buckets_or_in_none(stage: &Stage) {
    let (narrow, wide) = (bucket(1, 60), bucket(10, 60));
    assert_eq!(stage.admit(&[wide, narrow], 0).await, Admission::Admitted);
    for _ in 0..5 {
        assert_eq!(stage.admit(&[wide, narrow], 0).await, wait(60));
    }
    assert_eq!(stage.room(wide, 0).await, 9);
}

async fn the_longest_wait_of_all_buckets_is_told(stage: &Stage) {
    let (short, long) = (bucket(1, 5), bucket(1, 600));
    assert_eq!(stage.admit(&[short, long], 0).await, Admission::Admitted);
    assert_eq!(stage.admit(&[short, long], 0).await, wait(600));
    assert_eq!(stage.admit(&[short, long], 6).await, wait(594));
}

async fn a_try_that_was_right_is_taken_back(stage: &Stage) {
    let (one, other) = (bucket(2, 60), bucket(3, 30));
    let store = stage.stores.throttle();
    for _ in 0..10 {
        assert_eq!(stage.admit(&[one, other], 0).await, Admission::Admitted);
        let forgiven = store.forgive(&stage.tenant, &[one, other]).await;
        assert_eq!(forgiven, Ok(()));
    }
    assert_eq!(stage.room(one, 0).await, 2, "and no room is won by it");
    assert_eq!(store.forgive(&stage.tenant, &[bucket(1, 1)]).await, Ok(()));
}

async fn a_try_whose_answer_was_lost_is_counted_once(stage: &Stage) {
    let bucket = bucket(3, 60);
    stage.proxy.fail("TransactWriteItems", Failure::Lost, 1);
    assert_eq!(stage.admit(&[bucket], 0).await, Admission::Admitted);
    assert_eq!(stage.room(bucket, 0).await, 2);
}

async fn buckets_are_swept_away_once_they_are_empty(stage: &Stage) {
    let bucket = bucket(3, 60);
    stage.admit(&[bucket], 0).await;
    stage.admit(&[bucket], 0).await;
    let scan = stage.aws.dynamodb().scan().table_name(&stage.table); // only a test may scan
    let items = scan.send().await.expect("scans").items.unwrap_or_default();
    let [item] = &items[..] else {
        panic!("one item: {items:?}")
    };
    let pk = format!("T#a#BUCKET#{}", bucket.id.encode());
    assert_eq!(item["pk"].as_s().expect("text"), &pk);
    assert_eq!(
        item["ttl"].as_n().expect("a number"),
        &at(120).unix().to_string()
    );
    assert_eq!(item["v"].as_n().expect("a form"), "1");
}

async fn a_browser_is_known_for_a_year_and_to_its_person_alone(stage: &Stage) {
    let store = stage.stores.throttle();
    let (user, other) = (UserId::from_random(random()), UserId::from_random(random()));
    let browser = digest();
    let knows = async |user, browser: &Digest, seconds| {
        store
            .knows(&stage.tenant, user, browser, at(seconds))
            .await
            .expect("reads")
    };
    assert!(!knows(user, &browser, 0).await);
    store
        .remember(&stage.tenant, user, &browser, NOW)
        .await
        .expect("writes");
    assert!(knows(user, &browser, 0).await);
    assert!(!knows(user, &digest(), 0).await);
    assert!(!knows(other, &browser, 0).await);
    assert!(knows(user, &browser, REMEMBERED.0 - 1).await);
    assert!(!knows(user, &browser, REMEMBERED.0).await);
}

async fn of_many_browsers_the_newest_are_known(stage: &Stage) {
    let store = stage.stores.throttle();
    let user = UserId::from_random(random());
    let browsers: Vec<Digest> = (0..=MOST_BROWSERS).map(|_| digest()).collect();
    for (n, browser) in (0..).zip(&browsers) {
        store
            .remember(&stage.tenant, user, browser, at(n))
            .await
            .expect("writes");
    }
    let mut known = Vec::new();
    for browser in &browsers {
        known.push(
            store
                .knows(&stage.tenant, user, browser, at(60))
                .await
                .expect("reads"),
        );
    }
    assert!(
        !known[0] && known[1..].iter().all(|known| *known),
        "{known:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_tries_at_once_exactly_so_many_are_admitted_as_fit() {
    let stage = Arc::new(Stage::dynamodb_local().await);
    let (narrow, wide) = (bucket(5, 600), bucket(100, 5));
    let tries = (0..50).map(|_| {
        let stage = Arc::clone(&stage);
        tokio::spawn(async move { stage.admit(&[wide, narrow], 0).await })
    });
    let admissions = join_all(tries).await;
    let admitted = admissions
        .iter()
        .filter(|admission| matches!(admission, Ok(Admission::Admitted)));
    assert_eq!(admitted.count(), 5);
    assert_eq!(stage.admit(&[narrow], 0).await, wait(600), "and it is full");
    assert_eq!(
        stage.room(wide, 0).await,
        95,
        "what was refused was not counted"
    );
}
