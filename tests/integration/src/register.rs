//! Clients that register themselves (RFC 7591, OpenID Connect Registration), and then read, change and remove themselves
//! (RFC 7592).

mod judged;
mod keep;
mod token;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use provider::client::{Registration, RegistrationMode};
use provider::http::Response;
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::{Bench, CALLBACK, claims, configure, json as body_of, member, request, text};

/// Where clients of `web` register.
pub(crate) const PLACE: &str = "/application/o/web/register/";

/// A PKCE pair (RFC 7636 appendix B).
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A bench at whose issuer `web` clients register so.
pub(crate) async fn registering(change: impl FnOnce(&mut Registration)) -> Bench {
    let bench = Bench::embedded().await;
    let mut registration = Registration {
        mode: RegistrationMode::Open,
        ..Registration::default()
    };
    change(&mut registration);
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(registration);
    })
    .await;
    bench
}

/// A request with JSON, and with a bearer token where there is one.
pub(crate) fn sent(method: Method, path: &str, token: &str, body: &Value) -> Request<Bytes> {
    let mut request = request(method, path, &body.to_string());
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, "application/json".parse().expect("a header"));
    if !token.is_empty() {
        let bearer = format!("Bearer {token}").parse().expect("a header");
        headers.insert(AUTHORIZATION, bearer);
    }
    request
}

pub(crate) async fn register(bench: &Bench, body: &Value) -> Response {
    bench.send(sent(Method::POST, PLACE, "", body)).await
}

/// What a client that registers with this is told.
pub(crate) async fn registered(bench: &Bench, body: &Value) -> Value {
    let answer = register(bench, body).await;
    assert_eq!(answer.status(), 201, "{}", text(&answer));
    body_of(&answer)
}

/// A client with the redirect URI of the tests.
pub(crate) fn plain() -> Value {
    json!({"redirect_uris": [CALLBACK], "client_name": "My Tool", "scope": "openid email"})
}

/// Error and description.
pub(crate) fn refused(answer: &Response) -> (u16, String) {
    let body = body_of(answer);
    (answer.status().as_u16(), member(&body, "error").to_owned())
}

/// Tokens for a registered client that has a secret, by a whole sign-in.
pub(crate) async fn tokens(bench: &Bench, client: &Value) -> Response {
    let (id, secret) = (member(client, "client_id"), member(client, "client_secret"));
    let code = bench.code(id, "openid email", &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
    ];
    bench
        .post_as((id, secret), "/application/o/token/", &form)
        .await
}

#[tokio::test]
async fn rfc7591_3_2_1_a_client_is_told_all_that_is_registered() {
    let bench = registering(|_| {}).await;
    let answer = register(&bench, &plain()).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["pragma"], "no-cache");
    let client = body_of(&answer);
    for (name, value) in [
        ("client_name", json!("My Tool")),
        ("redirect_uris", json!([CALLBACK])),
        ("grant_types", json!(["authorization_code"])),
        ("response_types", json!(["code"])),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("scope", json!("openid email")),
        ("id_token_signed_response_alg", json!("RS256")),
        (
            "client_secret_expires_at",
            json!(bench.now().unix() + 90 * 86_400), // where everybody may register, nobody stays unused for ever
        ),
        ("client_id_issued_at", json!(bench.now().unix())),
    ] {
        assert_eq!(client[name], value, "{name}");
    }
    let place = format!(
        "http://localhost:8000{PLACE}?client_id={}",
        member(&client, "client_id")
    );
    assert_eq!(client["registration_client_uri"], place);
    assert!(member(&client, "registration_access_token").len() >= 40);
}

#[tokio::test]
async fn a_registered_client_signs_people_in_at_the_issuer_of_its_application() {
    let bench = registering(|_| {}).await;
    let client = registered(&bench, &plain()).await;
    let answer = tokens(&bench, &client).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let tokens = body_of(&answer);
    let id_token = claims(member(&tokens, "id_token"));
    assert_eq!(id_token["iss"], "http://localhost:8000/application/o/web/");
    assert_eq!(id_token["aud"], client["client_id"]);
    let userinfo = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(userinfo.status(), 200);
}

#[tokio::test]
async fn people_are_asked_for_consent_for_each_registered_client() {
    let bench = registering(|_| {}).await;
    let mut pages = Vec::new();
    for _ in 0..2 {
        let client = registered(&bench, &plain()).await;
        let mut browser = Browser::new(&bench);
        browser
            .authorize(member(&client, "client_id"), "openid", &[])
            .await;
        pages = browser.take_pages();
    }
    assert!(pages.contains(&"consent".to_owned()), "{pages:?}");
}

