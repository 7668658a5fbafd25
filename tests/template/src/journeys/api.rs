//! The management API, as a superuser's program.

use http::Method;
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::visitor::{CALLBACK, Visitor};

const TOKEN: &str = "the-key-of-olivia";

struct Api(Visitor);

impl Api {
    fn new(scene: &Scene) -> Self {
        Self(scene.visitor())
    }

    async fn sent(&mut self, method: Method, path: &str, body: Value, want: u16) -> Value {
        let answer = self
            .0
            .call(method, &format!("/api/v3{path}"), TOKEN, &body)
            .await
            .with(want);
        serde_json::from_str(&answer.text).unwrap_or_default()
    }

    async fn shown(&mut self, path: &str) -> Value {
        self.sent(Method::GET, path, Value::Null, 200).await
    }

    async fn first(&mut self, path: &str) -> Value {
        let page = self.shown(path).await;
        page["results"][0]["pk"].clone()
    }

    async fn removed(&mut self, path: &str) {
        self.sent(Method::DELETE, path, Value::Null, 204).await;
    }
}

/// Key pairs are made, seen and removed, in KMS and in envelopes.
pub(super) async fn keys(scene: &Scene) {
    let mut api = Api::new(scene);
    let pairs = "/crypto/certificatekeypairs/";
    // One in an envelope is rotated at once.
    let all = api.shown(&format!("{pairs}?page_size=100")).await;
    let all = all["results"].as_array().expect("a list");
    let pair = all
        .iter()
        .find(|pair| pair["name"] == "spare (signing)")
        .expect("its pair");
    let pk = pair["pk"].as_str().expect("a key").to_owned();
    let answer = api
        .0
        .call(
            Method::POST,
            &format!("/api/v3{pairs}{pk}/rotate/"),
            TOKEN,
            &json!({}),
        )
        .await;
    assert!(answer.status < 300, "{answer:?}");
    for (name, alg) in [("made-rsa", "rsa"), ("made-ec", "ecdsa")] {
        let body = json!({"common_name": name, "validity_days": 30, "alg": alg});
        let pair = api
            .sent(Method::POST, &format!("{pairs}generate/"), body, 200)
            .await;
        let pk = pair["pk"].as_str().expect("a key").to_owned();
        api.shown(&format!("{pairs}{pk}/")).await;
        api.shown(&format!("{pairs}{pk}/view_certificate/")).await;
        api.removed(&format!("{pairs}{pk}/")).await;
    }
}

/// A mapping, a provider and its application.
pub(super) async fn applications(scene: &Scene) {
    let mut api = Api::new(scene);
    let flow = api
        .first("/flows/instances/?slug=default-provider-authorization-implicit-consent")
        .await;
    let ends = api
        .first("/flows/instances/?slug=default-provider-invalidation-flow")
        .await;
    let mappings = "/propertymappings/provider/scope/";
    let body = json!({"name": "shift", "scope_name": "shift", "expression": "return {\"shift\": \"night\"}"});
    let mapping = api.sent(Method::POST, mappings, body, 201).await;
    let body = json!({"name": "made", "client_id": "made", "client_secret": "made-secret", "authorization_flow": flow,
        "invalidation_flow": ends, "property_mappings": [mapping["pk"]],
        "redirect_uris": [{"matching_mode": "strict", "url": CALLBACK}]});
    let provider = api
        .sent(Method::POST, "/providers/oauth2/", body, 201)
        .await;
    let its = format!("/providers/oauth2/{}/", provider["pk"]);
    api.sent(
        Method::PATCH,
        &its,
        json!({"access_token_validity": "minutes=7"}),
        200,
    )
    .await;
    let body = json!({"name": "Made", "slug": "made", "provider": provider["pk"]});
    api.sent(Method::POST, "/core/applications/", body, 201)
        .await;
    assert_eq!(api.shown(&its).await["client_secret"], "made-secret");
    api.removed("/core/applications/made/").await;
    api.removed(&its).await;
    api.removed(&format!(
        "{mappings}{}/",
        mapping["pk"].as_str().expect("a key")
    ))
    .await;
}

/// Somebody is made, changed, led back in and removed; so are groups and tokens.
pub(super) async fn people(scene: &Scene) {
    let mut api = Api::new(scene);
    let group = api
        .sent(Method::POST, "/core/groups/", json!({"name": "shift"}), 201)
        .await;
    let body = json!({"username": "grace", "name": "Grace", "email": "grace@example.com", "groups": [group["pk"]]});
    let person = api.sent(Method::POST, "/core/users/", body, 201).await;
    let its = format!("/core/users/{}/", person["pk"]);
    let password = json!({"password": "a battery of horses"});
    api.sent(Method::POST, &format!("{its}set_password/"), password, 204)
        .await;
    api.sent(Method::PATCH, &its, json!({"name": "Grace Hopper"}), 200)
        .await;
    api.sent(Method::POST, &format!("{its}recovery/"), json!({}), 200)
        .await;
    if !scene.stack().domains.is_empty() {
        let stage = api.first("/stages/email/").await;
        let stage = stage.as_str().expect("a stage of letters");
        api.sent(
            Method::POST,
            &format!("{its}recovery_email/?email_stage={stage}"),
            json!({}),
            204,
        )
        .await;
    }
    let token = json!({"identifier": "grace-ci", "user": person["pk"], "intent": "app_password", "expiring": false});
    api.sent(Method::POST, "/core/tokens/", token, 201).await;
    api.shown("/core/tokens/grace-ci/view_key/").await;
    api.removed("/core/tokens/grace-ci/").await;
    api.removed(&its).await;
    let group = group["pk"].as_str().expect("a key").to_owned();
    api.removed(&format!("/core/groups/{group}/")).await;
}

/// Lists, and what is ended by them.
pub(super) async fn lists(scene: &Scene) {
    let mut api = Api::new(scene);
    for path in [
        "/core/users/",
        "/core/groups/",
        "/core/applications/",
        "/providers/oauth2/",
        "/events/events/",
        "/core/authenticated_sessions/",
        "/core/user_consent/",
        "/oauth2/refresh_tokens/",
        "/oauth2/access_tokens/",
        "/oauth2/authorization_codes/",
        "/authenticators/admin/all/",
        "/flows/instances/",
        "/stages/all/",
        "/core/brands/",
    ] {
        api.shown(path).await;
    }
    // Ending somebody's sessions is announced to the clients that they used.
    super::codes::code(&mut scene.person("ada"), "web", "openid", &[]).await;
    let sessions = api.shown("/core/authenticated_sessions/").await;
    for session in sessions["results"].as_array().expect("a list") {
        let session = session["uuid"].as_str().expect("a session");
        api.removed(&format!("/core/authenticated_sessions/{session}/"))
            .await;
    }
}
