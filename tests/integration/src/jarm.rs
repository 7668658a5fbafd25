//! Signed authorization responses (JWT Secured Authorization Response Mode).

use serde_json::Value;

use crate::harness::browser::{Back, Browser, authorize_path, field};
use crate::harness::{Bench, CALLBACK, claims, jwt, text};

const ISSUER: &str = "http://localhost:8000/application/o/fast/";

async fn answered(bench: &Bench, extra: &[(&str, &str)]) -> Back {
    let mut browser = Browser::new(bench);
    browser.authorize("fast", "openid", extra).await
}

/// What a signed answer says, once it verifies.
async fn said(bench: &Bench, back: &Back) -> Value {
    assert_eq!(back.names(), ["response"], "{}", back.url);
    let response = back.param("response").expect("a response");
    jwt::verified(bench, "fast", &response).await
}

#[tokio::test]
async fn jarm_2_1_the_answer_is_one_jwt_with_issuer_audience_and_expiry() {
    let bench = Bench::embedded().await;
    let modes = [("jwt", "?"), ("query.jwt", "?"), ("fragment.jwt", "#")];
    for (mode, at) in modes {
        let back = answered(&bench, &[("response_mode", mode), ("state", "s")]).await;
        let begin = format!("{CALLBACK}{at}response=");
        assert!(back.url.starts_with(&begin), "{mode}: {}", back.url);
        let said = said(&bench, &back).await;
        assert_eq!(said["iss"], ISSUER);
        assert_eq!(said["aud"], "fast");
        assert_eq!(said["state"], "s");
        assert_eq!(said["exp"], bench.now().unix() + 600);
        assert!(said["code"].as_str().expect("a code").len() > 20);
    }
}

#[tokio::test]
async fn jarm_2_3_3_a_form_posts_it() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let mode = [("response_mode", "form_post.jwt")];
    let page = browser.get(&authorize_path("fast", "openid", &mode)).await;
    let html = text(&page);
    assert!(field(&html, "code").is_none() && field(&html, "iss").is_none());
    let response = field(&html, "response").expect("a response");
    assert_eq!(claims(&response)["aud"], "fast");
}

#[tokio::test]
async fn jarm_2_2_an_error_is_signed_too() {
    let bench = Bench::embedded().await;
    let extra = [("response_mode", "jwt"), ("prompt", "none"), ("state", "s")];
    let back = answered(&bench, &extra).await;
    let said = said(&bench, &back).await;
    assert_eq!(said["error"], "login_required");
    assert_eq!(
        (&said["iss"], &said["state"]),
        (&ISSUER.into(), &"s".into())
    );
}

#[tokio::test]
async fn jarm_2_3_1_tokens_do_not_travel_in_a_query() {
    let bench = Bench::embedded().await;
    let token = [("response_type", "code id_token"), ("nonce", "n")];
    let path = |mode| {
        let mut pairs = vec![("client_id", "fast"), ("redirect_uri", CALLBACK)];
        pairs.extend([("scope", "openid"), ("response_mode", mode)]);
        pairs.extend(token);
        format!(
            "/application/o/authorize/?{}",
            crate::harness::encode(&pairs)
        )
    };
    let mut browser = Browser::new(&bench);
    let answer = browser.get(&path("query.jwt")).await;
    let back = browser.go_on(answer).await;
    assert!(
        back.url.starts_with(&format!("{CALLBACK}#response=")),
        "{}",
        back.url
    );
    assert_eq!(said(&bench, &back).await["error"], "invalid_request");
    let answer = browser.get(&path("jwt")).await;
    let back = browser.go_on(answer).await;
    let said = said(&bench, &back).await;
    assert!(said["id_token"].is_string() && said["code"].is_string());
}
