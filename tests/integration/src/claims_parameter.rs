//! `claims` (OpenID Connect Core §5.5).

use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::{Bench, sub_of};

async fn answered(bench: &Bench, claims: &Value) -> crate::harness::browser::Back {
    let mut browser = Browser::new(bench);
    let claims = claims.to_string();
    let extra = [("claims", claims.as_str()), ("prompt", "login")];
    browser.authorize("fast", "openid", &extra).await
}

#[tokio::test]
async fn oidc_core_5_5_a_request_for_claims_is_kept_with_the_grant() {
    let bench = Bench::embedded().await;
    let claims = json!({"id_token": {"auth_time": {"essential": true}}, "userinfo": {"email": null}, "x": 1});
    let code = answered(&bench, &claims)
        .await
        .param("code")
        .expect("a code");
    let code = provider::grant::Code::parse(&protocol::Secret::new(code)).expect("a code of ours");
    let grants = bench.backend.stores.grants();
    let grant = grants.find(&bench.seeded.tenant.id, code.grant).await;
    let terms = grant.expect("reads").expect("is there").terms;
    let kept = json!({"id_token": {"auth_time": {"essential": true}}, "userinfo": {"email": null}});
    assert_eq!(Value::Object(terms.claims), kept);
}

#[tokio::test]
async fn oidc_core_5_5_1_sub_names_the_one_person_it_may_be() {
    let bench = Bench::embedded().await;
    let sub = sub_of(&bench.tokens("fast", "openid").await);
    let right = json!({"id_token": {"sub": {"value": sub}}});
    assert!(answered(&bench, &right).await.param("code").is_some());
    let wrong = json!({"id_token": {"sub": {"value": "somebody-else"}}});
    let back = answered(&bench, &wrong).await;
    assert_eq!(back.param("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn oidc_core_5_5_what_cannot_be_read_is_refused() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    for bad in [
        "{",
        "[]",
        r#"{"id_token":[]}"#,
        r#"{"id_token":{},"id_token":{}}"#,
    ] {
        let back = browser
            .authorize("fast", "openid", &[("claims", bad)])
            .await;
        assert_eq!(
            back.param("error").as_deref(),
            Some("invalid_request"),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_claim_that_no_scope_stands_for_is_agreed_to_apart() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("web", "openid", &[]).await;
    browser.take_pages();
    browser.authorize("web", "openid", &[]).await;
    assert!(browser.take_pages().is_empty(), "agreed to before");
    let extra = [("claims", r#"{"userinfo":{"badge":null}}"#)];
    browser.authorize("web", "openid", &extra).await;
    assert_eq!(browser.take_pages(), ["consent"]);
    browser.authorize("web", "openid", &extra).await;
    assert!(browser.take_pages().is_empty(), "agreed to before");
}
