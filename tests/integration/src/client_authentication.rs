//! How clients authenticate (RFC 6749 §2.3, RFC 7523 §2.2 and §3, RFC 8705 §2, OpenID Connect Core §9).

mod attacks;
mod certificates;
mod claims;
mod endpoints;
mod fapi;
mod methods;
mod published;
mod replay;
mod secret;

use provider::client::{AuthMethod, Metadata};
use provider::federation::JWT_BEARER;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::assertions::Elsewhere;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, configure, summary};
use crate::machines::{logged, naming};

/// What a client is told that did not prove who it is: one answer for every reason.
const REFUSED: &str = r#"401 cache-control: no-store {"error":"invalid_client","error_description":"client authentication failed"}"#;

/// The client's own issuer.
const ISSUER: &str = "http://localhost:8000/application/o/fast/";

/// Changes what the client `fast` is beyond authentik's.
async fn set(bench: &Bench, change: impl FnOnce(&mut Metadata)) {
    configure::client(bench, "fast", |client| change(&mut client.metadata)).await;
    bench.forget_calls();
}

/// A bench whose client `fast` signs with this key.
pub(crate) async fn with_key(key: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    set(&bench, |it| {
        it.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        it.jwks = Some(key.jwks());
    })
    .await;
    bench
}

/// What the client `fast` says to be known by: good for a minute.
pub(crate) fn said(bench: &Bench) -> Value {
    let now = bench.now().unix();
    json!({
        "iss": "fast", "sub": "fast", "aud": ISSUER,
        "iat": now, "nbf": now, "exp": now + 60, "jti": Uuid::new_v4().to_string(),
    })
}

/// A request of the client `fast` for itself, with this assertion.
pub(crate) fn asking<'a>(bench: &'a Bench, assertion: &str) -> Exchange<'a> {
    by(naming(bench, "fast"), assertion)
}

/// The request, authenticated by this assertion.
fn by<'a>(exchange: Exchange<'a>, assertion: &str) -> Exchange<'a> {
    exchange
        .without_authorization()
        .with("client_assertion_type", JWT_BEARER)
        .with("client_assertion", assertion)
}

/// Sends a request that must be [`REFUSED`]; what the log says of it.
async fn refused(exchange: &Exchange<'_>) -> String {
    let answer = exchange.send().await;
    assert_eq!(summary(&answer), REFUSED, "{}", logged(&answer));
    logged(&answer)
}
