//! The management API over HTTP: what is made by it works at the other functions at once, and goes again.

use openidconnect::core::{CoreClient, CoreProviderMetadata, CoreTokenResponse};
use openidconnect::{
    ClientId, ClientSecret, IssuerUrl, Nonce, OAuth2TokenResponse as _, Scope, TokenResponse as _,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::issuer::{CALLBACK, Issuer};

/// The API token of `olivia`, a superuser of the fixture.
const KEY: &str = "the-key-of-olivia";
/// What the client's access token is good for beside its claims.
const API_SCOPE: &str = "goauthentik.io/api";
/// The application and its client.
const NAME: &str = "made-by-api";
const SECRET: &str = "the-secret-of-made-by-api";

/// Somebody who calls.
struct Caller<'a> {
    http: reqwest::Client,
    base: String,
    key: &'a str,
}

impl Caller<'_> {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self
            .http
            .request(method, format!("{}/api/v3{path}", self.base))
            .bearer_auth(self.key);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("text");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (status, body)
    }

    async fn sent(&self, method: Method, path: &str, body: Value, want: u16) -> Value {
        let (status, told) = self.call(method, path, Some(body)).await;
        assert_eq!(status, want, "{path}: {told}");
        told
    }

    async fn shown(&self, path: &str) -> Value {
        let (status, shown) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {shown}");
        shown
    }

    /// The key of the only row of a list.
    async fn only(&self, path: &str) -> Value {
        let page = self.shown(path).await;
        assert_eq!(page["pagination"]["count"], 1, "{path}: {page}");
        page["results"][0]["pk"].clone()
    }

    async fn removed(&self, path: &str) {
        assert_eq!(self.call(Method::DELETE, path, None).await.0, 204, "{path}");
        assert_eq!(self.call(Method::GET, path, None).await.0, 404, "{path}");
    }
}

/// Makes a key, a mapping, a provider and its application; takes tokens as its client, which can call the API with
/// them; removes all of it.
#[tokio::main]
pub(crate) async fn makes_a_client_that_works(issuer: &Issuer) {
    let api = Caller {
        http: reqwest::Client::new(),
        base: issuer.base.clone(),
        key: KEY,
    };
    let body = json!({"common_name": NAME, "validity_days": 30, "alg": "ecdsa"});
    let pairs = "/crypto/certificatekeypairs/";
    let pair = api
        .sent(Method::POST, &format!("{pairs}generate/"), body, 200)
        .await;
    let body =
        json!({"name": NAME, "scope_name": "shift", "expression": "return {\"shift\": \"night\"}"});
    let mappings = "/propertymappings/provider/scope/";
    let mapping = api.sent(Method::POST, mappings, body, 201).await;

    made(&api, &pair, &mapping).await;
    let application = api.shown(&format!("/core/applications/{NAME}/")).await;
    let provider = format!("/providers/oauth2/{}/", application["provider"]);
    let read = api.shown(&provider).await;
    assert_eq!(
        (&read["client_secret"], &read["signing_key"]),
        (&json!(SECRET), &pair["pk"])
    );
    assert_eq!(read["assigned_application_slug"], NAME);
    let found = format!("/providers/oauth2/?search={NAME}");
    assert_eq!(api.only(&found).await, application["provider"]);

    let tokens = tokens(issuer).await;
    let service = Caller {
        http: api.http.clone(),
        base: issuer.base.clone(),
        key: tokens.access_token().secret(),
    };
    let me = service.shown("/core/users/me/").await;
    let account = format!("ak-{NAME}-client_credentials");
    assert_eq!(me["user"]["username"], account.as_str(), "{me}");
    let (status, _) = service.call(Method::GET, mappings, None).await;
    assert_eq!(status, 403, "it is no superuser");

    api.removed(&format!("/core/applications/{NAME}/")).await;
    api.removed(&provider).await;
    api.removed(&format!("{mappings}{}/", text(&mapping["pk"])))
        .await;
    api.removed(&format!("{pairs}{}/", text(&pair["pk"]))).await;
    let account = api.only(&format!("/core/users/?username={account}")).await;
    api.removed(&format!("/core/users/{account}/")).await;
}

/// The provider and its application, in one transaction.
async fn made(api: &Caller<'_>, pair: &Value, mapping: &Value) {
    let flow = |slug: &'static str| async move {
        api.only(&format!("/flows/instances/?slug={slug}")).await
    };
    let scope = |name: &'static str| async move {
        api.only(&format!(
            "/propertymappings/provider/scope/?scope_name={name}"
        ))
        .await
    };
    let body = json!({
        "app": {"name": NAME, "slug": NAME},
        "provider_model": "authentik_providers_oauth2.oauth2provider",
        "provider": {
            "name": NAME,
            "authorization_flow": flow("default-provider-authorization-implicit-consent").await,
            "invalidation_flow": flow("default-provider-invalidation-flow").await,
            "client_id": NAME,
            "client_secret": SECRET,
            "redirect_uris": [{"matching_mode": "strict", "url": CALLBACK}],
            "property_mappings": [scope("openid").await, scope(API_SCOPE).await, mapping["pk"]],
            "signing_key": pair["pk"],
        },
    });
    let path = "/core/transactional/applications/";
    let told = api.sent(Method::PUT, path, body, 200).await;
    assert_eq!(told, json!({"applied": true, "logs": []}));
}

/// The client's own tokens. Its ID token is signed with the key that was made.
async fn tokens(issuer: &Issuer) -> CoreTokenResponse {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let url = IssuerUrl::new(issuer.of(NAME)).expect("a URL");
    let metadata = CoreProviderMetadata::discover_async(url, &http).await;
    let client = CoreClient::from_provider_metadata(
        metadata.expect("discovery"),
        ClientId::new(NAME.to_owned()),
        Some(ClientSecret::new(SECRET.to_owned())),
    );
    let tokens = client
        .exchange_client_credentials()
        .expect("a token endpoint")
        .add_scopes(["openid", "shift", API_SCOPE].map(|it| Scope::new(it.to_owned())))
        .request_async(&http)
        .await
        .expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let any = |_: Option<&Nonce>| Ok(());
    let claims = id_token.claims(&client.id_token_verifier(), any);
    assert_eq!(
        claims.expect("signed by it").issuer().as_str(),
        issuer.of(NAME)
    );
    let payload = id_token.to_string();
    let payload = payload.split('.').nth(1).expect("claims").to_owned();
    let payload =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, payload);
    let claims: Value = serde_json::from_slice(&payload.expect("base64")).expect("JSON");
    assert_eq!(claims["shift"], "night", "{claims}");
    tokens
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}
