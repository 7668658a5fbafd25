//! The answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).

use serde_json::Value;

use crate::harness::answers::headers;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json, member};

const ALL: &str = "openid profile email offline_access";

fn members(tokens: &Value) -> Vec<&str> {
    tokens
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn rfc6749_5_1_the_answer_has_these_members_and_headers_and_no_other() {
    let bench = Bench::embedded().await;
    let code = bench.code("web", ALL, &[]).await;
    let answer = Exchange::code(&bench, "web", &code).send().await;
    assert_eq!(answer.status(), 200);
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
    let tokens = json(&answer);
    let mut names = members(&tokens);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token",
            "expires_in",
            "id_token",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(member(&tokens, "token_type"), "Bearer");
    assert_eq!(tokens["expires_in"], 3600, "a number, of seconds");
    assert_eq!(member(&tokens, "scope"), ALL);
}

#[tokio::test]
async fn rfc6749_5_2_a_refusal_has_the_headers_of_an_answer() {
    let bench = Bench::embedded().await;
    let answer = Exchange::code(&bench, "web", "none of ours").send().await;
    assert_eq!(answer.status(), 400);
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

#[tokio::test]
async fn oidc_core_11_a_refresh_token_is_issued_only_with_offline_access() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid profile").await;
    let mut names = members(&tokens);
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token",
            "expires_in",
            "id_token",
            "scope",
            "token_type"
        ]
    );
}

#[tokio::test]
async fn rfc6749_3_3_the_answer_says_which_scopes_were_granted() {
    let bench = Bench::embedded().await;
    let some = bench.tokens("fast", "openid nonsense email").await;
    assert_eq!(
        member(&some, "scope"),
        "openid email",
        "unknown ones are ignored"
    );
    let none = bench.tokens("fast", "").await;
    let all = "email offline_access openid profile";
    assert_eq!(member(&none, "scope"), all, "none named is all there are");
}

#[tokio::test]
async fn rfc6749_4_1_3_the_scope_parameter_has_no_place_in_a_redemption() {
    let bench = Bench::embedded().await;
    let code = bench.code("fast", "openid", &[]).await;
    let tokens = Exchange::code(&bench, "fast", &code)
        .with("scope", ALL)
        .tokens()
        .await;
    assert_eq!(member(&tokens, "scope"), "openid");
}
