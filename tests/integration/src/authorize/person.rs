//! What is told to the person alone, as nothing may be sent to anybody (RFC 6749 §4.1.2.1).

use http::Method;
use http::header::CONTENT_TYPE;

use super::{AUTHORIZE, Ask};
use crate::harness::browser::location;
use crate::harness::page::{headers, said};
use crate::harness::{Bench, CALLBACK, encode, form_post, request, text};

const UNKNOWN: &str = "400 Example / This application is not known here / The link that brought you here names an application that is not registered with this sign-in service. / Go back to the application and try again. If it happens again, tell the people who run it. / If you ask for help, give this reference (error 400): / [id]";

const UNSAFE: &str = "400 Example / This sign-in link is not safe to follow / The application asked to send you to an address that is not registered for it, so nothing was sent. / Go back to the application and try again. If it happens again, tell the people who run it. / If you ask for help, give this reference (error 400): / [id]";

/// The page of a request that cannot be understood, with this status.
fn unclear(status: u16) -> String {
    format!(
        "{status} Example / This request cannot be understood / The link or form that brought you here is not complete or not well-formed. / Go back to the application and try again. / If you ask for help, give this reference (error {status}): / [id]"
    )
}

#[tokio::test]
async fn rfc6749_4_1_2_1_an_invalid_client_id_is_never_redirected() {
    let bench = Bench::embedded().await;
    let valid = Ask::valid;
    for ask in [
        valid().without("client_id"),
        valid().with("client_id", ""),
        valid().with("client_id", "nobody"),
        valid().with("client_id", "WEB"),
        valid().with("client_id", "web "),
        valid().with("client_id", "wéb"),
        valid().with("client_id", "web\r\nLocation: https://evil.example/"),
        valid().with("client_id", &"w".repeat(3000)),
        valid().and("client_id", "web"),
    ] {
        assert_eq!(ask.answer(&bench).await, UNKNOWN, "{}", ask.path());
    }
}

#[tokio::test]
async fn rfc6749_4_1_2_1_an_unregistered_redirect_uri_is_never_redirected_to() {
    let bench = Bench::embedded().await;
    for uri in [
        "https://evil.example/cb",
        "https://rp.example/cb/",
        "https://rp.example/cb?x=1",
        "https://rp.example/cb#",
        "https://rp.example/cb#f",
        "https://rp.example/c%62",
        "https://rp.example/CB",
        "https://RP.example/cb",
        "https://rp.example:443/cb",
        "https://rp.example@evil.example/cb",
        "https://user@rp.example/cb",
        "https://rp.example/other",
        "https://rp.example/other?x=1&y=2",
        "http://rp.example/cb",
        "//rp.example/cb",
        "/cb",
        " https://rp.example/cb",
        "https://rp.example/cb\r\nSet-Cookie: a=b",
        "https://rp.example/cb\0",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        let ask = Ask::valid().with("redirect_uri", uri);
        assert_eq!(ask.answer(&bench).await, UNSAFE, "{uri:?}");
    }
}

#[tokio::test]
async fn rfc9700_2_1_the_redirect_uri_of_another_client_is_not_this_ones() {
    let bench = Bench::embedded().await;
    let ask = Ask::valid()
        .with("client_id", "es")
        .with("redirect_uri", "https://rp.example/other?x=1");
    assert_eq!(ask.answer(&bench).await, UNSAFE);
}

#[tokio::test]
async fn rfc6749_3_1_2_3_with_several_registered_a_redirect_uri_is_required() {
    let bench = Bench::embedded().await;
    let oauth = Ask::valid().with("scope", "email").without("redirect_uri");
    assert_eq!(oauth.answer(&bench).await, UNSAFE);
    assert_eq!(oauth.with("redirect_uri", "").answer(&bench).await, UNSAFE);
}

#[tokio::test]
async fn rfc6749_3_1_a_repeated_redirect_uri_is_never_redirected_to() {
    let bench = Bench::embedded().await;
    for second in [CALLBACK, "https://evil.example/"] {
        let ask = Ask::valid().and("redirect_uri", second);
        assert_eq!(ask.answer(&bench).await, UNSAFE, "{second}");
        let posted = bench.post(AUTHORIZE, &ask.pairs()).await;
        assert_eq!(said(&posted), UNSAFE, "posted, {second}");
    }
}

#[tokio::test]
async fn what_a_stranger_sends_does_not_stand_on_the_page() {
    let bench = Bench::embedded().await;
    let script = r#"https://evil.example/"><script>alert(1)</script>"#;
    for (name, expected) in [("client_id", UNKNOWN), ("redirect_uri", UNSAFE)] {
        let answer = bench.get(&Ask::valid().with(name, script).path()).await;
        assert_eq!(said(&answer), expected);
        let page = text(&answer);
        assert!(
            !page.contains("evil.example") && !page.contains("<script"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn rfc6749_appendix_b_a_request_that_is_not_utf8_is_refused() {
    let bench = Bench::embedded().await;
    let valid = Ask::valid().path();
    for broken in ["state=%ff", "%ff=1", "nonce=%c3", "redirect_uri=%ed%a0%80"] {
        let answer = bench.get(&format!("{valid}&{broken}")).await;
        assert_eq!(said(&answer), unclear(400), "{broken}");
        assert_eq!(location(&answer), None);
    }
}

#[tokio::test]
async fn an_oversized_request_is_refused() {
    let bench = Bench::embedded().await;
    let long = Ask::valid().with("state", &"s".repeat(4096));
    assert_eq!(long.answer(&bench).await, unclear(413));
    assert_eq!(
        said(&bench.post(AUTHORIZE, &long.pairs()).await),
        unclear(413)
    );
    let huge = Ask::valid().with("state", &"s".repeat(64 * 1024));
    let answer = bench.post(AUTHORIZE, &huge.pairs()).await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (413, None));
    let fits = Ask::valid()
        .with("state", &"s".repeat(3800))
        .answer(&bench)
        .await;
    assert!(
        fits.starts_with("302 /if/flow/default-authentication-flow/?next="),
        "{fits}"
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_post_is_a_form() {
    let bench = Bench::embedded().await;
    let body = encode(&Ask::valid().pairs());
    let refused = bench.send(request(Method::POST, AUTHORIZE, &body)).await;
    assert_eq!(said(&refused), unclear(415), "without a media type");
    for bad in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
    ] {
        let mut post = form_post(AUTHORIZE, &Ask::valid().pairs());
        post.headers_mut()
            .insert(CONTENT_TYPE, bad.parse().expect("a header"));
        assert_eq!(said(&bench.send(post).await), unclear(415), "{bad}");
    }
}

#[tokio::test]
async fn an_error_page_has_these_headers_and_no_other() {
    let bench = Bench::embedded().await;
    let answer = bench.get(AUTHORIZE).await;
    assert_eq!(said(&answer), UNKNOWN);
    assert_eq!(
        headers(&answer),
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
