//! One code, many redemptions (RFC 6749 §4.1.2, §10.5).

use std::sync::Arc;
use std::time::Duration;

use super::{SCOPE, at_once, dead, redeem};
use crate::harness::Bench;
use crate::harness::answers::INVALID_GRANT;
use crate::harness::exchange::Exchange;
use crate::harness::json;
use crate::harness::proxy::Failure;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rfc6749_10_5_of_a_hundred_redemptions_at_once_one_gets_tokens_and_the_others_revoke_them()
{
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let code = bench.code("fast", SCOPE, &[]).await;
    let answers = at_once(&bench, 100, |bench| redeem(bench, code.clone())).await;
    let (first, replays): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    let first: Vec<_> = first.into_iter().filter_map(Result::ok).collect();
    assert_eq!(first.len(), 1, "{replays:?}");
    for replay in replays {
        assert_eq!(replay, Err(INVALID_GRANT.to_owned()));
    }
    dead(&bench, &first[0]).await;
}

/// The first request's write waits at the door until a second request has been through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redemption_overtaken_by_another_is_the_replay_and_revokes_the_others_tokens() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let code = bench.code("fast", SCOPE, &[]).await;
    bench.dynamodb.fail(
        "TransactWriteItems",
        Failure::Delayed(Duration::from_millis(800)),
        1,
    );
    let slow = tokio::spawn(redeem(Arc::clone(&bench), code.clone()));
    tokio::time::sleep(Duration::from_millis(200)).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    assert!(
        !slow.is_finished(),
        "the slow one has read the code as unused"
    );
    let slow = slow.await.expect("no panic");
    assert_eq!(crate::harness::summary(&slow), INVALID_GRANT);
    dead(&bench, &tokens).await;
}

/// The first request's write has landed, but its answer is still under way when the replay comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_before_the_first_answer_arrives_revokes_the_tokens_in_it() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let code = bench.code("fast", SCOPE, &[]).await;
    bench.dynamodb.fail(
        "TransactWriteItems",
        Failure::Late(Duration::from_millis(800)),
        1,
    );
    let first = tokio::spawn(redeem(Arc::clone(&bench), code.clone()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        Exchange::code(&bench, "fast", &code).summary().await,
        INVALID_GRANT
    );
    assert!(!first.is_finished(), "the replay is answered first");
    let first = first.await.expect("no panic");
    assert_eq!(first.status(), 200);
    dead(&bench, &json(&first)).await;
}

/// The replay's revocation reaches the table while a refresh of the same grant is under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_overtaken_by_a_replay_yields_nothing() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let code = bench.code("fast", SCOPE, &[]).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    bench.dynamodb.fail(
        "TransactWriteItems",
        Failure::Delayed(Duration::from_millis(800)),
        1,
    );
    let token = crate::harness::member(&tokens, "refresh_token").to_owned();
    let refreshing = tokio::spawn(super::refresh(Arc::clone(&bench), token));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(
        Exchange::code(&bench, "fast", &code).summary().await,
        INVALID_GRANT
    );
    assert!(!refreshing.is_finished(), "it has read the grant as live");
    let refreshed = refreshing.await.expect("no panic");
    assert_eq!(crate::harness::summary(&refreshed), INVALID_GRANT);
    dead(&bench, &tokens).await;
}
