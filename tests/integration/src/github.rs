//! GitHub compatibility (seed 003, reference §7): `/login/oauth/authorize`, `/login/oauth/access_token`, `/user…` and
//! `/api/v3/user…`.

mod access_token;
mod authorize;
mod peers;
mod user;
mod user_teams;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use provider::http::Response;
use serde_json::Value;

use crate::harness::browser::Browser;
use crate::harness::{Bench, CALLBACK, encode, form_post, json, request, summary};

const AUTHORIZE: &str = "/login/oauth/authorize";
const TOKEN: &str = "/login/oauth/access_token";

/// A code by GitHub's endpoint, with these parameters beside client and redirect URI.
async fn code(bench: &Bench, client: &str, extra: &[(&str, &str)]) -> String {
    let mut browser = Browser::new(bench);
    let back = browser.get(&address(client, extra)).await;
    let back = browser.go_on(back).await;
    back.param("code")
        .unwrap_or_else(|| panic!("no code in {}", back.url))
}

fn address(client: &str, extra: &[(&str, &str)]) -> String {
    let mut pairs = vec![("client_id", client), ("redirect_uri", CALLBACK)];
    pairs.extend(extra);
    format!("{AUTHORIZE}?{}", encode(&pairs))
}

/// A token request as GitHub's clients send it: everything in the form, no `grant_type`.
fn redemption(client: &str, code: &str) -> Request<bytes::Bytes> {
    let secret = format!("{client}-secret");
    form_post(
        TOKEN,
        &[
            ("client_id", client),
            ("client_secret", &secret),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ],
    )
}

fn with<T>(mut request: Request<T>, name: HeaderName, value: &str) -> Request<T> {
    request
        .headers_mut()
        .insert(name, value.parse().expect("a header"));
    request
}

/// An access token of `fast` with these scopes, by GitHub's endpoints alone.
pub(crate) async fn token(bench: &Bench, scope: &str) -> String {
    let code = code(bench, "fast", &[("scope", scope)]).await;
    let request = with(
        redemption("fast", &code),
        http::header::ACCEPT,
        "application/json",
    );
    let answer = bench.send(request).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    json(&answer)["access_token"]
        .as_str()
        .expect("a token")
        .to_owned()
}

/// GET with this `Authorization`.
async fn get(bench: &Bench, path: &str, authorization: &str) -> Response {
    let request = request(Method::GET, path, "");
    bench
        .send(with(request, AUTHORIZATION, authorization))
        .await
}

/// GET with this token as GitHub's clients send it; the answer must be good.
pub(crate) async fn told(bench: &Bench, path: &str, token: &str) -> Value {
    let answer = get(bench, path, &format!("token {token}")).await;
    assert_eq!(answer.status(), 200, "{path}: {}", summary(&answer));
    json(&answer)
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value: &HeaderValue| value.to_str().expect("text"))
}

/// A refusal for want of this scope (RFC 6750 §3.1).
fn lacks(scope: &str) -> String {
    let words = format!("the access token lacks the {scope} scope");
    format!(
        r#"403 cache-control: no-store www-authenticate: Bearer realm="latchkey", error="insufficient_scope", error_description="{words}", scope="{scope}" {{"error":"insufficient_scope","error_description":"{words}"}}"#
    )
}
