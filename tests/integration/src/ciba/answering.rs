//! The page where people answer (CIBA Core §8).

use protocol::Seconds;

use super::{ACCESS_DENIED, PAGE, PENDING, ada, answer, asked, asking, page, poll, polling};
use crate::harness::browser::{Browser, field, location};
use crate::harness::{Bench, text};
use crate::machines::reconfigure;

fn bobs(bench: &Bench) -> Browser<'_> {
    let mut bob = Browser::new(bench);
    bob.user = ("bob", "bobs own password");
    bob
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_with_which_message() {
    let bench = polling().await;
    let (mut browser, shown) = page(Browser::new(&bench)).await;
    assert!(text(&shown).contains("Nobody is waiting for your answer."));
    asked(&asking(&bench).with("binding_message", "<b>W4SCT</b>")).await;
    let html = text(&browser.get(PAGE).await);
    assert!(html.contains("<b>Fast</b>"), "{html}");
    assert!(
        html.contains("W4SCT") && !html.contains("<b>W4SCT"),
        "{html}"
    );
    assert!(
        html.contains("General Profile Information"),
        "what it would allow: {html}"
    );
    answer(&mut browser, "allow").await;
    assert!(text(&browser.get(PAGE).await).contains("Nobody is waiting"));
}

#[tokio::test]
async fn only_the_person_who_is_asked_sees_and_answers_it() {
    let bench = polling().await;
    let id = asked(&asking(&bench)).await;
    let (mut ada, shown) = page(Browser::new(&bench)).await;
    let request = field(&text(&shown), "request").expect("a request");
    let (mut bob, shown) = page(bobs(&bench)).await;
    let html = text(&shown);
    assert!(html.contains("Nobody is waiting"), "{html}");
    let tokens = text(&bob.get("/if/user/tokens/").await);
    let csrf = field(&tokens, "csrf").expect("a token");
    for action in ["allow", "refuse"] {
        let form = [
            ("csrf", csrf.as_str()),
            ("request", &request),
            ("action", action),
        ];
        let to = location(&bob.post(PAGE, &form).await).expect("back");
        assert_eq!(to, "/if/user/requests/?notice=gone");
    }
    assert_eq!(poll(&bench, &id).summary().await, PENDING);
    answer(&mut ada, "refuse").await;
    assert_eq!(poll(&bench, &id).summary().await, ACCESS_DENIED);
}

#[tokio::test]
async fn a_form_without_the_sessions_token_answers_nothing() {
    let bench = polling().await;
    let id = asked(&asking(&bench)).await;
    let (mut browser, shown) = page(Browser::new(&bench)).await;
    let request = field(&text(&shown), "request").expect("a request");
    for csrf in ["", "wrong"] {
        let form = [
            ("csrf", csrf),
            ("request", request.as_str()),
            ("action", "allow"),
        ];
        assert_eq!(browser.post(PAGE, &form).await.status(), 403);
    }
    assert_eq!(poll(&bench, &id).summary().await, PENDING);
}

#[tokio::test]
async fn allowing_wants_a_recent_sign_in_and_refusing_does_not() {
    let bench = polling().await;
    let (mut browser, _) = page(Browser::new(&bench)).await;
    bench.wait(Seconds(31 * 60));
    let id = asked(&asking(&bench)).await;
    let to = answer(&mut browser, "allow").await;
    assert!(
        to.starts_with("/if/flow/") && to.contains("restart=1"),
        "{to}"
    );
    assert_eq!(poll(&bench, &id).summary().await, PENDING);
    let to = answer(&mut browser, "refuse").await;
    assert_eq!(to, "/if/user/requests/?notice=request-refused");
    bench.wait(Seconds(10));
    assert_eq!(poll(&bench, &id).summary().await, ACCESS_DENIED);
}

#[tokio::test]
async fn what_was_answered_or_is_over_cannot_be_answered() {
    let bench = polling().await;
    asked(&asking(&bench)).await;
    let (mut browser, shown) = page(Browser::new(&bench)).await;
    let html = text(&shown);
    let (csrf, request) = (field(&html, "csrf"), field(&html, "request"));
    let (csrf, request) = (csrf.expect("a token"), request.expect("a request"));
    answer(&mut browser, "refuse").await;
    let form = [
        ("csrf", csrf.as_str()),
        ("request", &request),
        ("action", "allow"),
    ];
    let gone = "/if/user/requests/?notice=gone";
    assert_eq!(
        location(&browser.post(PAGE, &form).await).expect("back"),
        gone
    );
    asked(&asking(&bench)).await;
    let request = field(&text(&browser.get(PAGE).await), "request").expect("a request");
    bench.wait(Seconds(600));
    let form = [
        ("csrf", csrf.as_str()),
        ("request", &request),
        ("action", "allow"),
    ];
    assert_eq!(
        location(&browser.post(PAGE, &form).await).expect("back"),
        gone
    );
}

#[tokio::test]
async fn whoever_may_not_use_the_application_cannot_allow_it() {
    let bench = polling().await;
    let id = asked(&asking(&bench)).await;
    reconfigure(&bench, "fast", |client| {
        client.policies = crate::harness::configure::refusing();
    })
    .await;
    assert_eq!(
        ada(&bench, "allow").await,
        "/if/user/requests/?notice=request-denied"
    );
    assert_eq!(poll(&bench, &id).summary().await, ACCESS_DENIED);
}
