//! Clients whose id is the URL of a document (draft-ietf-oauth-client-id-metadata-document-02).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::header;
use axum::routing::get;
use fetch::Fetch;
use local::gateway::Gateway;
use protocol::Seconds;
use provider::client::Registration;
use provider::http::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::harness::browser::{Browser, authorize_path};
use crate::harness::{Bench, claims, configure, json as body_of, member, text};
use crate::register::{CHALLENGE, VERIFIER};

/// A host on this machine with the document of a client.
struct Host {
    document: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    id: String,
}

/// Where the client waits, at any port.
const LOOPBACK: &str = "http://127.0.0.1:9/cb";

impl Host {
    async fn start() -> Self {
        let (document, asked) = (Arc::new(Mutex::default()), Arc::new(AtomicUsize::new(0)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (served, counted): (Arc<Mutex<String>>, _) =
            (Arc::clone(&document), Arc::clone(&asked));
        let answer = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let text = served.lock().expect("a lock").clone();
            async move {
                (
                    [
                        (header::CONTENT_TYPE, "application/json"),
                        (header::CACHE_CONTROL, "max-age=600"),
                    ],
                    text,
                )
            }
        };
        let router = Router::new().route("/client.json", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let id = format!("http://127.0.0.1:{port}/client.json");
        let host = Self {
            document,
            asked,
            id,
        };
        host.say(&host.plain());
        host
    }

    fn plain(&self) -> Value {
        json!({"client_id": self.id, "client_name": "Editor", "redirect_uris": [LOOPBACK],
            "grant_types": ["authorization_code", "refresh_token"]})
    }

    fn say(&self, document: &Value) {
        *self.document.lock().expect("a lock") = document.to_string();
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }

    /// The first answer to its authorization request.
    async fn begins(&self, bench: &Bench) -> Response {
        let extra = [
            ("redirect_uri", LOOPBACK),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        bench.get(&authorize_path(&self.id, "openid", &extra)).await
    }

    /// What it gets for a code, by a whole sign-in.
    async fn tokens(&self, bench: &Bench) -> Response {
        let mut browser = Browser::new(bench);
        let extra = [
            ("redirect_uri", LOOPBACK),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let back = browser
            .authorize(&self.id, "openid offline_access", &extra)
            .await;
        let code = back
            .param("code")
            .unwrap_or_else(|| panic!("no code in {}", back.url));
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &*self.id),
            ("code", &*code),
            ("redirect_uri", LOOPBACK),
            ("code_verifier", VERIFIER),
        ];
        bench.post("/application/o/token/", &form).await
    }
}

/// A bench with `--allow-fetch 127.0.0.1`, at whose issuer `web` clients have documents.
async fn bench(change: impl FnOnce(&mut Registration)) -> Bench {
    let mut bench = Bench::embedded().await;
    bench.backend.fetcher = Arc::new(Fetch::allowing(["127.0.0.1".to_owned()]));
    bench.gateway = Gateway::new(&bench.backend);
    let mut registration = Registration {
        metadata_documents: true,
        ..Registration::default()
    };
    change(&mut registration);
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(registration);
    })
    .await;
    bench
}

fn is_known(answer: &Response) -> bool {
    match answer.status().as_u16() {
        302 => true,
        400 => false,
        other => panic!("{other}: {}", text(answer)),
    }
}

#[tokio::test]
async fn a_client_that_nobody_registered_signs_people_in() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    let answer = host.tokens(&bench).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let tokens = body_of(&answer);
    let id_token = claims(member(&tokens, "id_token"));
    assert_eq!(id_token["aud"], host.id.as_str());
    assert_eq!(id_token["iss"], "http://localhost:8000/application/o/web/");
    assert_eq!(
        bench
            .userinfo(member(&tokens, "access_token"))
            .await
            .status(),
        200
    );
    assert_eq!(host.asked(), 1, "once for all of it");
}

#[tokio::test]
async fn people_are_asked_and_see_the_host_of_the_document() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    let mut browser = Browser::new(&bench);
    let extra = [
        ("redirect_uri", LOOPBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    browser.authorize(&host.id, "openid", &extra).await;
    assert!(browser.take_pages().contains(&"consent".to_owned()));
    let id = protocol::ClientId::parse(&host.id).expect("an id");
    let clients = bench.backend.stores.clients();
    let found = clients
        .by_id(&bench.seeded.tenant.id, &id, bench.now())
        .await;
    let client = found.expect("reads").expect("a copy");
    assert_eq!(client.name, "Editor (127.0.0.1)");
}

#[tokio::test]
async fn cimd_5_2_a_copy_counts_as_long_as_its_host_says_and_then_is_fetched_again() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    for (wait, want) in [(0, 1), (0, 0), (599, 0), (2, 1)] {
        bench.wait(Seconds(wait));
        assert!(is_known(&host.begins(&bench).await));
        assert_eq!(host.asked(), want, "after {wait} more seconds");
    }
    let mut moved = host.plain();
    moved["redirect_uris"] = json!(["https://elsewhere.example/cb"]);
    host.say(&moved);
    bench.wait(Seconds(601));
    assert!(
        !is_known(&host.begins(&bench).await),
        "its redirect URI is another now"
    );
}

