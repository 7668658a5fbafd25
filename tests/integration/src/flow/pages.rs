//! The pages as HTTP: headers, methods, addresses, and an issuer behind TLS.

use http::header::HOST;
use http::{Method, Request};
use local::seed::Seed;

use super::{SIGN_IN, begin, next};
use crate::harness::answers;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::page::{headers, said, words};
use crate::harness::{Bench, header, request, summary, text};

const PAGE: [&str; 7] = [
    "cache-control: no-store",
    "content-security-policy: default-src 'none'; style-src [style] [style]; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; script-src [script]",
    "content-type: text/html; charset=utf-8",
    "referrer-policy: same-origin",
    "set-cookie: latchkey_flow=[…]; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax",
    "x-content-type-options: nosniff",
    "x-frame-options: DENY",
];

/// The page of a path that is not there; its brand depends on how much of the address is known.
fn nothing(brand: &str) -> String {
    format!(
        "404 {brand} / There is nothing here / The address you opened does not exist on this sign-in service. / Check the address, or go back to the application you came from. / If you ask for help, give this reference (error 404): / [id]"
    )
}

#[tokio::test]
async fn every_page_has_these_headers_and_no_other() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let identification = begin(&mut browser, "s").await;
    assert_eq!(headers(&identification), PAGE);
    assert_eq!(
        words(&identification),
        "Example / Sign in / to continue to / Fast / Email or username / Continue / Sign in with a passkey / Forgot your password?"
    );
    let password = next(&mut browser, &identification).await;
    assert_eq!(headers(&password), PAGE);
    assert_eq!(
        words(&password),
        "Example / Enter your password / to continue to / Fast / Account: / ada / Not you? / Password / Show password / Forgot your password? / Sign in"
    );
    browser.user.1 = "wrong";
    let mut again = PAGE.to_vec();
    again.remove(4);
    assert_eq!(headers(&browser.answer(&password).await), again);
}

