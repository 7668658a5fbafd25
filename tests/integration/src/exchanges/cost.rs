//! What an exchange costs (docs/performance.md).

use super::{ACCESS, allow, exchanging, subject};
use crate::harness::Bench;

#[tokio::test]
async fn an_exchange_reads_the_token_and_what_stands_behind_it_and_writes_once() {
    let bench = Bench::embedded().await;
    allow(&bench, true, false).await;
    let theirs = subject(&bench, "openid").await;
    let asked = exchanging(&bench, ACCESS, &theirs);
    asked.tokens().await;
    bench.forget_calls();
    asked.tokens().await;
    let (calls, signed) = bench.take_calls();
    assert_eq!(calls, ["GetItem", "BatchGetItem", "TransactWriteItems"]);
    assert!(signed.is_empty(), "a key in an envelope: {signed:?}");
}
