//! What an assertion must be (RFC 7523 §3): each test breaks one thing. The caller hears the same of all, and the
//! log says which.

use provider::federation::JWT_BEARER;
use serde_json::{Value, json};

use super::{Elsewhere, ISSUER, claims, trust, trusting, with};
use crate::harness::Bench;
use crate::harness::answers::{INVALID_CLIENT, invalid_request};
use crate::machines::{naming, reconfigure, refused};

/// Breaks one claim; what the log says.
async fn broken(bench: &Bench, ci: &Elsewhere, name: &str, value: Value) -> String {
    let mut claims = claims(bench);
    if value.is_null() {
        claims.as_object_mut().expect("claims").remove(name);
    } else {
        claims[name] = value;
    }
    refused(&with(bench, &ci.token(&claims))).await
}

#[tokio::test]
async fn rfc7523_3_each_claim_is_checked() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let now = bench.now().unix();
    for (name, value, why) in [
        (
            "iss",
            json!("https://other.example"),
            "the assertion's issuer is not the source's",
        ),
        (
            "iss",
            Value::Null,
            "the assertion's issuer is not the source's",
        ),
        ("sub", Value::Null, "the assertion's sub names nobody"),
        ("sub", json!(""), "the assertion's sub names nobody"),
        (
            "sub",
            json!("x".repeat(256)),
            "the assertion's sub names nobody",
        ),
        (
            "aud",
            json!("https://other.example"),
            "the assertion is for another audience",
        ),
        (
            "aud",
            json!("http://localhost:8000/application/o/es/"),
            "the assertion is for another audience",
        ),
        (
            "aud",
            json!(ISSUER),
            "the assertion is for another audience",
        ),
        ("aud", Value::Null, "the assertion is for another audience"),
        ("exp", Value::Null, "the assertion has no exp"),
        ("exp", json!("never"), "the assertion has no exp"),
        ("exp", json!(now), "the assertion has expired"),
        ("exp", json!(now - 3600), "the assertion has expired"),
        ("nbf", json!(now + 61), "the assertion is not valid yet"),
        (
            "iat",
            json!(now + 61),
            "the assertion's iat lies in the future",
        ),
        (
            "iat",
            json!(now - 26 * 3600),
            "the assertion was issued too long ago",
        ),
    ] {
        let said = broken(&bench, &ci, name, value.clone()).await;
        assert_eq!(said, why, "{name} {value}");
    }
    with(&bench, &ci.token(&claims(&bench))).tokens().await;
}

#[tokio::test]
async fn rfc7521_4_2_the_type_is_the_one_there_is() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let valid = with(&bench, &ci.token(&claims(&bench)));
    for kind in [
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "jwt",
        &JWT_BEARER.to_uppercase(),
    ] {
        let why = refused(&valid.clone().with("client_assertion_type", kind)).await;
        assert_eq!(why, "client_assertion_type is not jwt-bearer", "{kind}");
    }
    let untyped = valid
        .clone()
        .without("client_assertion_type")
        .summary()
        .await;
    assert_eq!(
        untyped,
        invalid_request(400, "client_assertion_type is required")
    );
    let empty = valid.clone().without("client_assertion").summary().await;
    assert_eq!(empty, invalid_request(400, "client_assertion is required"));
    let nobodys = valid.clone().without("client_id").summary().await;
    assert_eq!(nobodys, INVALID_CLIENT);
    valid.tokens().await;
}

#[tokio::test]
async fn a_client_that_trusts_nobody_takes_no_assertion() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let elsewhere = with(&bench, &ci.token(&claims(&bench))).with("client_id", "es");
    let why = refused(&elsewhere).await;
    assert_eq!(why, "the client trusts no issuer of assertions");
}

