//! How often strangers can have a document fetched: no host and no tenant is flooded through us, whoever names it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use local::gateway::Gateway;
use protocol::{Seconds, Secret};
use provider::client::{AuthMethod, Registration, RegistrationMode};
use provider::ports::{FetchError, Fetched, Fetcher};
use serde_json::{Value, json};

use crate::assertions::Elsewhere;
use crate::harness::browser::authorize_path;
use crate::harness::{Bench, CALLBACK, configure, encode, json as body_of, member};
use crate::register::{self, CHALLENGE};

/// All hosts there are: documents of clients are made as they are asked for, and nothing else is there.
#[derive(Default)]
struct Hosts {
    asked: Mutex<Vec<String>>,
    /// What each document says of its sector.
    sector: Option<&'static str>,
}

impl Hosts {
    /// How often something at an address that begins so was asked for, since the last look.
    fn asked(&self, begin: &str) -> usize {
        let asked = std::mem::take(&mut *self.asked.lock().expect("a lock"));
        asked.iter().filter(|url| url.starts_with(begin)).count()
    }
}

#[async_trait]
impl Fetcher for Hosts {
    async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        self.asked.lock().expect("a lock").push(url.to_owned());
        if !url.ends_with("/client.json") {
            return Err(FetchError::Timeout);
        }
        let document = json!({"client_id": url, "redirect_uris": [CALLBACK], "sector_identifier_uri": self.sector});
        Ok(document.to_string().into())
    }

    async fn document(&self, url: &str) -> Result<Fetched, FetchError> {
        Ok(Fetched {
            body: self.get(url).await?,
            media_type: Some("application/json".to_owned()),
            fresh_for: None,
        })
    }

    async fn post_form(&self, _: &str, _: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        Err(FetchError::Url)
    }

    async fn post_json(&self, _: &str, _: &Secret, _: &Value) -> Result<(), FetchError> {
        Err(FetchError::Url)
    }
}

/// A bench in a world of these hosts, at whose issuer `web` clients register and have documents.
async fn among(hosts: Hosts) -> (Bench, Arc<Hosts>) {
    let mut bench = Bench::embedded().await;
    let hosts = Arc::new(hosts);
    bench.backend.fetcher = Arc::clone(&hosts) as _;
    bench.gateway = Gateway::new(&bench.backend);
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            metadata_documents: true,
            ..Registration::default()
        });
    })
    .await;
    (bench, hosts)
}

async fn begin(bench: &Bench, client: &str) -> u16 {
    let extra = [
        ("redirect_uri", CALLBACK),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let answer = bench.get(&authorize_path(client, "openid", &extra)).await;
    answer.status().as_u16()
}

#[tokio::test]
async fn documents_of_many_hosts_are_fetched_no_faster_than_the_tenant_admits() {
    let (bench, hosts) = among(Hosts::default()).await;
    for n in 0..105 {
        let client = format!("https://h{n}.example/client.json");
        let want = if n < 100 { 302 } else { 400 };
        assert_eq!(begin(&bench, &client).await, want, "{n}");
    }
    assert_eq!(hosts.asked("https://"), 100);
    let known = begin(&bench, "https://h0.example/client.json").await;
    assert_eq!(
        (known, hosts.asked("https://")),
        (302, 0),
        "what is known is not fetched"
    );
    bench.wait(Seconds(1));
    let next = begin(&bench, "https://h104.example/client.json").await;
    assert_eq!(next, 302, "it was not its host that failed");
}

#[tokio::test]
async fn documents_of_one_host_are_fetched_no_faster_than_it_may_be_asked() {
    let (bench, hosts) = among(Hosts::default()).await;
    for n in 0..35 {
        begin(&bench, &format!("https://one.example/{n}/client.json")).await;
    }
    assert_eq!(hosts.asked("https://one.example/"), 30);
}

#[tokio::test]
async fn a_sector_of_many_clients_is_not_flooded_through_us() {
    let victim = "https://victim.example/sector";
    let (bench, hosts) = among(Hosts {
        sector: Some(victim),
        ..Hosts::default()
    })
    .await;
    for n in 0..35 {
        begin(&bench, &format!("https://h{n}.example/client.json")).await;
    }
    assert_eq!(hosts.asked(victim), 30);
    let body = json!({"redirect_uris": [CALLBACK], "sector_identifier_uri": victim});
    let answer = register::register(&bench, &body).await;
    assert_eq!(hosts.asked(victim), 0, "nor by those who register");
    assert_eq!(body_of(&answer)["error"], "temporarily_unavailable");
}

/// What a client that has its keys elsewhere is told when it asks for a token.
async fn prove(bench: &Bench, id: &str, slug: &str) {
    let claims = json!({"iss": id, "sub": id, "jti": "x", "exp": bench.now().unix() + 60,
        "aud": format!("http://localhost:8000/application/o/{slug}/")});
    let assertion = Elsewhere::new("k").token(&claims);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", &assertion),
    ];
    let answer = bench.post("/application/o/token/", &form).await;
    assert_eq!(body_of(&answer)["error"], "invalid_client");
}

