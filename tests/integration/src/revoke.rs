//! `POST /application/o/revoke/` (RFC 7009).

use serde_json::Value;

use crate::harness::answers::{
    INVALID_CLIENT, INVALID_CLIENT_BASIC, INVALID_GRANT, INVALID_TOKEN, NO_CLIENT, headers,
    invalid_request,
};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, basic, member, summary};

const PATH: &str = "/application/o/revoke/";
const REVOKED: &str = "200 cache-control: no-store {}";
const SCOPE: &str = "openid offline_access";

/// A valid revocation of this token by its client.
fn revocation<'a>(bench: &'a Bench, client: &str, token: &str) -> Exchange<'a> {
    Exchange::of(bench, client).with("token", token)
}

async fn said(exchange: &Exchange<'_>) -> String {
    summary(&exchange.send_to(PATH).await)
}

async fn userinfo(bench: &Bench, tokens: &Value) -> String {
    summary(&bench.userinfo(member(tokens, "access_token")).await)
}

async fn refreshed(bench: &Bench, tokens: &Value) -> String {
    Exchange::refresh(bench, "fast", member(tokens, "refresh_token"))
        .summary()
        .await
}

#[tokio::test]
async fn rfc7009_2_1_an_access_token_is_revoked_at_once_and_alone() {
    let bench = Bench::embedded().await;
    let first = bench.tokens("fast", SCOPE).await;
    let exchange = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
    let second = exchange.tokens().await;
    let revocation = revocation(&bench, "fast", member(&first, "access_token"));
    assert_eq!(said(&revocation).await, REVOKED);
    assert_eq!(userinfo(&bench, &first).await, INVALID_TOKEN);
    assert!(
        userinfo(&bench, &second).await.starts_with("200 "),
        "the other one works on"
    );
    assert!(
        refreshed(&bench, &second).await.starts_with("200 "),
        "and so does the grant"
    );
}

#[tokio::test]
async fn rfc7009_2_1_with_a_refresh_token_go_all_access_tokens_of_its_grant() {
    let bench = Bench::embedded().await;
    let first = bench.tokens("fast", SCOPE).await;
    let exchange = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
    let second = exchange.tokens().await;
    let other = bench.tokens("fast", SCOPE).await;
    let revocation = revocation(&bench, "fast", member(&second, "refresh_token"));
    assert_eq!(said(&revocation).await, REVOKED);
    for tokens in [&first, &second] {
        assert_eq!(userinfo(&bench, tokens).await, INVALID_TOKEN);
        assert_eq!(refreshed(&bench, tokens).await, INVALID_GRANT);
    }
    assert!(
        userinfo(&bench, &other).await.starts_with("200 "),
        "another grant works on"
    );
}

#[tokio::test]
async fn a_rotated_out_refresh_token_revokes_its_grant_as_well() {
    let bench = Bench::embedded().await;
    let first = bench.tokens("fast", SCOPE).await;
    let exchange = Exchange::refresh(&bench, "fast", member(&first, "refresh_token"));
    let second = exchange.tokens().await;
    let revocation = revocation(&bench, "fast", member(&first, "refresh_token"));
    assert_eq!(said(&revocation).await, REVOKED);
    assert_eq!(userinfo(&bench, &second).await, INVALID_TOKEN);
    assert_eq!(refreshed(&bench, &second).await, INVALID_GRANT);
}

#[tokio::test]
async fn rfc7009_2_2_a_token_that_is_not_good_is_answered_200_like_any_other() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let id_token = member(&tokens, "id_token");
    for unknown in ["x", "☃", id_token, &"A".repeat(70), &"A".repeat(4096)] {
        assert_eq!(
            said(&revocation(&bench, "fast", unknown)).await,
            REVOKED,
            "{unknown}"
        );
    }
    for name in ["access_token", "refresh_token"] {
        let twice = revocation(&bench, "fast", member(&tokens, name));
        assert_eq!(said(&twice).await, REVOKED);
        assert_eq!(said(&twice).await, REVOKED, "and again");
    }
}

