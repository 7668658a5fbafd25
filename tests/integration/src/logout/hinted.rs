//! With an ID token of whoever is signed in there is nothing to ask (§2), and what it ends (§3).

use protocol::Seconds;

use super::{END_SESSION, OUT, SIGNED_OUT, Visitor};
use crate::harness::browser::location;
use crate::harness::page::{headers, said};
use crate::harness::{Bench, summary};

#[tokio::test]
async fn logout_3_the_person_is_sent_to_the_registered_uri_with_the_state() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let mut old = ada.browser.clone();
    let asked = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", OUT),
        ("state", "s t&ä"),
    ];
    let answer = ada.leave(&asked).await;
    assert_eq!(answer.status(), 302);
    assert_eq!(
        headers(&answer),
        [
            "cache-control: no-store",
            "location: https://rp.example/out?state=s+t%26%C3%A4",
            "referrer-policy: same-origin",
            "set-cookie: latchkey_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
    assert!(!ada.browser.cookies.contains_key("latchkey_session"));
    assert!(!ada.is_signed_in().await);
    std::mem::swap(&mut ada.browser, &mut old);
    assert!(
        !ada.is_signed_in().await,
        "nor is the cookie good for anything that kept it"
    );
}

#[tokio::test]
async fn logout_3_without_a_state_none_is_sent() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let asked = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", OUT),
        ("client_id", "web"),
    ];
    assert_eq!(location(&ada.leave(&asked).await).as_deref(), Some(OUT));
}

#[tokio::test]
async fn logout_2_without_a_uri_the_person_is_told_on_a_page() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let answer = ada.leave(&[("id_token_hint", &hint), ("state", "s")]).await;
    assert_eq!(said(&answer), SIGNED_OUT);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_4_an_expired_id_token_is_still_a_hint() {
    let bench = Bench::embedded().await;
    let two_days = Seconds::days(2);
    bench.wait(Seconds(-two_days.0)); // so that it has expired by every clock
    let mut ada = Visitor::ada(&bench, "openid").await;
    bench.wait(two_days);
    let hint = ada.id_token.clone();
    assert_eq!(
        said(&ada.leave(&[("id_token_hint", &hint)]).await),
        SIGNED_OUT
    );
}

#[tokio::test]
async fn logout_2_a_post_is_answered_like_a_get() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let form = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", OUT),
        ("state", "s"),
    ];
    // Another site's POST comes without our `SameSite=Lax` cookies.
    let stranger = bench.post(END_SESSION, &form).await;
    assert_eq!(stranger.status(), 303);
    let back = ada.browser.go_on(stranger).await;
    assert_eq!(back.url, "https://rp.example/out?state=s");
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_3_access_tokens_of_the_session_end_with_it() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let other = Visitor::ada(&bench, "openid").await;
    assert_eq!(bench.userinfo(&ada.access_token).await.status(), 200);
    let hint = ada.id_token.clone();
    ada.leave(&[("id_token_hint", &hint)]).await;
    assert_eq!(
        summary(&bench.userinfo(&ada.access_token).await),
        crate::harness::answers::INVALID_TOKEN
    );
    assert_eq!(
        bench.userinfo(&other.access_token).await.status(),
        200,
        "another browser's lives"
    );
}

#[tokio::test]
async fn oidc_core_11_offline_access_outlives_the_session() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid offline_access").await;
    let hint = ada.id_token.clone();
    ada.leave(&[("id_token_hint", &hint)]).await;
    assert!(!ada.is_signed_in().await);
    assert_eq!(ada.bench.userinfo(&ada.access_token).await.status(), 200);
    let refresh = ada.refresh_token.expect("a refresh token");
    assert_eq!(bench.refresh("web", &refresh).await.status(), 200);
}

#[tokio::test]
async fn logout_2_nobody_signed_in_is_no_error() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    ada.browser.cookies.clear();
    let asked = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", OUT),
        ("state", "s"),
    ];
    let twice = [ada.leave(&asked).await, ada.leave(&asked[1..]).await];
    for answer in twice {
        assert_eq!(
            location(&answer).as_deref(),
            Some("https://rp.example/out?state=s")
        );
    }
    assert_eq!(said(&ada.leave(&[]).await), SIGNED_OUT);
}
