//! What an assertion has to say, rule by rule.

use serde_json::{Value, json};

use super::{ISSUER, asking, refused, said, with_key};
use crate::assertions::Elsewhere;

#[tokio::test]
async fn rfc7523_3_each_rule_refuses_an_assertion_that_breaks_it() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let now = bench.now().unix();
    let subject = "the client assertion's iss or sub is not the client_id";
    let audience = "the client assertion is for somebody else";
    for (name, value, why) in [
        ("iss", json!("web"), subject),
        ("sub", json!("web"), subject),
        ("iss", Value::Null, subject),
        ("sub", json!(["fast"]), subject),
        ("aud", json!("https://other.example/"), audience),
        ("aud", json!("fast"), audience),
        (
            "aud",
            json!("http://localhost:8000/application/o/web/"),
            audience,
        ),
        ("aud", Value::Null, audience),
        ("exp", json!(now), "the client assertion has expired"),
        (
            "exp",
            json!(now - 3_600),
            "the client assertion has expired",
        ),
        ("exp", Value::Null, "the client assertion has no exp"),
        (
            "exp",
            json!(now + 3_700),
            "the client assertion's exp is too far ahead",
        ),
        (
            "nbf",
            json!(now + 61),
            "the client assertion is not good yet",
        ),
        (
            "iat",
            json!(now + 61),
            "the client assertion was made in the future",
        ),
        ("jti", Value::Null, "the client assertion has no jti"),
        ("jti", json!(""), "the client assertion has no jti"),
    ] {
        let mut claims = said(&bench);
        claims[name] = value;
        let why_not = refused(&asking(&bench, &key.token(&claims))).await;
        assert_eq!(why_not, why, "{name}: {}", claims[name]);
    }
}

#[tokio::test]
async fn rfc7523_3_3_each_name_of_this_server_is_an_audience() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    for aud in [
        json!(ISSUER),
        json!("http://localhost:8000/application/o/token/"),
        json!(["https://other.example", ISSUER]),
    ] {
        let mut claims = said(&bench);
        claims["aud"] = aud;
        asking(&bench, &key.token(&claims)).tokens().await;
    }
}

#[tokio::test]
async fn rfc7521_4_2_the_client_id_may_be_left_out() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let unnamed = asking(&bench, &key.token(&said(&bench))).without("client_id");
    unnamed.tokens().await;
}

#[tokio::test]
async fn rfc7523_3_5_a_clock_that_is_a_little_ahead_is_borne() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let mut claims = said(&bench);
    let ahead = bench.now().unix() + 10;
    (claims["iat"], claims["nbf"]) = (ahead.into(), ahead.into());
    asking(&bench, &key.token(&claims)).tokens().await;
}

#[tokio::test]
async fn rfc8725_3_11_what_was_signed_to_be_something_else_is_no_assertion() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let typed = |typ: &str| {
        let header = json!({"alg": "ES256", "kid": "k", "typ": typ});
        key.signed(&header, &said(&bench))
    };
    for good in [
        "JWT",
        "client-authentication+jwt",
        "application/client-authentication+jwt",
    ] {
        asking(&bench, &typed(good)).tokens().await;
    }
    for bad in ["dpop+jwt", "oauth-authz-req+jwt", "at+jwt", ""] {
        let why = refused(&asking(&bench, &typed(bad))).await;
        assert_eq!(why, "the client assertion has another typ", "{bad}");
    }
}