#[tokio::test]
async fn rfc9110_9_3_2_head_is_get_without_its_body() {
    let bench = Bench::embedded().await;
    let answer = bench.send(request(Method::HEAD, SIGN_IN, "")).await;
    assert_eq!(
        (answer.status().as_u16(), text(&answer).as_str()),
        (200, "")
    );
    let get = bench.get(SIGN_IN).await;
    let names = |all: Vec<String>| -> Vec<String> {
        all.iter()
            .map(|line| line.split(": ").next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(
        names(answers::headers(&answer)),
        names(answers::headers(&get))
    );
    let head = bench
        .send(request(Method::HEAD, "/application/o/authorize/", ""))
        .await;
    assert_eq!((head.status().as_u16(), text(&head).as_str()), (400, ""));
}

#[tokio::test]
async fn rfc9110_15_5_6_other_methods_are_405_with_allow() {
    let bench = Bench::embedded().await;
    for path in [
        SIGN_IN,
        "/application/o/authorize/",
        "/application/o/web/end-session/",
    ] {
        for method in [
            Method::PUT,
            Method::DELETE,
            Method::PATCH,
            Method::OPTIONS,
            Method::TRACE,
        ] {
            let answer = bench.send(request(method.clone(), path, "")).await;
            assert_eq!(answer.status(), 405, "{method} {path}");
            assert_eq!(header(&answer, "allow"), "GET, POST, HEAD");
        }
    }
    for path in [
        "/application/o/web/jwks/",
        "/application/o/web/.well-known/openid-configuration",
    ] {
        let answer = bench.send(request(Method::POST, path, "")).await;
        assert_eq!(
            summary(&answer),
            r#"405 cache-control: no-store allow: GET, HEAD {"error":"invalid_request","error_description":"this method is not allowed here"}"#
        );
    }
}

#[tokio::test]
async fn a_path_that_is_no_endpoint_is_404() {
    let bench = Bench::embedded().await;
    for path in [
        "/if/flow/",
        "/if/flow/a/b/",
        "/application/o/",
        "/robots.txt",
        "//evil.example/",
    ] {
        assert_eq!(said(&bench.get(path).await), nothing("Latchkey"), "{path}");
    }
    let known = nothing("Example");
    for path in [
        "/if/flow/no-such-flow/",
        "/application/o/nobody/end-session/",
    ] {
        assert_eq!(said(&bench.get(path).await), known, "{path}");
    }
}

#[tokio::test]
async fn a_path_answers_with_and_without_its_trailing_slash() {
    let bench = Bench::embedded().await;
    for path in [
        SIGN_IN,
        "/application/o/authorize/",
        "/application/o/web/end-session/",
    ] {
        let (with, without) = (
            bench.get(path).await,
            bench.get(path.trim_end_matches('/')).await,
        );
        assert_eq!(said(&with), said(&without));
    }
}

#[tokio::test]
async fn a_host_that_is_no_tenants_is_404() {
    let bench = Bench::embedded().await;
    let to = |host: &str, path: &str| {
        let mut request = request(Method::GET, path, "");
        request
            .headers_mut()
            .insert(HOST, host.parse().expect("a host"));
        bench.send(request)
    };
    for host in [
        "evil.example",
        "localhost:9000",
        "localhost",
        "localhost:8000.evil.example",
        "a b",
    ] {
        let page = to(host, &authorize_path("web", "openid", &[])).await;
        assert_eq!(said(&page), nothing("Latchkey"), "{host}");
        let json = to(host, "/application/o/web/.well-known/openid-configuration").await;
        assert_eq!(
            summary(&json),
            r#"404 cache-control: no-store {"error":"invalid_request","error_description":"there is nothing at this address"}"#,
            "{host}"
        );
    }
    let upper = to("LOCALHOST:8000", SIGN_IN).await;
    assert_eq!(
        upper.status(),
        200,
        "host names have no case (RFC 9110 §4.2.3)"
    );
}

/// A second address of the issuer, behind TLS.
async fn behind_tls(bench: &Bench) {
    let seed = Seed::new(&bench.backend).expect("a tenant");
    let callback = "https://id.example.com/demo/callback";
    let hosts = ["id.example.com".to_owned()];
    seed.run("https://id.example.com", &hosts, callback, None)
        .await
        .expect("seeds");
}

#[tokio::test]
async fn rfc6265bis_behind_tls_cookies_are_secure_and_bound_to_the_host() {
    let bench = Bench::embedded().await;
    behind_tls(&bench).await;
    let mut browser = Browser::new(&bench);
    browser.base = "https://id.example.com";
    let identification = begin(&mut browser, "s").await;
    let mut expected = PAGE.to_vec();
    expected[4] = "set-cookie: __Host-latchkey_flow=[…]; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure";
    expected.insert(5, "strict-transport-security: max-age=63072000");
    assert_eq!(headers(&identification), expected);
    let password = next(&mut browser, &identification).await;
    let proved = browser.answer(&password).await;
    let set: Vec<String> = headers(&proved)
        .into_iter()
        .filter(|line| line.starts_with("set-cookie"))
        .collect();
    assert_eq!(
        set,
        [
            "set-cookie: __Host-latchkey_flow=[…]; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure",
            "set-cookie: __Host-latchkey_known=[…]; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure",
            "set-cookie: __Host-latchkey_session=[…]; Path=/; HttpOnly; SameSite=Lax; Secure",
        ]
    );
    let back = browser.go_on(proved).await;
    assert_eq!(
        back.param("iss").as_deref(),
        Some("https://id.example.com/application/o/fast/")
    );
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn behind_tls_a_cookie_that_another_host_could_plant_is_not_read() {
    let bench = Bench::embedded().await;
    behind_tls(&bench).await;
    let mut browser = Browser::new(&bench);
    browser.base = "https://id.example.com";
    browser.authorize("fast", "openid", &[]).await;
    let session = browser
        .cookies
        .remove("__Host-latchkey_session")
        .expect("a session");
    browser
        .cookies
        .insert("latchkey_session".to_owned(), session);
    let path = authorize_path("fast", "openid", &[("prompt", "none")]);
    let to = location(&browser.get(&path).await).expect("a redirect");
    assert!(to.contains("?error=login_required&"), "{to}");
}

#[tokio::test]
async fn a_request_without_a_host_is_404() {
    let bench = Bench::embedded().await;
    let request = Request::get(SIGN_IN)
        .body(bytes::Bytes::new())
        .expect("a request");
    let answer = bench.gateway.call(request, bench.now()).await;
    assert_eq!(said(&answer), nothing("Latchkey"));
}
