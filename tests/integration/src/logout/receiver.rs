//! A client that hears of logouts behind the browser's back, on this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws::Ports as _;
use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use fetch::Fetch;
use provider::logout::{Heard, Messenger};
use provider::ports::{Fetcher, Notice};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::harness::{Bench, claims, configure};

/// What it was told, and what it answers: these one after another, then always the last.
#[derive(Default)]
struct State {
    heard: Vec<String>,
    answers: VecDeque<u16>,
}

pub(super) struct Receiver {
    state: Arc<Mutex<State>>,
    port: u16,
}

impl Receiver {
    pub(super) async fn answering(answers: &[u16]) -> Self {
        let state = Arc::new(Mutex::new(State {
            heard: Vec::new(),
            answers: answers.iter().copied().collect(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::clone(&state);
        let answer = move |body: Bytes| {
            let mut state = shared.lock().expect("a lock");
            let form = form_urlencoded::parse(&body);
            let token = form.into_owned().find(|(name, _)| name == "logout_token");
            state.heard.push(token.expect("a logout token").1);
            let next = match state.answers.len() {
                0 => 200,
                1 => state.answers[0],
                _ => state.answers.pop_front().expect("more than one"),
            };
            async move { StatusCode::from_u16(next).expect("a status") }
        };
        let router = Router::new().route("/heard", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, port }
    }

    pub(super) async fn listening() -> Self {
        Self::answering(&[200]).await
    }

    /// From now on the client of this application hears here.
    pub(super) async fn hears_for(&self, bench: &Bench, slug: &str) {
        let uri = format!("http://127.0.0.1:{}/heard", self.port);
        configure::client(bench, slug, |client| {
            client.metadata.backchannel_logout_uri = Some(uri);
        })
        .await;
    }

    /// The tokens since the last look.
    pub(super) fn tokens(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("a lock").heard)
    }

    /// What they say.
    pub(super) fn heard(&self) -> Vec<Value> {
        self.tokens().iter().map(|token| claims(token)).collect()
    }
}

/// Started with `--allow-fetch 127.0.0.1`.
pub(super) fn fetcher() -> Arc<dyn Fetcher> {
    Arc::new(Fetch::allowing(["127.0.0.1".to_owned()]))
}

pub(super) fn messenger(bench: &Bench) -> Messenger {
    Messenger::new(bench.backend.messenger_parts(fetcher()))
}

/// Tells what was announced, each once.
pub(super) async fn tell(bench: &Bench) -> Vec<Heard> {
    let messenger = messenger(bench);
    let mut all = Vec::new();
    for notice in bench.backend.outbox.take() {
        all.push(messenger.tell(&notice, 1, bench.now()).await);
    }
    all
}

/// The one notice that was announced.
pub(super) fn announced(bench: &Bench) -> Notice {
    let mut notices = bench.backend.outbox.take();
    assert_eq!(notices.len(), 1, "{notices:?}");
    notices.remove(0)
}
