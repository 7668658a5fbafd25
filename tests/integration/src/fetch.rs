//! A source's keys at a URL: fetched by the one client that cannot be led inside, and kept for a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use fetch::Fetch;
use local::gateway::Gateway;
use protocol::Seconds;
use provider::client::{JwtKeys, JwtSource};
use tokio::net::TcpListener;

use crate::assertions::{Elsewhere, claims, trust, with};
use crate::harness::Bench;
use crate::machines::refused;

/// A host on this machine that publishes keys.
pub(crate) struct Publisher {
    document: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    port: u16,
}

impl Publisher {
    pub(crate) async fn of(document: String) -> Self {
        let (document, asked) = (
            Arc::new(Mutex::new(document)),
            Arc::new(AtomicUsize::new(0)),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (served, counted) = (Arc::clone(&document), Arc::clone(&asked));
        let answer = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let text = served.lock().expect("a lock").clone();
            async move { text }
        };
        let router = Router::new().route("/jwks", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            document,
            asked,
            port,
        }
    }

    /// How often it was asked since the last look.
    pub(crate) fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }

    /// Where the keys are.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/jwks", self.port)
    }

    /// Publishes this instead.
    pub(crate) fn has(&self, document: &str) {
        *self.document.lock().expect("a lock") = document.to_owned();
    }

    fn source(&self, elsewhere: &Elsewhere) -> JwtSource {
        let mut source = elsewhere.source();
        source.keys = JwtKeys::Url(format!("http://127.0.0.1:{}/jwks", self.port));
        source
    }
}

/// A bench started with `--allow-fetch 127.0.0.1`, whose client `fast` trusts the keys at this publisher.
async fn fetching(source: JwtSource) -> Bench {
    let mut bench = Bench::embedded().await;
    bench.backend.fetcher = Arc::new(Fetch::allowing(["127.0.0.1".to_owned()]));
    bench.gateway = Gateway::new(&bench.backend);
    trust(&bench, vec![source]).await;
    bench
}

#[tokio::test]
async fn keys_at_a_url_are_fetched_once_and_their_assertions_hold() {
    let ci = Elsewhere::new("k");
    let publisher = Publisher::of(ci.jwks().to_string()).await;
    let bench = fetching(publisher.source(&ci)).await;
    for _ in 0..3 {
        with(&bench, &ci.token(&claims(&bench))).tokens().await;
    }
    assert_eq!(publisher.asked(), 1);
    bench.wait(Seconds::minutes(10));
    with(&bench, &ci.token(&claims(&bench))).tokens().await;
    assert_eq!(publisher.asked(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_within_a_minute_and_strangers_do_not_make_us_ask_more() {
    let (ci, next) = (Elsewhere::new("k"), Elsewhere::new("next"));
    let publisher = Publisher::of(ci.jwks().to_string()).await;
    let bench = fetching(publisher.source(&ci)).await;
    with(&bench, &ci.token(&claims(&bench))).tokens().await;
    *publisher.document.lock().unwrap() = next.jwks().to_string();
    bench.wait(Seconds(60));
    with(&bench, &next.token(&claims(&bench))).tokens().await;
    assert_eq!(publisher.asked(), 2);
    for n in 0..5 {
        let stranger = Elsewhere::new(&format!("made up {n}"));
        let why = refused(&with(&bench, &stranger.token(&claims(&bench)))).await;
        assert_eq!(why, "no trusted source has a key with the assertion's kid");
    }
    assert_eq!(publisher.asked(), 0);
}

#[tokio::test]
async fn an_assertion_of_another_issuer_makes_us_fetch_nothing() {
    let ci = Elsewhere::new("k");
    let publisher = Publisher::of(ci.jwks().to_string()).await;
    let bench = fetching(publisher.source(&ci)).await;
    let mut claims = claims(&bench);
    claims["iss"] = "https://evil.example".into();
    let why = refused(&with(&bench, &ci.token(&claims))).await;
    assert_eq!(why, "the assertion's issuer is not the source's");
    assert_eq!(publisher.asked(), 0);
}

#[tokio::test]
async fn without_leave_nothing_on_this_machine_is_fetched() {
    let ci = Elsewhere::new("k");
    let publisher = Publisher::of(ci.jwks().to_string()).await;
    let bench = Bench::embedded().await;
    for (url, why) in [
        ("http://127.0.0.1", "the URL is not one that may be fetched"),
        (
            "https://127.0.0.1",
            "the host has an address that must not be reached from here",
        ),
        (
            "https://localhost",
            "the host has an address that must not be reached from here",
        ),
        (
            "https://169.254.169.254",
            "the host has an address that must not be reached from here",
        ),
    ] {
        let mut source = ci.source();
        source.keys = JwtKeys::Url(format!("{url}:{}/jwks", publisher.port));
        trust(&bench, vec![source]).await;
        let said = refused(&with(&bench, &ci.token(&claims(&bench)))).await;
        assert_eq!(
            said,
            format!("the source's keys cannot be had: {why}"),
            "{url}"
        );
    }
    assert_eq!(publisher.asked(), 0);
}

#[tokio::test]
async fn a_document_that_is_too_large_or_no_set_vouches_for_nothing() {
    let ci = Elsewhere::new("k");
    for (document, why) in [
        (
            format!("{}{}", ci.jwks(), " ".repeat(64 * 1024)),
            "the source's keys cannot be had: the document is too large",
        ),
        (
            "{}".to_owned(),
            "the source's keys are no JWK set of at most 64 KiB",
        ),
        (
            "<html>".to_owned(),
            "the source's keys are no JWK set of at most 64 KiB",
        ),
    ] {
        let publisher = Publisher::of(document).await;
        let bench = fetching(publisher.source(&ci)).await;
        let said = refused(&with(&bench, &ci.token(&claims(&bench)))).await;
        assert_eq!(said, why);
        *publisher.document.lock().unwrap() = ci.jwks().to_string();
        bench.wait(Seconds(15));
        with(&bench, &ci.token(&claims(&bench))).tokens().await; // and the next one is served
    }
}
