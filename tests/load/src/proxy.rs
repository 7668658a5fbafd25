//! Stands before an emulator of AWS: a gate of the caller's sees every call and its answer, and may change what becomes
//! of them.

mod call;
mod gate;
mod wire;

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

pub use call::{Answer, Call, Service};
pub use gate::{After, Gate, Verdict};

use wire::{Ended, Reply};

/// A proxy. It serves until the runtime in which it was started ends.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub url: String,
}

/// What all its connections share.
struct Shared {
    upstream: String,
    client: reqwest::Client,
    gate: Arc<dyn Gate>,
}

impl Proxy {
    /// In front of this emulator, `http://host:port`.
    ///
    /// # Errors
    /// Where no loopback port is free.
    pub async fn start(upstream: &str, gate: Arc<dyn Gate>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.context("no loopback port")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            upstream: upstream.trim_end_matches('/').to_owned(),
            client: reqwest::Client::builder().tcp_nodelay(true).build()?,
            gate,
        });
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&shared)));
            }
        });
        Ok(Self { url })
    }
}

/// One connection, with one call after the other. What becomes of it is the client's affair.
async fn serve(connection: TcpStream, shared: Arc<Shared>) {
    let _ = connection.set_nodelay(true);
    let service = service_fn(|request| handle(request, Arc::clone(&shared)));
    let served = http1::Builder::new().serve_connection(TokioIo::new(connection), service);
    let _ = served.await;
}

/// One call. It goes on where the client has gone away: AWS does not know either that nobody waits any more.
async fn handle(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Reply, Ended> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Ended)?.to_bytes();
    let done = tokio::spawn(async move { shared.pass(head, body).await });
    done.await.map_err(|_| Ended)?
}

impl Shared {
    async fn pass(&self, head: http::request::Parts, body: Bytes) -> Result<Reply, Ended> {
        let call = Call::new(&head, body);
        let mut body = call.body.clone();
        match self.gate.before(&call).await {
            Verdict::Pass => {}
            Verdict::Instead(other) => body = other,
            Verdict::Answer(status, json) => return Ok(wire::json(status, &json)),
            Verdict::Cut => return Err(Ended),
            Verdict::Delay(wait) => tokio::time::sleep(wait).await,
        }
        let answer = match self.upstream(&head, body).await {
            Ok(answer) => answer,
            Err(error) => {
                self.gate.unanswered(&call).await;
                return Ok(wire::unreachable(&error));
            }
        };
        match self.gate.after(&call, &answer).await {
            After::Pass => Ok(wire::whole(&answer)),
            After::Answer(status, json) => Ok(wire::json(status, &json)),
            After::Cut => Err(Ended),
            After::Tear => Ok(wire::torn(&answer)),
            After::Delay(wait) => {
                tokio::time::sleep(wait).await;
                Ok(wire::whole(&answer))
            }
        }
    }

    async fn upstream(
        &self,
        head: &http::request::Parts,
        body: Bytes,
    ) -> Result<Answer, reqwest::Error> {
        let to = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("{}{to}", self.upstream);
        let mut request = self.client.request(head.method.clone(), url).body(body);
        for (name, value) in wire::carried(&head.headers) {
            request = request.header(name, value);
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answer {
            status: status.as_u16(),
            headers,
            body: answer.bytes().await?,
        })
    }
}

/// Nothing but looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open;

#[async_trait::async_trait]
impl Gate for Open {}
