//! Pushed authorization requests (RFC 9126).

mod budget;
mod strangers;
mod using;

use http::Method;
use protocol::Seconds;
use provider::client::Client;
use provider::http::Response;
use serde_json::Value;

use crate::harness::answers::INVALID_CLIENT_BASIC;
use crate::harness::browser::{Back, Browser, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, CALLBACK, configure, encode, header, json, member, request, summary};

/// Where requests are pushed to.
pub(crate) const PAR: &str = "/application/o/par/";

/// What every request of these tests asks for.
pub(crate) const ASKED: [(&str, &str); 4] = [
    ("response_type", "code"),
    ("redirect_uri", CALLBACK),
    ("scope", "openid offline_access"),
    ("state", "s"),
];

/// A valid request, as this client pushes it.
pub(crate) fn pushing<'a>(bench: &'a Bench, client: &str) -> Exchange<'a> {
    let exchange = Exchange::of(bench, client);
    ASKED.into_iter().fold(exchange, |exchange, (name, value)| {
        exchange.with(name, value)
    })
}

/// The name of a request that was pushed.
pub(crate) fn name(answer: &Response) -> String {
    assert_eq!(answer.status(), 201, "{}", summary(answer));
    member(&json(answer), "request_uri").to_owned()
}

/// Where the browser goes with it.
pub(crate) fn path(client: &str, request_uri: &str) -> String {
    let pairs = [("client_id", client), ("request_uri", request_uri)];
    format!("/application/o/authorize/?{}", encode(&pairs))
}

/// Goes there, through whatever pages there are.
pub(crate) async fn visit(bench: &Bench, client: &str, request_uri: &str) -> Back {
    let mut browser = Browser::new(bench);
    let answer = browser.get(&path(client, request_uri)).await;
    browser.go_on(answer).await
}

/// A bench whose client `slug` was changed.
pub(crate) async fn changed(slug: &str, change: impl FnOnce(&mut Client)) -> Bench {
    let bench = Bench::embedded().await;
    configure::client(&bench, slug, change).await;
    bench
}

/// The `error` of an answer.
pub(crate) fn error(answer: &Response) -> Value {
    json(answer)["error"].clone()
}

#[tokio::test]
async fn rfc9126_2_2_the_answer_is_a_name_and_how_long_it_is_good() {
    let bench = Bench::embedded().await;
    let answer = pushing(&bench, "fast").send_to(PAR).await;
    let body = json(&answer);
    assert_eq!(answer.status(), 201);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    assert_eq!(body["expires_in"], 300, "FAPI 2.0 §5.3.2.2: less than 600");
    let name = member(&body, "request_uri");
    let random = name.strip_prefix("urn:ietf:params:oauth:request_uri:");
    assert_eq!(random.map(str::len), Some(43), "{name}");
    let other = pushing(&bench, "fast").send_to(PAR).await;
    assert_ne!(json(&other)["request_uri"], body["request_uri"]);
}

#[tokio::test]
async fn rfc9126_2_1_1_the_client_authenticates_as_at_the_token_endpoint() {
    let bench = Bench::embedded().await;
    let wrong = pushing(&bench, "fast").authorization("Basic ZmFzdDp4");
    let answer = wrong.send_to(PAR).await;
    assert_eq!(summary(&answer), INVALID_CLIENT_BASIC);
    let nobody = pushing(&bench, "fast").without_authorization();
    assert_eq!(error(&nobody.send_to(PAR).await), "invalid_client");
    let named = nobody.with("client_id", "fast");
    assert_eq!(error(&named.send_to(PAR).await), "invalid_client");
    let public = pushing(&bench, "spa").send_to(PAR).await;
    assert_eq!(public.status(), 201, "which has nothing to prove it with");
}

#[tokio::test]
async fn rfc9126_2_1_2_a_request_uri_must_not_be_pushed() {
    let bench = Bench::embedded().await;
    let uri = "urn:ietf:params:oauth:request_uri:x";
    let answer = pushing(&bench, "fast").with("request_uri", uri);
    let answer = answer.send_to(PAR).await;
    assert_eq!(
        (answer.status().as_u16(), error(&answer)),
        (400, "invalid_request".into())
    );
}

