//! `/core/brands/` (API reference B13).

use futures_util::future::{join, join_all};
use http::header::HOST;
use http::{HeaderValue, Method};
use local::gateway::Gateway;
use protocol::{Seconds, TenantId};
use provider::brand::{Brand, Hosts};
use provider::tenant::Tenant;
use serde_json::{Value, json};

use super::harness::Api;
use crate::harness::{request, text};

const PATH: &str = "/core/brands/";
const CURRENT: &str = "/core/brands/current/";

fn one(brand: &Value) -> String {
    format!("{PATH}{}/", brand["brand_uuid"].as_str().expect("a key"))
}

/// The brand of the host that all tests use.
async fn own(api: &Api) -> Value {
    api.shown(&format!("{PATH}?domain=localhost:8000")).await["results"][0].clone()
}

async fn flow(api: &Api, slug: &str) -> Value {
    api.shown(&format!("/flows/instances/{slug}/")).await["pk"].clone()
}

#[tokio::test]
async fn reference_b13_anybody_sees_the_brand_of_the_host_they_ask() {
    let api = Api::start().await;
    let (status, shown) = api.as_nobody().get(CURRENT).await;
    let expected = json!({
        "matched_domain": "localhost:8000",
        "branding_title": "Example",
        "branding_logo": "/static/dist/assets/icons/icon_left_brand.svg",
        "branding_favicon": "/static/dist/assets/icons/icon.png",
        "ui_footer_links": [],
        "ui_theme": "automatic",
        "flow_authentication": "default-authentication-flow",
        "flow_invalidation": "default-invalidation-flow",
        "flow_recovery": "default-recovery-flow",
        "flow_user_settings": "default-user-settings-flow",
        "default_locale": "",
    });
    assert_eq!(
        (status.as_u16(), shown),
        (200, expected),
        "what is not set is left out"
    );
    for path in [PATH, &one(&own(&api).await)] {
        assert_eq!(api.as_user().get(path).await.0, 403);
        assert_eq!(api.as_nobody().get(path).await.0, 403);
    }
    let (status, _) = api
        .as_user()
        .patch(&one(&own(&api).await), json!({"branding_title": "Mine"}))
        .await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn reference_b13_a_brand_is_shown_and_a_put_of_what_was_read_changes_nothing() {
    let api = Api::start().await;
    let (tenant, config) = (
        &api.bench.seeded.tenant.id,
        api.bench.backend.stores.config(),
    );
    let before = config.revision(tenant).await;
    let brand = own(&api).await;
    assert_eq!(
        (&brand["default"], &brand["branding_title"]),
        (&json!(true), &json!("Example"))
    );
    assert_eq!(
        brand["flow_authentication"],
        flow(&api, "default-authentication-flow").await
    );
    assert_eq!(
        (&brand["flow_device_code"], &brand["web_certificate"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(api.shown(&one(&brand)).await, brand);
    let (status, put) = api.put(&one(&brand), brand.clone()).await;
    assert_eq!((status.as_u16(), &put), (200, &brand));
    assert_eq!(config.revision(tenant).await, before);
    assert_eq!(
        api.shown(&format!("{}used_by/", one(&brand))).await,
        json!([])
    );
    let query = format!(
        "?flow_authentication={}",
        brand["flow_authentication"].as_str().unwrap()
    );
    assert_eq!(
        api.shown(&format!("{PATH}{query}")).await["results"],
        json!([brand])
    );
}

#[tokio::test]
async fn a_changed_brand_is_seen_at_once_by_the_api_and_soon_by_everybody() {
    let api = Api::start().await;
    let brand = own(&api).await;
    let device = flow(&api, "default-provider-authorization-implicit-consent").await;
    let change = json!({
        "branding_title": "Ours", "branding_logo": "https://cdn.example/logo.png", "flow_recovery": null,
        "flow_device_code": device, "attributes": {"settings": {"locale": "de", "theme": {"base": "dark"}}},
    });
    let (status, changed) = api.patch(&one(&brand), change.clone()).await;
    assert_eq!(status, 200, "{changed}");
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value);
    }
    assert_eq!(api.shown(&one(&brand)).await, changed);
    let (_, current) = api.as_nobody().get(CURRENT).await;
    let fields = [
        "branding_title",
        "ui_theme",
        "default_locale",
        "flow_device_code",
    ];
    let fields = fields.map(|field| current[field].as_str().unwrap());
    assert_eq!(
        fields,
        [
            "Ours",
            "dark",
            "de",
            "default-provider-authorization-implicit-consent"
        ]
    );
    assert!(current.get("flow_recovery").is_none());
    api.bench.wait(Seconds(31));
    let page = api.bench.get("/if/flow/default-authentication-flow/").await;
    let page = text(&page);
    assert!(page.contains("https://cdn.example/logo.png"), "{page}");
    let (_, again) = api
        .patch(
            &one(&brand),
            json!({"attributes": {}, "flow_authentication": null}),
        )
        .await;
    assert_eq!(
        again["flow_authentication"], brand["flow_authentication"],
        "the one that is shipped"
    );
    let (_, current) = api.as_nobody().get(CURRENT).await;
    assert_eq!(
        (&current["ui_theme"], &current["default_locale"]),
        (&json!("automatic"), &json!(""))
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_brand_is_said_by_field() {
    let api = Api::start().await;
    let brand = own(&api).await;
    let recovery = flow(&api, "default-recovery-flow").await;
    let nil = "00000000-0000-0000-0000-000000000000";
    let cases = [
        (
            json!({"domain": "elsewhere.example"}),
            "domain",
            "stays at its host",
        ),
        (
            json!({"branding_title": " "}),
            "branding_title",
            "may not be blank",
        ),
        (
            json!({"branding_logo": "javascript:alert(1)"}),
            "branding_logo",
            "https URL",
        ),
        (
            json!({"branding_favicon": "http://cdn.example/a.png"}),
            "branding_favicon",
            "https URL",
        ),
        (
            json!({"flow_authentication": recovery}),
            "flow_authentication",
            "not for authentication",
        ),
        (
            json!({"flow_recovery": nil}),
            "flow_recovery",
            "object does not exist",
        ),
        (
            json!({"default_application": nil}),
            "default_application",
            "object does not exist",
        ),
        (
            json!({"web_certificate": nil}),
            "web_certificate",
            "leave it empty",
        ),
        (
            json!({"attributes": []}),
            "attributes",
            "must be a dictionary",
        ),
    ];
    for (change, field, why) in cases {
        let (status, told) = api.patch(&one(&brand), change).await;
        assert_eq!(status, 400, "{told}");
        assert!(told[field][0].as_str().unwrap().contains(why), "{told}");
    }
    assert_eq!(own(&api).await, brand);
    assert_eq!(api.get(&format!("{PATH}{nil}/")).await.0, 404);
}

#[tokio::test]
async fn a_brand_more_is_a_host_more_and_gone_with_it() {
    let api = Api::start().await;
    let host = "shop.localhost:8000";
    let made = api
        .made(PATH, json!({"domain": host, "branding_title": "Shop"}))
        .await;
    assert_eq!(
        (&made["default"], &made["branding_title"]),
        (&json!(false), &json!("Shop"))
    );
    assert_eq!(api.shown(PATH).await["pagination"]["count"], 2);
    let there = api.as_nobody().at(host);
    let (status, shown) = there.get(CURRENT).await;
    assert_eq!(
        (status.as_u16(), &shown["branding_title"]),
        (200, &json!("Shop"))
    );
    assert_eq!(shown["matched_domain"], host);
    let (status, told) = api.post(PATH, json!({"domain": host})).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"domain": ["This host is in use already."]}))
    );
    let (status, told) = api.patch(&one(&made), json!({"default": true})).await;
    let single = json!({"default": ["Only a single brand can be set as default."]});
    assert_eq!((status.as_u16(), told), (400, single));
    for bad in ["a b", "https://a.example", "a.example/x"] {
        assert_eq!(api.post(PATH, json!({"domain": bad})).await.0, 400, "{bad}");
    }
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    assert_eq!(api.get(&one(&made)).await.0, 404);
    api.bench.wait(Seconds(31));
    let mut request = request(Method::GET, "/api/v3/core/brands/current/", "");
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_static(host));
    assert_eq!(api.bench.send(request).await.status(), 404);
}

