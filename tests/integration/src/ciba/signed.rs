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
    let asked = sent(&bench, &request);
    let answer = asked.send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    assert_eq!(body(&answer)["expires_in"], 60);
    let again = asked.send_to(ENDPOINT).await;
    assert_eq!(body(&again)["error"], "invalid_request");
}

#[tokio::test]
async fn ciba_7_1_1_no_parameter_is_outside_of_the_signed_request() {
    let keys = Elsewhere::new("k");
    let bench = signing(&keys).await;
    for name in protocol::backchannel::PARAMETERS {
        let request = keys.token(&valid(&bench));
        let asked = sent(&bench, &request).with(name, "openid");
        let answer = asked.send_to(ENDPOINT).await;
        assert_eq!(body(&answer)["error"], "invalid_request", "{name}");
    }
}

#[tokio::test]
async fn ciba_7_1_1_requested_expiry_is_text_or_a_number_and_what_is_unknown_says_nothing() {
    let keys = Elsewhere::new("k");
    let bench = signing(&keys).await;
    for expiry in [json!(60), json!("60")] {
        let mut claims = valid(&bench);
        claims["requested_expiry"] = expiry;
        claims["something"] = json!({"else": true});
        let answer = sent(&bench, &keys.token(&claims)).send_to(ENDPOINT).await;
        assert_eq!(body(&answer)["expires_in"], 60, "{}", summary(&answer));
    }
}

/// The bounds themselves are fine.
#[tokio::test]
async fn fapi_ciba_5_2_2_a_request_lives_an_hour_from_its_nbf_which_is_not_older() {
    let keys = Elsewhere::new("k");
    let bench = signing(&keys).await;
    let now = bench.now().unix();
    for (nbf, exp) in [
        (now, now + 3_600),
        (now - 3_590, now + 10),
        (now + 30, now + 60),
    ] {
        let mut claims = valid(&bench);
        claims["nbf"] = json!(nbf);
        claims["exp"] = json!(exp);
        let answer = sent(&bench, &keys.token(&claims)).send_to(ENDPOINT).await;
        assert_eq!(answer.status(), 200, "{nbf} {exp}: {}", summary(&answer));
    }
}

/// A key says what it is for; where it does not, what the client registered counts.
#[tokio::test]
async fn ciba_4_a_request_is_signed_by_the_registered_algorithm() {
    let keys = Elsewhere::new("k");
    let bench = signing(&keys).await;
    let mut jwk = keys.jwk();
    jwk.as_object_mut().expect("an object").remove("alg");
    for (wanted, status) in [("ES256", 200), ("ES384", 400), ("PS256", 400)] {
        let jwks = json!({"keys": [jwk]});
        may_ask(&bench, |metadata| {
            metadata.jwks = Some(jwks);
            metadata.backchannel_authentication_request_signing_alg = Some(wanted.to_owned());
        })
        .await;
        let request = keys.token(&valid(&bench));
        let answer = sent(&bench, &request).send_to(ENDPOINT).await;
        assert_eq!(answer.status(), status, "{wanted}");
    }
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
        ("exp", json!(now + 3_601)),
        ("nbf", json!(now - 70 * 60)),
        ("requested_expiry", json!(60.5)),
        ("binding_message", json!(1234)),
        ("login_hint", Value::Null),
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
