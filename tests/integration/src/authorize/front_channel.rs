//! Tokens handed out at once: implicit and hybrid (OpenID Connect Core §3.2, §3.3; OAuth 2.0 Multiple Response
//! Types; reference §2.5).

use serde_json::{Value, json};

use super::{Ask, settled};
use crate::harness::browser::{Back, Browser, location};
use crate::harness::exchange::Exchange;
use crate::harness::jwt::{at_hash, verified};
use crate::harness::page::{action, hidden};
use crate::harness::{Bench, json, summary, text};

/// What each type brings beside `state` and `iss` (reference §2.5).
const TYPES: [(&str, &[&str]); 5] = [
    ("id_token", &["access_token", "id_token"]),
    ("id_token token", &["access_token", "id_token"]),
    ("code token", &["code", "access_token"]),
    ("code id_token", &["code", "id_token"]),
    ("code id_token token", &["code", "access_token", "id_token"]),
];

async fn asked(browser: &mut Browser<'_>, kind: &str, scope: &str) -> Back {
    let ask = Ask::valid()
        .with("response_type", kind)
        .with("scope", scope);
    let answer = browser.get(&ask.path()).await;
    let to = location(&answer).unwrap_or_else(|| panic!("no redirect: {}", text(&answer)));
    browser.pages.clear();
    if to.starts_with("https://rp.example") {
        return Back { url: to };
    }
    browser.go_on(answer).await
}

#[tokio::test]
async fn reference_2_5_each_response_type_brings_its_own_parameters_in_the_fragment() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for (kind, brings) in TYPES {
        let back = asked(&mut browser, kind, "openid profile").await;
        assert!(
            back.url.starts_with("https://rp.example/cb#"),
            "{}",
            back.url
        );
        let mut expected: Vec<&str> = Vec::new();
        for name in brings {
            expected.push(name);
            if *name == "access_token" {
                expected.extend(["token_type", "expires_in", "scope"]);
            }
        }
        expected.extend(["state", "iss"]);
        assert_eq!(back.names(), expected, "{kind}");
        if brings.contains(&"access_token") {
            let said = ["token_type", "expires_in", "scope"].map(|name| back.param(name).unwrap());
            assert_eq!(said, ["Bearer", "3600", "openid profile"], "{kind}");
        }
        assert_eq!(back.param("state").as_deref(), Some("s t&"));
    }
}

#[tokio::test]
async fn oidc_core_3_2_2_9_and_3_3_2_11_the_id_token_binds_what_stands_beside_it() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for (kind, brings) in TYPES {
        if !brings.contains(&"id_token") {
            continue;
        }
        let back = asked(&mut browser, kind, "openid profile").await;
        let id = verified(&bench, "web", &back.param("id_token").unwrap()).await;
        let hashed = |name: &str| {
            back.param(name)
                .map_or(Value::Null, |of| at_hash(&of).into())
        };
        assert_eq!(id["at_hash"], hashed("access_token"), "{kind}");
        assert_eq!(id["c_hash"], hashed("code"), "{kind}");
        assert_eq!(
            (&id["nonce"], &id["aud"]),
            (&json!("n"), &json!("web")),
            "{kind}"
        );
        assert_eq!(id["name"], "Ada Lovelace", "{kind}");
    }
}

#[tokio::test]
async fn oidc_core_3_3_a_hybrid_code_and_its_token_both_work_and_end_together() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let back = asked(&mut browser, "code id_token token", "openid profile").await;
    let (code, at_once) = (
        back.param("code").unwrap(),
        back.param("access_token").unwrap(),
    );
    assert_eq!(
        bench.userinfo(&at_once).await.status(),
        200,
        "before the code is redeemed"
    );
    let tokens = Exchange::code(&bench, "web", &code).tokens().await;
    let later = tokens["access_token"].as_str().unwrap();
    for token in [&*at_once, later] {
        assert_eq!(bench.userinfo(token).await.status(), 200);
    }
    // RFC 6749 §4.1.2: a code used twice revokes all tokens that came of it.
    assert_eq!(
        Exchange::code(&bench, "web", &code).send().await.status(),
        400
    );
    for token in [&*at_once, later] {
        assert_eq!(bench.userinfo(token).await.status(), 401);
    }
}

