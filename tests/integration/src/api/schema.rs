//! `/schema/` (API reference B15).

use http::Method;
use serde_json::Value;

use super::harness::Api;
use crate::harness::{header, json, text};

#[tokio::test]
async fn reference_b15_anyone_reads_the_schema() {
    let api = Api::start().await;
    let yaml = "application/vnd.oai.openapi";
    let mut documents: Vec<Value> = Vec::new();
    for (path, kind) in [
        ("/schema/", yaml),
        ("/schema/?format=json", "application/vnd.oai.openapi+json"),
        ("/schema/?format=yaml&lang=en", yaml),
    ] {
        let nobody = api.as_nobody();
        let answer = nobody.send(Method::GET, path, None, "").await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "content-type"), kind);
        assert_eq!(header(&answer, "cache-control"), "public, max-age=300");
        assert_eq!(header(&answer, "vary"), "Accept");
        let document: Value = if kind == yaml {
            assert!(!text(&answer).starts_with('{'), "in blocks");
            serde_norway::from_str(&text(&answer)).expect("YAML")
        } else {
            json(&answer)
        };
        assert_eq!(document["openapi"], "3.0.3");
        assert_eq!(document["info"]["version"], "2024.10.4");
        assert_eq!(document["servers"][0]["url"], "/api/v3");
        let read = &document["paths"]["/schema/"]["get"];
        assert_eq!(read["operationId"], "schema_retrieve");
        assert_eq!(read["security"], serde_json::json!([{"authentik": []}, {}]));
        documents.push(document);
    }
    assert!(documents.iter().all(|it| *it == documents[0]), "the same");
    let calls = api.bench.take_calls();
    assert_eq!(calls.0, ["GetItem"], "the tenant alone: {calls:?}");
}

#[tokio::test]
async fn every_operation_that_is_not_for_anyone_refuses_nobody() {
    let api = Api::start().await;
    let nobody = api.as_nobody();
    for operation in management::operation::OPERATIONS.iter() {
        let (before, rest) = operation
            .path
            .split_once('{')
            .unwrap_or((&operation.path, ""));
        let key = if rest.is_empty() { "" } else { "5" };
        let after = rest.split_once('}').map_or("", |(_, after)| after);
        let path = format!("{before}{key}{after}");
        let (status, told) = nobody.call(operation.method.clone(), &path, None).await;
        let is_open = operation.access == management::operation::Access::Anyone;
        assert_eq!(
            status == 403,
            !is_open,
            "{} {path}: {status} {told}",
            operation.method
        );
    }
}
