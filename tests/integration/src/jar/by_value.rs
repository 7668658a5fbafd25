//! `request`: the object itself (RFC 9101 §5.1).

use protocol::Seconds;
use serde_json::{Value, json};

use super::{TYPE, asked, object, path, refused, signing, visit, with};
use crate::assertions::{Elsewhere, encoded};
use crate::harness::browser::{Browser, location};
use crate::harness::{Bench, CALLBACK};
use crate::par::is_page;

async fn bench(key: &Elsewhere) -> Bench {
    signing(key, |_| {}).await
}

#[tokio::test]
async fn rfc9101_6_3_only_what_the_object_says_counts() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let request = object(&key, &asked(&bench));
    let mut browser = Browser::new(&bench);
    let beside = [
        ("request", request.as_str()),
        ("state", "outside"),
        ("redirect_uri", "https://evil.example/"),
        ("nonce", "outside"),
        ("prompt", "none"),
    ];
    let answer = browser.get(&path(&beside)).await;
    let back = browser.go_on(answer).await;
    assert!(
        back.url.starts_with("https://rp.example/cb?code="),
        "{}",
        back.url
    );
    assert_eq!(back.param("state").as_deref(), Some("inside"));
}

#[tokio::test]
async fn oidc_core_6_1_response_type_and_scope_may_stand_outside() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let claims = with(asked(&bench), "response_type", Value::Null);
    let claims = with(claims, "scope", Value::Null);
    let plain = key.signed(&json!({"alg": "ES256", "kid": "k"}), &claims);
    let typed = object(&key, &claims);
    let outside = |request| {
        [
            ("response_type", "code"),
            ("scope", "openid"),
            ("request", request),
        ]
    };
    let mut browser = Browser::new(&bench);
    let answer = browser.get(&path(&outside(plain.as_str()))).await;
    assert!(browser.go_on(answer).await.param("code").is_some());
    let answer = browser.get(&path(&outside(typed.as_str()))).await;
    let to = location(&answer).expect("a redirect");
    assert!(to.contains("error=invalid_request&"), "RFC 9101 §6.3: {to}");
}

#[tokio::test]
async fn rfc9101_6_2_the_clients_key_has_to_have_signed_it() {
    let (key, other) = (Elsewhere::new("k"), Elsewhere::new("k"));
    let bench = bench(&key).await;
    let claims = asked(&bench);
    let good = object(&key, &claims);
    let header = |json: Value| key.signed(&json, &claims);
    for bad in [
        object(&other, &claims),
        format!("{}x", &good[..good.len() - 1]),
        header(json!({"alg": "ES256", "typ": TYPE, "kid": "other"})),
        header(json!({"alg": "RS256", "typ": TYPE, "kid": "k"})),
        header(json!({"alg": "HS256", "typ": TYPE, "kid": "k"})),
        header(json!({"alg": "ES256", "typ": TYPE, "kid": "k", "crit": ["x"], "x": 1})),
        header(json!({"alg": "ES256", "typ": TYPE, "kid": "k", "b64": false})),
        header(json!({"alg": "ES256", "typ": "at+jwt", "kid": "k"})),
        header(json!({"alg": "ES256", "typ": "dpop+jwt", "kid": "k"})),
        "nonsense".to_owned(),
    ] {
        assert_eq!(
            refused(&bench, &bad).await,
            "invalid_request_object",
            "{bad}"
        );
    }
}

#[tokio::test]
async fn oidc_core_6_1_an_object_without_a_signature_is_not_supported() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let claims = encoded(&asked(&bench));
    let none = format!("{}.{claims}.", encoded(&json!({"alg": "none"})));
    assert_eq!(refused(&bench, &none).await, "request_not_supported");
}

#[tokio::test]
async fn rfc9101_4_5_the_object_is_this_clients_for_this_issuer_and_now() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let now = bench.now().unix();
    for (name, value) in [
        ("client_id", json!("web")),
        ("iss", json!("web")),
        ("aud", json!("https://other.example/")),
        ("sub", json!("fast")),
        ("nbf", json!(now + 61)),
        ("iat", json!(now + 61)),
        ("exp", json!("soon")),
        ("request", json!("x")),
        ("request_uri", json!("https://rp.example/r")),
    ] {
        let bad = object(&key, &with(asked(&bench), name, value));
        assert_eq!(
            refused(&bench, &bad).await,
            "invalid_request_object",
            "{name}"
        );
    }
    for (name, value) in [
        ("aud", json!(["https://other.example/", super::ISSUER])),
        ("aud", Value::Null),
        ("iss", Value::Null),
        ("exp", Value::Null),
        ("nbf", json!(now + 10)),
        ("max_age", json!(3600)),
        (
            "claims",
            json!({"id_token": {"auth_time": {"essential": true}}}),
        ),
    ] {
        let good = object(&key, &with(asked(&bench), name, value));
        let back = visit(&bench, &good).await;
        assert!(back.param("code").is_some(), "{name}: {}", back.url);
    }
}

#[tokio::test]
async fn rfc9101_5_an_object_says_which_client_it_is_of() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let claims = with(asked(&bench), "client_id", Value::Null);
    let bad = object(&key, &claims);
    assert_eq!(refused(&bench, &bad).await, "invalid_request_object");
    // OpenID Connect Core §6.1: in its own manner it stands outside.
    let plain = key.signed(&json!({"alg": "ES256", "kid": "k"}), &claims);
    let back = visit(&bench, &plain).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn an_object_that_has_expired_is_for_those_who_began_in_time() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let request = object(&key, &asked(&bench));
    let mut browser = Browser::new(&bench);
    let answer = browser.get(&path(&[("request", &request)])).await;
    let page = browser.get(&location(&answer).expect("a flow")).await;
    bench.wait(Seconds(300));
    let answer = browser.answer(&page).await;
    let back = browser.go_on(answer).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    let late = browser.get(&path(&[("request", &request)])).await;
    let to = location(&late).expect("a redirect");
    assert!(to.contains("error=invalid_request_object"), "{to}");
}

#[tokio::test]
async fn without_a_redirect_uri_beside_it_a_person_is_told() {
    let key = Elsewhere::new("k");
    let bench = bench(&key).await;
    let mut browser = Browser::new(&bench);
    assert!(is_page(
        &browser.get(&path(&[("request", "nonsense")])).await
    ));
    let evil = [
        ("request", "nonsense"),
        ("redirect_uri", "https://evil.example/"),
    ];
    assert!(is_page(&browser.get(&path(&evil)).await));
}

#[tokio::test]
async fn rfc9101_10_5_a_client_that_has_to_sign_cannot_do_without() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, |client| {
        client.metadata.require_signed_request_object = true;
        client.metadata.request_object_signing_alg = Some("ES256".to_owned());
    })
    .await;
    let mut browser = Browser::new(&bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request"));
    let none = encoded(&json!({"alg": "none"}));
    let none = format!("{none}.{}.", encoded(&asked(&bench)));
    assert_eq!(refused(&bench, &none).await, "invalid_request_object");
    let back = visit(&bench, &object(&key, &asked(&bench))).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert!(back.url.starts_with(CALLBACK));
}

#[tokio::test]
async fn rfc7591_2_the_one_algorithm_that_was_registered_counts() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, |client| {
        client.metadata.request_object_signing_alg = Some("PS256".to_owned());
    })
    .await;
    let request = object(&key, &asked(&bench));
    assert_eq!(refused(&bench, &request).await, "invalid_request_object");
}
