//! Many at once, on DynamoDB Local, which serves them side by side.

mod code;
mod refresh;

use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json, member, summary};

const SCOPE: &str = "openid offline_access";

/// The answers to `times` requests that are sent at once: tokens, or what was said instead.
async fn at_once<F, Fut>(bench: &Arc<Bench>, times: usize, send: F) -> Vec<Result<Value, String>>
where
    F: Fn(Arc<Bench>) -> Fut,
    Fut: Future<Output = provider::http::Response> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for _ in 0..times {
        tasks.spawn(send(Arc::clone(bench)));
    }
    let answers = tasks.join_all().await;
    answers
        .iter()
        .map(|answer| {
            if answer.status() == 200 {
                Ok(json(answer))
            } else {
                Err(summary(answer))
            }
        })
        .collect()
}

async fn redeem(bench: Arc<Bench>, code: String) -> provider::http::Response {
    Exchange::code(&bench, "fast", &code).send().await
}

async fn refresh(bench: Arc<Bench>, token: String) -> provider::http::Response {
    Exchange::refresh(&bench, "fast", &token).send().await
}

/// Neither the access token nor the refresh token works.
async fn dead(bench: &Bench, tokens: &Value) {
    let told = summary(&bench.userinfo(member(tokens, "access_token")).await);
    assert_eq!(told, INVALID_TOKEN);
    let refreshed = Exchange::refresh(bench, "fast", member(tokens, "refresh_token"));
    assert_eq!(refreshed.summary().await, INVALID_GRANT);
}
