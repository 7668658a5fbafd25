//! A client that is told that somebody answered (CIBA Core §10.2).

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use fetch::Fetch;
use local::gateway::Gateway;
use provider::client::DeliveryMode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{ENDPOINT, ada, asked, asking, may_ask, poll};
use crate::harness::{Bench, summary};

/// What the client heard: its token, and the body.
type Heard = Arc<Mutex<Vec<(String, Value)>>>;

/// A client on this machine that answers the first request with this status, and all others with 204.
async fn listening(first: StatusCode) -> (Bench, Heard) {
    let heard: Heard = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let noted = Arc::clone(&heard);
    let answer = move |headers: HeaderMap, body: Bytes| {
        let bearer = headers["authorization"].to_str().expect("text").to_owned();
        let body = serde_json::from_slice(&body).expect("JSON");
        let mut noted = noted.lock().expect("a lock");
        noted.push((bearer, body));
        let status = if noted.len() == 1 {
            first
        } else {
            StatusCode::NO_CONTENT
        };
        async move { (status, [("location", "/ping")]) }
    };
    let router = Router::new().route("/ping", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut bench = Bench::embedded().await;
    bench.backend.fetcher = Arc::new(Fetch::allowing(["127.0.0.1".to_owned()]));
    bench.gateway = Gateway::new(&bench.backend);
    may_ask(&bench, |metadata| {
        metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Ping);
        let url = format!("http://127.0.0.1:{port}/ping");
        metadata.backchannel_client_notification_endpoint = Some(url);
    })
    .await;
    (bench, heard)
}

#[tokio::test]
async fn ciba_10_2_the_client_is_told_the_id_by_its_own_token_and_fetches_the_tokens() {
    for action in ["allow", "refuse"] {
        let (bench, heard) = listening(StatusCode::NO_CONTENT).await;
        let id = asked(&asking(&bench).with("client_notification_token", "8d67dc78-7faa")).await;
        assert!(heard.lock().expect("a lock").is_empty());
        ada(&bench, action).await;
        let told = heard.lock().expect("a lock").clone();
        let want = (
            "Bearer 8d67dc78-7faa".to_owned(),
            json!({"auth_req_id": id}),
        );
        assert_eq!(told, [want], "{action}");
        let status = poll(&bench, &id).send().await.status();
        assert_eq!(status, if action == "allow" { 200 } else { 400 });
    }
}

#[tokio::test]
async fn ciba_7_1_in_ping_mode_the_notification_token_is_required() {
    let (bench, _) = listening(StatusCode::OK).await;
    let told = summary(&asking(&bench).send_to(ENDPOINT).await);
    assert!(told.contains("invalid_request"), "{told}");
}

#[tokio::test]
async fn a_client_that_fails_is_told_once_more_and_the_answer_stands() {
    let (bench, heard) = listening(StatusCode::INTERNAL_SERVER_ERROR).await;
    let id = asked(&asking(&bench).with("client_notification_token", "t")).await;
    ada(&bench, "allow").await;
    assert_eq!(heard.lock().expect("a lock").len(), 2);
    poll(&bench, &id).tokens().await;
}

/// §10.2: no redirect is followed, and whoever refuses is not asked again.
#[tokio::test]
async fn ciba_10_2_a_redirect_is_not_followed_and_a_refusal_is_final() {
    for status in [
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::FOUND,
        StatusCode::BAD_REQUEST,
        StatusCode::UNAUTHORIZED,
    ] {
        let (bench, heard) = listening(status).await;
        let id = asked(&asking(&bench).with("client_notification_token", "t")).await;
        ada(&bench, "allow").await;
        assert_eq!(heard.lock().expect("a lock").len(), 1, "{status}");
        poll(&bench, &id).tokens().await;
    }
}

#[tokio::test]
async fn no_client_has_anything_inside_told() {
    let (bench, heard) = listening(StatusCode::OK).await;
    for url in [
        "http://169.254.169.254/latest",
        "https://10.0.0.1/",
        "http://localhost:1/",
    ] {
        may_ask(&bench, |metadata| {
            metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Ping);
            metadata.backchannel_client_notification_endpoint = Some(url.to_owned());
        })
        .await;
        let id = asked(&asking(&bench).with("client_notification_token", "t")).await;
        ada(&bench, "allow").await;
        poll(&bench, &id).tokens().await; // the answer stands
    }
    assert!(heard.lock().expect("a lock").is_empty());
}
