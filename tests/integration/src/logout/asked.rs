//! Without a hint for whoever is signed in they are asked (§2), as anybody could have sent them here.

use super::{END_SESSION, OUT, SIGNED_OUT, Visitor};
use crate::harness::Bench;
use crate::harness::browser::{Browser, field, location};
use crate::harness::page::{action, headers, hidden, said, words};
use crate::harness::text;

const ASKED: &str = "Example / Sign out of Example? / Web / asks to end your session here. Other applications may then ask you to sign in again. / Account: / ada / Sign out / Stay signed in";

/// Presses a button of the page.
async fn choose(
    visitor: &mut Visitor<'_>,
    page: &provider::http::Response,
    choice: &str,
) -> provider::http::Response {
    let mut form = hidden(page);
    form.push(("choice".to_owned(), choice.to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    visitor.browser.post(&action(page), &form).await
}

#[tokio::test]
async fn logout_2_without_a_hint_the_person_is_asked() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let asked = [
        ("post_logout_redirect_uri", OUT),
        ("state", "s\"<&"),
        ("client_id", "web"),
    ];
    let page = ada.leave(&asked).await;
    assert_eq!(words(&page), ASKED);
    assert_eq!(
        headers(&page),
        [
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; style-src [style] [style]; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
            "content-type: text/html; charset=utf-8",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
    assert_eq!(action(&page), END_SESSION);
    let fields = hidden(&page);
    assert_eq!(fields[0].0, "csrf");
    assert_eq!(
        fields[1..],
        asked.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert!(ada.is_signed_in().await, "asking ends nothing");
    let answer = choose(&mut ada, &page, "sign_out").await;
    assert_eq!(answer.status(), 303);
    assert_eq!(
        location(&answer).as_deref(),
        Some("https://rp.example/out?state=s%22%3C%26")
    );
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_2_the_person_may_stay() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let page = ada.leave(&[("post_logout_redirect_uri", OUT)]).await;
    for choice in ["stay", "anything"] {
        let answer = choose(&mut ada, &page, choice).await;
        assert_eq!(answer.status(), 303);
        let to = location(&answer).expect("a page of ours");
        assert_eq!(to, "/if/flow/default-authentication-flow/");
        let onward = ada.browser.get(&to).await;
        assert_eq!(location(&onward).as_deref(), Some("/if/user/"));
        assert!(ada.is_signed_in().await);
    }
    assert_eq!(bench.userinfo(&ada.access_token).await.status(), 200);
}

#[tokio::test]
async fn logout_2_signing_out_without_a_uri_ends_at_a_page() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let page = ada.leave(&[]).await;
    assert_eq!(words(&page), ASKED);
    assert_eq!(said(&choose(&mut ada, &page, "sign_out").await), SIGNED_OUT);
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn logout_2_a_hint_for_somebody_else_asks() {
    let bench = Bench::embedded().await;
    let bob = Visitor::new(&bench, "openid", ("bob", "bobs own password")).await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let asked = [
        ("id_token_hint", &*bob.id_token),
        ("post_logout_redirect_uri", OUT),
    ];
    let page = ada.leave(&asked).await;
    assert_eq!(words(&page), ASKED);
    assert!(ada.is_signed_in().await);
    let answer = choose(&mut ada, &page, "sign_out").await;
    assert_eq!(location(&answer).as_deref(), Some(OUT));
}

#[tokio::test]
async fn logout_6_another_sites_form_signs_nobody_out() {
    let bench = Bench::embedded().await;
    let mut bob = Visitor::new(&bench, "openid", ("bob", "bobs own password")).await;
    let foreign = field(&text(&bob.leave(&[]).await), "csrf").expect("a csrf field");
    let mut ada = Visitor::ada(&bench, "openid").await;
    for token in [None, Some("x"), Some(&*foreign)] {
        let mut form = vec![("choice", "sign_out"), ("post_logout_redirect_uri", OUT)];
        form.extend(token.map(|token| ("csrf", token)));
        let answer = ada.browser.post(END_SESSION, &form).await;
        assert_eq!(
            said(&answer),
            "403 Example / This page has expired / The form you sent was not made for this browser session, or it is too old. Nothing was changed. / Go back, reload the page and try again. / If you ask for help, give this reference (error 403): / [id]",
            "{token:?}"
        );
        assert!(ada.is_signed_in().await);
    }
}

#[tokio::test]
async fn logout_6_an_answer_without_our_cookie_is_not_taken_for_one() {
    let bench = Bench::embedded().await;
    let form = [("choice", "sign_out"), ("post_logout_redirect_uri", OUT)];
    let answer = Browser::new(&bench).post(END_SESSION, &form).await;
    let want = [("post_logout_redirect_uri", OUT), ("choice", "again")];
    let want = want.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(hidden(&answer), want, "it comes again, and is asked then");
}

#[tokio::test]
async fn logout_6_a_link_cannot_answer_for_the_person() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let csrf = field(&text(&ada.leave(&[]).await), "csrf").expect("a csrf field");
    let page = ada.leave(&[("choice", "sign_out"), ("csrf", &csrf)]).await;
    assert_eq!(words(&page), ASKED);
    let names: Vec<String> = hidden(&page).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["csrf"], "what the link brought is not sent on");
    assert!(ada.is_signed_in().await);
}
