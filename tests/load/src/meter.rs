//! Stands before an emulator and counts what goes through: calls by name, and bytes of requests and answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::net::TcpListener;

/// What went through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Count {
    /// How often each call was made, by name: `GetItem`, `Decrypt`, …
    pub(crate) calls: BTreeMap<String, usize>,
    /// Bytes of all requests.
    pub(crate) sent: usize,
    /// Bytes of all answers, as they come over the wire.
    pub(crate) received: usize,
}

/// The meter.
pub(crate) struct Meter {
    /// Where it listens.
    pub(crate) url: String,
    upstream: String,
    client: reqwest::Client,
    count: Mutex<Count>,
}

impl Meter {
    /// In front of this emulator.
    pub(crate) async fn start(upstream: &str) -> anyhow::Result<Arc<Self>> {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .context("no loopback port")?;
        let meter = Arc::new(Self {
            url: format!("http://{}", listener.local_addr()?),
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            count: Mutex::default(),
        });
        let router = Router::new()
            .fallback(forward)
            .with_state(Arc::clone(&meter));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(meter)
    }

    /// What went through since the last look.
    pub(crate) fn take(&self) -> Count {
        std::mem::take(&mut self.count.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn upstream(&self, headers: HeaderMap, body: Bytes) -> reqwest::Result<Response> {
        let name = headers.get("x-amz-target");
        let name = name.and_then(|value| value.to_str().ok()?.rsplit('.').next());
        let (name, sent) = (name.unwrap_or_default().to_owned(), body.len());
        let mut request = self.client.post(&self.upstream).body(body);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            request = request.header(name, value);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await?;
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        *count.calls.entry(name).or_default() += 1;
        count.sent += sent;
        count.received += body.len();
        drop(count);
        Ok((status, headers, Body::from(body)).into_response())
    }
}

async fn forward(State(meter): State<Arc<Meter>>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = meter.upstream(headers, body).await;
    answer.unwrap_or_else(|_| StatusCode::BAD_GATEWAY.into_response())
}
