//! A pushed request is used once, by its client, in time, and as it was pushed (RFC 9126 §4, §7).

use futures_util::future::join_all;

use super::{PAR, expire, is_page, name, path, pushing, visit};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, encode, member};

#[tokio::test]
async fn rfc9126_4_a_pushed_request_leads_to_a_code_and_tokens() {
    let bench = Bench::embedded().await;
    for client in ["fast", "web", "spa"] {
        let name = name(&pushing(&bench, client).send_to(PAR).await);
        let back = visit(&bench, client, &name).await;
        assert_eq!(back.param("state").as_deref(), Some("s"));
        let issuer = format!("http://localhost:8000/application/o/{client}/");
        assert_eq!(back.param("iss"), Some(issuer), "RFC 9207 §2");
        let code = back.param("code").expect("a code");
        let tokens = Exchange::code(&bench, client, &code).tokens().await;
        assert!(member(&tokens, "access_token").len() > 20);
    }
}

#[tokio::test]
async fn rfc9126_4_what_stands_beside_the_name_does_not_count() {
    let bench = Bench::embedded().await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    let beside = [
        ("client_id", "fast"),
        ("request_uri", name.as_str()),
        ("redirect_uri", "https://evil.example/cb"),
        ("scope", "openid email"),
        ("state", "other"),
        ("response_type", "code id_token"),
    ];
    let mut browser = Browser::new(&bench);
    let path = format!("/application/o/authorize/?{}", encode(&beside));
    let answer = browser.get(&path).await;
    let back = browser.go_on(answer).await;
    assert!(
        back.url.starts_with("https://rp.example/cb?code="),
        "{}",
        back.url
    );
    assert_eq!(back.param("state").as_deref(), Some("s"));
}

#[tokio::test]
async fn rfc9126_7_3_a_request_is_used_once() {
    let bench = Bench::embedded().await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    let mut browser = Browser::new(&bench);
    let answer = browser.get(&path("fast", &name)).await;
    let back = browser.go_on(answer).await;
    assert!(back.param("code").is_some());
    let again = browser.get(&path("fast", &name)).await;
    assert!(is_page(&again), "{:?}", location(&again));
}

#[tokio::test]
async fn rfc9126_7_3_looking_at_the_pages_does_not_use_it() {
    let bench = Bench::embedded().await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    for _ in 0..3 {
        let mut browser = Browser::new(&bench);
        let answer = browser.get(&path("fast", &name)).await;
        let page = location(&answer).expect("the way to sign in");
        assert_eq!(browser.get(&page).await.status(), 200);
    }
    assert!(visit(&bench, "fast", &name).await.param("code").is_some());
}

#[tokio::test]
async fn of_many_uses_at_once_one_gets_a_code() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    let path = path("fast", &name);
    let mut tabs: Vec<_> = (0..8).map(|_| browser.clone()).collect();
    let answers = join_all(tabs.iter_mut().map(|tab| tab.get(&path))).await;
    let sent = answers.iter().filter_map(location);
    let codes = sent.filter(|to| to.contains("?code=")).count();
    assert_eq!(codes, 1);
    for answer in &answers {
        let refused = location(answer).is_some_and(|to| to.contains("error=invalid_request_uri"));
        let code = location(answer).is_some_and(|to| to.contains("?code="));
        assert!(refused || code || is_page(answer), "{:?}", location(answer));
    }
}

#[tokio::test]
async fn rfc9126_2_2_it_is_over_at_the_second_of_its_expiry() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    expire(&bench);
    let answer = browser.get(&path("fast", &name)).await;
    let to = location(&answer).expect("the client hears of it");
    assert!(
        to.starts_with("https://rp.example/cb?error=invalid_request_uri"),
        "{to}"
    );
}

#[tokio::test]
async fn whoever_began_to_sign_in_in_time_may_take_longer() {
    let bench = Bench::embedded().await;
    for client in ["fast", "web"] {
        let name = name(&pushing(&bench, client).send_to(PAR).await);
        let mut browser = Browser::new(&bench);
        let answer = browser.get(&path(client, &name)).await;
        let page = browser.get(&location(&answer).expect("a flow")).await;
        bench.wait(protocol::Seconds(600));
        let answer = browser.answer(&page).await;
        let back = browser.go_on(answer).await;
        assert!(back.param("code").is_some(), "{client}: {}", back.url);
    }
}

#[tokio::test]
async fn whoever_comes_late_cannot_begin_by_the_flows_own_address() {
    let bench = Bench::embedded().await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    let mut browser = Browser::new(&bench);
    let answer = browser.get(&path("fast", &name)).await;
    let flow = location(&answer).expect("a flow");
    expire(&bench);
    let page = browser.get(&flow).await;
    let answer = browser.answer(&page).await;
    let back = browser.go_on(answer).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request_uri"));
}

#[tokio::test]
async fn rfc9126_7_2_a_request_is_the_clients_that_pushed_it() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let name = name(&pushing(&bench, "web").send_to(PAR).await);
    let swapped = browser.get(&path("fast", &name)).await;
    assert!(is_page(&swapped));
    assert!(
        visit(&bench, "web", &name).await.param("code").is_some(),
        "it was not used up"
    );
}

#[tokio::test]
async fn rfc9126_7_1_a_name_that_nobody_gave_is_nobodys() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let made_up = format!("urn:ietf:params:oauth:request_uri:{}", "A".repeat(43));
    assert!(is_page(&browser.get(&path("fast", &made_up)).await));
    let url = authorize_path(
        "fast",
        "openid",
        &[("request_uri", &made_up), ("request", "x")],
    );
    let both = browser.get(&url).await;
    let to = location(&both).expect("its redirect URI stands beside it");
    assert!(to.contains("error=invalid_request&"), "RFC 9101 §5: {to}");
}
