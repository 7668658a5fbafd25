//! Documents, sign-in by pages, codes and what becomes of them.

use http::Method;
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::visitor::{CALLBACK, Visitor, claims, member};

pub(super) const AUTHORIZE: &str = "/application/o/authorize/";
pub(super) const TOKEN: &str = "/application/o/token/";
const OFFLINE: &str = "openid profile email offline_access";

/// Discovery, key sets and `WebFinger`.
pub(super) async fn documents(scene: &Scene) {
    let mut visitor = scene.visitor();
    let found = visitor
        .get("/application/o/web/.well-known/openid-configuration")
        .await
        .with(200)
        .json();
    assert_eq!(found["issuer"], scene.issuer("web"));
    if scene.host == "id.example.com" {
        // RFC 8705 §5: the names at which clients are asked for certificates.
        let of_mtls = found["mtls_endpoint_aliases"]["token_endpoint"].as_str();
        assert_eq!(
            of_mtls,
            Some("https://mtls.id.example.com/application/o/token/")
        );
    }
    for slug in ["web", "elliptic", "deployed"] {
        let keys = visitor
            .get(&format!("/application/o/{slug}/jwks/"))
            .await
            .with(200)
            .json();
        assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1), "{keys}");
    }
    visitor
        .get("/.well-known/oauth-authorization-server/application/o/web/")
        .await
        .with(200);
    visitor.get("/nothing/here").await.with(404);
    let mut stranger = scene.visitor();
    stranger.host = "other.example.com".to_owned();
    stranger.get("/").await.with(403);
}

/// A code of this client's, by this person.
pub(super) async fn code(
    person: &mut Visitor,
    client: &str,
    scope: &str,
    more: &[(&str, &str)],
) -> String {
    let more = [&[("scope", scope)], more].concat();
    let back = person.authorize(AUTHORIZE, client, &more).await;
    back.get("code")
        .unwrap_or_else(|| panic!("no code: {back:?}"))
        .clone()
}

/// The tokens of a code.
pub(super) async fn redeem(scene: &Scene, client: &str, code: &str) -> Value {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
    ];
    scene
        .visitor()
        .post_as(client, TOKEN, &form)
        .await
        .with(200)
        .json()
}

/// The whole life of tokens: `UserInfo`, introspection, refresh, a code that comes twice, revocation.
async fn life(scene: &Scene, client: &str, username: &str) {
    let mut person = scene.person(username);
    let code = code(&mut person, client, OFFLINE, &[("nonce", "n")]).await;
    let tokens = redeem(scene, client, &code).await;
    let said = claims(&member(&tokens, "id_token"));
    assert_eq!(
        (&said["iss"], &said["nonce"]),
        (&scene.issuer(client).into(), &json!("n"))
    );
    let access = member(&tokens, "access_token");
    let mut program = scene.visitor();
    let told = program
        .call(
            Method::GET,
            "/application/o/userinfo/",
            &access,
            &Value::Null,
        )
        .await
        .with(200);
    let told = if told.text.starts_with('{') {
        told.json()
    } else {
        claims(&told.text)
    };
    assert_eq!(told["preferred_username"], username);
    let form = [("token", access.as_str())];
    let told = program
        .post_as(client, "/application/o/introspect/", &form)
        .await
        .with(200);
    assert!(
        told.text.contains('.') || told.json()["active"] == true,
        "{told:?}"
    );
    let refresh = member(&tokens, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    let renewed = program.post_as(client, TOKEN, &form).await.with(200).json();
    let form = [("token", &*member(&renewed, "refresh_token"))];
    program
        .post_as(client, "/application/o/revoke/", &form)
        .await
        .with(200);
    program
        .call(
            Method::GET,
            "/application/o/userinfo/",
            &access,
            &Value::Null,
        )
        .await
        .with(401);
    // A code that comes a second time ends what it gave.
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    program.post_as(client, TOKEN, &form).await.with(400);
}

/// A key that never leaves KMS; consent is asked for.
pub(crate) async fn web(scene: &Scene) {
    life(scene, "web", "ada").await;
    // An access token by itself is taken back as well.
    let tokens = redeem(
        scene,
        "web",
        &code(&mut scene.person("ada"), "web", "openid", &[]).await,
    )
    .await;
    let form = [("token", &*member(&tokens, "access_token"))];
    scene
        .visitor()
        .post_as("web", "/application/o/revoke/", &form)
        .await
        .with(200);
}

/// A key that is sealed under the envelope key, and the one that the template makes.
pub(super) async fn other_custodies(scene: &Scene) {
    life(scene, "elliptic", "ada").await;
    life(scene, "deployed", "ada").await;
}

/// Answers at the redirect URI that are JWTs, by each custody (JARM); an ID token from the authorization endpoint.
pub(super) async fn signed_answers(scene: &Scene) {
    for client in ["web", "elliptic", "deployed"] {
        let mut person = scene.person("ada");
        let more = [("scope", "openid"), ("response_mode", "jwt")];
        let back = person.authorize(AUTHORIZE, client, &more).await;
        assert_eq!(claims(&back["response"])["aud"], client);
    }
}

/// GitHub's dialect.
pub(super) async fn github(scene: &Scene) {
    for client in ["web", "elliptic", "deployed"] {
        let mut person = scene.person("ada");
        person
            .through(&format!(
                "/login/oauth/authorize?client_id={client}&response_mode=jwt&scope=user:email"
            ))
            .await;
        let back = person
            .authorize(
                "/login/oauth/authorize",
                client,
                &[("scope", "user:email read:org")],
            )
            .await;
        let secret = format!("{client}-secret");
        let form = [
            ("client_id", client),
            ("client_secret", secret.as_str()),
            ("code", back["code"].as_str()),
            ("redirect_uri", CALLBACK),
        ];
        let headers = [
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let body = crate::visitor::encoded(&form);
        let mut program = scene.visitor();
        let tokens = program
            .send(Method::POST, "/login/oauth/access_token", &headers, body)
            .await
            .with(200)
            .json();
        let access = member(&tokens, "access_token");
        for path in [
            "/user",
            "/user/emails",
            "/user/orgs",
            "/user/teams",
            "/api/v3/user",
        ] {
            program
                .call(Method::GET, path, &access, &Value::Null)
                .await
                .with(200);
        }
    }
}

/// A request that was pushed.
pub(super) async fn pushed(scene: &Scene) {
    let form = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("state", "s"),
    ];
    let mut program = scene.visitor();
    let pushed = program
        .post_as("elliptic", "/application/o/par/", &form)
        .await
        .with(201)
        .json();
    let uri = member(&pushed, "request_uri");
    let mut person = scene.person("ada");
    let back = person
        .through(&format!(
            "{AUTHORIZE}?{}",
            crate::visitor::encoded(&[("client_id", "elliptic"), ("request_uri", &uri)])
        ))
        .await;
    assert!(back.location.is_some_and(|to| to.contains("code=")));
}
