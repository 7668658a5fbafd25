//! Clients that register themselves.

use http::Method;
use serde_json::{Value, json};

use super::codes::TOKEN;
use crate::scene::Scene;
use crate::visitor::{CALLBACK, member};

/// RFC 7591, RFC 7592: it registers, is used, reads, changes and removes itself.
pub(super) async fn a_client_registers_changes_and_removes_itself(scene: &Scene) {
    let mut program = scene.visitor();
    let place = "/application/o/web/register/";
    let body =
        json!({"redirect_uris": [CALLBACK], "client_name": "My Tool", "scope": "openid email"});
    let headers = [("content-type", "application/json")];
    let client = program
        .send(Method::POST, place, &headers, body.to_string())
        .await
        .with(201)
        .json();
    let (id, secret) = (
        member(&client, "client_id"),
        member(&client, "client_secret"),
    );
    let more = [("scope", "openid email")];
    let back = scene
        .person("ada")
        .authorize(super::codes::AUTHORIZE, &id, &more)
        .await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", back["code"].as_str()),
        ("redirect_uri", CALLBACK),
        ("client_id", &id),
        ("client_secret", &secret),
    ];
    // Its method is `client_secret_basic`.
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("{id}:{secret}"),
    );
    let basic = format!("Basic {basic}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", basic.as_str()),
    ];
    let body = crate::visitor::encoded(&form[..3]);
    program
        .send(Method::POST, TOKEN, &headers, body)
        .await
        .with(200);
    let token = member(&client, "registration_access_token");
    let own = member(&client, "registration_client_uri");
    let own = own.replacen(&format!("https://{}", scene.host), "", 1);
    program
        .call(Method::GET, &own, &token, &Value::Null)
        .await
        .with(200);
    let changed = json!({"client_id": id, "redirect_uris": [CALLBACK], "client_name": "Our Tool"});
    let changed = program
        .call(Method::PUT, &own, &token, &changed)
        .await
        .with(200)
        .json();
    let token = changed["registration_access_token"]
        .as_str()
        .unwrap_or(&token)
        .to_owned();
    // Where only some may register, a superuser's token is a right to.
    let place = "/application/o/elliptic/register/";
    program
        .call(Method::POST, place, "the-key-of-olivia", &body_of_client())
        .await
        .with(201);
    // One without a secret pushes its request.
    let public = json!({"redirect_uris": [CALLBACK], "client_name": "Tool", "token_endpoint_auth_method": "none"});
    let headers = [("content-type", "application/json")];
    let public = program
        .send(
            Method::POST,
            "/application/o/web/register/",
            &headers,
            public.to_string(),
        )
        .await
        .with(201)
        .json();
    let id = member(&public, "client_id");
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; // RFC 7636 appendix B
    let form = [
        ("client_id", id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    program.post("/application/o/par/", &form).await.with(201);
    program
        .call(Method::DELETE, &own, &token, &Value::Null)
        .await
        .with(204);
}

fn body_of_client() -> Value {
    json!({"redirect_uris": [CALLBACK], "client_name": "Their Tool"})
}
