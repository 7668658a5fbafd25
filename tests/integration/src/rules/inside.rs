//! Nothing inside is reached by an address that somebody else wrote down (RFC 9700 §4.11, RFC 9101 §10.4.1, RFC 7591 §5,
//! OpenID Connect Registration §9.5): loopback, link-local, metadata services, and everything that only looks like another.

use axum::Router;
use axum::routing::any;
use provider::client::{AuthMethod, JwtKeys, Registration, RegistrationMode};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::TcpListener;

use super::places;
use crate::assertions::{Elsewhere, claims as of_source};
use crate::client_authentication::said;
use crate::harness::browser::{Browser, location};
use crate::harness::{Bench, CALLBACK, configure, json as body, summary};
use crate::jar;
use crate::machines::{logged, reconfigure};
use crate::register::{plain, register};

/// Something on this machine that must hear nothing.
struct Inside {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Inside {
    async fn start() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let hear = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { "{}" }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let router = Router::new().fallback(any(hear));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, asked }
    }

    /// Addresses that all lead there, and others that lead to what no stranger may have read.
    fn addresses(&self) -> Vec<String> {
        let port = self.port;
        let here = [
            "http://127.0.0.1",
            "https://127.0.0.1",
            "https://localhost",
            "https://LOCALHOST.",
            "https://[::1]",
            "https://[::ffff:127.0.0.1]",
            "https://[64:ff9b::7f00:1]",
            "https://0x7f.1",
            "https://2130706433",
            "https://127.1",
            "https://0.0.0.0",
        ];
        let mut all: Vec<String> = here.map(|host| format!("{host}:{port}/x")).into();
        let others = [
            "https://169.254.169.254/latest/meta-data/",
            "https://169.254.170.2/v2/credentials",
            "https://[fd00:ec2::254]/latest/meta-data/",
            "https://[fe80::1]/x",
            "https://10.0.0.1/x",
            "https://192.168.0.1/x",
            "https://172.16.0.1/x",
            "https://100.64.0.1/x",
        ];
        all.extend(others.map(str::to_owned));
        all
    }

    fn heard_nothing(&self) {
        assert_eq!(self.asked.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn rfc9101_10_4_1_a_registered_request_uri_reaches_nothing_inside() {
    let (key, inside) = (Elsewhere::new("k"), Inside::start().await);
    for url in inside.addresses() {
        let bench = jar::signing(&key, |client| {
            client.metadata.request_uris = vec![url.clone()];
        })
        .await;
        let pairs = [("request_uri", url.as_str()), ("redirect_uri", CALLBACK)];
        let answer = Browser::new(&bench).get(&jar::path(&pairs)).await;
        let to = location(&answer).unwrap_or_default();
        assert!(to.contains("error=invalid_request_uri"), "{url}: {to}");
    }
    inside.heard_nothing();
}

#[tokio::test]
async fn rfc7523_3_keys_of_a_client_or_a_source_are_fetched_from_nowhere_inside() {
    let (key, inside) = (Elsewhere::new("k"), Inside::start().await);
    let bench = Bench::embedded().await;
    for url in inside.addresses() {
        reconfigure(&bench, "fast", |client| {
            client.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
            client.metadata.jwks_uri = Some(url.clone());
        })
        .await;
        let sent = places::assertion(&bench, &key.token(&said(&bench)));
        let answer = sent.send().await;
        assert_eq!(body(&answer)["error"], "invalid_client", "{url}");
        assert!(
            logged(&answer).contains("cannot be had"),
            "{url}: {}",
            logged(&answer)
        );
        reconfigure(&bench, "fast", |client| {
            client.metadata.token_endpoint_auth_method = None;
            client.metadata.jwks_uri = None;
            let mut source = key.source();
            source.keys = JwtKeys::Url(url.clone());
            client.federation.sources = vec![source];
        })
        .await;
        let sent = places::grant(&bench, &key.token(&of_source(&bench)));
        let answer = sent.send().await;
        assert_eq!(body(&answer)["error"], "invalid_grant", "{url}");
        assert!(
            logged(&answer).contains("cannot be had"),
            "{url}: {}",
            logged(&answer)
        );
    }
    inside.heard_nothing();
}

#[tokio::test]
async fn rfc7591_5_what_a_stranger_registers_reaches_nothing_inside() {
    let (vendor, inside) = (Elsewhere::new("k"), Inside::start().await);
    for url in inside.addresses() {
        let bench = Bench::embedded().await;
        let mut source = vendor.source();
        source.keys = JwtKeys::Url(url.clone());
        configure::client(&bench, "web", |client| {
            client.statement_sources = vec![source];
            client.metadata.registration = Some(Registration {
                mode: RegistrationMode::Open,
                ..Registration::default()
            });
        })
        .await;
        let mut with_sector = plain();
        with_sector["subject_type"] = "pairwise".into();
        with_sector["sector_identifier_uri"] = url.as_str().into();
        let mut vouched = plain();
        vouched["software_statement"] = vendor.token(&places::stated(&bench)).into();
        for (asked, error) in [
            (with_sector, "invalid_client_metadata"),
            (vouched, "invalid_software_statement"),
        ] {
            let answer = register(&bench, &asked).await;
            assert_eq!(body(&answer)["error"], error, "{url}: {}", summary(&answer));
        }
    }
    inside.heard_nothing();
}

#[tokio::test]
async fn oidc_discovery_4_an_issuer_that_stands_inside_is_not_asked() {
    let (key, inside) = (Elsewhere::new("k"), Inside::start().await);
    let bench = Bench::embedded().await;
    for url in inside.addresses() {
        reconfigure(&bench, "fast", |client| {
            let mut source = key.source();
            source.issuer = Some(url.clone());
            source.keys = JwtKeys::Discovered(url.clone());
            client.federation.sources = vec![source];
        })
        .await;
        let mut claims = of_source(&bench);
        claims["iss"] = json!(url);
        let answer = places::grant(&bench, &key.token(&claims)).send().await;
        assert_eq!(body(&answer)["error"], "invalid_grant", "{url}");
        assert!(
            logged(&answer).contains("cannot be had"),
            "{url}: {}",
            logged(&answer)
        );
    }
    inside.heard_nothing();
}
