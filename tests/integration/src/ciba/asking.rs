//! What a client may ask, and what it hears of it (CIBA Core §7, §13).

use protocol::Seconds;
use serde_json::json;

use super::{ENDPOINT, answer, asked, asking, may_ask, page, polling};
use crate::harness::answers::INVALID_CLIENT_BASIC;
use crate::harness::browser::Browser;
use crate::harness::{Bench, basic, header, json as body, member, summary};
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

/// Anybody may put a document somewhere.
#[tokio::test]
async fn who_is_what_a_document_says_has_nobody_asked() {
    let bench = polling().await;
    let fresh_until = bench.now() + Seconds::days(1);
    reconfigure(&bench, "fast", |client| {
        client.origin = provider::client::Origin::Document { fresh_until };
    })
    .await;
    let told = summary(&asking(&bench).send_to(ENDPOINT).await);
    assert!(told.contains("unauthorized_client"), "{told}");
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
async fn nobody_is_asked_over_and_over() {
    let bench = polling().await;
    for _ in 0..10 {
        asked(&asking(&bench)).await;
    }
    let answer = asking(&bench).send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 429, "{}", summary(&answer));
    assert!(header(&answer, "retry-after").parse::<u32>().is_ok());
    asked(&asking(&bench).with("login_hint", "bob")).await;
    bench.wait(Seconds::minutes(10));
    asked(&asking(&bench)).await;
}

/// A person who answers can be asked as often as they like: a run of tests, a morning at a desk.
#[tokio::test]
async fn what_a_person_has_answered_counts_no_longer() {
    let bench = polling().await;
    let (mut browser, _) = page(Browser::new(&bench)).await;
    for number in 0..25 {
        asked(&asking(&bench)).await;
        let action = if number % 2 == 0 { "allow" } else { "refuse" };
        answer(&mut browser, action).await;
    }
}

#[tokio::test]
async fn ciba_7_1_requested_expiry_is_any_positive_integer_and_an_hour_at_most() {
    let bench = polling().await;
    for (wished, given) in [("1", 1), ("3601", 3_600), ("99999999999999999999", 3_600)] {
        let told = asking(&bench).with("requested_expiry", wished);
        assert_eq!(body(&told.send_to(ENDPOINT).await)["expires_in"], given);
    }
    for wrong in ["+60", "-1", "6e1", "60.0", " 60"] {
        let told = asking(&bench).with("requested_expiry", wrong);
        let told = body(&told.send_to(ENDPOINT).await);
        assert_eq!(told["error"], "invalid_request", "{wrong}");
    }
}

/// §7.1: a code is asked for where `backchannel_user_code_parameter_supported` is true. Here it is false.
#[tokio::test]
async fn ciba_7_1_a_user_code_says_nothing_here() {
    let bench = polling().await;
    asked(&asking(&bench).with("user_code", "1234")).await;
}

#[tokio::test]
async fn ciba_13_each_error_has_its_status() {
    let bench = polling().await;
    let none = asking(&bench).without_authorization();
    assert_eq!(none.send_to(ENDPOINT).await.status(), 401);
    let wrong = asking(&bench).authorization(&basic("fast", "wrong"));
    assert_eq!(wrong.send_to(ENDPOINT).await.status(), 401);
    let may_not = asking(&bench).by("web").send_to(ENDPOINT).await;
    assert_eq!(may_not.status(), 400);
    assert_eq!(body(&may_not)["error"], "unauthorized_client");
}
