//! Which pages of other origins may read answers (reference §1.3; the Fetch standard's CORS protocol).

use http::header::{HeaderName, ORIGIN};
use http::{Method, Request};
use provider::client::{MatchingMode, RedirectRule};
use provider::http::Response;

use crate::harness::configure;
use crate::harness::exchange::{Exchange, TOKEN};
use crate::harness::{Bench, basic, form_post, header, json, member, request, text};

const USERINFO: &str = "/application/o/userinfo/";
const REVOKE: &str = "/application/o/revoke/";
const GITHUB_TOKEN: &str = "/login/oauth/access_token";
const DISCOVERY: &str = "/application/o/spa/.well-known/openid-configuration";

/// Where the pages of the fixture's clients are, as [`crate::harness::CALLBACK`] says.
const PAGE: &str = "https://rp.example";

fn from<T>(mut request: Request<T>, origin: &str) -> Request<T> {
    request
        .headers_mut()
        .insert(ORIGIN, origin.parse().expect("a header"));
    request
}

fn with<T>(mut request: Request<T>, name: &'static str, value: &str) -> Request<T> {
    let name = HeaderName::from_static(name);
    request
        .headers_mut()
        .insert(name, value.parse().expect("a header"));
    request
}

/// Every CORS header, and `vary`.
fn cors(response: &Response) -> Vec<String> {
    let all = response.headers().iter();
    let mut found: Vec<String> = all
        .filter(|(name, _)| name.as_str().starts_with("access-control-") || *name == "vary")
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect();
    found.sort();
    found
}

fn allowed(origin: &str) -> Vec<String> {
    vec![
        "access-control-allow-credentials: true".to_owned(),
        format!("access-control-allow-origin: {origin}"),
        "vary: Origin".to_owned(),
    ]
}

/// Registers these for `spa` in place of what it has.
async fn register(bench: &Bench, rules: &[(MatchingMode, &str)]) {
    let rule = |(matching_mode, url): &(MatchingMode, &str)| RedirectRule {
        matching_mode: *matching_mode,
        url: (*url).to_owned(),
    };
    let rules = rules.iter().map(rule).collect();
    configure::client(bench, "spa", |spa| spa.redirect_uris = rules).await;
}

/// A token request of `spa` that is refused, from a page at this origin.
async fn asked(bench: &Bench, origin: &str) -> Vec<String> {
    let form = [
        ("client_id", "spa"),
        ("grant_type", "authorization_code"),
        ("code", "x"),
    ];
    let answer = bench.send(from(form_post(TOKEN, &form), origin)).await;
    assert_eq!(answer.status(), 400);
    cors(&answer)
}

#[tokio::test]
async fn reference_1_3_a_preflight_is_answered_for_any_origin() {
    let bench = Bench::embedded().await;
    for path in [
        TOKEN,
        USERINFO,
        REVOKE,
        GITHUB_TOKEN,
        "/application/o/token",
        DISCOVERY,
    ] {
        let options = from(request(Method::OPTIONS, path, ""), "https://anyone.example");
        let options = with(options, "access-control-request-method", "POST");
        let headers = "authorization, content-type, x-mine";
        let answer = bench
            .send(with(options, "access-control-request-headers", headers))
            .await;
        assert_eq!(
            (answer.status().as_u16(), text(&answer).as_str()),
            (200, "{}"),
            "{path}"
        );
        assert_eq!(
            cors(&answer),
            [
                "access-control-allow-credentials: true",
                "access-control-allow-headers: authorization, content-type, x-mine",
                "access-control-allow-methods: GET, POST, OPTIONS",
                "access-control-allow-origin: https://anyone.example",
                "vary: Origin",
            ],
            "{path}"
        );
        let without = bench.send(request(Method::OPTIONS, path, "")).await;
        assert_eq!(
            (without.status().as_u16(), cors(&without)),
            (200, vec![]),
            "{path}"
        );
    }
}

#[tokio::test]
async fn where_no_page_has_any_business_options_is_not_taken() {
    let bench = Bench::embedded().await;
    for path in [
        "/application/o/introspect/",
        "/user",
        "/user/teams",
        "/login/oauth/authorize",
        "/application/o/authorize/",
    ] {
        let answer = bench
            .send(from(request(Method::OPTIONS, path, ""), PAGE))
            .await;
        assert_eq!(
            (answer.status().as_u16(), cors(&answer)),
            (405, vec![]),
            "{path}"
        );
    }
}

#[tokio::test]
async fn without_an_origin_nothing_is_added() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let answer = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!((answer.status().as_u16(), cors(&answer)), (200, vec![]));
}

