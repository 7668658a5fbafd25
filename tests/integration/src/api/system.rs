//! `/admin/version/…`, `/admin/system/`, `/root/config/` (API reference B15).

use http::header::{COOKIE, USER_AGENT};
use serde_json::{Value, json};

use super::harness::{Api, ROOT_KEY};

#[tokio::test]
async fn reference_b15_anyone_reads_the_configuration_for_clients() {
    let api = Api::start().await;
    let (status, config) = api.as_nobody().get("/root/config/").await;
    assert_eq!(status, 200);
    assert_eq!(config["error_reporting"]["enabled"], false, "{config}");
    let can = &config["capabilities"];
    assert_eq!(can, &json!(["can_save_media"]), "nobody acts as another");
    let bad = api.with_key("no key").get("/root/config/").await;
    assert_eq!(bad, (status, config), "whatever they say of themselves");
}

#[tokio::test]
async fn reference_b15_whoever_says_who_they_are_reads_the_version() {
    let api = Api::start().await;
    let expected = json!({
        "version_current": "2024.10.4",
        "version_latest": "2024.10.4",
        "version_latest_valid": false,
        "build_hash": "",
        "outdated": false,
        "outpost_outdated": false,
    });
    for client in [api.as_root(), api.as_user()] {
        let (status, version) = client.get("/admin/version/").await;
        assert_eq!((status.as_u16(), &version), (200, &expected));
    }
    assert_eq!(api.as_nobody().get("/admin/version/").await.0, 403);
}

#[tokio::test]
async fn release_2024_10_the_history_of_versions_is_a_bare_list() {
    let api = Api::start().await;
    let all = api.shown("/admin/version/history/").await;
    let entry = json!({"id": 1, "timestamp": "2024-11-22T00:52:14.000000Z", "version": "2024.10.4", "build": ""});
    assert_eq!(all, json!([entry]));
    assert_eq!(api.shown("/admin/version/history/1/").await, entry);
    for (query, found) in [
        ("version=2024.10.4", 1),
        ("version=2024.12.0", 0),
        ("build=abc", 0),
        ("search=2024.10&ordering=-version", 1),
        ("search=nothing", 0),
    ] {
        let some = api.shown(&format!("/admin/version/history/?{query}")).await;
        assert_eq!(some.as_array().unwrap().len(), found, "{query}");
    }
    for key in ["2", "01", "x", "99999999999999999999"] {
        let (status, told) = api.get(&format!("/admin/version/history/{key}/")).await;
        let missing = json!({"detail": "No VersionHistory matches the given query."});
        assert_eq!((status.as_u16(), told), (404, missing), "{key}");
    }
    assert_eq!(api.as_user().get("/admin/version/history/").await.0, 403);
}

#[tokio::test]
async fn release_2023_2_the_system_is_told_by_get_and_by_post() {
    let api = Api::start().await;
    let told = api.shown("/admin/system/").await;
    assert_eq!(told["http_host"], "localhost:8000");
    assert_eq!(told["http_is_secure"], false);
    assert_eq!(told["runtime"]["authentik_version"], "2024.10.4");
    assert_eq!(told["embedded_outpost_disabled"], true);
    let (status, mut posted) = api.post("/admin/system/", Value::Null).await;
    assert_eq!(status, 200);
    posted["http_headers"] = told["http_headers"].clone(); // POST has a content-type
    assert_eq!(posted, told);
    assert_eq!(api.as_user().get("/admin/system/").await.0, 403);
}

#[tokio::test]
async fn headers_are_told_but_for_those_that_say_who_calls() {
    let api = Api::start().await;
    let client = api
        .as_root()
        .with(USER_AGENT, "a test")
        .with(COOKIE, "secret=1");
    let (_, told) = client.get("/admin/system/").await;
    assert_eq!(
        told["http_headers"],
        json!({"host": "localhost:8000", "user-agent": "a test"})
    );
    assert!(!told.to_string().contains(ROOT_KEY), "{told}");
}
