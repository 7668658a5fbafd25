//! `/sources/oauth/`, as far as JWTs of other issuers go (oauth2 reference §3.5).

use serde_json::{Value, json};

use super::harness::Api;

const PATH: &str = "/sources/oauth/";

fn wanted(slug: &str) -> Value {
    json!({
        "name": "CI", "slug": slug, "provider_type": "openidconnect", "consumer_key": "id", "consumer_secret": "hidden",
        "oidc_jwks_url": "https://ci.example/jwks",
    })
}

#[tokio::test]
async fn a_source_is_made_shown_changed_and_removed_by_its_slug() {
    let api = Api::start().await;
    let made = api.made(PATH, wanted("ci")).await;
    for (field, value) in [
        ("slug", json!("ci")),
        ("enabled", json!(true)),
        ("component", json!("ak-source-oauth-form")),
        (
            "meta_model_name",
            json!("authentik_sources_oauth.oauthsource"),
        ),
        (
            "user_path_template",
            json!("goauthentik.io/sources/%(slug)s"),
        ),
        ("consumer_key", json!("id")),
        ("oidc_jwks_url", json!("https://ci.example/jwks")),
        ("oidc_jwks", json!({})),
        ("policy_engine_mode", json!("any")),
        ("user_matching_mode", json!("identifier")),
        (
            "callback_url",
            json!("http://localhost:8000/source/oauth/callback/ci/"),
        ),
        ("authentication_flow", Value::Null),
        ("issuer", Value::Null),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    assert_eq!(made["type"]["name"], "openidconnect");
    assert!(!made.to_string().contains("hidden"));
    let one = format!("{PATH}ci/");
    assert_eq!(api.shown(&one).await, made);
    let change = json!({
        "slug": "builds", "issuer": "https://ci.example", "audiences": ["latchkey"], "reusable": false,
        "subjects": ["repo:acme/*:ref:refs/heads/main"], "required_claims": {"ref": ["refs/heads/*"]},
        "authorization_url": "https://ci.example/authorize", "oidc_jwks_url": "", "oidc_jwks": {"keys": []},
    });
    let (status, changed) = api.patch(&one, change.clone()).await;
    assert_eq!(status, 200, "{changed}");
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    assert_eq!(api.get(&one).await.0, 404);
    let one = format!("{PATH}builds/");
    let (status, put) = api.put(&one, wanted("builds")).await;
    assert_eq!(
        (status.as_u16(), &put["issuer"]),
        (200, &json!("https://ci.example")),
        "what is left out stays"
    );
    assert_eq!(api.delete(&one).await.0, 204);
    assert_eq!(api.delete(&one).await.0, 404);
}

#[tokio::test]
async fn sources_are_found_by_their_fields() {
    let api = Api::start().await;
    api.made(PATH, wanted("ci")).await;
    let mut without = wanted("bare");
    without["oidc_jwks_url"] = json!("");
    without["enabled"] = json!(false);
    api.made(PATH, without).await;
    for (query, slugs) in [
        ("ordering=slug", vec!["bare", "ci"]),
        ("slug=ci", vec!["ci"]),
        ("enabled=false", vec!["bare"]),
        ("has_jwks=true", vec!["ci"]),
        ("search=bar", vec!["bare"]),
        ("consumer_key=id&ordering=-slug", vec!["ci", "bare"]),
    ] {
        let page = api.shown(&format!("{PATH}?{query}")).await;
        let rows = page["results"].as_array().unwrap().iter();
        let found: Vec<&str> = rows.map(|row| row["slug"].as_str().unwrap()).collect();
        assert_eq!(found, slugs, "{query}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_source_is_told_by_field() {
    let api = Api::start().await;
    api.made(PATH, wanted("taken")).await;
    for (field, value) in [
        ("slug", json!("taken")),
        ("slug", json!("no slug")),
        ("slug", json!("x".repeat(51))),
        ("name", json!("")),
        ("provider_type", json!("github")),
        ("consumer_key", json!("")),
        ("consumer_secret", Value::Null),
        ("oidc_jwks_url", json!("http://ci.example/jwks")),
        ("oidc_jwks_url", json!("https://user:pass@ci.example/jwks")),
        ("oidc_jwks_url", json!("file:///etc/passwd")),
        ("oidc_jwks", json!([1])),
        ("oidc_jwks", json!("text")),
        ("policy_engine_mode", json!("some")),
        ("audiences", json!([""])),
    ] {
        let mut body = wanted("fresh");
        body[field] = value.clone();
        let (status, told) = api.post(PATH, body).await;
        assert_eq!(status, 400, "{field} {value}: {told}");
        assert!(told.get(field).is_some(), "{field} {value}: {told}");
    }
    assert_eq!(api.get(&format!("{PATH}fresh/")).await.0, 404);
}

#[tokio::test]
async fn a_provider_that_trusts_a_source_lets_go_of_it() {
    let api = Api::start().await;
    let source = api.made(PATH, wanted("ci")).await;
    let application = api.shown("/core/applications/web/").await;
    let provider = format!("/providers/oauth2/{}/", application["provider"]);
    let (status, told) = api
        .patch(&provider, json!({"jwks_sources": [source["pk"]]}))
        .await;
    assert_eq!(
        (status.as_u16(), &told["jwks_sources"]),
        (200, &json!([source["pk"]])),
        "{told}"
    );
    let used = api.shown(&format!("{PATH}ci/used_by/")).await;
    assert_eq!(used[0]["model_name"], "oauth2provider");
    assert_eq!(api.delete(&format!("{PATH}ci/")).await.0, 204);
    assert_eq!(api.shown(&provider).await["jwks_sources"], json!([]));
}
