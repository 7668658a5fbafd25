//! `/providers/oauth2/`, `/providers/all/` (API reference B1, §D, §E).

mod actions;
mod races;
mod secret;

use provider::flow;
use serde_json::{Value, json};

use super::harness::Api;

pub(super) const PATH: &str = "/providers/oauth2/";
const ALL: &str = "/providers/all/";

/// The key of a flow.
pub(super) async fn flow_pk(api: &Api, slug: &str) -> Value {
    api.shown(&format!("/flows/instances/{slug}/")).await["pk"].clone()
}

/// The least that makes one.
pub(super) async fn wanted(api: &Api, name: &str) -> Value {
    json!({
        "name": name,
        "authorization_flow": flow_pk(api, flow::IMPLICIT_CONSENT).await,
        "invalidation_flow": flow_pk(api, flow::PROVIDER_INVALIDATION).await,
        "redirect_uris": [{"matching_mode": "strict", "url": "https://rp.example/cb"}],
    })
}

/// The keys of the mappings of these scopes.
pub(super) async fn mappings(api: &Api, scopes: &[&str]) -> Value {
    let mut keys = Vec::new();
    for scope in scopes {
        let path = format!("/propertymappings/provider/scope/?scope_name={scope}");
        let page = api.shown(&path).await;
        keys.push(page["results"][0]["pk"].clone());
    }
    keys.into()
}

pub(super) fn one(provider: &Value) -> String {
    format!("{PATH}{}/", provider["pk"])
}