#[tokio::test]
async fn rfc7009_2_1_another_clients_token_is_left_alone_and_not_told_apart() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    for name in ["access_token", "refresh_token"] {
        for other in ["web", "spa"] {
            let theirs = revocation(&bench, other, member(&tokens, name));
            assert_eq!(said(&theirs).await, REVOKED, "{name} by {other}");
        }
    }
    assert!(userinfo(&bench, &tokens).await.starts_with("200 "));
    assert!(refreshed(&bench, &tokens).await.starts_with("200 "));
}

#[tokio::test]
async fn rfc7009_2_1_a_public_client_revokes_by_its_client_id() {
    let bench = Bench::embedded().await;
    let code = bench.code("spa", SCOPE, &[]).await;
    let tokens = Exchange::code(&bench, "spa", &code).tokens().await;
    let revocation = revocation(&bench, "spa", member(&tokens, "refresh_token"));
    assert_eq!(said(&revocation).await, REVOKED);
    assert_eq!(userinfo(&bench, &tokens).await, INVALID_TOKEN);
}

#[tokio::test]
async fn rfc7009_2_1_the_hint_is_no_more_than_a_hint() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let hints = ["refresh_token", "access_token", "unheard_of"];
    let revoke = |name, hint| {
        revocation(&bench, "fast", member(&tokens, name)).with("token_type_hint", hint)
    };
    assert_eq!(said(&revoke("access_token", hints[0])).await, REVOKED);
    assert_eq!(userinfo(&bench, &tokens).await, INVALID_TOKEN);
    assert_eq!(said(&revoke("access_token", hints[2])).await, REVOKED);
    assert_eq!(said(&revoke("refresh_token", hints[1])).await, REVOKED);
    assert_eq!(refreshed(&bench, &tokens).await, INVALID_GRANT);
}

#[tokio::test]
async fn rfc7009_2_1_token_is_required() {
    let bench = Bench::embedded().await;
    let without = revocation(&bench, "fast", "");
    assert_eq!(
        said(&without).await,
        invalid_request(400, "token is required")
    );
    let twice = without.and("token", "a").and("token", "b");
    assert_eq!(
        said(&twice).await,
        invalid_request(400, "token is given more than once")
    );
}

#[tokio::test]
async fn rfc7009_2_1_a_client_that_does_not_prove_itself_revokes_nothing() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", SCOPE).await;
    let valid = revocation(&bench, "fast", member(&tokens, "refresh_token"));
    let wrong = valid.clone().authorization(&basic("fast", "wrong"));
    assert_eq!(said(&wrong).await, INVALID_CLIENT_BASIC);
    let bare = valid.clone().without_authorization();
    assert_eq!(said(&bare).await, NO_CLIENT);
    assert_eq!(
        said(&bare.clone().with("client_id", "fast")).await,
        INVALID_CLIENT
    );
    let wrong = bare
        .with("client_id", "fast")
        .with("client_secret", "wrong");
    assert_eq!(said(&wrong).await, INVALID_CLIENT);
    assert!(userinfo(&bench, &tokens).await.starts_with("200 "));
    assert!(refreshed(&bench, &tokens).await.starts_with("200 "));
}

#[tokio::test]
async fn rfc7009_2_revocation_takes_post_alone_with_or_without_its_slash() {
    let bench = Bench::embedded().await;
    let got = bench.get(&format!("{PATH}?token=x")).await;
    let refused = "405 cache-control: no-store allow: POST {\"error\":\"invalid_request\",\"error_description\":\"this method is not allowed here\"}";
    assert_eq!(summary(&got), refused);
    let answer = revocation(&bench, "fast", "x")
        .send_to(PATH.trim_end_matches('/'))
        .await;
    assert_eq!(summary(&answer), REVOKED);
    assert_eq!(
        headers(&answer),
        [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
}
