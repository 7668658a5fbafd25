//! Many at once, on DynamoDB Local, which serves them side by side.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{allow, ask, poll};
use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json, member, summary};

/// RFC 6749 §4.1.2 for device codes: of any number of polls one gets tokens; the others are replays.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_forty_polls_at_once_one_gets_tokens_and_the_others_revoke_them() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    let codes = ask(&bench, "fast", "openid offline_access").await;
    allow(&bench, &codes).await;
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let (bench, codes) = (Arc::clone(&bench), codes.clone());
        tasks.spawn(async move { poll(&bench, "fast", &codes).send().await });
    }
    let answers = tasks.join_all().await;
    let (first, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status() == 200);
    assert_eq!(first.len(), 1);
    for other in others {
        assert_eq!(summary(&other), INVALID_GRANT);
    }
    let tokens = json(&first[0]);
    let userinfo = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(summary(&userinfo), INVALID_TOKEN);
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    assert_eq!(refresh.summary().await, INVALID_GRANT);
}