#[tokio::test]
async fn rfc9126_2_1_3_the_request_is_checked_as_the_authorization_endpoint_does() {
    let bench = Bench::embedded().await;
    for (name, value, code) in [
        ("redirect_uri", "https://evil.example/cb", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_mode", "nonsense", "invalid_request"),
        ("prompt", "none login", "invalid_request"),
        ("code_challenge_method", "S256", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("claims", "{", "invalid_request"),
        ("resource", "https://api.example", "invalid_target"),
        ("dpop_jkt", "x", "invalid_request"),
        (
            "authorization_details",
            r#"[{"type":"x"}]"#,
            "invalid_authorization_details",
        ),
    ] {
        let answer = pushing(&bench, "fast").with(name, value).send_to(PAR).await;
        assert_eq!(answer.status(), 400, "{name}");
        assert_eq!(error(&answer), code, "{name}");
    }
    let twice = pushing(&bench, "fast")
        .and("scope", "email")
        .send_to(PAR)
        .await;
    assert_eq!(error(&twice), "invalid_request");
}

#[tokio::test]
async fn rfc9126_2_3_only_post_is_taken() {
    let bench = Bench::embedded().await;
    let answer = bench.send(request(Method::GET, PAR, "")).await;
    assert_eq!(answer.status(), 405);
}

#[tokio::test]
async fn rfc9126_6_a_client_that_has_to_push_cannot_do_without() {
    let bench = changed("fast", |client| {
        client.metadata.require_pushed_authorization_requests = true;
    })
    .await;
    let mut browser = Browser::new(&bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request"));
    assert_eq!(back.param("code"), None);
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    assert!(visit(&bench, "fast", &name).await.param("code").is_some());
}

#[tokio::test]
async fn the_clients_secret_is_not_kept_with_its_request() {
    let bench = Bench::embedded().await;
    let pushed = pushing(&bench, "fast").without_authorization();
    let pushed = pushed
        .with("client_id", "fast")
        .with("client_secret", "fast-secret");
    let name = name(&pushed.send_to(PAR).await);
    let name = protocol::Secret::new(name);
    let params = kept(&bench, &name).await.params.opened(&name);
    let params = params.expect("opens").encode();
    assert!(!params.contains("secret"), "{params}");
    assert!(params.contains("client_id=fast"), "{params}");
}

async fn kept(bench: &Bench, name: &protocol::Secret) -> provider::ports::Pushed {
    let store = bench.backend.stores.pushed();
    let tenant = &bench.seeded.tenant.id;
    let kept = store.find(tenant, &name.digest(), bench.now()).await;
    kept.expect("reads").expect("is kept")
}

#[tokio::test]
async fn what_is_pushed_stands_nowhere_in_the_clear() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid").await;
    let hint = member(&tokens, "id_token");
    let pushed = pushing(&bench, "fast").with("id_token_hint", hint);
    let name = name(
        &pushed
            .with("login_hint", "ada@example.com")
            .send_to(PAR)
            .await,
    );
    let name = protocol::Secret::new(name);
    let kept = kept(&bench, &name).await;
    let item = serde_json::to_string(&kept).expect("JSON");
    for text in [item, format!("{kept:?}")] {
        assert!(!text.contains(hint) && !text.contains("ada"), "{text}");
    }
    let params = kept.params.opened(&name).expect("opens");
    assert_eq!(params.optional("id_token_hint"), Ok(Some(hint)));
}

#[tokio::test]
async fn a_request_that_an_earlier_version_kept_in_the_clear_goes_on() {
    let bench = Bench::embedded().await;
    let name = name(&pushing(&bench, "fast").send_to(PAR).await);
    let secret = protocol::Secret::new(name.as_str());
    let mut pushed = kept(&bench, &secret).await;
    let form = pushed.params.opened(&secret).expect("opens").encode();
    pushed.params = serde_json::from_value(form.into()).expect("as it was kept");
    let store = bench.backend.stores.pushed();
    let put = store.put(&bench.seeded.tenant.id, &pushed).await;
    put.expect("writes");
    assert!(visit(&bench, "fast", &name).await.param("code").is_some());
}

#[tokio::test]
async fn a_request_that_is_too_long_for_a_url_can_be_pushed() {
    let bench = Bench::embedded().await;
    let long = "x".repeat(20_000);
    let pushed = pushing(&bench, "fast").with("state", &long);
    let name = name(&pushed.send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    assert_eq!(back.param("state"), Some(long));
}

/// At the end of its minute.
pub(crate) fn expire(bench: &Bench) {
    bench.wait(Seconds(300));
}

/// What a person is told where nothing can be sent to a client.
pub(crate) fn is_page(answer: &Response) -> bool {
    answer.status() == 400
        && location(answer).is_none()
        && header(answer, "content-type").starts_with("text/html")
}
