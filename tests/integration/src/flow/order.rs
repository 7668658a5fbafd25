//! Answers out of order, twice, too late, and in several tabs.

use futures_util::future::join_all;
use http::Method;
use protocol::Seconds;

use super::{FLOW, SESSION, SIGN_IN, begin, cookies_set, is_signed_in, next};
use crate::harness::Bench;
use crate::harness::browser::{Browser, authorize_path, field, location};
use crate::harness::page::{action, heading, words};
use crate::harness::{form_post, request, text};

/// Sends an answer with the right token to this page's address.
async fn answer(
    browser: &mut Browser<'_>,
    page: &provider::http::Response,
    fields: &[(&str, &str)],
) -> (u16, String) {
    let csrf = field(&text(page), "csrf").expect("a csrf field");
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    let answer = browser.post(&action(page), &form).await;
    assert_eq!(cookies_set(&answer), [""; 0]);
    (
        answer.status().as_u16(),
        location(&answer).unwrap_or_default(),
    )
}

#[tokio::test]
async fn an_answer_to_a_stage_that_is_not_open_changes_nothing() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let here = action(&page);
    let password = [
        ("component", "ak-stage-password"),
        ("password", "correct horse battery"),
    ];
    let consent = [("component", "ak-stage-consent"), ("consent", "accept")];
    let unknown = [("component", "ak-stage-unknown"), ("uid_field", "ada")];
    let nameless = [("uid_field", "ada")];
    for fields in [&password[..], &consent, &unknown, &nameless] {
        let shown = answer(&mut browser, &page, fields).await;
        assert_eq!(shown, (303, here.clone()), "{fields:?}");
    }
    let page = browser.get(&here).await;
    assert_eq!(heading(&page), "Sign in");
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn a_stage_answered_twice_is_answered_once() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let password = next(&mut browser, &page).await;
    let other = [
        ("component", "ak-stage-identification"),
        ("uid_field", "bob"),
    ];
    let shown = answer(&mut browser, &page, &other).await;
    assert_eq!(shown, (303, action(&page)));
    let now = browser.get(&action(&page)).await;
    assert_eq!(words(&now), words(&password), "still ada's password");
}

#[tokio::test]
async fn two_clicks_on_sign_in_make_one_session() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-password"),
        ("password", "correct horse battery"),
    ];
    let cookie = format!("{FLOW}={}", browser.cookies[FLOW]);
    let clicks = (0..4).map(|_| {
        let mut click = form_post(&action(&page), &form);
        click
            .headers_mut()
            .insert("cookie", cookie.parse().expect("a header"));
        bench.send(click)
    });
    let answers = join_all(clicks).await;
    let made: Vec<_> = answers
        .iter()
        .filter(|a| cookies_set(a).contains(&SESSION.to_owned()))
        .collect();
    assert_eq!(made.len(), 1);
    for answer in &answers {
        assert_eq!(answer.status(), 303, "{}", words(answer));
        let to = location(answer).expect("on");
        let onward = to.starts_with("/application/o/authorize/?") || to == action(&page);
        assert!(onward, "{to}");
    }
}

#[tokio::test]
async fn a_flow_that_took_too_long_begins_anew() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    bench.wait(Seconds(Seconds::minutes(30).0 - 1));
    assert_eq!(
        heading(&browser.get(&action(&page)).await),
        "Enter your password"
    );
    bench.wait(Seconds(1));
    let password = [
        ("component", "ak-stage-password"),
        ("password", "correct horse battery"),
    ];
    assert_eq!(
        answer(&mut browser, &page, &password).await,
        (303, action(&page))
    );
    let page = browser.get(&action(&page)).await;
    assert_eq!(heading(&page), "Sign in");
    let back = browser.go_on(page).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn a_sign_in_that_took_too_long_to_come_back_is_not_lost() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let to = location(&browser.answer(&page).await).expect("on");
    bench.wait(Seconds::hours(1)); // the plan is over, the session is not
    let back = browser.get(&to).await;
    let back = browser.go_on(back).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert_eq!(browser.take_pages(), ["identification", "password"]);
}

#[tokio::test]
async fn two_tabs_on_two_errands_do_not_disturb_each_other() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let one = begin(&mut browser, "one").await;
    let two = begin(&mut browser, "two").await;
    let one = next(&mut browser, &one).await;
    browser.user = ("bob", "bobs own password");
    let two = next(&mut browser, &two).await;
    assert!(words(&one).contains("Account: / ada /") && words(&two).contains("Account: / bob /"));
    browser.user = crate::harness::USER;
    let back = browser.go_on(one).await;
    assert_eq!(back.param("state").as_deref(), Some("one"));
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn two_tabs_that_ask_for_consent_do_not_disturb_each_other() {
    let bench = Bench::embedded().await;
    let mut browser = super::signed_in(&bench).await;
    let mut pages = Vec::new();
    for scope in ["openid email", "openid profile"] {
        let asked = browser
            .get(&authorize_path("strict", scope, &[("state", scope)]))
            .await;
        pages.push(browser.get(&location(&asked).expect("to consent")).await);
    }
    browser.consent = "deny";
    let denied = browser.answer(&pages[0]).await;
    browser.consent = "accept";
    let allowed = browser.answer(&pages[1]).await;
    let denied = browser.go_on(denied).await;
    assert_eq!(
        denied.param("error").as_deref(),
        Some("access_denied"),
        "{}",
        denied.url
    );
    assert_eq!(denied.param("state").as_deref(), Some("openid email"));
    let allowed = browser.go_on(allowed).await;
    assert_eq!(allowed.param("state").as_deref(), Some("openid profile"));
    assert!(allowed.param("code").is_some(), "{}", allowed.url);
}

#[tokio::test]
async fn reloading_a_page_does_no_harm() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    for _ in 0..3 {
        assert_eq!(text(&browser.get(&action(&page)).await), text(&page));
    }
    assert_eq!(
        browser
            .send(request(Method::HEAD, &action(&page), ""))
            .await
            .status(),
        200
    );
    let back = browser.go_on(page).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn an_answer_for_somewhere_else_begins_there() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-password"),
        ("password", "correct horse battery"),
    ];
    let answer = browser.post(SIGN_IN, &form).await;
    assert_eq!(
        (answer.status().as_u16(), location(&answer).as_deref()),
        (303, Some(SIGN_IN))
    );
    assert_eq!(cookies_set(&answer), [""; 0]);
    assert_eq!(heading(&browser.get(SIGN_IN).await), "Sign in");
}
