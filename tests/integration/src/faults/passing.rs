//! What passes is not noticed, but for the time it takes.

use http::Method;
use tokio::task::JoinSet;

use super::{SCOPE, alive, tries};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::proxy::Failure;
use crate::harness::{Bench, member, request};

/// A redemption during which this call fails once or twice.
async fn redemption(client: &'static str, name: &'static str, failure: Failure, times: usize) {
    let bench = Bench::embedded().await;
    let code = bench.code(client, SCOPE, &[]).await;
    bench.forget_calls();
    let usual = usual_calls(client, name);
    bench.dynamodb.fail(name, failure, times);
    bench.kms.fail(name, failure, times);
    let tokens = Exchange::code(&bench, client, &code).tokens().await;
    assert_eq!(tries(&bench, name), usual + times, "{name} {failure:?}");
    bench.dynamodb.heal();
    bench.kms.heal();
    alive(&bench, client, &tokens).await;
}

/// How often a redemption makes this call when nothing fails.
fn usual_calls(client: &str, name: &str) -> usize {
    match (client, name) {
        ("direct", "Sign") | ("fast", "Decrypt") => 2,
        _ => 1,
    }
}

#[tokio::test]
async fn a_redemption_survives_a_call_that_breaks_twice() {
    let mut cases = JoinSet::new();
    cases.spawn(redemption("fast", "GetItem", Failure::Broken, 2));
    cases.spawn(redemption("fast", "TransactWriteItems", Failure::Broken, 2));
    cases.spawn(redemption("direct", "Sign", Failure::Broken, 2));
    cases.spawn(redemption("fast", "Decrypt", Failure::Broken, 2));
    cases.join_all().await;
}

#[tokio::test]
async fn a_redemption_survives_a_call_that_is_throttled() {
    let mut cases = JoinSet::new();
    cases.spawn(redemption("fast", "GetItem", Failure::Throttled, 1));
    cases.spawn(redemption(
        "fast",
        "TransactWriteItems",
        Failure::Throttled,
        1,
    ));
    cases.spawn(redemption("direct", "Sign", Failure::Throttled, 1));
    cases.spawn(redemption("fast", "Decrypt", Failure::Throttled, 1));
    cases.join_all().await;
}

#[tokio::test]
async fn authorize_survives_reads_and_writes_that_fail_twice() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", SCOPE, &[]).await;
    for (name, failure, times) in [
        ("BatchGetItem", Failure::Broken, 2),
        ("TransactWriteItems", Failure::Broken, 2),
        ("BatchGetItem", Failure::Throttled, 1),
        ("TransactWriteItems", Failure::Throttled, 1),
    ] {
        bench.forget_calls();
        bench.dynamodb.fail(name, failure, times);
        let answer = browser.get(&authorize_path("fast", SCOPE, &[])).await;
        let to = location(&answer).expect("a redirect");
        assert!(to.contains("?code="), "{name}: {to}");
        assert_eq!(tries(&bench, name), 1 + times, "{name}");
    }
}

#[tokio::test]
async fn userinfo_and_revocation_survive_a_call_that_breaks_twice() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let bearer = format!("Bearer {}", member(&tokens, "access_token"));
    for name in ["GetItem", "BatchGetItem"] {
        bench.dynamodb.fail(name, Failure::Broken, 2);
        let mut asked = request(Method::GET, "/application/o/userinfo/", "");
        asked
            .headers_mut()
            .insert("authorization", bearer.parse().expect("a header"));
        assert_eq!(bench.send(asked).await.status(), 200, "{name}");
    }
    for (name, token) in [
        ("DeleteItem", "access_token"),
        ("UpdateItem", "refresh_token"),
    ] {
        bench.forget_calls();
        bench.dynamodb.fail(name, Failure::Broken, 2);
        let revocation = Exchange::of(&bench, "fast").with("token", member(&tokens, token));
        assert_eq!(
            revocation.send_to("/application/o/revoke/").await.status(),
            200,
            "{name}"
        );
        assert_eq!(tries(&bench, name), 3, "{name}");
    }
    assert_eq!(
        bench
            .userinfo(member(&tokens, "access_token"))
            .await
            .status(),
        401
    );
}
