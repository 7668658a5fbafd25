//! What people go by, and which claims are asked for by name (OpenID Connect Core §8, §5.5).

use provider::client::SubjectType;
use serde_json::{Value, json};

use crate::dpop::{OFFLINE, asking, reconfigured};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::configure;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, claims, json as read, member, sub_of};

async fn pairwise() -> Bench {
    let bench = reconfigured("fast", |client| {
        client.metadata.subject_type = Some(SubjectType::Pairwise);
    })
    .await;
    configure::client(&bench, "es", |client| {
        client.metadata.subject_type = Some(SubjectType::Pairwise);
        client.metadata.sector_identifier_uri = Some("https://other.example/uris".to_owned());
    })
    .await;
    configure::client(&bench, "guest", |client| {
        client.metadata.subject_type = Some(SubjectType::Pairwise);
    })
    .await;
    bench
}

#[tokio::test]
async fn oidc_core_8_1_a_pairwise_sub_is_the_same_in_a_sector_and_tells_no_other() {
    let bench = Box::pin(pairwise()).await;
    let mut subs = Vec::new();
    for client in ["fast", "guest", "es", "strict"] {
        let tokens = asking(&bench, client, OFFLINE).await.tokens().await;
        subs.push(sub_of(&tokens));
    }
    let [fast, guest, es, public] = subs.as_slice() else {
        panic!("four of them");
    };
    assert_eq!(fast, guest, "both at rp.example");
    assert_ne!(fast, es, "another sector");
    assert_ne!(fast, public);
    assert_ne!(es, public);
}

#[tokio::test]
async fn oidc_core_8_1_the_pairwise_sub_is_in_all_that_a_client_is_told() {
    let bench = Box::pin(pairwise()).await;
    let tokens = asking(&bench, "fast", OFFLINE).await.tokens().await;
    let (sub, token) = (sub_of(&tokens), member(&tokens, "access_token"));
    assert_eq!(claims(token)["sub"], sub);
    assert_eq!(read(&bench.userinfo(token).await)["sub"], sub);
    for token in ["access_token", "refresh_token"] {
        let asked = Exchange::of(&bench, "fast").with("token", member(&tokens, token));
        let told = read(&asked.send_to("/application/o/introspect/").await);
        assert_eq!(told["sub"], sub, "{token}");
    }
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    assert_eq!(sub_of(&refresh.tokens().await), sub);
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_hint_with_a_pairwise_sub_is_understood() {
    let bench = Box::pin(pairwise()).await;
    let mut browser = Browser::new(&bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    let code = back.param("code").expect("a code");
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let hint = [
        ("id_token_hint", member(&tokens, "id_token")),
        ("prompt", "none"),
    ];
    let answer = browser.get(&authorize_path("fast", "openid", &hint)).await;
    let to = location(&answer).expect("a redirect");
    assert!(to.contains("code="), "{to}");
}

#[tokio::test]
async fn oidc_core_5_5_claims_are_given_where_they_are_asked_for_by_name() {
    let bench = Bench::embedded().await;
    let asked = json!({
        "id_token": {"email": null, "auth_time": {"essential": true}, "nobody_knows": null},
        "userinfo": {"name": {"essential": true}, "sub": null},
    });
    let text = asked.to_string();
    let extra = [("claims", text.as_str()), ("nonce", "n")];
    let code = bench.code("fast", "openid", &extra).await;
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let id = claims(member(&tokens, "id_token"));
    assert_eq!(id["email"], "ada@example.com");
    assert!(id["auth_time"].is_number());
    assert_eq!(id["name"], Value::Null, "asked for elsewhere");
    assert_eq!(id["email_verified"], Value::Null, "not asked for");
    let access = claims(member(&tokens, "access_token"));
    assert_eq!(access["email"], Value::Null, "the ID token's alone");
    let told = read(&bench.userinfo(member(&tokens, "access_token")).await);
    assert_eq!(told["name"], "Ada Lovelace");
    assert_eq!(told["email"], Value::Null);
}
