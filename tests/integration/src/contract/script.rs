//! A DynamoDB that says what a test wants it to, and writes down what it was asked: for answers that no
//! emulator gives.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws::Stores;
use axum::Router;
use axum::extract::State;
use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Answers in turn; the last one again and again.
pub(crate) struct Script {
    pub(crate) stores: Stores,
    inner: Arc<Inner>,
}

struct Inner {
    answers: Mutex<VecDeque<(StatusCode, Value)>>,
    asked: Mutex<Vec<Value>>,
}

impl Script {
    pub(crate) async fn of(answers: impl IntoIterator<Item = (StatusCode, Value)>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        let inner = Arc::new(Inner {
            answers,
            asked: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let clients = aws::Clients::local(&url, "http://127.0.0.1:9").expect("loopback");
        Self {
            stores: Stores::new(clients.dynamodb(), "t"),
            inner,
        }
    }

    /// The requests so far.
    pub(crate) fn asked(&self) -> Vec<Value> {
        self.inner.asked.lock().expect("not poisoned").clone()
    }
}

/// Done, with nothing to say.
pub(crate) fn done() -> (StatusCode, Value) {
    (StatusCode::OK, json!({}))
}

/// Refused with this exception.
pub(crate) fn exception(name: &str) -> (StatusCode, Value) {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{name}");
    (
        StatusCode::BAD_REQUEST,
        json!({"__type": kind, "message": "no"}),
    )
}

/// A transaction cancelled for these reasons, one an item.
pub(crate) fn cancelled(reasons: &[&str]) -> (StatusCode, Value) {
    let (status, mut body) = exception("TransactionCanceledException");
    body["Message"] = json!("cancelled");
    body["CancellationReasons"] = reasons.iter().map(|code| json!({"Code": code})).collect();
    (status, body)
}

async fn answer(
    State(script): State<Arc<Inner>>,
    body: Bytes,
) -> (StatusCode, [(header::HeaderName, &'static str); 1], String) {
    script
        .asked
        .lock()
        .expect("not poisoned")
        .push(serde_json::from_slice(&body).expect("JSON"));
    let mut answers = script.answers.lock().expect("not poisoned");
    let next = if answers.len() > 1 {
        answers.pop_front()
    } else {
        answers.front().cloned()
    };
    let (status, body) = next.expect("an answer");
    (
        status,
        [(header::CONTENT_TYPE, "application/x-amz-json-1.0")],
        body.to_string(),
    )
}