#[tokio::test]
async fn rfc7591_3_2_2_each_refusal_has_its_code() {
    let bench = registering(|it| it.redirect_hosts = vec!["rp.example".to_owned()]).await;
    let with = |name: &str, value: Value| {
        let mut body = plain();
        body[name] = value;
        body
    };
    for (body, code) in [
        (
            with("redirect_uris", json!(["http://rp.example/cb"])),
            "invalid_redirect_uri",
        ),
        (
            with("redirect_uris", json!(["https://evil.example/cb"])),
            "invalid_redirect_uri",
        ),
        (with("redirect_uris", json!([])), "invalid_redirect_uri"),
        (
            with("redirect_uris", json!(["https://rp.example/cb#x"])),
            "invalid_redirect_uri",
        ),
        (
            with("grant_types", json!(["implicit"])),
            "invalid_client_metadata",
        ),
        (
            with("grant_types", json!(["client_credentials"])),
            "invalid_client_metadata",
        ),
        (
            with("token_endpoint_auth_method", json!("private_key_jwt")),
            "invalid_client_metadata",
        ),
        (
            with("id_token_signed_response_alg", json!("none")),
            "invalid_client_metadata",
        ),
        (
            with("jwks_uri", json!("http://rp.example/jwks")),
            "invalid_client_metadata",
        ),
        (with("client_name", json!(7)), "invalid_client_metadata"),
        (
            with("sector_identifier_uri", json!("https://127.0.0.1:1/x")),
            "invalid_client_metadata",
        ),
        (json!([]), "invalid_request"),
    ] {
        let answer = register(&bench, &body).await;
        assert_eq!(refused(&answer), (400, code.to_owned()), "{body}");
    }
    let mut twice = sent(Method::POST, PLACE, "", &plain());
    *twice.body_mut() =
        Bytes::from_static(br#"{"redirect_uris":[],"redirect_uris":["https://rp.example/cb"]}"#);
    assert_eq!(
        refused(&bench.send(twice).await),
        (400, "invalid_request".to_owned())
    );
    let form = bench.post(PLACE, &[("redirect_uris", CALLBACK)]).await;
    assert_eq!(refused(&form), (400, "invalid_request".to_owned()));
}

#[tokio::test]
async fn rfc7591_3_where_nobody_may_register_there_is_no_such_endpoint() {
    let bench = Bench::embedded().await;
    assert_eq!(register(&bench, &plain()).await.status(), 404);
    let open = registering(|_| {}).await;
    let other = open
        .send(sent(
            Method::POST,
            "/application/o/es/register/",
            "",
            &plain(),
        ))
        .await;
    assert_eq!(other.status(), 404);
}

#[tokio::test]
async fn open_registration_needs_consent_to_be_asked() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "direct", |client| {
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            ..Registration::default()
        });
    })
    .await;
    let place = "/application/o/direct/register/";
    let answer = bench.send(sent(Method::POST, place, "", &plain())).await;
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn rfc8414_2_the_endpoint_is_told_where_there_is_one() {
    let bench = registering(|_| {}).await;
    for (slug, want) in [("web", Some(PLACE)), ("es", None)] {
        let path = format!("/application/o/{slug}/.well-known/openid-configuration");
        let document = body_of(&bench.get(&path).await);
        let told = document["registration_endpoint"].as_str();
        let want = want.map(|place| format!("http://localhost:8000{place}"));
        assert_eq!(told.map(str::to_owned), want, "{slug}");
        assert_eq!(document.get("client_id_metadata_document_supported"), None);
    }
}

#[tokio::test]
async fn a_client_that_nobody_uses_is_gone_after_its_time() {
    let bench = registering(|it| {
        it.unused_for = Some(provider::config::Validity::parse("days=2").expect("a life"));
    })
    .await;
    let client = registered(&bench, &plain()).await;
    let ends = bench.now().unix() + 2 * 86_400;
    assert_eq!(client["client_secret_expires_at"], ends);
    bench.wait(protocol::Seconds(86_400 + 3_600)); // past the half: its use keeps it
    assert_eq!(tokens(&bench, &client).await.status(), 200);
    bench.wait(protocol::Seconds(86_400));
    assert_eq!(tokens(&bench, &client).await.status(), 200);
    bench.wait(protocol::Seconds(2 * 86_400));
    let page = bench
        .get(&crate::harness::browser::authorize_path(
            member(&client, "client_id"),
            "openid",
            &[],
        ))
        .await;
    assert_eq!(page.status(), 400, "{}", text(&page));
}
