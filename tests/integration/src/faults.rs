//! AWS throttles, breaks, hangs, or loses an answer: bounded retries, then 503 and nothing spent.

mod lost;
mod passing;
mod patience;
mod persisting;

use serde_json::Value;

use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member};

const SCOPE: &str = "openid offline_access";

/// Each call is tried so often.
const TRIES: usize = 3;

/// Both tokens work.
async fn alive(bench: &Bench, client: &str, tokens: &Value) {
    assert_eq!(
        bench
            .userinfo(member(tokens, "access_token"))
            .await
            .status(),
        200
    );
    Exchange::refresh(bench, client, member(tokens, "refresh_token"))
        .tokens()
        .await;
}

/// How often a call of this name was made since the last look, to DynamoDB or KMS.
fn tries(bench: &Bench, name: &str) -> usize {
    let (dynamodb, kms) = bench.take_calls();
    dynamodb
        .iter()
        .chain(&kms)
        .filter(|call| *call == name)
        .count()
}
