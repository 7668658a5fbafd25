//! An assertion authenticates once (RFC 7523 §3, item 7).

use std::sync::Arc;

use protocol::Seconds;
use tokio::task::JoinSet;

use super::{asking, refused, said, with_key};
use crate::assertions::Elsewhere;
use crate::harness::configure;

const REPLAYED: &str = "the client assertion was used before";

#[tokio::test]
async fn rfc7523_3_7_a_jti_is_good_once() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let mut claims = said(&bench);
    asking(&bench, &key.token(&claims)).tokens().await;
    assert_eq!(
        refused(&asking(&bench, &key.token(&claims))).await,
        REPLAYED
    );
    bench.wait(Seconds(59));
    assert_eq!(
        refused(&asking(&bench, &key.token(&claims))).await,
        REPLAYED
    );
    let later = bench.now().unix() + 60;
    claims["exp"] = later.into();
    let extended = asking(&bench, &key.token(&claims));
    assert_eq!(refused(&extended).await, REPLAYED, "whatever else it says");
    bench.wait(Seconds(1));
    let mut again = said(&bench);
    again["jti"] = claims["jti"].clone();
    asking(&bench, &key.token(&again)).tokens().await;
}

#[tokio::test]
async fn rfc7523_3_7_of_many_at_once_one_is_let_in() {
    let key = Elsewhere::new("k");
    let bench = Arc::new(with_key(&key).await);
    let assertion = key.token(&said(&bench));
    let mut tasks = JoinSet::new();
    for _ in 0..10 {
        let (bench, assertion) = (Arc::clone(&bench), assertion.clone());
        tasks.spawn(async move { asking(&bench, &assertion).send().await.status() });
    }
    let all = tasks.join_all().await;
    assert_eq!(all.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(all.iter().filter(|status| **status == 401).count(), 9);
}

#[tokio::test]
async fn a_stranger_spends_nobodys_assertion() {
    let (key, stranger) = (Elsewhere::new("k"), Elsewhere::new("k"));
    let bench = with_key(&key).await;
    let claims = said(&bench);
    refused(&asking(&bench, &stranger.token(&claims))).await;
    let mut elsewhere = claims.clone();
    elsewhere["aud"] = "https://other.example".into();
    refused(&asking(&bench, &key.token(&elsewhere))).await;
    asking(&bench, &key.token(&claims)).tokens().await;
}

#[tokio::test]
async fn a_jti_is_its_clients() {
    let key = Elsewhere::new("k");
    let bench = with_key(&key).await;
    let metadata = {
        let mut metadata = configure::seeded(&bench, "es").metadata;
        metadata.token_endpoint_auth_method = Some(provider::client::AuthMethod::PrivateKeyJwt);
        metadata.jwks = Some(key.jwks());
        metadata
    };
    configure::client(&bench, "es", |client| client.metadata = metadata).await;
    let claims = said(&bench);
    asking(&bench, &key.token(&claims)).tokens().await;
    let mut others = claims;
    (others["iss"], others["sub"]) = ("es".into(), "es".into());
    others["aud"] = "http://localhost:8000/application/o/es/".into();
    let other = asking(&bench, &key.token(&others)).with("client_id", "es");
    other.tokens().await;
}
