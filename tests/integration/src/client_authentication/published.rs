//! Keys that a client publishes at its `jwks_uri`.

use std::sync::Arc;

use fetch::Fetch;
use local::gateway::Gateway;
use protocol::Seconds;
use provider::client::AuthMethod;

use super::{asking, refused, said, set};
use crate::assertions::Elsewhere;
use crate::fetch::Publisher;
use crate::harness::Bench;

/// A bench started with `--allow-fetch 127.0.0.1`, whose client `fast` has its keys at this URL.
async fn at(url: &str, allow: bool) -> Bench {
    let mut bench = Bench::embedded().await;
    if allow {
        bench.backend.fetcher = Arc::new(Fetch::allowing(["127.0.0.1".to_owned()]));
        bench.gateway = Gateway::new(&bench.backend);
    }
    let url = url.to_owned();
    set(&bench, |it| {
        it.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        it.jwks_uri = Some(url);
    })
    .await;
    bench
}

#[tokio::test]
async fn rfc7591_2_keys_at_jwks_uri_are_fetched_once_and_a_new_one_is_found() {
    let (key, next) = (Elsewhere::new("k"), Elsewhere::new("next"));
    let publisher = Publisher::of(key.jwks().to_string()).await;
    let bench = at(&publisher.url(), true).await;
    for _ in 0..3 {
        asking(&bench, &key.token(&said(&bench))).tokens().await;
    }
    assert_eq!(publisher.asked(), 1);
    publisher.has(&next.jwks().to_string());
    bench.wait(Seconds(60));
    asking(&bench, &next.token(&said(&bench))).tokens().await;
    assert_eq!(publisher.asked(), 1);
    let why = refused(&asking(&bench, &key.token(&said(&bench)))).await;
    assert_eq!(why, "client assertion: there is no key with the JWT's kid");
    assert_eq!(publisher.asked(), 0, "strangers do not make us ask");
}

#[tokio::test]
async fn an_hmac_makes_us_fetch_nothing() {
    let key = Elsewhere::new("k");
    let publisher = Publisher::of(key.jwks().to_string()).await;
    let bench = at(&publisher.url(), true).await;
    let header = serde_json::json!({"alg": "HS256", "kid": "k"});
    refused(&asking(&bench, &key.signed(&header, &said(&bench)))).await;
    assert_eq!(publisher.asked(), 0);
}

#[tokio::test]
async fn nothing_inside_is_reached_by_a_jwks_uri() {
    let key = Elsewhere::new("k");
    let publisher = Publisher::of(key.jwks().to_string()).await;
    for url in [
        publisher.url(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://localhost/jwks".to_owned(),
        "https://[::1]/jwks".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let bench = at(&url, false).await;
        let why = refused(&asking(&bench, &key.token(&said(&bench)))).await;
        assert!(
            why.starts_with("client assertion: the keys cannot be had"),
            "{why}"
        );
    }
    assert_eq!(publisher.asked(), 0);
}
