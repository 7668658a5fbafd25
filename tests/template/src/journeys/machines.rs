//! Clients without a person, assertions, and tokens for others.

use http::Method;
use serde_json::Value;

use super::codes::{TOKEN, code, redeem};
use crate::scene::Scene;
use crate::visitor::{claims, member};

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `client_credentials` with the client's secret, and with an app password.
pub(super) async fn credentials(scene: &Scene) {
    let mut program = scene.visitor();
    for client in ["web", "elliptic", "deployed"] {
        let form = [("grant_type", "client_credentials"), ("scope", "openid")];
        let tokens = program.post_as(client, TOKEN, &form).await.with(200).json();
        assert_eq!(claims(&member(&tokens, "access_token"))["aud"], client);
    }
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "web"),
        ("username", "ada"),
        ("password", "the-app-password-of-ada"),
        ("scope", "openid"),
    ];
    program.post(TOKEN, &form).await.with(200);
}

/// A JWT of an issuer elsewhere stands for a program; it counts once.
pub(super) async fn assertions(scene: &Scene) {
    let assertion = scene
        .elsewhere
        .assertion("repo:a", &scene.issuer("elliptic"));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "elliptic"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
        ("scope", "openid"),
    ];
    let mut program = scene.visitor();
    program.post(TOKEN, &form).await.with(200);
    program.post(TOKEN, &form).await.with(400);
}

/// A token for another (RFC 8693), by an access token and by an ID token.
pub(super) async fn exchanges(scene: &Scene) {
    let theirs = redeem(
        scene,
        "web",
        &code(&mut scene.person("ada"), "web", "openid", &[]).await,
    )
    .await;
    for (name, kind) in [("access_token", "access_token"), ("id_token", "id_token")] {
        let (token, kind) = (
            member(&theirs, name),
            format!("urn:ietf:params:oauth:token-type:{kind}"),
        );
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", token.as_str()),
            ("subject_token_type", kind.as_str()),
        ];
        let tokens = scene
            .visitor()
            .post_as("elliptic", TOKEN, &form)
            .await
            .with(200)
            .json();
        // GitHub's endpoint takes whatever grant is named, too.
        scene
            .visitor()
            .post_as("elliptic", "/login/oauth/access_token", &form)
            .await
            .with(200);
        let access = member(&tokens, "access_token");
        let mut program = scene.visitor();
        program
            .call(
                Method::GET,
                "/application/o/userinfo/",
                &access,
                &Value::Null,
            )
            .await;
    }
}

/// Keys are rotated on schedule.
pub(super) async fn rotation(scene: &Scene) {
    assert_eq!(
        scene.stack().tick().await.expect("it rotates"),
        scene.stack().schedules.len()
    );
}

/// A token that is bound to a key works with a proof of that alone (RFC 9449), and each proof once.
pub(super) async fn bound_to_a_key(scene: &Scene) {
    let at = |path: &str| format!("https://{}{path}", scene.host);
    let proof = scene.elsewhere.proof("POST", &at(TOKEN), None);
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        "elliptic:elliptic-secret",
    );
    let basic = format!("Basic {basic}");
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("authorization", basic.as_str()),
        ("dpop", proof.as_str()),
    ];
    let body = "grant_type=client_credentials&scope=openid".to_owned();
    let mut program = scene.visitor();
    let tokens = program
        .send(Method::POST, TOKEN, &headers, body)
        .await
        .with(200)
        .json();
    assert_eq!(tokens["token_type"], "DPoP");
    let access = member(&tokens, "access_token");
    let path = "/application/o/userinfo/";
    let proof = scene.elsewhere.proof("GET", &at(path), Some(&access));
    let bearer = format!("DPoP {access}");
    let headers = [("authorization", bearer.as_str()), ("dpop", proof.as_str())];
    for expected in [200, 401] {
        program
            .send(Method::GET, path, &headers, String::new())
            .await
            .with(expected);
    }
}
