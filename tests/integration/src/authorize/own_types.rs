//! Clients that say which response types they use: they get what OpenID Connect Core has for each, and not what
//! authentik's expect.

use provider::client::Client;
use serde_json::json;

use super::{Ask, settled};
use crate::harness::browser::{Back, Browser};
use crate::harness::jwt::verified;
use crate::harness::{Bench, CALLBACK, claims, configure, json as body, member};
use crate::register::{registered, registering, tokens};

/// A bench whose client `web` uses all response types, and has no claims of its scopes in ID tokens.
async fn choosing() -> Bench {
    let bench = Bench::embedded().await;
    let types = ["code", "id_token", "id_token token", "code id_token"];
    configure::client(&bench, "web", |client: &mut Client| {
        client.metadata.response_types = Some(types.map(str::to_owned).to_vec());
        client.include_claims_in_id_token = false;
    })
    .await;
    bench
}

async fn asked(browser: &mut Browser<'_>, kind: &str) -> Back {
    let ask = Ask::valid()
        .with("response_type", kind)
        .with("scope", "openid profile");
    let answer = browser.get(&ask.path()).await;
    browser.go_on(answer).await
}

#[tokio::test]
async fn oidc_core_3_2_2_5_a_client_with_response_types_gets_an_id_token_alone() {
    let bench = choosing().await;
    let mut browser = settled(&bench).await;
    let back = asked(&mut browser, "id_token").await;
    assert_eq!(back.names(), ["id_token", "state", "iss"]);
    let id = verified(&bench, "web", &back.param("id_token").expect("it")).await;
    assert!(id.get("at_hash").is_none(), "§3.2.2.10");
    assert_eq!(id["nonce"], "n");
}

#[tokio::test]
async fn oidc_core_5_4_claims_stand_in_the_id_token_where_no_access_token_is() {
    let bench = choosing().await;
    let mut browser = settled(&bench).await;
    for (kind, there) in [
        ("id_token", true),
        ("id_token token", false),
        ("code id_token", false), // the code brings one
    ] {
        let back = asked(&mut browser, kind).await;
        let id = claims(&back.param("id_token").expect("an ID token"));
        assert_eq!(id.get("name").is_some(), there, "{kind}");
    }
}

#[tokio::test]
async fn oidc_core_5_4_a_registered_client_reads_claims_from_userinfo() {
    let bench = registering(|_| {}).await;
    let asked = json!({"redirect_uris": [CALLBACK], "scope": "openid email"});
    let client = registered(&bench, &asked).await;
    let tokens = body(&tokens(&bench, &client).await);
    let id = claims(member(&tokens, "id_token"));
    assert!(id.get("email").is_none(), "{id}");
    let told = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(body(&told)["email"], "ada@example.com");
}
