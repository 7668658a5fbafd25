//! The Lambda Runtime API, as much as a function needs: `next`, `response`, `error`.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// What a function said.
#[derive(Debug)]
pub enum Said {
    /// It asks for the next event.
    Ready(Instant),
    /// It answered.
    Response(Instant, Bytes),
    /// It failed.
    Failed(String),
}

/// The other end of one function.
#[derive(Debug)]
pub struct RuntimeApi {
    /// Host and port, as `AWS_LAMBDA_RUNTIME_API` has it.
    pub address: String,
    /// Events to hand out.
    pub events: mpsc::Sender<Value>,
    /// What the function says, in order.
    pub said: mpsc::Receiver<Said>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    events: Mutex<mpsc::Receiver<Value>>,
    said: mpsc::Sender<Said>,
}

impl RuntimeApi {
    /// On a free loopback port.
    ///
    /// # Errors
    /// Where none is free.
    pub async fn start() -> anyhow::Result<Self> {
        let (events, received) = mpsc::channel(1);
        let (say, said) = mpsc::channel(16);
        let shared = Arc::new(Shared {
            events: Mutex::new(received),
            said: say,
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .layer(DefaultBodyLimit::max(8 * 1024 * 1024))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no loopback port")?;
        let address = listener.local_addr()?.to_string();
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            events,
            said,
            server,
        })
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Result<(HeaderMap, String), StatusCode> {
    let _ = shared.said.send(Said::Ready(Instant::now())).await;
    let event = shared
        .events
        .lock()
        .await
        .recv()
        .await
        .ok_or(StatusCode::GONE)?;
    let mut headers = HeaderMap::new();
    let id = HeaderValue::from_str(&uuid::Uuid::new_v4().to_string());
    headers.insert(
        "lambda-runtime-aws-request-id",
        id.map_err(|_| StatusCode::GONE)?,
    );
    headers.insert(
        "lambda-runtime-deadline-ms",
        HeaderValue::from_static("4102444800000"),
    );
    headers.insert(
        "lambda-runtime-invoked-function-arn",
        HeaderValue::from_static("arn:aws:lambda:us-east-1:000000000000:function:bench"),
    );
    Ok((headers, event.to_string()))
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(_): Path<String>,
    body: Bytes,
) -> StatusCode {
    let _ = shared.said.send(Said::Response(Instant::now(), body)).await;
    StatusCode::ACCEPTED
}

async fn failed(State(shared): State<Arc<Shared>>, body: String) -> StatusCode {
    let _ = shared.said.send(Said::Failed(body)).await;
    StatusCode::ACCEPTED
}