/// The id of a client that registers with its keys there.
async fn registered_with_keys_at(bench: &Bench, url: &str) -> String {
    let body = json!({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": url});
    member(&register::registered(bench, &body).await, "client_id").to_owned()
}

#[tokio::test]
async fn keys_of_clients_that_registered_themselves_are_fetched_no_faster_than_their_host_may_be_asked()
 {
    let (bench, hosts) = among(Hosts::default()).await;
    for n in 0..35 {
        let url = format!("https://victim.example/{n}");
        let id = registered_with_keys_at(&bench, &url).await;
        prove(&bench, &id, "web").await;
    }
    assert_eq!(hosts.asked("https://victim.example/"), 30);
}

#[tokio::test]
async fn documents_that_strangers_name_keep_no_clients_keys_from_being_fetched() {
    let (bench, hosts) = among(Hosts::default()).await;
    let keys = "https://one.example/jwks";
    let id = registered_with_keys_at(&bench, keys).await;
    for n in 0..35 {
        begin(&bench, &format!("https://one.example/{n}/client.json")).await;
    }
    assert_eq!(hosts.asked("https://one.example/"), 30);
    prove(&bench, &id, "web").await;
    assert_eq!(hosts.asked(keys), 1);
}

#[tokio::test]
async fn a_stranger_that_names_a_clients_keys_keeps_them_from_nobody() {
    let (bench, hosts) = among(Hosts::default()).await;
    let keys = "https://rp.example/jwks";
    configure::client(&bench, "fast", |client| {
        client.metadata.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        client.metadata.jwks_uri = Some(keys.to_owned());
    })
    .await;
    let stranger = registered_with_keys_at(&bench, keys).await;
    prove(&bench, &stranger, "web").await;
    assert_eq!(hosts.asked(keys), 1);
    prove(&bench, "fast", "fast").await;
    assert_eq!(hosts.asked(keys), 1, "it is asked for its own sake");
    prove(&bench, "fast", "fast").await;
    assert_eq!(hosts.asked(keys), 0, "and not again at once");
}

/// Goes to the authorization endpoint with a request by reference.
async fn refer(bench: &Bench, client: &str, uri: &str) {
    let query = encode(&[
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("request_uri", uri),
    ]);
    let path = format!("/application/o/authorize/?{query}");
    bench.get(&path).await;
}

#[tokio::test]
async fn requests_of_strangers_keep_no_configured_clients_request_from_being_fetched() {
    let (bench, hosts) = among(Hosts::default()).await;
    let known = "https://rp.example/request";
    configure::client(&bench, "fast", |client| {
        client.metadata.request_uris = vec![known.to_owned()];
    })
    .await;
    let evil = |n| format!("https://h{n}.example/client.json");
    let uris = [evil(0), evil(1), evil(2), evil(3), known.to_owned()];
    let body = json!({"redirect_uris": [CALLBACK], "request_uris": uris});
    let client = register::registered(&bench, &body).await;
    let stranger = member(&client, "client_id");
    for n in 0..27 {
        for uri in &uris[..4] {
            refer(&bench, stranger, &format!("{uri}#{n}")).await;
        }
    }
    assert_eq!(hosts.asked("https://h"), 100);
    refer(&bench, stranger, known).await;
    assert_eq!(hosts.asked(known), 0);
    refer(&bench, "fast", known).await;
    assert_eq!(hosts.asked(known), 1);
}

#[tokio::test]
async fn requests_of_one_configured_client_keep_no_others_from_being_fetched() {
    let (bench, hosts) = among(Hosts::default()).await;
    let at = |n: usize| format!("https://h{n}.example/client.json");
    configure::client(&bench, "fast", |client| {
        client.metadata.request_uris = (0..4).map(at).collect();
    })
    .await;
    for n in 0..35 {
        for host in 0..4 {
            refer(&bench, "fast", &format!("{}#{n}", at(host))).await;
        }
    }
    assert_eq!(hosts.asked("https://h"), 120, "30 of each host");
}
