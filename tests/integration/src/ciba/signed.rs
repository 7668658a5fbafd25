//! Signed requests (CIBA Core §7.1.1).

use serde_json::{Value, json};

use super::{ENDPOINT, may_ask};
use crate::assertions::Elsewhere;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json as body, summary};

/// A bench whose client `fast` signs with this key, and has to.
async fn signing(keys: &Elsewhere) -> Bench {
    let bench = Bench::embedded().await;
    let jwks = keys.jwks();
    may_ask(&bench, |metadata| {
        metadata.jwks = Some(jwks);
        metadata.backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
    })
    .await;
    bench
}

/// What holds.
fn valid(bench: &Bench) -> Value {
    let now = bench.now().unix();
    json!({
        "iss": "fast", "aud": "http://localhost:8000/application/o/fast/", "exp": now + 60, "iat": now,
        "nbf": now, "jti": uuid::Uuid::new_v4().to_string(),
        "scope": "openid", "login_hint": "ada", "requested_expiry": 60,
    })
}

fn sent<'a>(bench: &'a Bench, request: &str) -> Exchange<'a> {
    Exchange::of(bench, "fast").with("request", request)
}

#[tokio::test]
async fn ciba_7_1_1_all_parameters_are_those_of_the_signed_request_and_it_counts_once() {
    let keys = Elsewhere::new("k");
    let bench = signing(&keys).await;
    let request = keys.token(&valid(&bench));
    let asked = sent(&bench, &request).with("login_hint", "nobody");
    let answer = asked.send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    assert_eq!(body(&answer)["expires_in"], 60);
    let again = asked.send_to(ENDPOINT).await;
    assert_eq!(body(&again)["error"], "invalid_request");
}

#[tokio::test]
async fn ciba_7_1_1_a_client_that_signs_has_to() {
    let bench = signing(&Elsewhere::new("k")).await;
    let plain = super::asking(&bench).send_to(ENDPOINT).await;
    assert_eq!(body(&plain)["error"], "invalid_request");
}

#[tokio::test]
async fn ciba_7_1_1_each_claim_of_the_request_is_required_and_checked() {
    let keys = Elsewhere::new("k");
    let bench = signing(&keys).await;
    let now = bench.now().unix();
    let mut broken: Vec<String> = Vec::new();
    for name in ["iss", "aud", "exp", "iat", "nbf", "jti"] {
        let mut claims = valid(&bench);
        claims.as_object_mut().expect("an object").remove(name);
        broken.push(keys.token(&claims));
    }
    for (name, value) in [
        ("iss", json!("web")),
        ("aud", json!("https://other.example")),
        ("exp", json!(now)),
        ("exp", json!(now + 86_400)),
        ("nbf", json!(now + 600)),
        ("iat", json!(now + 600)),
        ("scope", json!(["openid"])),
    ] {
        let mut claims = valid(&bench);
        claims[name] = value;
        broken.push(keys.token(&claims));
    }
    broken.push(Elsewhere::new("k").token(&valid(&bench)));
    broken.push(keys.signed(&json!({"alg": "none", "kid": "k"}), &valid(&bench)));
    broken.push(keys.signed(&json!({"alg": "HS256", "kid": "k"}), &valid(&bench)));
    for request in broken {
        let answer = sent(&bench, &request).send_to(ENDPOINT).await;
        assert_eq!(
            body(&answer)["error"],
            "invalid_request",
            "{}",
            summary(&answer)
        );
    }
}
