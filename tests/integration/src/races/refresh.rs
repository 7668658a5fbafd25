//! One refresh token, many requests (RFC 9700 §4.14.2).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use provider::http::Response;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::{SCOPE, at_once, dead, refresh};
use crate::harness::answers::INVALID_GRANT;
use crate::harness::exchange::Exchange;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, json, member, summary};

fn distinct<'a>(all: &'a [Value], name: &str) -> BTreeSet<&'a str> {
    all.iter().map(|tokens| member(tokens, name)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_refreshes_at_once_get_one_successor_and_an_older_token_ends_them_all() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let first = bench.tokens("fast", SCOPE).await;
    let token = member(&first, "refresh_token").to_owned();
    let answers = at_once(&bench, 20, |bench| refresh(bench, token.clone())).await;
    let all: Result<Vec<Value>, String> = answers.into_iter().collect();
    let all = all.expect("every one gets tokens");
    assert_eq!(
        distinct(&all, "refresh_token").len(),
        1,
        "the same successor"
    );
    assert_eq!(
        distinct(&all, "access_token").len(),
        20,
        "each an access token of its own"
    );
    for tokens in &all {
        assert_eq!(
            bench
                .userinfo(member(tokens, "access_token"))
                .await
                .status(),
            200
        );
    }

    let last = Exchange::refresh(&bench, "fast", member(&all[0], "refresh_token"))
        .tokens()
        .await;
    let older = Exchange::refresh(&bench, "fast", &token).summary().await;
    assert_eq!(older, INVALID_GRANT, "two generations back");
    for tokens in all.iter().chain([&first, &last]) {
        dead(&bench, tokens).await;
    }
}

/// Half of the requests hold the token in force, the other half its predecessor.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_tabs_that_are_one_refresh_apart_sign_nobody_out() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let first = bench.tokens("fast", SCOPE).await;
    let second = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"))
        .tokens()
        .await;
    let token = member(&first, "refresh_token").to_owned();
    let answers = at_once(&bench, 5, |bench| refresh(bench, token.clone())).await;
    for tokens in answers.into_iter().map(|answer| answer.expect("tokens")) {
        assert_eq!(
            member(&tokens, "refresh_token"),
            member(&second, "refresh_token")
        );
    }
    Exchange::refresh(&bench, "fast", member(&second, "refresh_token"))
        .tokens()
        .await;
}

/// A refresh whose write waits at the door, having read the first token as the one in force.
async fn delayed(bench: &Arc<Bench>, token: &str) -> JoinHandle<Response> {
    bench.dynamodb.fail(
        "TransactWriteItems",
        Failure::Delayed(Duration::from_millis(800)),
        1,
    );
    let slow = tokio::spawn(refresh(Arc::clone(bench), token.to_owned()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    slow
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_overtaken_by_another_gets_the_same_successor() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let first = bench.tokens("fast", SCOPE).await;
    let token = member(&first, "refresh_token");
    let slow = delayed(&bench, token).await;
    let second = Exchange::refresh(&bench, "fast", token).tokens().await;
    assert!(!slow.is_finished());
    let slow = json(&slow.await.expect("no panic"));
    assert_eq!(
        member(&slow, "refresh_token"),
        member(&second, "refresh_token")
    );
    Exchange::refresh(&bench, "fast", member(&second, "refresh_token"))
        .tokens()
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_overtaken_by_two_others_does_not_set_the_family_back() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let first = bench.tokens("fast", SCOPE).await;
    let token = member(&first, "refresh_token");
    let slow = delayed(&bench, token).await;
    let second = Exchange::refresh(&bench, "fast", token).tokens().await;
    let third = Exchange::refresh(&bench, "fast", member(&second, "refresh_token"))
        .tokens()
        .await;
    assert!(!slow.is_finished());
    let slow = slow.await.expect("no panic");
    assert_eq!(summary(&slow), INVALID_GRANT, "two generations back by now");
    dead(&bench, &third).await;
}