#[tokio::test]
async fn rfc7517_4_5_the_key_is_found_by_its_kid() {
    let (ci, stranger) = (Elsewhere::new("k"), Elsewhere::new("k"));
    let bench = trusting(ci.source()).await;
    let claims = claims(&bench);
    let header = |kid: &str| json!({"alg": "ES256", "kid": kid});
    let unknown = with(&bench, &ci.signed(&header("other"), &claims));
    let why = refused(&unknown).await;
    assert_eq!(why, "no trusted source has a key with the assertion's kid");
    let forged = with(&bench, &stranger.token(&claims));
    assert_eq!(refused(&forged).await, "the assertion's signature is wrong");
    let mut two = ci.source();
    let keys = json!({"keys": [ci.jwk(), Elsewhere::new("b").jwk()]});
    two.keys = provider::client::JwtKeys::Inline(keys);
    let nameless = ci.signed(&json!({"alg": "ES256"}), &claims);
    trust(&bench, vec![two]).await;
    assert_eq!(
        refused(&with(&bench, &nameless)).await,
        "the assertion names no key"
    );
    trust(&bench, vec![ci.source()]).await;
    with(&bench, &nameless).tokens().await;
}

#[tokio::test]
async fn of_several_sources_the_one_that_issued_it_counts() {
    let (a, b) = (Elsewhere::new("a"), Elsewhere::new("b"));
    let bench = trusting(a.source()).await;
    let mut second = b.source();
    second.issuer = Some("https://other.example".to_owned());
    trust(&bench, vec![a.source(), second]).await;
    let mut of_b = claims(&bench);
    of_b["iss"] = "https://other.example".into();
    of_b["sub"] = "b".into();
    with(&bench, &b.token(&of_b)).tokens().await;
    with(&bench, &a.token(&claims(&bench))).tokens().await;
    // Neither vouches in the other's name.
    for forged in [b.token(&claims(&bench)), a.token(&of_b)] {
        let why = refused(&with(&bench, &forged)).await;
        assert_eq!(why, "no trusted source has a key with the assertion's kid");
    }
}

#[tokio::test]
async fn without_a_known_issuer_the_keys_alone_say_whose_it_is() {
    let ci = Elsewhere::new("k");
    let mut source = ci.source();
    source.issuer = None;
    let bench = trusting(source).await;
    let mut claims = claims(&bench);
    claims["iss"] = "https://anything.example".into();
    with(&bench, &ci.token(&claims)).tokens().await;
}

#[tokio::test]
async fn reference_3_5_policies_judge_the_assertion_before_there_is_an_account() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let nobody = provider::policy::Binding {
        id: uuid::Uuid::new_v4(),
        order: 0,
        enabled: true,
        negate: false,
        timeout: protocol::Seconds(30),
        failure_result: false,
        target: provider::policy::Target::User(protocol::UserId::from_random([7; 16])),
    };
    reconfigure(&bench, "fast", |client| {
        client.policies.bindings = vec![nobody];
    })
    .await;
    let claims = claims(&bench);
    let assertion = ci.token(&claims);
    let why = refused(&with(&bench, &assertion)).await;
    assert_eq!(why, "the application's policies refuse");
    let provider = crate::machines::client(&bench, "fast").await.provider_name;
    let account = crate::machines::found(&bench, &format!("{provider}-repo:a")).await;
    assert!(account.is_none(), "none was made");
    reconfigure(&bench, "fast", |client| client.policies.bindings.clear()).await;
    with(&bench, &assertion).tokens().await; // and it was not spent
}

#[tokio::test]
async fn an_assertion_is_no_client_authentication_for_other_grants() {
    let ci = Elsewhere::new("k");
    let bench = trusting(ci.source()).await;
    let code = bench.code("fast", "openid", &[]).await;
    let assertion = ci.token(&claims(&bench));
    let exchange = with(&bench, &assertion)
        .with("grant_type", "authorization_code")
        .with("code", &code)
        .with("redirect_uri", crate::harness::CALLBACK);
    assert_eq!(exchange.summary().await, INVALID_CLIENT);
    let both = naming(&bench, "fast")
        .with("client_secret", "fast-secret")
        .with("client_assertion", &assertion)
        .with("client_assertion_type", JWT_BEARER);
    let two = invalid_request(400, "client authentication is sent in more than one way");
    assert_eq!(both.summary().await, two);
}
