//! `request_uri`: where the object is (RFC 9101 §5.2, OpenID Connect Core §6.2).

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use local::gateway::Gateway;
use protocol::{Digest, Seconds};
use provider::ports::{FetchError, Fetcher};
use serde_json::json;

use super::{asked, object, path, signing, with};
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
    let (bench, shelf) = fetching_by(&key).await;
    let object = object(&key, &asked(&bench));
    shelf.put(object.clone());
    (bench, shelf, object)
}

/// The same, where nothing stands yet: the client signs with this key.
async fn fetching_by(key: &Elsewhere) -> (Bench, Arc<Shelf>) {
    let mut bench = signing(key, |client| {
        client.metadata.request_uris = vec![URI.to_owned()];
    })
    .await;
    let shelf = Arc::new(Shelf::default());
    bench.backend.fetcher = Arc::clone(&shelf) as _;
    bench.gateway = Gateway::new(&bench.backend);
    (bench, shelf)
}

/// Where a browser in which nobody is signed in is sent first.
async fn begin(bench: &Bench, uri: &str) -> String {
    let pairs = [("request_uri", uri), ("redirect_uri", CALLBACK)];
    let answer = Browser::new(bench).get(&path(&pairs)).await;
    location(&answer).expect("a redirect")
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
async fn oidc_core_6_2_the_fragment_is_not_compared_with_the_document() {
    let (bench, _, _) = fetching().await;
    let other = format!("{URI}#{}", Digest::of(b"other").encode());
    let back = visit(&bench, &other).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn oidc_core_6_2_another_fragment_is_fetched_anew() {
    let (bench, shelf, _) = fetching().await;
    for (fragment, want) in [("#a", 1), ("#a", 0), ("#b", 1), ("#a", 0), ("", 1)] {
        let begun = begin(&bench, &format!("{URI}{fragment}")).await;
        assert!(begun.starts_with('/'), "{begun}");
        assert_eq!(shelf.asked.swap(0, Ordering::SeqCst), want, "{fragment}");
    }
}

#[tokio::test]
async fn fragments_that_strangers_make_up_are_fetched_no_faster_than_the_host_may_be_asked() {
    let (bench, shelf, _) = fetching().await;
    for n in 0..40 {
        let begun = begin(&bench, &format!("{URI}#{n}")).await;
        let refused = begun.contains("error=invalid_request_uri");
        assert_eq!(refused, n >= 30, "{n}: {begun}");
    }
    assert_eq!(shelf.asked.swap(0, Ordering::SeqCst), 30);
    let known = begin(&bench, &format!("{URI}#3")).await;
    assert!(known.starts_with('/'), "what is in memory is not fetched");
    bench.wait(Seconds(2));
    assert!(begin(&bench, &format!("{URI}#40")).await.starts_with('/'));
}

#[tokio::test]
async fn oidc_core_6_2_the_same_fragment_is_the_same_document_while_nobody_may_be_asked() {
    let key = Elsewhere::new("k");
    let (bench, shelf) = fetching_by(&key).await;
    let exp = json!(bench.now().unix() + 3_500);
    shelf.put(object(&key, &with(asked(&bench), "exp", exp)));
    let named = format!("{URI}#same");
    for uri in [&named, URI] {
        assert!(begin(&bench, uri).await.starts_with('/'));
    }
    bench.wait(Seconds(300));
    for n in 0..30 {
        assert!(begin(&bench, &format!("{URI}#{n}")).await.starts_with('/'));
    }
    for (uri, refused) in [(&*named, false), (URI, true), (&format!("{URI}#30"), true)] {
        let begun = begin(&bench, uri).await;
        let is = begun.contains("error=invalid_request_uri");
        assert_eq!(is, refused, "{begun}");
    }
    assert_eq!(shelf.asked.swap(0, Ordering::SeqCst), 32);
}

#[tokio::test]
async fn a_request_uri_that_fails_is_not_fetched_again_at_once() {
    let (bench, shelf, object) = fetching().await;
    shelf.documents.lock().expect("a lock").clear();
    for (fragment, want) in [("", 1), ("", 0), ("#a", 0), ("#b", 0)] {
        let begun = begin(&bench, &format!("{URI}{fragment}")).await;
        assert!(begun.contains("error=invalid_request_uri"), "{begun}");
        assert_eq!(shelf.asked.swap(0, Ordering::SeqCst), want, "{fragment}");
    }
    shelf.put(object);
    bench.wait(Seconds(60));
    assert!(begin(&bench, URI).await.starts_with('/'), "a minute later");
}

#[tokio::test]
async fn a_request_object_in_memory_costs_no_call() {
    let (bench, _, _) = fetching().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let path = path(&[("request_uri", URI), ("redirect_uri", CALLBACK)]);
    bench.forget_calls();
    for fetched in [&["TransactWriteItems"][..], &[]] {
        let answer = browser.get(&path).await;
        assert!(location(&answer).expect("a redirect").contains("code="));
        let calls = [fetched, &["BatchGetItem", "TransactWriteItems"]].concat();
        assert_eq!(bench.take_calls().0, calls);
    }
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
async fn rfc9101_5_2_what_is_gone_or_no_object_is_refused() {
    let (bench, shelf, _) = fetching().await;
    shelf.documents.lock().expect("a lock").clear();
    let back = visit(&bench, URI).await;
    assert_eq!(back.param("error").as_deref(), Some("invalid_request_uri"));
    shelf.put("no object".to_owned());
    bench.wait(Seconds(60));
    let back = visit(&bench, URI).await;
    assert_eq!(
        back.param("error").as_deref(),
        Some("invalid_request_object")
    );
}