#[tokio::test]
async fn the_brand_that_is_asked_and_the_default_one_are_not_removed() {
    let api = Api::start().await;
    let (status, told) = api.delete(&one(&own(&api).await)).await;
    assert_eq!(status, 400);
    assert!(told["non_field_errors"].is_array(), "{told}");
    assert_eq!(api.shown(PATH).await["pagination"]["count"], 1);
}

#[tokio::test]
async fn hosts_of_another_tenant_are_neither_seen_nor_taken() {
    let api = Api::start().await;
    let theirs = "other.example";
    let tenant = Tenant {
        id: TenantId::parse("other").unwrap(),
        base_url: format!("https://{theirs}"),
        brand: Brand::named("Theirs").unwrap(),
        ..api.bench.seeded.tenant.clone()
    };
    let registry = api.bench.backend.stores.registry();
    assert_eq!(
        registry.put_tenant(&tenant, &[theirs.to_owned()]).await,
        Ok(true)
    );
    let listed = api.shown(PATH).await;
    assert_eq!(listed["pagination"]["count"], 1, "{listed}");
    let (status, told) = api.post(PATH, json!({"domain": theirs})).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"domain": ["This host is in use already."]}))
    );
}

#[tokio::test]
async fn of_changes_at_the_same_time_none_is_lost() {
    let api = Api::on_dynamodb_local().await;
    let brand = own(&api).await;
    let path = one(&brand);
    let changes = [
        json!({"branding_title": "Ours"}),
        json!({"branding_logo": "/media/logo"}),
        json!({"branding_favicon": "/media/icon"}),
    ];
    let done = join_all(
        changes
            .iter()
            .map(|change| api.patch(&path, change.clone())),
    )
    .await;
    assert!(done.iter().all(|(status, _)| *status == 200), "{done:?}");
    let now = own(&api).await;
    for change in changes {
        let (field, value) = change.as_object().unwrap().iter().next().unwrap();
        assert_eq!(&now[field], value);
    }
}