fn is_alphanumeric(value: &Value, length: usize) -> bool {
    let text = value.as_str().expect("text");
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

async fn provider_of(api: &Api, name: &str) -> Value {
    let page = api.shown(&format!("{PATH}?name={name}")).await;
    page["results"][0].clone()
}

#[tokio::test]
async fn reference_b1_a_provider_has_authentiks_defaults_and_generated_credentials() {
    let api = Api::start().await;
    let wanted = wanted(&api, "plain").await;
    let made = api.made(PATH, wanted.clone()).await;
    assert!(is_alphanumeric(&made["client_id"], 40), "{made}");
    assert!(is_alphanumeric(&made["client_secret"], 128), "{made}");
    let expected = json!({
        "pk": made["pk"],
        "name": "plain",
        "authentication_flow": null,
        "authorization_flow": wanted["authorization_flow"],
        "invalidation_flow": wanted["invalidation_flow"],
        "property_mappings": [],
        "component": "ak-provider-oauth2-form",
        "assigned_application_slug": "",
        "assigned_application_name": "",
        "assigned_backchannel_application_slug": "",
        "assigned_backchannel_application_name": "",
        "verbose_name": "OAuth2/OpenID Provider",
        "verbose_name_plural": "OAuth2/OpenID Providers",
        "meta_model_name": "authentik_providers_oauth2.oauth2provider",
        "client_type": "confidential",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        "access_code_validity": "minutes=1",
        "access_token_validity": "hours=1",
        "refresh_token_validity": "days=30",
        "include_claims_in_id_token": true,
        "signing_key": null,
        "encryption_key": null,
        "redirect_uris": wanted["redirect_uris"],
        "sub_mode": "hashed_user_id",
        "issuer_mode": "per_provider",
        "jwks_sources": [],
        "jwt_federation_sources": [],
        "jwt_federation_providers": [],
        "post_logout_redirect_uris": [],
        "refresh_token_grace": "seconds=30",
        "client_metadata": {},
    });
    assert_eq!(made, expected);
    assert_eq!(api.shown(&one(&made)).await, made, "read straight after");
    assert_eq!(provider_of(&api, "plain").await, made, "and in a list");
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    let gone = json!({"detail": "No OAuth2Provider matches the given query."});
    let (status, told) = api.get(&one(&made)).await;
    assert_eq!((status.as_u16(), told), (404, gone));
    assert_eq!(api.get(&format!("{PATH}x/")).await.0, 404);
}

#[tokio::test]
async fn reference_b1_put_without_a_secret_keeps_it() {
    let api = Api::start().await;
    let wanted = wanted(&api, "kept").await;
    let made = api.made(PATH, wanted.clone()).await;
    let (status, put) = api.put(&one(&made), wanted.clone()).await;
    assert_eq!((status.as_u16(), &put), (200, &made));
    let (_, moved) = api
        .patch(&one(&made), json!({"client_id": "another"}))
        .await;
    assert_eq!(moved["client_id"], "another");
    assert_eq!(
        moved["client_secret"], made["client_secret"],
        "it goes with the client"
    );
    let (_, chosen) = api
        .patch(&one(&made), json!({"client_secret": "chosen by hand"}))
        .await;
    assert_eq!(chosen["client_secret"], "chosen by hand");
    assert_eq!(api.shown(&one(&made)).await, chosen);
    let (status, told) = api.patch(&one(&made), json!({"client_secret": ""})).await;
    assert_eq!(status, 400);
    assert!(told["client_secret"].is_array(), "{told}");
}

#[tokio::test]
async fn reference_b1_what_is_wrong_is_said_by_field() {
    let api = Api::start().await;
    let good = wanted(&api, "wrong").await;
    let nowhere = "7f1f2e1e-7d8b-4f0f-9d3c-0123456789ab";
    let missing = format!("Invalid pk \"{nowhere}\" - object does not exist.");
    let units = "is not in the correct format of 'hours=3;minutes=1'. Its units are weeks, days, hours, minutes, \
                 seconds, milliseconds and microseconds.";
    for (field, value, text) in [
        ("name", json!(""), "This field may not be blank."),
        ("authorization_flow", json!(nowhere), &*missing),
        (
            "authorization_flow",
            json!(null),
            "This field may not be null.",
        ),
        ("invalidation_flow", json!(nowhere), &missing),
        (
            "client_type",
            json!("secret"),
            "\"secret\" is not a valid choice.",
        ),
        ("client_id", json!(""), "This field may not be blank."),
        (
            "client_id",
            json!("ü"),
            "A client id has 1 to 255 characters of printable ASCII.",
        ),
        (
            "access_token_validity",
            json!("soon"),
            &format!("soon {units}"),
        ),
        (
            "access_token_validity",
            json!("hours=1;minutes"),
            &format!("hours=1;minutes {units}"),
        ),
        (
            "access_code_validity",
            json!("seconds=0"),
            "Seconds=0 is less than a second.",
        ),
        ("sub_mode", json!("user"), "\"user\" is not a valid choice."),
        (
            "signing_key",
            json!(nowhere),
            &format!("There is no key {nowhere}."),
        ),
        (
            "property_mappings",
            json!([nowhere]),
            &format!("There is no scope mapping {nowhere}."),
        ),
        (
            "jwks_sources",
            json!("x"),
            "Expected a list of items but got type \"str\".",
        ),
        (
            "redirect_uris",
            json!("https://a.example/"),
            "Expected a list of items but got type \"str\".",
        ),
        (
            "redirect_uris",
            json!([{"matching_mode": "regex", "url": "("}]),
            "Invalid Regex Pattern: (",
        ),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let (status, told) = api.post(PATH, body.clone()).await;
        assert_eq!(
            (status.as_u16(), &told),
            (400, &json!({field: [text]})),
            "{body}"
        );
    }
    let mut body = good.clone();
    body["redirect_uris"] =
        json!([{"matching_mode": "strict", "url": "https://a.example/"}, {"url": ""}]);
    let (_, told) = api.post(PATH, body).await;
    let second = json!({
        "matching_mode": ["This field is required."],
        "url": ["This field may not be blank."],
    });
    assert_eq!(told, json!({"redirect_uris": [{}, second]}));
    assert_eq!(
        api.shown(&format!("{PATH}?name=wrong")).await["results"],
        json!([])
    );
}

#[tokio::test]
async fn reference_d_terraforms_bodies_make_change_and_read_back_the_same() {
    let api = Api::start().await;
    let body = |access: &str| {
        json!({
            "name": "grafana",
            "authorization_flow": null,
            "invalidation_flow": null,
            "property_mappings": [],
            "client_type": "confidential",
            "client_id": "grafana",
            "access_code_validity": "minutes=1",
            "access_token_validity": access,
            "refresh_token_validity": "days=30",
            "include_claims_in_id_token": true,
            "redirect_uris": [
                {"matching_mode": "strict", "url": "https://grafana.example/login/generic_oauth"},
                {"matching_mode": "regex", "url": "https://.*\\.example/cb"},
            ],
            "sub_mode": "user_id",
            "issuer_mode": "per_provider",
            "jwks_sources": [],
        })
    };
    let mut first = body("minutes=10");
    let flows = wanted(&api, "").await;
    for field in ["authorization_flow", "invalidation_flow"] {
        first[field] = flows[field].clone();
    }
    first["property_mappings"] = mappings(&api, &["openid", "email"]).await;
    let made = api.made(PATH, first.clone()).await;
    for (field, value) in first.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    let mut second = first.clone();
    second["access_token_validity"] = json!("hours=2");
    let (status, put) = api.put(&one(&made), second.clone()).await;
    assert_eq!(status, 200, "{put}");
    assert_eq!(put["client_secret"], made["client_secret"]);
    let read = api.shown(&one(&made)).await;
    assert_eq!(
        (&read, &read["access_token_validity"]),
        (&put, &json!("hours=2"))
    );
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    assert_eq!(api.get(&one(&made)).await.0, 404);
}

#[tokio::test]
async fn reference_0_federated_sources_go_by_both_names() {
    let api = Api::start().await;
    let one_of = |given: Value| {
        let api = &api;
        async move {
            let mut body = wanted(api, "federated").await;
            body.as_object_mut()
                .unwrap()
                .extend(given.as_object().unwrap().clone());
            api.post(PATH, body).await
        }
    };
    let nowhere = "7f1f2e1e-7d8b-4f0f-9d3c-0123456789ab";
    for name in ["jwks_sources", "jwt_federation_sources"] {
        let (status, told) = one_of(json!({ name: [nowhere] })).await;
        assert_eq!(status, 400, "{name} is read: {told}");
    }
    let web = provider_of(&api, "web").await;
    let (_, made) = one_of(json!({"jwt_federation_providers": [web["pk"]]})).await;
    assert_eq!(
        made["jwt_federation_providers"],
        json!([web["pk"]]),
        "{made}"
    );
}

#[tokio::test]
async fn reference_b1_lists_are_narrowed_and_searched() {
    let api = Api::start().await;
    let names = |query: &'static str| {
        let api = &api;
        async move {
            let page = api.shown(&format!("{PATH}?{query}")).await;
            let rows = page["results"].as_array().unwrap().clone();
            rows.iter()
                .map(|row| row["name"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        }
    };
    assert_eq!(names("client_id=web").await, ["web"]);
    assert_eq!(names("client_type=public").await, ["spa"]);
    assert_eq!(names("search=WEB").await, ["web"]);
    assert_eq!(names("include_claims_in_id_token=false").await, ["odd"]);
    let all = names("page_size=1000").await;
    let mut sorted = all.clone();
    sorted.sort();
    assert!(all.len() > 5 && all == sorted, "{all:?}");
    let (status, told) = api.get(&format!("{PATH}?application=x")).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"application": ["Enter a valid UUID."]}))
    );
    let web = api.shown("/core/applications/web/").await;
    let of_web = api
        .shown(&format!(
            "{PATH}?application={}",
            web["pk"].as_str().unwrap()
        ))
        .await;
    assert_eq!(of_web["results"][0]["assigned_application_slug"], "web");
}

#[tokio::test]
async fn reference_a_only_superusers_see_providers() {
    let api = Api::start().await;
    for path in [
        PATH,
        ALL,
        "/providers/oauth2/1/",
        "/providers/oauth2/1/preview_user/",
    ] {
        assert_eq!(api.as_user().get(path).await.0, 403, "{path}");
        assert_eq!(api.as_nobody().get(path).await.0, 403, "{path}");
    }
    assert_eq!(api.as_user().post(PATH, json!({})).await.0, 403);
}
