//! A proxy before an emulator: writes down every AWS call, and makes chosen ones fail.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::net::TcpListener;

/// One AWS call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// `GetItem`, `Sign`, …
    pub(crate) name: String,
    /// When it began.
    pub(crate) began: Instant,
    /// When its answer was there.
    pub(crate) ended: Instant,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// 400 with a throttling exception; nothing was done.
    Throttled,
    /// 500; nothing was done.
    Broken,
    /// It was done, and the answer got lost.
    Lost,
    /// It is done only after this long.
    Delayed(Duration),
    /// It is done at once, and the answer comes only after this long.
    Late(Duration),
}

/// The proxy.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) url: String,
    upstream: String,
    client: reqwest::Client,
    calls: Mutex<Vec<Call>>,
    failures: Mutex<VecDeque<(String, Failure)>>,
}

impl Proxy {
    /// In front of this emulator.
    pub(crate) async fn start(upstream: &str) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let proxy = Arc::new(Self {
            url,
            upstream: upstream.to_owned(),
            client: reqwest::Client::new(),
            calls: Mutex::default(),
            failures: Mutex::default(),
        });
        let router = Router::new()
            .fallback(forward)
            .with_state(Arc::clone(&proxy));
        tokio::spawn(async move { axum::serve(listener, router).await });
        proxy
    }

    /// The next `times` calls of this name fail like this.
    pub(crate) fn fail(&self, name: &str, failure: Failure, times: usize) {
        let more = std::iter::repeat_n((name.to_owned(), failure), times);
        self.failures.lock().expect("not poisoned").extend(more);
    }

    /// No call fails any more.
    pub(crate) fn heal(&self) {
        self.failures.lock().expect("not poisoned").clear();
    }

    /// The calls since the last look.
    pub(crate) fn take_calls(&self) -> Vec<Call> {
        let mut calls = std::mem::take(&mut *self.calls.lock().expect("not poisoned"));
        calls.sort_by_key(|call| call.began);
        calls
    }

    fn failure(&self, name: &str) -> Option<Failure> {
        let mut failures = self.failures.lock().expect("not poisoned");
        let at = failures.iter().position(|(wanted, _)| wanted == name)?;
        failures.remove(at).map(|(_, failure)| failure)
    }

    async fn upstream(&self, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap, Bytes) {
        let mut request = self.client.post(&self.upstream).body(body);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            request = request.header(name, value);
        }
        let answer = request.send().await.expect("the emulator answers");
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, answer.bytes().await.expect("a body"))
    }
}

/// Steps that wait for each other: calls that overlap in time count as one.
pub(crate) fn sequential_steps(calls: &[Call]) -> usize {
    let mut steps = 0;
    let mut busy_until: Option<Instant> = None;
    for call in calls {
        if busy_until.is_none_or(|until| call.began >= until) {
            steps += 1;
            busy_until = Some(call.ended);
        } else {
            busy_until = busy_until.map(|until| until.max(call.ended));
        }
    }
    steps
}

async fn forward(
    State(proxy): State<Arc<Proxy>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let target = headers
        .get("x-amz-target")
        .and_then(|value| value.to_str().ok());
    let name = target
        .and_then(|target| target.rsplit('.').next())
        .unwrap_or_default()
        .to_owned();
    let began = Instant::now();
    let answer = match proxy.failure(&name) {
        Some(Failure::Throttled) => refused(
            StatusCode::BAD_REQUEST,
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}"#,
        ),
        Some(Failure::Broken) => refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"broken"}"#,
        ),
        Some(Failure::Lost) => {
            proxy.upstream(headers, body).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
            refused(
                StatusCode::BAD_GATEWAY,
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"lost"}"#,
            )
        }
        Some(Failure::Delayed(wait)) => {
            tokio::time::sleep(wait).await;
            proxy.upstream(headers, body).await
        }
        Some(Failure::Late(wait)) => {
            let answer = proxy.upstream(headers, body).await;
            tokio::time::sleep(wait).await;
            answer
        }
        None => proxy.upstream(headers, body).await,
    };
    let call = Call {
        name,
        began,
        ended: Instant::now(),
    };
    proxy.calls.lock().expect("not poisoned").push(call);
    let (status, headers, body) = answer;
    (status, headers, Body::from(body))
}

fn refused(status: StatusCode, body: &'static str) -> (StatusCode, HeaderMap, Bytes) {
    let mut headers = HeaderMap::new();
    let json = "application/x-amz-json-1.0".parse().expect("a header");
    headers.insert("content-type", json);
    (status, headers, Bytes::from_static(body.as_bytes()))
}
