//! The functions' own binaries as a site: several processes of each, over a Runtime API of ours.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::Context as _;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue, Request, Response};
use load::event;
use load::function::{Function, status};
use provider::http::{ClientAddress, route};
use serde_json::Value;
use tokio::sync::Mutex;

/// Functions that are called, and how many processes of each there are.
const PROCESSES: [(&str, usize); 12] = [
    ("token", 2),
    ("authorize", 2),
    ("flow", 2),
    ("userinfo", 1),
    ("introspect", 1),
    ("revoke", 1),
    ("device-authorization", 1),
    ("end-session", 1),
    ("register", 1),
    ("backchannel-authentication", 1),
    ("self-service", 1),
    ("api", 1),
];

/// One process.
pub(crate) struct Process {
    /// Which function it is, and which of its processes.
    pub(crate) name: String,
    function: Mutex<Function>,
    requests: AtomicU64,
}

impl Process {
    /// How many requests it has answered, and how much memory it has resident now and had at most, in KiB.
    pub(crate) async fn look(&self) -> anyhow::Result<(u64, u64, u64)> {
        let function = self.function.lock().await;
        let requests = self.requests.load(Ordering::Relaxed);
        Ok((requests, function.resident_kib()?, function.peak_kib()?))
    }
}

/// All of them.
pub(crate) struct Functions {
    pools: BTreeMap<&'static str, (Vec<Process>, AtomicUsize)>,
}

impl Functions {
    /// Starts them.
    pub(crate) async fn start(
        binaries: &Path,
        environment: &[(String, String)],
    ) -> anyhow::Result<Self> {
        let mut pools = BTreeMap::new();
        for (name, count) in PROCESSES {
            let mut pool = Vec::new();
            for number in 1..=count {
                let function = Function::start(&binaries.join(name), environment).await?;
                pool.push(Process {
                    name: if count == 1 {
                        name.to_owned()
                    } else {
                        format!("{name} {number}")
                    },
                    function: Mutex::new(function),
                    requests: AtomicU64::new(0),
                });
            }
            pools.insert(name, (pool, AtomicUsize::new(0)));
        }
        Ok(Self { pools })
    }

    /// Each process.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Process> {
        self.pools.values().flat_map(|(pool, _)| pool)
    }

    /// Answers it by whichever process is free, else by whose turn it is.
    pub(crate) async fn call(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let found = route::find(request.uri().path()).context("a route")?;
        let pool = self.pools.get(found.route.function);
        let (pool, turn) =
            pool.with_context(|| format!("{} does not run here", found.route.function))?;
        let event = as_event(&request);
        let free = pool
            .iter()
            .find_map(|it| Some((it, it.function.try_lock().ok()?)));
        let (process, mut function) = if let Some(free) = free {
            free
        } else {
            let at = turn.fetch_add(1, Ordering::Relaxed) % pool.len();
            let process = pool.get(at).context("a process")?;
            (process, process.function.lock().await)
        };
        let (_, answer) = function
            .call(&event)
            .await
            .with_context(|| process.name.clone())?;
        process.requests.fetch_add(1, Ordering::Relaxed);
        drop(function);
        as_response(&answer)
    }
}

#[async_trait]
impl crate::http_client::Site for Functions {
    async fn call(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        Self::call(self, request).await
    }
}

fn as_event(request: &Request<Bytes>) -> Value {
    let headers = request.headers().iter();
    let headers = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let headers: Vec<_> = headers.collect();
    let (uri, body) = (request.uri(), String::from_utf8_lossy(request.body()));
    let query = uri.query().unwrap_or_default();
    let event = event::http(
        request.method().as_str(),
        uri.path(),
        query,
        &headers,
        &body,
    );
    let address = request.extensions().get::<ClientAddress>();
    event::from(event, address.map_or("192.0.2.1", |address| &address.0))
}

fn as_response(answer: &Value) -> anyhow::Result<Response<Bytes>> {
    let body = answer
        .get("body")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let encoded = answer.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
    let body = if encoded {
        STANDARD.decode(body)?
    } else {
        body.as_bytes().to_vec()
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = u16::try_from(status(answer))?.try_into()?;
    let headers = answer.get("headers").and_then(Value::as_object);
    for (name, value) in headers.into_iter().flatten() {
        let value = HeaderValue::from_str(value.as_str().unwrap_or_default())?;
        response
            .headers_mut()
            .append(name.parse::<HeaderName>()?, value);
    }
    let cookies = answer.get("cookies").and_then(Value::as_array);
    for cookie in cookies.into_iter().flatten().filter_map(Value::as_str) {
        response
            .headers_mut()
            .append(SET_COOKIE, HeaderValue::from_str(cookie)?);
    }
    Ok(response)
}
