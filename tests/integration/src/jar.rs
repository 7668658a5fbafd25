//! Signed authorization requests (RFC 9101, OpenID Connect Core §6).

mod by_reference;
mod by_value;
mod pushed;

use provider::client::Client;
use provider::http::Response;
use serde_json::{Value, json};

use crate::assertions::Elsewhere;
use crate::harness::browser::{Back, Browser, location};
use crate::harness::{Bench, CALLBACK, encode};
use crate::par::changed;

/// The issuer of the client `fast`.
pub(crate) const ISSUER: &str = "http://localhost:8000/application/o/fast/";

/// `typ` of a request object (RFC 9101 §4).
pub(crate) const TYPE: &str = "oauth-authz-req+jwt";

/// A bench whose client `fast` signs with this key.
pub(crate) async fn signing(key: &Elsewhere, change: impl FnOnce(&mut Client)) -> Bench {
    let jwks = key.jwks();
    changed("fast", |client| {
        client.metadata.jwks = Some(jwks);
        change(client);
    })
    .await
}

/// A request that is good for five minutes.
pub(crate) fn asked(bench: &Bench) -> Value {
    let now = bench.now().unix();
    json!({
        "iss": "fast", "aud": ISSUER, "client_id": "fast", "nbf": now, "iat": now, "exp": now + 300,
        "response_type": "code", "redirect_uri": CALLBACK, "scope": "openid", "state": "inside",
    })
}

/// The same with this in place of a member; `null` takes it out.
pub(crate) fn with(mut claims: Value, name: &str, value: Value) -> Value {
    let members = claims.as_object_mut().expect("an object");
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    claims
}

/// As a request object.
pub(crate) fn object(key: &Elsewhere, claims: &Value) -> String {
    key.signed(&json!({"alg": "ES256", "typ": TYPE, "kid": "k"}), claims)
}

/// The address of the authorization endpoint with these.
pub(crate) fn path(pairs: &[(&str, &str)]) -> String {
    let all = [&[("client_id", "fast")], pairs].concat();
    format!("/application/o/authorize/?{}", encode(&all))
}

/// Goes there with a request object, through whatever pages there are.
pub(crate) async fn visit(bench: &Bench, request: &str) -> Back {
    let mut browser = Browser::new(bench);
    let answer = browser.get(&path(&[("request", request)])).await;
    browser.go_on(answer).await
}

/// How it is refused at the redirect URI beside it.
pub(crate) async fn refused(bench: &Bench, request: &str) -> String {
    let mut browser = Browser::new(bench);
    let beside = [
        ("redirect_uri", CALLBACK),
        ("state", "outside"),
        ("request", request),
    ];
    let answer: Response = browser.get(&path(&beside)).await;
    let to = location(&answer).expect("a redirect");
    let back = Back { url: to };
    assert_eq!(
        back.param("state").as_deref(),
        Some("outside"),
        "{}",
        back.url
    );
    back.param("error").unwrap_or(back.url)
}
