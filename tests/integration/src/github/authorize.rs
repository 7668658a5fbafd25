//! `GET, POST /login/oauth/authorize`.

use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, text};

use super::{address, code};

#[tokio::test]
async fn response_type_may_be_left_out_and_state_comes_back() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let path = address("fast", &[("scope", "user:email"), ("state", "s t&")]);
    let answer = browser.get(&path).await;
    let back = browser.go_on(answer).await;
    assert!(
        back.url.starts_with("https://rp.example/cb?code="),
        "{}",
        back.url
    );
    assert_eq!(back.param("state").as_deref(), Some("s t&"));
}

#[tokio::test]
async fn seed_003_githubs_scopes_are_granted_at_githubs_endpoint_and_nowhere_else() {
    let bench = Bench::embedded().await;
    let all = "user read:user user:email read:org";
    let github = code(&bench, "fast", &[("scope", all)]).await;
    let tokens = Exchange::code(&bench, "fast", &github).tokens().await;
    assert_eq!(member(&tokens, "scope"), all);
    let plain = bench.code("fast", &format!("openid {all}"), &[]).await;
    let tokens = Exchange::code(&bench, "fast", &plain).tokens().await;
    assert_eq!(member(&tokens, "scope"), "openid");
}

#[tokio::test]
async fn scopes_are_parted_by_commas_as_well() {
    let bench = Bench::embedded().await;
    for scope in [
        "user:email,read:org",
        "user:email, read:org",
        "user:email read:org",
    ] {
        let code = code(&bench, "fast", &[("scope", scope)]).await;
        let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
        assert_eq!(member(&tokens, "scope"), "user:email read:org", "{scope}");
    }
}

#[tokio::test]
async fn without_scopes_the_clients_own_are_granted_and_none_of_githubs() {
    let bench = Bench::embedded().await;
    let code = code(&bench, "fast", &[]).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    assert_eq!(
        member(&tokens, "scope"),
        "email offline_access openid profile"
    );
}

#[tokio::test]
async fn consent_to_githubs_scopes_is_asked() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let path = address("strict", &[("scope", "user:email read:org")]);
    let answer = browser.get(&path).await;
    let back = browser.go_on(answer).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert_eq!(
        browser.take_pages(),
        ["identification", "password", "consent"]
    );
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_told_the_person_alone() {
    let bench = Bench::embedded().await;
    let path = address("fast", &[]).replace("cb", "elsewhere");
    let answer = bench.get(&path).await;
    assert_eq!(answer.status(), 400);
    assert!(text(&answer).contains("not registered"));
}
