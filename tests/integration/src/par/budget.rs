//! What a pushed request costs: one write, and one read more at the authorization endpoint.

use super::{PAR, name, path, pushing};
use crate::harness::Bench;
use crate::harness::browser::{Browser, location};

#[tokio::test]
async fn a_pushed_request_costs_one_write_and_one_read_more() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser
        .authorize("fast", "openid offline_access", &[])
        .await;
    pushing(&bench, "fast").send_to(PAR).await;
    bench.forget_calls();
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    assert_eq!(bench.take_calls().0, ["PutItem"]);
    let answer = browser.get(&path("fast", &name)).await;
    assert!(location(&answer).expect("a redirect").contains("?code="));
    let calls = ["GetItem", "BatchGetItem", "TransactWriteItems"];
    assert_eq!(bench.take_calls().0, calls);
}

#[tokio::test]
async fn one_of_a_client_that_proves_nothing_is_counted_first() {
    let bench = Bench::embedded().await;
    pushing(&bench, "spa").send_to(PAR).await;
    bench.wait(protocol::Seconds(20)); // its bucket is empty again, and the client still in memory
    bench.forget_calls();
    name(&pushing(&bench, "spa").send_to(PAR).await);
    assert_eq!(bench.take_calls().0, ["TransactWriteItems", "PutItem"]);
}
