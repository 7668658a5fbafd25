//! The plans of OpenID Connect, with registered and with static clients.

use http::Method;
use serde_json::{Value, json};

use super::{CLAIMS, ISSUER, clients, discovered, made_by, path_of, plan};
use crate::harness::browser::{Back, Browser, authorize_path};
use crate::harness::exchange::Exchange;
use crate::harness::jwt::verified;
use crate::harness::{Bench, basic, json as read, member, summary};
use crate::register::sent;

const FIXTURE: &str = include_str!("../../../conformance/openid.yaml");
const DYNAMIC: &str = include_str!("../../../conformance/openid-dynamic.json");
const STATIC: &str = include_str!("../../../conformance/openid-static.json");

const CALLBACK: &str = "https://localhost.emobix.co.uk:8443/test/a/latchkey/callback";
const SCOPE: &str = "openid profile email address phone offline_access";
const TYPES: [&str; 6] = [
    "code",
    "id_token",
    "id_token token",
    "code id_token",
    "code token",
    "code id_token token",
];

/// Where the browser comes back to, asked by this client for this.
async fn back(bench: &Bench, client: &str, kind: &str) -> Back {
    let mut browser = Browser::new(bench);
    let extra = [
        ("redirect_uri", CALLBACK),
        ("response_type", kind),
        ("nonce", "n-0S6"),
        ("prompt", "consent"),
    ];
    let path = authorize_path(client, SCOPE, &extra);
    let path = path.replacen("response_type=code&", "", 1);
    let page = browser.get(&path).await;
    browser.go_on(page).await
}

/// Each response type gives what it names, and the code leads to tokens of the one issuer and to all claims.
async fn works(bench: &Bench, (id, secret): (&str, &str), by_header: bool) {
    for kind in TYPES {
        let back = back(bench, id, kind).await;
        for (part, name) in [
            ("code", "code"),
            ("id_token", "id_token"),
            ("token", "access_token"),
        ] {
            let wanted = kind.split(' ').any(|it| it == part);
            assert_eq!(back.param(name).is_some(), wanted, "{kind}: {}", back.url);
        }
        assert_eq!(back.param("iss").as_deref(), Some(ISSUER));
        let Some(code) = back.param("code") else {
            continue;
        };
        let exchange = Exchange::code(bench, id, &code).with("redirect_uri", CALLBACK);
        let exchange = if by_header {
            exchange.authorization(&basic(id, secret))
        } else {
            let exchange = exchange.without_authorization();
            exchange.with("client_id", id).with("client_secret", secret)
        };
        let tokens = exchange.tokens().await;
        let token = member(&tokens, "id_token");
        let said = verified(bench, "conformance", token).await;
        assert_eq!(
            (&said["iss"], &said["aud"], &said["nonce"]),
            (&json!(ISSUER), &json!(id), &json!("n-0S6"))
        );
        assert!(tokens["refresh_token"].is_string(), "{kind}");
        let told = read(&bench.userinfo(member(&tokens, "access_token")).await);
        for claim in CLAIMS {
            let filled = told.get(claim).is_some_and(|it| !it.is_null() && it != "");
            assert!(filled, "{claim} in {told}");
        }
        assert!(told["updated_at"].is_i64() && told["address"].is_object());
    }
}

#[tokio::test]
async fn the_fixture_of_openid_connect_serves_the_clients_that_its_plans_register() {
    let (bench, plan) = (made_by(FIXTURE).await, plan(DYNAMIC));
    let metadata = discovered(&bench, &plan, "RS256").await;
    for kind in TYPES {
        let kinds = metadata["response_types_supported"].as_array();
        assert!(kinds.expect("a list").contains(&json!(kind)), "{kind}");
    }
    for name in ["end_session_endpoint", "userinfo_endpoint"] {
        assert!(metadata[name].is_string(), "{name}");
    }
    let endpoint = path_of(&metadata, "registration_endpoint");
    for client in clients(&plan) {
        let asked = json!({
            "client_name": client["client_name"], "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "implicit", "refresh_token"],
            "response_types": TYPES, "token_endpoint_auth_method": "client_secret_basic",
        });
        let token = member(client, "initial_access_token");
        let refused = bench.send(sent(Method::POST, endpoint, "", &asked)).await;
        assert_eq!(refused.status(), 401, "{}", summary(&refused));
        let answer = bench.send(sent(Method::POST, endpoint, token, &asked));
        let answer = answer.await;
        assert_eq!(answer.status(), 201, "{}", summary(&answer));
        let made: Value = read(&answer);
        let known = (member(&made, "client_id"), member(&made, "client_secret"));
        works(&bench, known, true).await;
    }
}

#[tokio::test]
async fn the_fixture_of_openid_connect_serves_the_static_clients_of_its_plan() {
    let (bench, plan) = (made_by(FIXTURE).await, plan(STATIC));
    discovered(&bench, &plan, "RS256").await;
    let [first, second] = clients(&plan);
    let by_post = &plan["client_secret_post"];
    for (client, by_header) in [(first, true), (second, true), (by_post, false)] {
        let known = (member(client, "client_id"), member(client, "client_secret"));
        works(&bench, known, by_header).await;
    }
}
