//! The page where a person types the code (RFC 8628 §3.3).

use http::Method;
use protocol::Seconds;

use super::{DEVICE, PAGE, ask, enter, open, poll, send};
use crate::harness::browser::{Browser, field, location};
use crate::harness::page::{action, heading, hidden, said, words};
use crate::harness::{Bench, header, json, member, page, request, text};

const NOT_VALID: &str =
    "This code is not valid. Compare it with your device, or start again there to get a new one.";

#[tokio::test]
async fn rfc8628_3_3_somebody_not_signed_in_signs_in_and_comes_back() {
    let bench = Bench::embedded().await;
    for (path, next) in [
        ("/device", "%2Fdevice"),
        ("/device/", "%2Fdevice"),
        ("/device?code=wdjb+mjht", "%2Fdevice%3Fcode%3DWDJB-MJHT"),
        ("/device?code=%2F%2Fevil.example", "%2Fdevice"),
    ] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status(), 302, "{path}");
        let want = format!("/if/flow/default-authentication-flow/?next={next}");
        assert_eq!(location(&answer), Some(want), "{path}");
    }
    let mut browser = Browser::new(&bench);
    let page = open(&mut browser, "/device?code=WDJB-MJHT").await;
    assert_eq!(browser.take_pages(), ["identification", "password"]);
    assert_eq!(field(&text(&page), "code").as_deref(), Some("WDJB-MJHT"));
}

#[tokio::test]
async fn the_page_says_who_is_signed_in_and_asks_for_the_code() {
    let bench = Bench::embedded().await;
    let page = open(&mut Browser::new(&bench), PAGE).await;
    assert_eq!(
        said(&page),
        "200 Example / Connect a device / Enter the code that your device shows. / Account: / ada / Code / Continue"
    );
    assert_eq!(action(&page), "/device");
    let names: Vec<String> = hidden(&page).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["csrf", "component"]);
    assert_eq!(field(&text(&page), "code").as_deref(), Some(""));
    assert_eq!(
        page::headers(&page),
        [
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; style-src [style] [style]; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
            "content-type: text/html; charset=utf-8",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
}

/// RFC 8628 §3.3.1: a link with the code in it still has the person look at it first.
#[tokio::test]
async fn rfc8628_3_3_1_the_complete_uri_fills_the_code_in_and_decides_nothing() {
    let bench = Bench::embedded().await;
    let answer = bench.post(DEVICE, &[("client_id", "spa")]).await;
    let complete = member(&json(&answer), "verification_uri_complete").to_owned();
    let codes = super::codes(&answer);
    let path = complete.strip_prefix("http://localhost:8000").unwrap();
    let mut browser = Browser::new(&bench);
    let page = open(&mut browser, path).await;
    assert_eq!(heading(&page), "Connect a device");
    assert_eq!(field(&text(&page), "code"), Some(codes.user.clone()));
    assert_eq!(poll(&bench, "spa", &codes).summary().await, super::PENDING);
    let question = send(&mut browser, &page, &[("code", &codes.user)]).await;
    assert_eq!(heading(&question), "Connect Single Page?");
}

#[tokio::test]
async fn rfc8628_6_1_a_code_may_be_typed_in_any_case_and_without_its_hyphen() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let bare = codes.user.replace('-', "").to_lowercase();
    for typed in [
        bare.clone(),
        format!("  {bare} "),
        codes.user.replace('-', " - "),
    ] {
        let question = enter(&mut browser, &typed).await;
        assert_eq!(heading(&question), "Connect Single Page?", "{typed}");
        assert!(
            words(&question).contains(&codes.user),
            "as the device shows it"
        );
    }
}

/// One message for every reason: who guesses learns nothing.
#[tokio::test]
async fn a_code_that_cannot_be_answered_is_not_valid() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let (answered, expired) = (
        ask(&bench, "spa", "openid").await,
        ask(&bench, "spa", "openid").await,
    );
    super::answer(&mut browser, &answered.user, "accept").await;
    bench.wait(Seconds(600));
    for typed in [
        "WDJB-MJHT",
        "nonsense",
        "1234-5678",
        &answered.user,
        &expired.user,
    ] {
        let page = enter(&mut browser, typed).await;
        assert_eq!(page.status(), 200);
        assert_eq!(heading(&page), "Connect a device");
        assert!(
            words(&page).contains(NOT_VALID),
            "{typed}: {}",
            words(&page)
        );
        assert_eq!(
            field(&text(&page), "code").as_deref(),
            Some(typed),
            "to be mended"
        );
    }
    let nothing = enter(&mut browser, "").await;
    assert!(words(&nothing).contains(NOT_VALID));
}

#[tokio::test]
async fn hostile_input_stays_text() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let typed = "\"><script>alert(1)</script>";
    let page = enter(&mut browser, typed).await;
    assert!(!text(&page).contains("<script"));
    assert_eq!(field(&text(&page), "code").as_deref(), Some(typed));
    let twice = browser.get("/device?code=a&code=b").await;
    assert_eq!(twice.status(), 400);
    let broken = browser.get("/device?code=%ff").await;
    assert_eq!(broken.status(), 400);
}

#[tokio::test]
async fn the_page_takes_get_and_post_and_its_faults_are_pages() {
    let bench = Bench::embedded().await;
    let answer = bench.send(request(Method::PUT, PAGE, "")).await;
    assert_eq!(answer.status(), 405);
    assert!(header(&answer, "content-type").starts_with("text/html"));
    assert_eq!(header(&answer, "allow"), "GET, POST, HEAD");
}

#[tokio::test]
async fn a_post_of_somebody_signed_out_in_between_leads_to_signing_in_and_back() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let page = open(&mut browser, PAGE).await;
    browser.cookies.clear();
    let answer = send(&mut browser, &page, &[("code", &codes.user)]).await;
    assert_eq!(answer.status(), 303);
    let to = location(&answer).unwrap();
    assert!(
        to.ends_with(&format!("?next=%2Fdevice%3Fcode%3D{}", codes.user)),
        "{to}"
    );
}