#[tokio::test]
async fn a_brand_never_names_a_flow_that_is_removed_at_the_same_time() {
    let api = Api::on_dynamodb_local().await;
    let path = one(&own(&api).await);
    for round in 0..4 {
        let slug = format!("recovery-{round}");
        let body =
            json!({"name": slug, "slug": slug, "title": "Back in", "designation": "recovery"});
        let made = api.made("/flows/instances/", body).await;
        let flow = format!("/flows/instances/{slug}/");
        let naming = api.patch(&path, json!({"flow_recovery": made["pk"]}));
        let (changed, removed) = join(naming, api.delete(&flow)).await;
        let statuses = (changed.0.as_u16(), removed.0.as_u16());
        assert!(
            [(200, 400), (400, 204)].contains(&statuses),
            "{changed:?} {removed:?}"
        );
        let is_there = api.get(&flow).await.0 == 200;
        let names = own(&api).await["flow_recovery"] == made["pk"];
        assert_eq!((names, is_there), (statuses.0 == 200, statuses.0 == 200));
    }
}

#[tokio::test]
async fn where_strangers_share_an_installation_a_brand_is_made_below_a_host_of_ones_own() {
    let mut api = Api::start().await;
    api.bench.backend.brand_hosts = Hosts::Below;
    api.bench.gateway = Gateway::new(&api.bench.backend);
    for taken in [
        "id.example.com",
        "localhost",
        "localhost:80000",
        ".localhost:8000",
        "evil-localhost:8000",
        "localhost:8000.example.com",
        "",
    ] {
        let (status, answer) = api.post(PATH, json!({"domain": taken})).await;
        assert_eq!(status, 400, "{taken}: {answer}");
        assert!(answer["domain"].is_array(), "{taken}: {answer}");
    }
    let made = api
        .made(PATH, json!({"domain": "Login.LOCALHOST:8000"}))
        .await;
    assert_eq!(made["domain"], "login.localhost:8000");
}

#[tokio::test]
async fn where_clients_show_certificates_nobody_makes_a_brand() {
    let mut api = Api::start().await;
    api.bench.backend.mtls_base = Some("https://mtls.example.com".to_owned());
    api.bench.gateway = Gateway::new(&api.bench.backend);
    for host in ["mtls.example.com", "MTLS.example.com"] {
        let (status, told) = api.post(PATH, json!({"domain": host})).await;
        let text = "At this host clients show certificates. Choose another one.";
        assert_eq!((status.as_u16(), told), (400, json!({"domain": [text]})));
    }
    assert_eq!(api.shown(PATH).await["pagination"]["count"], 1);
    api.made(PATH, json!({"domain": "other.example.com"})).await;
}
