use async_trait::async_trait;
use bytes::Bytes;
use futures_util::FutureExt as _;
use serde_json::json;

use super::*;
use crate::client::{ConsentMode, Registration};
use crate::policy::PolicySet;
use crate::scripts::testing::client;

const URL: &str = "https://mcp.example/client.json";

struct Host(Fetched);

#[async_trait]
impl Fetcher for Host {
    async fn get(&self, _: &str) -> Result<Bytes, FetchError> {
        Ok(self.0.body.clone())
    }

    async fn document(&self, _: &str) -> Result<Fetched, FetchError> {
        Ok(self.0.clone())
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

fn template() -> Client {
    let mut template = client(Vec::new(), PolicySet::default());
    template.consent = ConsentMode::Permanent;
    template.metadata.registration = Some(Registration {
        metadata_documents: true,
        ..Registration::default()
    });
    template
}

fn read_as(text: &str, media_type: Option<&str>) -> Result<RegisteredClient, DocumentFault> {
    let host = Host(Fetched {
        body: Bytes::from(text.to_owned()),
        media_type: media_type.map(str::to_owned),
        fresh_for: Some(Seconds(600)),
    });
    let id = ClientId::parse(URL).unwrap();
    let read = fetched(
        (&host, &host),
        &id,
        &template(),
        Timestamp::from_unix(1_000),
    )
    .now_or_never();
    read.expect("nothing to wait for")
}

fn read(value: &serde_json::Value) -> Result<RegisteredClient, DocumentFault> {
    read_as(&value.to_string(), Some("application/json"))
}

fn plain() -> serde_json::Value {
    json!({"client_id": URL, "client_name": "Editor", "redirect_uris": ["http://127.0.0.1:3000/cb"]})
}

#[test]
fn a_document_is_a_public_client_that_is_fresh_for_as_long_as_it_says() {
    let client = read(&plain()).unwrap();
    assert_eq!(
        client.metadata.token_endpoint_auth_method,
        Some(AuthMethod::None)
    );
    assert_eq!(client.metadata.application_type.as_deref(), Some("native"));
    assert_eq!(client.fresh_until, Some(Timestamp::from_unix(1_600)));
    assert!(client.until > client.fresh_until);
    assert_eq!((client.secret, client.access), (None, None));
}

#[test]
fn cimd_4_its_client_id_must_match_its_url_as_a_string() {
    for other in [
        json!("https://MCP.example/client.json"),
        json!("https://mcp.example/client.json#"),
        json!(1),
        json!(null),
    ] {
        let mut document = plain();
        document["client_id"] = other;
        assert_eq!(read(&document).unwrap_err(), DocumentFault::OtherId);
    }
}

#[test]
fn cimd_4_1_it_must_not_have_a_secret_or_authenticate_by_one() {
    for (name, value) in [
        ("client_secret", json!("x")),
        ("client_secret_expires_at", json!(0)),
        ("token_endpoint_auth_method", json!("client_secret_post")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
    ] {
        let mut document = plain();
        document[name] = value;
        assert_eq!(
            read(&document).unwrap_err(),
            DocumentFault::Secret,
            "{name}"
        );
    }
}

#[test]
fn what_is_no_json_object_or_too_large_is_not_taken() {
    let text = plain().to_string();
    assert!(read_as(&text, Some("application/client+json")).is_ok());
    let large = format!("{}{text}", " ".repeat(LARGEST));
    let twice = text.replacen('{', &format!("{{\"client_id\":\"{URL}\","), 1);
    for (text, media_type) in [
        (text.as_str(), Some("text/html")),
        (text.as_str(), None), // §5: it has to say that it is JSON
        (&large, Some("application/json")),
        (&twice, Some("application/json")),
        ("[]", Some("application/json")),
        ("<html>", None),
    ] {
        assert_eq!(
            read_as(text, media_type).unwrap_err(),
            DocumentFault::NotJson
        );
    }
}

#[test]
fn it_is_held_to_the_rules_for_all_who_register() {
    let mut document = plain();
    document["redirect_uris"] = json!(["http://a.example/cb"]);
    assert!(matches!(
        read(&document),
        Err(DocumentFault::Registration(_))
    ));
    let mut document = plain();
    document["token_endpoint_auth_method"] = json!("private_key_jwt");
    assert!(
        matches!(read(&document), Err(DocumentFault::Registration(_))),
        "no keys"
    );
}
