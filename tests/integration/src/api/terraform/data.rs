//! What the provider's data sources ask: lists of which the first row is taken, read straight after a write
//! (API reference D).

use serde_json::{Value, json};

use crate::api::certificates::{EC, EC_KEY};
use crate::api::harness::Api;
use crate::api::providers;

/// The rows of a list.
async fn rows(api: &Api, path: &str) -> Vec<Value> {
    let page = api.shown(path).await;
    page["results"].as_array().expect("rows").clone()
}

/// These fields of the rows.
async fn told(api: &Api, path: &str, field: &str) -> Vec<String> {
    let text = |row: &Value| row[field].as_str().expect("text").to_owned();
    rows(api, path).await.iter().map(text).collect()
}

#[tokio::test]
async fn reference_d_data_finds_pairs_by_name_each_with_its_expiry_and_its_halves() {
    let api = Api::start().await;
    let path = "/crypto/certificatekeypairs/";
    let brought = json!({"name": "brought", "certificate_data": EC, "key_data": EC_KEY});
    api.made(path, brought).await;
    let body = json!({"common_name": "made", "validity_days": 1, "alg": "ecdsa"});
    assert_eq!(api.post(&format!("{path}generate/"), body).await.0, 200);
    for name in ["brought", "made"] {
        let query = format!("{path}?include_details=true&name={name}");
        let found = rows(&api, &query).await;
        assert_eq!(found.len(), 1, "{name}");
        for field in [
            "cert_expiry",
            "cert_subject",
            "fingerprint_sha1",
            "fingerprint_sha256",
        ] {
            assert!(found[0][field].is_string(), "{field}: {found:?}");
        }
        let one = format!("{path}{}/", found[0]["pk"].as_str().unwrap());
        let certificate = api.shown(&format!("{one}view_certificate/")).await;
        assert!(certificate["data"].is_string(), "{certificate}");
        let (status, _) = api.get(&format!("{one}view_private_key/")).await;
        let want = if name == "made" { 200 } else { 403 }; // `fetch_key` has to be false there
        assert_eq!(status, want, "{name}");
    }
    let all = rows(&api, &format!("{path}?include_details=true")).await;
    assert!(
        all.iter().all(|row| row["cert_expiry"].is_string()),
        "null crashes it"
    );
}

#[tokio::test]
async fn reference_d_data_finds_mappings_by_managed_name_and_scope() {
    let api = Api::start().await;
    let path = "/propertymappings/provider/scope/";
    let shipped = |scope: &str| format!("managed=goauthentik.io/providers/oauth2/scope-{scope}");
    let one = format!("{path}?{}", shipped("openid"));
    assert_eq!(told(&api, &one, "scope_name").await, ["openid"]);
    let several = format!("{path}?{}&{}", shipped("email"), shipped("profile"));
    let mut scopes = told(&api, &several, "scope_name").await;
    scopes.sort();
    assert_eq!(scopes, ["email", "profile"], "managed_list");
    let body = json!({"name": "mine", "scope_name": "own", "expression": "return {}"});
    let made = api.made(path, body).await;
    for query in ["name=mine", "scope_name=own", "name=mine&scope_name=own"] {
        assert_eq!(
            rows(&api, &format!("{path}?{query}")).await,
            std::slice::from_ref(&made),
            "{query}"
        );
    }
    assert!(rows(&api, &format!("{path}?name=nothing")).await.is_empty());
}

#[tokio::test]
async fn reference_d_data_finds_a_providers_urls_by_its_name() {
    let api = Api::start().await;
    let made = api
        .made(providers::PATH, providers::wanted(&api, "urls").await)
        .await;
    let application = json!({"name": "urls", "slug": "urls", "provider": made["pk"]});
    api.made("/core/applications/", application).await;
    let found = rows(&api, &format!("{}?name=urls", providers::PATH)).await;
    assert_eq!(found[0]["pk"], made["pk"]);
    let urls = api
        .shown(&format!("{}setup_urls/", providers::one(&made)))
        .await;
    for field in [
        "issuer",
        "authorize",
        "token",
        "user_info",
        "provider_info",
        "logout",
        "jwks",
    ] {
        let url = urls[field].as_str().unwrap_or_default();
        assert!(url.starts_with("http"), "{field}: {urls}");
    }
}

#[tokio::test]
async fn reference_d_data_finds_people_and_groups_by_name_and_page_by_page() {
    let api = Api::start().await;
    let body = json!({"name": "found at once", "is_superuser": false, "parent": "", "users": [], "roles": [], "attributes": {}});
    let group = api.made("/core/groups/", body).await;
    let found = told(&api, "/core/groups/?name=found%20at%20once", "pk").await;
    assert_eq!(found, [group["pk"].as_str().unwrap()], "one, not more");
    let body = json!({"username": "found", "name": "F", "type": "internal", "is_active": true, "path": "users", "email": "", "groups": [], "attributes": {}});
    let user = api.made("/core/users/", body).await;
    let found = rows(&api, "/core/users/?username=found").await;
    assert_eq!(found, [user]);
    for list in ["/core/groups/", "/core/users/"] {
        let mut next = 1;
        let mut seen = 0;
        while next != 0 {
            let page = api.shown(&format!("{list}?page={next}&page_size=1")).await;
            seen += page["results"].as_array().unwrap().len();
            next = page["pagination"]["next"].as_u64().unwrap();
        }
        assert_eq!(seen, rows(&api, list).await.len(), "{list}");
        assert!(seen > 1, "{list}");
    }
}

#[tokio::test]
async fn reference_d_data_finds_brands_by_domain_and_stages_by_name() {
    let api = Api::start().await;
    let brand = rows(&api, "/core/brands/").await[0].clone();
    let domain = brand["domain"].as_str().unwrap();
    let found = rows(&api, &format!("/core/brands/?domain={domain}")).await;
    assert_eq!(found, [brand]);
    let name = "default-authentication-identification";
    let found = told(&api, &format!("/stages/all/?name={name}"), "name").await;
    assert_eq!(found, [name]);
    assert!(rows(&api, "/stages/all/?name=nothing").await.is_empty());
}
