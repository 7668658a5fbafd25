//! `request_uri`: where the object is (RFC 9101 §5.2, OpenID Connect Core §6.2).

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use local::gateway::Gateway;
use protocol::Digest;
use provider::ports::{FetchError, Fetcher};

use super::{asked, object, path, signing};
use crate::assertions::Elsewhere;
use crate::harness::browser::{Back, Browser, location};
use crate::harness::{Bench, CALLBACK};

const URI: &str = "https://rp.example/request";

/// Documents by URL, in place of the network.
#[derive(Default)]
struct Shelf {
    documents: Mutex<HashMap<String, String>>,
    asked: AtomicUsize,
}

impl Shelf {
    /// Puts this text there.
    fn put(&self, text: String) {
        let mut documents = self.documents.lock().expect("a lock");
        documents.insert(URI.to_owned(), text);
    }
}

#[async_trait]
impl Fetcher for Shelf {
    async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let documents = self.documents.lock().expect("a lock");
        let found = documents.get(url).cloned();
        found.map(Bytes::from).ok_or(FetchError::Status(404))
    }

    async fn post_form(&self, _: &str, _: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        Err(FetchError::Url)
    }

    async fn post_json(
        &self,
        _: &str,
        _: &protocol::Secret,
        _: &serde_json::Value,
    ) -> Result<(), FetchError> {
        Err(FetchError::Url)
    }
}

/// A bench whose client `fast` has its request object at [`URI`], and what stands there.
async fn fetching() -> (Bench, Arc<Shelf>, String) {
    let key = Elsewhere::new("k");
    let mut bench = signing(&key, |client| {
        client.metadata.request_uris = vec![URI.to_owned()];
    })
    .await;
    let shelf = Arc::new(Shelf::default());
    bench.backend.fetcher = Arc::clone(&shelf) as _;
    bench.gateway = Gateway::new(&bench.backend);
    let object = object(&key, &asked(&bench));
    shelf.put(object.clone());
    (bench, shelf, object)
}

async fn visit(bench: &Bench, uri: &str) -> Back {
    let mut browser = Browser::new(bench);
    let pairs = [("request_uri", uri), ("redirect_uri", CALLBACK)];
    let answer = browser.get(&path(&pairs)).await;
    if let Some(url) = location(&answer).filter(|to| to.starts_with("https://")) {
        return Back { url };
    }
    browser.go_on(answer).await
}

#[tokio::test]
async fn rfc9101_5_2_the_object_is_fetched_from_where_the_client_registered_it() {
    let (bench, shelf, object) = fetching().await;
    let back = visit(&bench, URI).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert_eq!(back.param("state").as_deref(), Some("inside"));
    let asked = shelf.asked.swap(0, Ordering::SeqCst);
    assert!((1..=2).contains(&asked), "once for each function: {asked}");
    let named = format!("{URI}#{}", Digest::of(object.as_bytes()).encode());
    assert!(visit(&bench, &named).await.param("code").is_some());
}

#[tokio::test]
async fn rfc9101_10_4_what_is_not_registered_is_not_fetched() {
    let (bench, shelf, _) = fetching().await;
    for uri in [
        "https://rp.example/other",
        "https://evil.example/request",
        "https://rp.example/request?x",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
    ] {
        let back = visit(&bench, uri).await;
        assert_eq!(
            back.param("error").as_deref(),
            Some("invalid_request_uri"),
            "{uri}"
        );
    }
    assert_eq!(shelf.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn oidc_core_6_2_what_is_gone_or_another_is_refused() {
    let (bench, shelf, _) = fetching().await;
    let other = format!("{URI}#{}", Digest::of(b"other").encode());
    let back = visit(&bench, &other).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request_uri"));
    shelf.documents.lock().expect("a lock").clear();
    let back = visit(&bench, URI).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request_uri"));
    shelf.put("no object".to_owned());
    let back = visit(&bench, URI).await;
    assert_eq!(
        back.param("error").as_deref(),
        Some("invalid_request_object")
    );
}
