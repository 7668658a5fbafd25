//! The protocol below the SDK, and who is served at all.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use local::kms::Emulator;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::Kms;

/// An answer, headers in lower case.
pub(crate) struct Answer {
    pub(crate) status: String,
    pub(crate) headers: String,
    pub(crate) body: String,
}

pub(crate) async fn call(address: SocketAddr, target: &str, body: &str) -> Answer {
    let host = address.to_string();
    raw(
        address,
        &format!("POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-target: {target}\r\n"),
        body,
    )
    .await
}

async fn raw(address: SocketAddr, head: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let (status, headers) = head.split_once("\r\n").unwrap();
    Answer {
        status: status.trim_start_matches("HTTP/1.1 ").to_owned(),
        headers: headers.to_lowercase(),
        body: body.to_owned(),
    }
}

#[tokio::test]
async fn an_answer_has_the_shape_of_aws_json() {
    let kms = Kms::start().await;
    let answer = call(kms.address, "TrentService.CreateKey", "{}").await;
    assert_eq!(answer.status, "200 OK");
    assert!(
        answer
            .headers
            .contains("content-type: application/x-amz-json-1.1")
    );
    assert!(answer.headers.contains("x-amzn-requestid: "));
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(
        json["KeyMetadata"]["CreationDate"],
        crate::harness::START,
        "a number, no string"
    );
    let key = json["KeyMetadata"]["KeyId"].as_str().unwrap();
    let enabled = format!(r#"{{"KeyId":"{key}"}}"#);
    assert_eq!(
        call(kms.address, "TrentService.EnableKey", &enabled)
            .await
            .body,
        "{}"
    );
}

#[tokio::test]
async fn a_refusal_names_its_type() {
    let kms = Kms::start().await;
    for (target, body, status, want) in [
        (
            "TrentService.CreateKey",
            "{",
            "400 Bad Request",
            "SerializationException",
        ),
        (
            "TrentService.CreateKey",
            "[]",
            "400 Bad Request",
            "SerializationException",
        ),
        (
            "TrentService.CreateKey",
            "",
            "400 Bad Request",
            "SerializationException",
        ),
        (
            "TrentService.ReplicateKey",
            "{}",
            "400 Bad Request",
            "UnknownOperationException",
        ),
        (
            "DynamoDB_20120810.GetItem",
            "{}",
            "400 Bad Request",
            "UnknownOperationException",
        ),
        ("", "{}", "400 Bad Request", "UnknownOperationException"),
        (
            "TrentService.DescribeKey",
            "{}",
            "400 Bad Request",
            "ValidationException",
        ),
        (
            "TrentService.Encrypt",
            r#"{"Plaintext":"?"}"#,
            "400 Bad Request",
            "SerializationException",
        ),
    ] {
        let answer = call(kms.address, target, body).await;
        assert_eq!(answer.status, status, "{target} {body}");
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(json["__type"], want, "{target} {body}");
        assert!(json["message"].is_string());
    }
}

#[tokio::test]
async fn a_misplaced_secret_is_not_quoted_back() {
    let kms = Kms::start().await;
    let body = r#"{"KeyId":"alias/a","EncryptionContext":"top-secret"}"#;
    let answer = call(kms.address, "TrentService.Encrypt", body).await;
    assert!(
        answer.body.contains("SerializationException"),
        "{}",
        answer.body
    );
    assert!(!answer.body.contains("top-secret"), "{}", answer.body);
}

#[tokio::test]
async fn a_web_page_that_resolves_to_loopback_is_turned_away() {
    let kms = Kms::start().await;
    let ask = |host: &str| {
        let head =
            format!("POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-target: TrentService.ListKeys\r\n");
        async move { raw(kms.address, &head, "{}").await.status }
    };
    for host in [
        "rebound.example",
        "rebound.example:8000",
        "127.0.0.1.rebound.example",
        "10.0.0.1",
    ] {
        assert_eq!(ask(host).await, "403 Forbidden", "{host}");
    }
    for host in [
        "localhost",
        "localhost:4599",
        "127.0.0.1",
        "127.9.9.9:1",
        "[::1]:4599",
    ] {
        assert_eq!(ask(host).await, "200 OK", "{host}");
    }
    let head = "GET / HTTP/1.1\r\nhost: localhost\r\n";
    assert_eq!(
        raw(kms.address, head, "").await.status,
        "405 Method Not Allowed"
    );
}

#[tokio::test]
async fn it_serves_on_loopback_only() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let serving = Arc::new(Emulator::memory()).serve(listener, pending::<()>());
    let answer = tokio::time::timeout(Duration::from_secs(5), serving).await;
    let refused = answer.expect("refused at once, not served").unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("loopback addresses only, not on 0.0.0.0:"),
        "{refused}"
    );
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_stop() {
    let kms = Kms::start().await;
    let mut idle = TcpStream::connect(kms.address).await.unwrap();
    idle.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
    kms.client.list_keys().send().await.unwrap();
    let stopped = tokio::time::timeout(Duration::from_secs(5), kms.stop()).await;
    stopped.expect("the emulator stops within its grace");
}
