//! To whom and for what a refresh token is good (RFC 6749 §6, §10.4).

use protocol::Seconds;
use serde_json::json;

use super::{ALL, begun, next, userinfo_works};
use crate::harness::answers::{INVALID_GRANT, invalid_request};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, people, sub_of};

/// RFC 6749 §5.2 `invalid_scope`.
const INVALID_SCOPE: &str = r#"400 cache-control: no-store {"error":"invalid_scope","error_description":"the scope is more than the grant holds"}"#;

#[tokio::test]
async fn rfc6749_6_a_refresh_token_is_bound_to_its_client() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    for other in ["web", "spa"] {
        assert_eq!(
            exchange.clone().by(other).summary().await,
            INVALID_GRANT,
            "{other}"
        );
    }
    exchange.tokens().await;
}

#[tokio::test]
async fn rfc6749_6_a_public_client_refreshes_without_a_secret() {
    let bench = Bench::embedded().await;
    let code = bench.code("spa", ALL, &[]).await;
    let tokens = Exchange::code(&bench, "spa", &code).tokens().await;
    let exchange = Exchange::refresh(&bench, "spa", member(&tokens, "refresh_token"));
    assert_eq!(exchange.clone().by("fast").summary().await, INVALID_GRANT);
    exchange.tokens().await;
}

#[tokio::test]
async fn rfc6749_6_refresh_token_is_required() {
    let bench = Bench::embedded().await;
    let without = Exchange::refresh(&bench, "fast", "").summary().await;
    assert_eq!(without, invalid_request(400, "refresh_token is required"));
}

#[tokio::test]
async fn rfc6749_10_4_a_forged_token_is_turned_away_before_anything_is_read() {
    let bench = Bench::embedded().await;
    let (tokens, exchange) = begun(&bench).await;
    let good = member(&tokens, "refresh_token");
    let generation_up = format!("{}B{}", &good[..25], &good[26..]);
    let access_token = member(&tokens, "access_token");
    for forged in [
        &generation_up,
        &good[..good.len() - 1],
        "x",
        access_token,
        &"A".repeat(4096),
    ] {
        bench.forget_calls();
        let answer = exchange
            .clone()
            .with("refresh_token", forged)
            .summary()
            .await;
        assert_eq!(answer, INVALID_GRANT, "{forged}");
        assert_eq!(bench.take_calls(), (vec![], vec![]), "{forged}");
    }
    exchange.tokens().await;
}

#[tokio::test]
async fn rfc6749_6_the_scope_may_be_narrowed_for_one_access_token() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let narrow = exchange.with("scope", "email openid").tokens().await;
    assert_eq!(member(&narrow, "scope"), "email openid");
    let told = crate::harness::json(&bench.userinfo(member(&narrow, "access_token")).await);
    let sub = sub_of(&narrow);
    assert_eq!(
        told,
        json!({"sub": sub, "email": "ada@example.com", "email_verified": true})
    );
    let whole = next(&bench, &narrow).tokens().await;
    assert_eq!(
        member(&whole, "scope"),
        ALL,
        "the refresh token itself keeps all it had"
    );
}

#[tokio::test]
async fn rfc6749_6_the_scope_must_not_exceed_what_was_granted() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid offline_access").await;
    let exchange = next(&bench, &tokens);
    for more in ["openid profile", "unknown", "OPENID"] {
        assert_eq!(
            exchange.clone().with("scope", more).summary().await,
            INVALID_SCOPE,
            "{more}"
        );
    }
    let all = exchange.with("scope", "").tokens().await;
    assert_eq!(
        member(&all, "scope"),
        "openid offline_access",
        "omitted is all, and nothing was spent"
    );
}

#[tokio::test]
async fn a_refresh_token_lives_thirty_days_from_its_own_issue() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    let almost = Seconds(Seconds::days(30).0 - 1);
    bench.wait(almost);
    let second = exchange.tokens().await;
    bench.wait(almost);
    let third = next(&bench, &second).tokens().await;
    userinfo_works(&bench, &third).await;
    bench.wait(Seconds::days(30));
    assert_eq!(
        next(&bench, &third).summary().await,
        INVALID_GRANT,
        "over at the very second"
    );
}

#[tokio::test]
async fn a_deactivated_user_gets_no_more_tokens_not_even_once_they_are_active_again() {
    let bench = Bench::embedded().await;
    let (_, exchange) = begun(&bench).await;
    people::deactivate(&bench, "ada").await;
    assert_eq!(exchange.summary().await, INVALID_GRANT);
    people::change(&bench, "ada", |user| user.active = true).await;
    assert_eq!(exchange.summary().await, INVALID_GRANT);
}
