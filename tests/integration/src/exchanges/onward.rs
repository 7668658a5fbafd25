//! Tokens that were got by exchange, shown to another client that trusts the one that got them (RFC 7523).

use protocol::ClientId;
use provider::federation::JWT_BEARER;
use serde_json::{Value, json};

use super::{ACCESS, allow, exchanging, subject};
use crate::harness::{Bench, claims, member, people};
use crate::machines::{naming, reconfigure, refused};

const API: &str = "https://api.example/";

/// A bench where `es` takes tokens of `fast` for assertions, and `fast` may have tokens for a resource.
async fn trusting_fast() -> Bench {
    let bench = Bench::embedded().await;
    allow(&bench, true, true).await;
    reconfigure(&bench, "fast", |client| {
        client.metadata.resources = vec![API.to_owned()];
    })
    .await;
    reconfigure(&bench, "es", |client| {
        client.federation.providers = vec![ClientId::parse("fast").expect("an id")];
    })
    .await;
    bench
}

fn with<'a>(bench: &'a Bench, tokens: &Value) -> crate::harness::exchange::Exchange<'a> {
    naming(bench, "es")
        .with("client_assertion_type", JWT_BEARER)
        .with("client_assertion", member(tokens, "access_token"))
        .with("scope", "openid")
}

#[tokio::test]
async fn rfc8693_4_1_an_actor_stays_when_the_token_is_used_as_an_assertion() {
    let bench = trusting_fast().await;
    let theirs = subject(&bench, "openid").await;
    allow(&bench, false, true).await;
    let delegated = exchanging(&bench, ACCESS, &theirs).tokens().await;
    let tokens = with(&bench, &delegated).tokens().await;
    for token in ["access_token", "id_token"] {
        let said = claims(member(&tokens, token));
        assert_eq!(said["sub"], people::sub(&bench, "ada").await);
        let actor = json!({"sub": "fast", "client_id": "fast"});
        assert_eq!(said["act"], actor, "{token}");
    }
}

#[tokio::test]
async fn rfc9068_4_a_token_for_another_resource_is_no_assertion() {
    let bench = trusting_fast().await;
    let theirs = subject(&bench, "openid").await;
    let asked = exchanging(&bench, ACCESS, &theirs);
    let elsewhere = asked.clone().with("resource", API).tokens().await;
    let why = refused(&with(&bench, &elsewhere)).await;
    assert_eq!(why, "the assertion is an access token for another resource");
    for named in ["es", "fast"] {
        let here = asked.clone().with("audience", named).tokens().await;
        with(&bench, &here).tokens().await;
    }
    let both = asked.and("resource", API).and("audience", "es");
    with(&bench, &both.tokens().await).tokens().await;
}
