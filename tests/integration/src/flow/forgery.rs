//! Forms of other sites, and links that lead off this one (RFC 6749 §10.12, §10.15; RFC 9700 §4.11.2).

use http::Method;
use http::header::CONTENT_TYPE;

use super::{FLOW, SIGN_IN, begin, cookies_set, is_signed_in, next, signed_in};
use crate::harness::browser::{Browser, authorize_path, field, location};
use crate::harness::page::{action, heading, said};
use crate::harness::{Bench, encode, form_post, request, text};

const EXPIRED: &str = "403 Example / This page has expired / The form you sent was not made for this browser session, or it is too old. Nothing was changed. / Go back, reload the page and try again. / If you ask for help, give this reference (error 403): / [id]";

const NOWHERE: &str = "400 Example / This link leads nowhere / The link asks to send you to a place that this service does not send people to. / Go back to the application and try again. / If you ask for help, give this reference (error 400): / [id]";

/// Calls that change something.
fn writes(calls: (Vec<String>, Vec<String>)) -> Vec<String> {
    let reads = ["GetItem", "BatchGetItem", "Query", "TransactGetItems"];
    calls
        .0
        .into_iter()
        .filter(|name| !reads.contains(&name.as_str()))
        .collect()
}

#[tokio::test]
async fn rfc6749_10_12_a_form_without_its_token_changes_nothing() {
    let bench = Bench::embedded().await;
    let mut other = Browser::new(&bench);
    let foreign = field(&text(&begin(&mut other, "s").await), "csrf").expect("a csrf field");
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let own = field(&text(&page), "csrf").expect("a csrf field");
    let cookie = browser.cookies[FLOW].clone();
    let to = action(&page);
    let rest = [
        ("component", "ak-stage-password"),
        ("password", "correct horse battery"),
    ];
    bench.forget_calls();
    for token in [
        None,
        Some(""),
        Some("x"),
        Some(&*foreign),
        Some(&*cookie),
        Some(&own[1..]),
    ] {
        let mut form: Vec<(&str, &str)> = token.map(|token| ("csrf", token)).into_iter().collect();
        form.extend(rest);
        let answer = browser.post(&to, &form).await;
        assert_eq!(said(&answer), EXPIRED, "{token:?}");
        assert_eq!(cookies_set(&answer), [""; 0]);
    }
    let twice = [("csrf", &*own), ("csrf", &*own), rest[0], rest[1]];
    assert_eq!(said(&browser.post(&to, &twice).await), EXPIRED);
    let in_query = format!("{to}&{}", encode(&[("csrf", &own)]));
    assert_eq!(
        said(&browser.post(&in_query, &rest).await),
        EXPIRED,
        "it stands in the form"
    );
    assert_eq!(writes(bench.take_calls()), [""; 0]);
    let back = browser.go_on(page).await;
    assert!(
        back.param("code").is_some(),
        "the person goes on: {}",
        back.url
    );
}

#[tokio::test]
async fn rfc6749_10_12_another_sites_post_comes_without_cookies_and_changes_nothing() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let form = [
        ("csrf", &*csrf),
        ("component", "ak-stage-identification"),
        ("uid_field", "bob"),
    ];
    bench.forget_calls();
    assert_eq!(said(&bench.post(&action(&page), &form).await), EXPIRED);
    assert_eq!(writes(bench.take_calls()), [""; 0]);
}

#[tokio::test]
async fn rfc6749_10_12_consent_cannot_be_given_by_another_site() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    let path = authorize_path("web", "openid email", &[]);
    let to = location(&browser.get(&path).await).expect("to consent");
    let page = browser.get(&to).await;
    let form = [
        ("csrf", "x"),
        ("component", "ak-stage-consent"),
        ("consent", "accept"),
    ];
    bench.forget_calls();
    assert_eq!(said(&browser.post(&action(&page), &form).await), EXPIRED);
    assert_eq!(writes(bench.take_calls()), [""; 0]);
    let again = browser.get(&path).await;
    assert_eq!(location(&again).as_deref(), Some(&*to), "it is still asked");
}

#[tokio::test]
async fn a_token_of_before_the_sign_in_is_no_longer_good() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let password = next(&mut browser, &page).await;
    browser.answer(&password).await;
    let signed_in = browser.cookies.clone();
    // Nothing is taken from either form; the way on is where they led.
    for stale in [page, password] {
        let way_on = browser.answer(&stale).await;
        assert_eq!(way_on.status(), 303);
        let to = location(&way_on).expect("a place");
        assert!(to.starts_with("/application/o/authorize/?"), "{to}");
    }
    assert_eq!(browser.cookies, signed_in);
    assert!(is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn rfc6749_10_15_next_never_leads_to_another_site() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    for place in [
        "https://evil.example/",
        "http://localhost:8000/application/o/authorize/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example/",
        "javascript:alert(1)",
        "evil.example",
        "/a\r\nLocation: https://evil.example/",
        "?x",
        "#x",
    ] {
        let path = format!("{SIGN_IN}?{}", encode(&[("next", place)]));
        for answer in [
            browser.get(&path).await,
            browser.post(&path, &[("csrf", "x")]).await,
        ] {
            // A POST brings a control character no further than its parameter.
            let expected = if place.contains(['\t', '\r']) {
                "This request cannot"
            } else {
                "This link leads"
            };
            assert_eq!(answer.status(), 400, "{place:?}");
            assert!(
                heading(&answer).starts_with(expected),
                "{place:?}: {}",
                heading(&answer)
            );
            assert_eq!(location(&answer), None);
            assert!(!text(&answer).contains("evil.example"));
        }
    }
    let path = format!("{SIGN_IN}?next=//evil.example/");
    assert_eq!(said(&browser.get(&path).await), NOWHERE);
    let twice = format!("{SIGN_IN}?next=/a&next=/b");
    assert_eq!(browser.get(&twice).await.status(), 400);
}

#[tokio::test]
async fn a_sign_in_ends_where_its_link_said_and_nowhere_the_form_says() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let page = next(&mut browser, &page).await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let form = [
        ("csrf", &*csrf),
        ("component", "ak-stage-password"),
        ("password", "correct horse battery"),
        ("next", "https://evil.example/"),
    ];
    let answer = browser.post(&action(&page), &form).await;
    let to = location(&answer).expect("on");
    assert!(
        to.starts_with("/application/o/authorize/?client_id=fast&"),
        "{to}"
    );
}

#[tokio::test]
async fn an_answer_is_a_form() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = begin(&mut browser, "s").await;
    let (to, csrf) = (
        action(&page),
        field(&text(&page), "csrf").expect("a csrf field"),
    );
    let form = [
        ("csrf", &*csrf),
        ("component", "ak-stage-identification"),
        ("uid_field", "ada"),
    ];
    let plain = browser
        .send(request(Method::POST, &to, &encode(&form)))
        .await;
    assert_eq!(plain.status(), 415);
    let mut json = form_post(&to, &form);
    json.headers_mut()
        .insert(CONTENT_TYPE, "application/json".parse().expect("a header"));
    assert_eq!(browser.send(json).await.status(), 415);
    let mut broken = form_post(&to, &form);
    *broken.body_mut() = "csrf=%ff".into();
    assert_eq!(browser.send(broken).await.status(), 400);
    let large = "a".repeat(64 * 1024);
    assert_eq!(
        browser.post(&to, &[("uid_field", &large)]).await.status(),
        413
    );
}
