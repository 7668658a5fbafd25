//! With an ID token of whoever is signed in there is nothing to ask (§2), and what it ends (§3).

use protocol::Seconds;
use provider::client::IssuerMode;

use super::{END_SESSION, OUT, SIGNED_OUT, Visitor};
use crate::harness::browser::location;
use crate::harness::page::{action, headers, heading, hidden, said};
use crate::harness::{Bench, configure, encode, summary};

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
    // Another site's POST comes without our `SameSite=Lax` cookies, and what is in it belongs into no URL.
    let stranger = bench.post(END_SESSION, &form).await;
    assert_eq!(
        (stranger.status().as_u16(), location(&stranger)),
        (200, None)
    );
    assert_eq!(action(&stranger), END_SESSION);
    let fields = hidden(&stranger);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&**n, &**v)).collect();
    assert_eq!(fields[..3], form);
    let back = ada.browser.post(END_SESSION, &fields).await;
    assert_eq!(back.status(), 303);
    let to = location(&back);
    assert_eq!(to.as_deref(), Some("https://rp.example/out?state=s"));
    assert!(!ada.is_signed_in().await);
    // With nobody signed in it does not go round for ever.
    let again = bench.post(END_SESSION, &fields).await;
    assert_eq!(location(&again), to);
}

#[tokio::test]
async fn logout_2_a_post_of_our_own_site_is_answered_at_once() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let form = [("id_token_hint", &*hint), ("post_logout_redirect_uri", OUT)];
    let answer = ada.browser.post(END_SESSION, &form).await;
    assert_eq!(location(&answer).as_deref(), Some(OUT));
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_2_a_logout_hint_that_names_somebody_else_asks() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let asked = [("id_token_hint", &*hint), ("logout_hint", "bob")];
    let page = ada.leave(&asked).await;
    assert_eq!(heading(&page), "Sign out of Example?");
    assert!(ada.is_signed_in().await);
    let asked = [("id_token_hint", &*hint), ("logout_hint", "ada")];
    assert_eq!(said(&ada.leave(&asked).await), SIGNED_OUT);
}

#[tokio::test]
async fn logout_2_an_id_token_of_another_session_asks() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let elsewhere = Visitor::ada(&bench, "openid").await;
    let page = ada.leave(&[("id_token_hint", &elsewhere.id_token)]).await;
    assert_eq!(heading(&page), "Sign out of Example?");
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_2_ui_locales_choose_the_language() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let page = ada.leave(&[("ui_locales", "fr de")]).await;
    assert_eq!(heading(&page), "Von Example abmelden?");
}

#[tokio::test]
async fn logout_2_the_hint_says_which_client_of_the_issuer_asks() {
    let bench = Bench::embedded().await;
    for slug in ["es", "web"] {
        let mut client = configure::seeded(&bench, slug);
        client.issuer_mode = IssuerMode::Global;
        let (stores, tenant) = (&bench.backend.stores, &bench.seeded.tenant.id);
        configure::write(stores, tenant, &client).await;
    }
    bench.wait(Seconds(30));
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let asked = [
        ("id_token_hint", &*hint),
        ("client_id", "web"),
        ("post_logout_redirect_uri", OUT),
    ];
    let path = format!("/application/o/es/end-session/?{}", encode(&asked));
    let answer = ada.browser.get(&path).await;
    assert_eq!(location(&answer).as_deref(), Some(OUT));
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
