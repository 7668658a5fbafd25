//! A code presented again (RFC 6749 §4.1.2, §10.5; RFC 9700 §4.5): everything issued from it is revoked,
//! but only for somebody who could have redeemed it.

use protocol::Seconds;
use serde_json::Value;

use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, summary};

const SCOPE: &str = "openid offline_access";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

async fn dead(bench: &Bench, tokens: &Value) {
    let told = summary(&bench.userinfo(member(tokens, "access_token")).await);
    assert_eq!(told, INVALID_TOKEN);
    let refreshed = Exchange::refresh(bench, "fast", member(tokens, "refresh_token"));
    assert_eq!(refreshed.summary().await, INVALID_GRANT);
}

async fn alive(bench: &Bench, tokens: &Value) {
    assert_eq!(
        bench
            .userinfo(member(tokens, "access_token"))
            .await
            .status(),
        200
    );
    Exchange::refresh(bench, "fast", member(tokens, "refresh_token"))
        .tokens()
        .await;
}

#[tokio::test]
async fn rfc6749_4_1_2_a_replayed_code_is_denied_and_its_tokens_are_revoked() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, "fast", &code);
    let tokens = exchange.tokens().await;
    assert_eq!(
        bench
            .userinfo(member(&tokens, "access_token"))
            .await
            .status(),
        200
    );
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    dead(&bench, &tokens).await;
    assert_eq!(exchange.summary().await, INVALID_GRANT, "and once more");
}

#[tokio::test]
async fn rfc6749_4_1_2_a_replay_revokes_the_tokens_of_later_refreshes_too() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, "fast", &code);
    let first = exchange.tokens().await;
    let second = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"))
        .tokens()
        .await;
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    dead(&bench, &second).await;
    dead(&bench, &first).await;
}

#[tokio::test]
async fn rfc6749_4_1_2_a_replay_counts_after_the_code_has_expired_as_well() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, "fast", &code);
    let tokens = exchange.tokens().await;
    bench.wait(Seconds(61));
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    dead(&bench, &tokens).await;
}

#[tokio::test]
async fn a_stranger_who_saw_the_code_can_revoke_nothing() {
    let bench = Bench::embedded().await;
    let code = bench
        .code("fast", SCOPE, &[("code_challenge", VERIFIER)])
        .await;
    let exchange = Exchange::code(&bench, "fast", &code).with("code_verifier", VERIFIER);
    let tokens = exchange.tokens().await;
    let strangers = [
        exchange.clone().by("web"),
        exchange
            .clone()
            .with("redirect_uri", "https://rp.example/other"),
        exchange.clone().with("code_verifier", &"x".repeat(43)),
        exchange.clone().without("code_verifier"),
    ];
    for stranger in strangers {
        assert_eq!(stranger.summary().await, INVALID_GRANT);
    }
    alive(&bench, &tokens).await;
}

#[tokio::test]
async fn a_replay_touches_no_other_grant_of_the_same_person_and_client() {
    let bench = Bench::embedded().await;
    let untouched = bench.tokens("fast", SCOPE).await;
    let code = bench.code("fast", SCOPE, &[]).await;
    let exchange = Exchange::code(&bench, "fast", &code);
    exchange.tokens().await;
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    alive(&bench, &untouched).await;
}