#[tokio::test]
async fn cimd_5_1_a_document_that_cannot_be_had_is_no_client_and_is_not_asked_for_at_once_again() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    host.say(&json!({"client_id": "https://somebody.example/else", "redirect_uris": [LOOPBACK]}));
    for want in [1, 0, 0] {
        assert!(!is_known(&host.begins(&bench).await));
        assert_eq!(host.asked(), want);
    }
    host.say(&host.plain());
    bench.wait(Seconds(60));
    assert!(
        is_known(&host.begins(&bench).await),
        "and a minute later it is"
    );
}

#[tokio::test]
async fn cimd_5_1_a_copy_outlasts_an_outage_of_a_day() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    assert!(is_known(&host.begins(&bench).await));
    host.say(&json!([]));
    bench.wait(Seconds(86_400));
    assert!(is_known(&host.begins(&bench).await));
    bench.wait(Seconds(700));
    assert!(!is_known(&host.begins(&bench).await));
}

#[tokio::test]
async fn documents_count_only_where_the_issuer_has_them_and_at_hosts_it_admits() {
    let host = Host::start().await;
    let without = bench(|it| it.metadata_documents = false).await;
    assert!(!is_known(&host.begins(&without).await));
    let elsewhere = bench(|it| it.metadata_document_hosts = vec!["mcp.example".to_owned()]).await;
    assert!(!is_known(&host.begins(&elsewhere).await));
    assert_eq!(host.asked(), 0);
    let here = bench(|it| it.metadata_document_hosts = vec!["127.0.0.1".to_owned()]).await;
    assert!(is_known(&host.begins(&here).await));
    assert_eq!(host.asked(), 1);
}

#[tokio::test]
async fn cimd_8_6_what_stands_inside_is_not_fetched() {
    let bench = Bench::embedded().await; // without `--allow-fetch`
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(Registration {
            metadata_documents: true,
            ..Registration::default()
        });
    })
    .await;
    let host = Host::start().await;
    assert!(!is_known(&host.begins(&bench).await));
    assert_eq!(host.asked(), 0);
}

#[tokio::test]
async fn rfc9700_2_1_1_such_a_client_needs_pkce() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    let path = authorize_path(&host.id, "openid", &[("redirect_uri", LOOPBACK)]);
    let answer = bench.get(&path).await;
    let to = crate::harness::browser::location(&answer).expect("sent back");
    assert!(to.contains("error=invalid_request"), "{to}");
}

#[tokio::test]
async fn cimd_6_the_metadata_says_so() {
    let bench = bench(|_| {}).await;
    for (slug, want) in [("web", json!(true)), ("es", Value::Null)] {
        let path = format!("/.well-known/oauth-authorization-server/application/o/{slug}/");
        let document = body_of(&bench.get(&path).await);
        assert_eq!(
            document["client_id_metadata_document_supported"], want,
            "{slug}"
        );
    }
}

#[tokio::test]
async fn the_first_copy_of_a_document_is_listed_and_announced_once() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    for _ in 0..3 {
        assert!(is_known(&host.begins(&bench).await));
        bench.wait(Seconds(601));
    }
    assert_eq!(host.asked(), 3);
    let tenant = &bench.seeded.tenant.id;
    let registered = bench.backend.stores.registered();
    let page = registered.list(tenant, None, 9).await.expect("a list");
    assert_eq!(page.ids.len(), 1);
    assert_eq!(page.ids[0].as_str(), host.id);
    let mut events = crate::claims::events(&bench).await;
    events.retain(|event| event.action == provider::event::Action::ModelCreated);
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].context["model"]["pk"], host.id.as_str());
}

#[tokio::test]
async fn a_document_that_is_refused_is_no_client_any_more_and_is_not_fetched() {
    let host = Host::start().await;
    let id = host.id.clone();
    for refused in [id.clone(), "127.0.0.1".to_owned()] {
        let bench = bench(|_| {}).await;
        assert!(is_known(&host.begins(&bench).await));
        assert_eq!(host.asked(), 1);
        configure::client(&bench, "web", |client| {
            client.metadata.registration = Some(Registration {
                metadata_documents: true,
                metadata_documents_refused: vec![refused],
                ..Registration::default()
            });
        })
        .await;
        assert!(!is_known(&host.begins(&bench).await));
        assert_eq!(host.asked(), 0);
    }
}

#[tokio::test]
async fn a_copy_past_its_time_authenticates_nobody() {
    let (bench, host) = (bench(|_| {}).await, Host::start().await);
    let revoke = async || {
        let form = [("client_id", &*host.id), ("token", "anything")];
        let answer = bench.post("/application/o/revoke/", &form).await;
        answer.status().as_u16()
    };
    assert!(is_known(&host.begins(&bench).await));
    bench.wait(Seconds(600 + 86_399));
    assert_eq!(
        revoke().await,
        200,
        "its document could not be had for a day"
    );
    bench.wait(Seconds(1));
    assert_ne!(revoke().await, 200);
    assert_eq!(host.asked(), 1, "that function fetches nothing");
    assert!(is_known(&host.begins(&bench).await));
    bench.wait(Seconds(30));
    assert_eq!(revoke().await, 200, "it was fetched again");
}
