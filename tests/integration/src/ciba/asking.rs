//! What a client may ask, and what it hears of it (CIBA Core §7, §13).

use protocol::Seconds;
use serde_json::json;

use super::{ENDPOINT, asked, asking, may_ask, polling};
use crate::harness::answers::INVALID_CLIENT_BASIC;
use crate::harness::{Bench, basic, header, json as body, member, people, summary};
use crate::machines::reconfigure;

#[tokio::test]
async fn ciba_7_3_the_answer_has_an_id_an_end_and_an_interval() {
    let bench = polling().await;
    let answer = asking(&bench).send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "cache-control"), "no-store");
    let mut told = body(&answer);
    assert!(member(&told, "auth_req_id").len() >= 43);
    told.as_object_mut()
        .expect("an object")
        .remove("auth_req_id");
    assert_eq!(told, json!({"expires_in": 600, "interval": 5}));
    let soon = asking(&bench)
        .with("requested_expiry", "60")
        .send_to(ENDPOINT)
        .await;
    assert_eq!(body(&soon)["expires_in"], 60);
    let late = asking(&bench)
        .with("requested_expiry", "999999")
        .send_to(ENDPOINT)
        .await;
    assert_eq!(body(&late)["expires_in"], 3_600);
}

#[tokio::test]
async fn ciba_7_1_the_client_authenticates() {
    let bench = polling().await;
    let wrong = asking(&bench).authorization(&basic("fast", "wrong"));
    assert_eq!(
        summary(&wrong.send_to(ENDPOINT).await),
        INVALID_CLIENT_BASIC
    );
    let none = asking(&bench)
        .without_authorization()
        .with("client_id", "fast");
    assert!(summary(&none.send_to(ENDPOINT).await).contains("invalid_client"));
}

#[tokio::test]
async fn ciba_13_a_client_without_a_delivery_mode_is_an_unauthorized_client() {
    let bench = Bench::embedded().await;
    let told = summary(&asking(&bench).send_to(ENDPOINT).await);
    assert!(told.contains("unauthorized_client"), "{told}");
    may_ask(&bench, |metadata| metadata.grant_types = Some(Vec::new())).await;
    let told = summary(&asking(&bench).send_to(ENDPOINT).await);
    assert!(told.contains("unauthorized_client"), "{told}");
    reconfigure(&bench, "spa", |client| {
        client.metadata.backchannel_token_delivery_mode =
            Some(provider::client::DeliveryMode::Poll);
    })
    .await;
    let public = summary(&asking(&bench).by("spa").send_to(ENDPOINT).await);
    assert!(public.contains("unauthorized_client"), "{public}");
}

#[tokio::test]
async fn ciba_7_1_what_is_missing_or_wrong_is_told_by_its_code() {
    let bench = polling().await;
    for (broken, code) in [
        (asking(&bench).without("scope"), "invalid_request"),
        (asking(&bench).with("scope", "profile"), "invalid_scope"),
        (asking(&bench).without("login_hint"), "invalid_request"),
        (asking(&bench).with("id_token_hint", "x"), "invalid_request"),
        (
            asking(&bench).with("login_hint_token", "x"),
            "invalid_request",
        ),
        (
            asking(&bench).with("binding_message", &"x".repeat(101)),
            "invalid_binding_message",
        ),
        (
            asking(&bench).with("requested_expiry", "0"),
            "invalid_request",
        ),
        (asking(&bench).and("login_hint", "bob"), "invalid_request"),
        (asking(&bench).with("request", "a.b.c"), "invalid_request"),
    ] {
        let answer = broken.send_to(ENDPOINT).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(body(&answer)["error"], code, "{}", summary(&answer));
    }
    let get = bench.get(ENDPOINT).await;
    assert_eq!(get.status(), 405, "§7.1: POST");
}

#[tokio::test]
async fn ciba_13_nobody_known_is_an_unknown_user_id() {
    let bench = polling().await;
    for hint in ["nobody", "gone", "gone@example.com"] {
        let answer = asking(&bench)
            .with("login_hint", hint)
            .send_to(ENDPOINT)
            .await;
        assert_eq!(body(&answer)["error"], "unknown_user_id", "{hint}");
    }
    for hint in ["ada", "ADA@example.com"] {
        asked(&asking(&bench).with("login_hint", hint)).await;
    }
}

#[tokio::test]
async fn ciba_7_1_an_id_token_of_the_clients_own_is_a_hint_even_past_its_time() {
    let bench = polling().await;
    let hint = |token: &str| {
        asking(&bench)
            .without("login_hint")
            .with("id_token_hint", token)
    };
    let own = bench.tokens("fast", "openid").await;
    bench.wait(Seconds::days(1));
    asked(&hint(member(&own, "id_token"))).await;
    let others = bench.tokens("web", "openid").await;
    for strange in [
        member(&others, "id_token"),
        member(&own, "access_token"),
        "a.b.c",
    ] {
        let answer = hint(strange).send_to(ENDPOINT).await;
        assert_eq!(body(&answer)["error"], "unknown_user_id");
    }
}

#[tokio::test]
async fn whoever_has_an_address_is_written_to_without_a_word_of_what_is_asked() {
    let bench = polling().await;
    asked(&asking(&bench)).await;
    let letters = bench.backend.mailbox.letters();
    assert_eq!(letters.len(), 1);
    let text = &letters[0].text;
    assert!(
        text.contains("http://localhost:8000/if/user/requests/"),
        "{text}"
    );
    assert!(!text.contains("W4SCT") && !text.contains("Fast"), "{text}");
    people::change(&bench, "ada", |user| user.subject.email = String::new()).await;
    asked(&asking(&bench)).await;
    assert_eq!(bench.backend.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn nobody_is_asked_over_and_over() {
    let bench = polling().await;
    may_ask(&bench, |_| {}).await;
    for _ in 0..5 {
        asked(&asking(&bench)).await;
    }
    let answer = asking(&bench).send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 429, "{}", summary(&answer));
    assert!(header(&answer, "retry-after").parse::<u32>().is_ok());
    asked(&asking(&bench).with("login_hint", "bob")).await;
    bench.wait(Seconds::minutes(10));
    asked(&asking(&bench)).await;
}