#[tokio::test]
async fn implicit_tokens_end_with_the_session_and_bring_no_refresh_token() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let back = asked(&mut browser, "id_token token", "openid offline_access").await;
    assert_eq!(
        back.param("scope").as_deref(),
        Some("openid"),
        "nothing to get it by"
    );
    let token = back.param("access_token").unwrap();
    assert_eq!(json(&bench.userinfo(&token).await)["nonce"], "n");
    let id_token = back.param("id_token").unwrap();
    let path = format!("/application/o/web/end-session/?id_token_hint={id_token}");
    assert_eq!(browser.get(&path).await.status(), 200);
    assert_eq!(bench.userinfo(&token).await.status(), 401);
}

#[tokio::test]
async fn form_post_carries_tokens_in_its_body_and_never_in_a_url() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let ask = Ask::valid()
        .with("response_type", "code id_token token")
        .and("response_mode", "form_post");
    let page = browser.get(&ask.path()).await;
    assert_eq!(
        (page.status().as_u16(), action(&page).as_str()),
        (200, "https://rp.example/cb")
    );
    let names: Vec<String> = hidden(&page).into_iter().map(|(name, _)| name).collect();
    let expected = [
        "code",
        "access_token",
        "token_type",
        "expires_in",
        "scope",
        "id_token",
        "state",
        "iss",
    ];
    assert_eq!(names, expected);
    assert_eq!(location(&page), None);
}

#[tokio::test]
async fn reference_2_2_errors_of_a_fragment_type_come_in_the_fragment() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for (change, error) in [
        (("scope", "profile"), "invalid_scope"),
        (("nonce", ""), "invalid_request"),
        (("response_mode", "query"), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
    ] {
        let ask = Ask::valid().with("response_type", "id_token token");
        let answer = browser.get(&ask.with(change.0, change.1).path()).await;
        let to = location(&answer).expect("a redirect");
        assert!(
            to.starts_with(&format!("https://rp.example/cb#error={error}&")),
            "{change:?}: {to}"
        );
        assert_eq!(Back { url: to }.param("state").as_deref(), Some("s t&"));
    }
    let bare = Ask::valid().with("response_type", "token");
    let to = location(&browser.get(&bare.path()).await).expect("a redirect");
    assert!(
        to.starts_with("https://rp.example/cb?error=unsupported_response_type&"),
        "{to}"
    );
}

#[tokio::test]
async fn consent_and_sign_in_come_before_any_token() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let ask = Ask::valid().with("response_type", "id_token token");
    let answer = browser.get(&ask.path()).await;
    let back = browser.go_on(answer).await;
    assert_eq!(
        browser.take_pages(),
        ["identification", "password", "consent"]
    );
    assert!(back.param("access_token").is_some(), "{}", back.url);

    let mut refusing = Browser::new(&bench);
    refusing.consent = "deny";
    let answer = refusing
        .get(&ask.clone().and("prompt", "consent").path())
        .await;
    let back = refusing.go_on(answer).await;
    assert!(
        back.url
            .starts_with("https://rp.example/cb#error=access_denied&"),
        "{}",
        back.url
    );
    assert_eq!(back.param("access_token"), None);
}

#[tokio::test]
async fn a_code_of_an_implicit_grant_does_not_exist() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let back = asked(&mut browser, "id_token token", "openid").await;
    assert_eq!(back.param("code"), None);
    let answer = Exchange::code(&bench, "web", &back.param("access_token").unwrap())
        .send()
        .await;
    assert!(
        summary(&answer).contains("invalid_grant"),
        "{}",
        summary(&answer)
    );
}