#[tokio::test]
async fn a_page_of_the_client_may_read_its_tokens_and_claims() {
    let bench = Bench::embedded().await;
    let code = bench.code("spa", "openid", &[]).await;
    let form = [
        ("client_id", "spa"),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", crate::harness::CALLBACK),
    ];
    let answer = bench.send(from(form_post(TOKEN, &form), PAGE)).await;
    assert_eq!(
        (answer.status().as_u16(), cors(&answer)),
        (200, allowed(PAGE))
    );
    let tokens = json(&answer);
    for method in [Method::GET, Method::POST] {
        let call = from(request(method, USERINFO, ""), PAGE);
        let bearer = format!("Bearer {}", member(&tokens, "access_token"));
        let answer = bench.send(with(call, "authorization", &bearer)).await;
        assert_eq!(
            (answer.status().as_u16(), cors(&answer)),
            (200, allowed(PAGE))
        );
    }
    let form = [
        ("client_id", "spa"),
        ("token", member(&tokens, "access_token")),
    ];
    let answer = bench.send(from(form_post(REVOKE, &form), PAGE)).await;
    assert_eq!(
        (answer.status().as_u16(), cors(&answer)),
        (200, allowed(PAGE))
    );
}

#[tokio::test]
async fn a_page_of_the_client_may_read_why_it_was_refused() {
    let bench = Bench::embedded().await;
    assert_eq!(asked(&bench, PAGE).await, allowed(PAGE));
    let wrong = Exchange::code(&bench, "fast", "x").authorization(&basic("fast", "wrong"));
    assert_eq!(
        cors(&wrong.send().await),
        Vec::<String>::new(),
        "no origin, no headers"
    );
    let form = [
        ("client_id", "fast"),
        ("client_secret", "wrong"),
        ("code", "x"),
    ];
    for path in [TOKEN, GITHUB_TOKEN, REVOKE] {
        let answer = bench.send(from(form_post(path, &form), PAGE)).await;
        assert_eq!(
            (answer.status().as_u16(), cors(&answer)),
            (400, allowed(PAGE)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_page_elsewhere_gets_the_answer_and_may_not_read_it() {
    let bench = Bench::embedded().await;
    for origin in [
        "https://elsewhere.example",
        "http://rp.example",
        "https://rp.example:8443",
        "https://rp.example.evil.example",
        "https://xrp.example",
        "https://rp.example/",
        "https://RP.example",
        "null",
        "",
    ] {
        assert_eq!(
            asked(&bench, origin).await,
            Vec::<String>::new(),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn an_unknown_client_or_token_has_no_pages() {
    let bench = Bench::embedded().await;
    let form = [
        ("client_id", "nobody"),
        ("grant_type", "authorization_code"),
        ("code", "x"),
    ];
    let answer = bench.send(from(form_post(TOKEN, &form), PAGE)).await;
    assert_eq!(cors(&answer), Vec::<String>::new());
    let call = from(request(Method::GET, USERINFO, ""), PAGE);
    let answer = bench
        .send(with(call, "authorization", "Bearer nonsense"))
        .await;
    assert_eq!((answer.status().as_u16(), cors(&answer)), (401, vec![]));
}

#[tokio::test]
async fn scheme_host_and_port_of_any_redirect_uri_count() {
    let bench = Bench::embedded().await;
    let strict = MatchingMode::Strict;
    register(
        &bench,
        &[
            (strict, "http://localhost:3000/cb"),
            (strict, "https://app.example:443/deep/cb?x=1"),
            (strict, "com.example.app:/cb"),
        ],
    )
    .await;
    for origin in ["http://localhost:3000", "https://app.example"] {
        assert_eq!(asked(&bench, origin).await, allowed(origin));
    }
    for origin in [
        "http://localhost",
        "https://localhost:3000",
        PAGE,
        "com.example.app://",
        "null",
    ] {
        assert_eq!(
            asked(&bench, origin).await,
            Vec::<String>::new(),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn reference_1_3_a_pattern_counts_only_where_it_is_a_url_too() {
    let bench = Bench::embedded().await;
    let regex = MatchingMode::Regex;
    register(
        &bench,
        &[
            (regex, ".*"),
            (regex, r"https://app\.example/cb"),
            (regex, r"https://[a-z]+\.wild\.example/cb"),
            (regex, "https://plain.example/.*"),
        ],
    )
    .await;
    assert_eq!(
        asked(&bench, "https://plain.example").await,
        allowed("https://plain.example")
    );
    for origin in [
        "https://app.example",
        "https://app",
        "https://a.wild.example",
        "https://any.example",
    ] {
        assert_eq!(
            asked(&bench, origin).await,
            Vec::<String>::new(),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn metadata_is_for_every_page_and_for_the_clients_own_with_credentials() {
    let bench = Bench::embedded().await;
    let public = ["access-control-allow-origin: *", "vary: Origin"];
    assert_eq!(cors(&bench.get(DISCOVERY).await), public);
    let elsewhere = from(
        request(Method::GET, DISCOVERY, ""),
        "https://elsewhere.example",
    );
    assert_eq!(cors(&bench.send(elsewhere).await), public);
    let own = from(request(Method::GET, DISCOVERY, ""), PAGE);
    assert_eq!(cors(&bench.send(own).await), allowed(PAGE));
}

#[tokio::test]
async fn a_405_says_what_is_taken_as_before() {
    let bench = Bench::embedded().await;
    let answer = bench
        .send(from(request(Method::PUT, TOKEN, ""), PAGE))
        .await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "allow")),
        (405, "POST")
    );
    assert_eq!(cors(&answer), Vec::<String>::new());
}
