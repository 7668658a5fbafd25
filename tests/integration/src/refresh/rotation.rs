//! Rotation, the grace window and the end of a family (RFC 9700 §4.14.2).

use protocol::Seconds;

use super::{begun, dead, next, userinfo_works};
use crate::harness::answers::INVALID_GRANT;
use crate::harness::{Bench, member};

#[tokio::test]
async fn rfc9700_4_14_2_every_refresh_rotates_the_token() {
    let bench = Bench::embedded().await;
    let (first, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    let third = next(&bench, &second).tokens().await;
    let of = |tokens| member(tokens, "refresh_token").to_owned();
    assert_ne!(of(&first), of(&second));
    assert_ne!(of(&second), of(&third));
    for tokens in [&first, &second, &third] {
        userinfo_works(&bench, tokens).await; // rotation ends no access token
    }
}

#[tokio::test]
async fn an_older_token_kills_the_family_whatever_else_is_wrong_with_the_request() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    let third = next(&bench, &second).tokens().await;
    assert_eq!(
        exchange.with("scope", "bogus").summary().await,
        INVALID_GRANT
    );
    dead(&bench, &[&third]).await;
}

#[tokio::test]
async fn the_preceding_token_yields_the_same_successor_for_thirty_seconds() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let answered = exchange.tokens().await;
    let mut access_tokens = vec![member(&answered, "access_token").to_owned()];
    for wait in [0, 15, 14] {
        bench.wait(Seconds(wait));
        let again = exchange.tokens().await;
        assert_eq!(
            member(&again, "refresh_token"),
            member(&answered, "refresh_token")
        );
        userinfo_works(&bench, &again).await;
        access_tokens.push(member(&again, "access_token").to_owned());
    }
    access_tokens.sort_unstable();
    access_tokens.dedup();
    assert_eq!(access_tokens.len(), 4, "each time a new access token");
    next(&bench, &answered).tokens().await;
}

#[tokio::test]
async fn rfc9700_4_14_2_after_the_grace_a_rotated_out_token_revokes_the_family() {
    let bench = Bench::embedded().await;
    let (first, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    bench.wait(Seconds(30));
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    dead(&bench, &[&first, &second]).await;
}

#[tokio::test]
async fn rfc9700_4_14_2_an_older_token_revokes_the_family_even_inside_the_grace() {
    let bench = Bench::embedded().await;
    let (first, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    let third = next(&bench, &second).tokens().await;
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    dead(&bench, &[&first, &second, &third]).await;
}

#[tokio::test]
async fn the_grace_is_counted_from_the_rotation_and_not_from_each_use() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    bench.wait(Seconds(29));
    exchange.tokens().await;
    bench.wait(Seconds(1));
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    dead(&bench, &[&second]).await;
}

#[tokio::test]
async fn a_stranger_with_a_rotated_out_token_revokes_nothing() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    bench.wait(Seconds(60));
    assert_eq!(exchange.by("web").summary().await, INVALID_GRANT);
    userinfo_works(&bench, &second).await;
    next(&bench, &second).tokens().await;
}

#[tokio::test]
async fn a_narrower_scope_in_the_grace_changes_the_access_token_alone() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let second = exchange.tokens().await;
    let again = exchange.with("scope", "openid").tokens().await;
    assert_eq!(member(&again, "scope"), "openid");
    assert_eq!(
        member(&again, "refresh_token"),
        member(&second, "refresh_token")
    );
}
