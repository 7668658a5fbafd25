//! What was got for tokens ends when their person takes them back from the client they were of.

use protocol::ClientId;
use provider::client::TokenExchange;
use provider::federation::JWT_BEARER;
use serde_json::Value;

use super::{ACCESS, GRANT_TYPE, ID, REFUSED, exchanging};
use crate::harness::answers::INVALID_TOKEN;
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, encode, json, member, people, summary};
use crate::machines::{naming, reconfigure};

fn id(client: &str) -> ClientId {
    ClientId::parse(client).expect("an id")
}

/// Lets this client exchange everybody's tokens.
async fn let_exchange(bench: &Bench, client: &str) {
    reconfigure(bench, client, |client| {
        client.metadata.token_exchange = Some(TokenExchange {
            impersonation: true,
            delegation: true,
            subject_clients: vec!["*".to_owned()],
        });
    })
    .await;
}

/// What ada's consent page does.
async fn withdraw(bench: &Bench, client: &str) {
    let now = bench.now();
    people::change(bench, "ada", |ada| {
        ada.withdrawn.insert(id(client), now);
    })
    .await;
}

fn access(tokens: &Value) -> &str {
    member(tokens, "access_token")
}

#[tokio::test]
async fn it_ends_when_consent_to_the_subject_tokens_client_is_withdrawn() {
    for kind in [ACCESS, ID] {
        let bench = Bench::embedded().await;
        let_exchange(&bench, "fast").await;
        let theirs = bench.tokens("web", "openid").await;
        let name = if kind == ACCESS {
            "access_token"
        } else {
            "id_token"
        };
        let asked = exchanging(&bench, kind, member(&theirs, name));
        let got = asked.tokens().await;
        withdraw(&bench, "es").await;
        assert_eq!(bench.userinfo(access(&got)).await.status(), 200, "{kind}");
        withdraw(&bench, "web").await;
        let told = summary(&bench.userinfo(access(&got)).await);
        assert_eq!(told, INVALID_TOKEN, "{kind}");
        assert_eq!(asked.summary().await, REFUSED, "{kind}");
    }
}

#[tokio::test]
async fn it_ends_with_the_logout_of_the_subject_tokens_client() {
    for kind in [ACCESS, ID] {
        let bench = Bench::embedded().await;
        let_exchange(&bench, "fast").await;
        let mut browser = Browser::new(&bench);
        let back = browser.authorize("guest", "openid", &[]).await;
        let code = back.param("code").expect("a code");
        let theirs = json(&bench.redeem("guest", &code).await);
        let name = if kind == ACCESS {
            "access_token"
        } else {
            "id_token"
        };
        let got = exchanging(&bench, kind, member(&theirs, name))
            .tokens()
            .await;
        assert_eq!(bench.userinfo(access(&got)).await.status(), 200, "{kind}");
        // The application is left, and the session goes on.
        let hint = [("id_token_hint", member(&theirs, "id_token"))];
        let out = "/application/o/guest/end-session/";
        browser.get(&format!("{out}?{}", encode(&hint))).await;
        let told = summary(&bench.userinfo(access(&got)).await);
        assert_eq!(told, INVALID_TOKEN, "{kind}");
    }
}

#[tokio::test]
async fn of_a_chain_of_exchanges_each_client_ends_what_came_after() {
    for (taken, fast, es) in [("web", 401, 401), ("fast", 401, 401), ("es", 200, 401)] {
        let bench = Bench::embedded().await;
        let_exchange(&bench, "fast").await;
        let_exchange(&bench, "es").await;
        let theirs = bench.tokens("web", "openid").await;
        let of_fast = exchanging(&bench, ACCESS, access(&theirs)).tokens().await;
        let of_es = Exchange::of(&bench, "es")
            .with("grant_type", GRANT_TYPE)
            .with("subject_token", access(&of_fast))
            .with("subject_token_type", ACCESS)
            .tokens()
            .await;
        withdraw(&bench, taken).await;
        for (tokens, status) in [(of_fast, fast), (of_es, es)] {
            let answer = bench.userinfo(access(&tokens)).await;
            assert_eq!(answer.status(), status, "{taken}");
        }
    }
}

#[tokio::test]
async fn what_is_got_for_a_token_as_an_assertion_ends_with_its_clients_consent_too() {
    let bench = Bench::embedded().await;
    reconfigure(&bench, "fast", |client| {
        client.federation.providers = vec![id("web")];
    })
    .await;
    let theirs = bench.tokens("web", "openid").await;
    let asked = naming(&bench, "fast")
        .with("client_assertion_type", JWT_BEARER)
        .with("client_assertion", access(&theirs))
        .with("scope", "openid");
    let got = asked.tokens().await;
    assert_eq!(bench.userinfo(access(&got)).await.status(), 200);
    withdraw(&bench, "web").await;
    let told = summary(&bench.userinfo(access(&got)).await);
    assert_eq!(told, INVALID_TOKEN);
}
