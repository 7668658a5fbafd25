//! The device access token request and its answer (RFC 8628 §3.4, §3.5).

use protocol::Seconds;

use super::{ACCESS_DENIED, EXPIRED, PENDING, SLOW_DOWN, allow, ask, events, poll, refuse, tokens};
use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN, invalid_request};
use crate::harness::exchange::Exchange;
use crate::harness::people::{deactivate, rename, sub};
use crate::harness::{Bench, claims, json, member, summary};

#[tokio::test]
async fn rfc8628_3_5_nobody_has_answered_is_authorization_pending() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "spa", "openid").await;
    for _ in 0..3 {
        assert_eq!(poll(&bench, "spa", &codes).summary().await, PENDING);
        bench.wait(Seconds(5));
    }
}

#[tokio::test]
async fn rfc8628_3_5_faster_than_the_interval_is_slow_down_and_five_seconds_more_from_then_on() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "spa", "openid").await;
    let say = async |after| {
        bench.wait(Seconds(after));
        poll(&bench, "spa", &codes).summary().await
    };
    assert_eq!(say(0).await, PENDING);
    assert_eq!(say(3).await, SLOW_DOWN, "before five seconds");
    assert_eq!(say(10).await, PENDING, "ten seconds");
    assert_eq!(say(5).await, SLOW_DOWN, "the interval stays at ten");
    assert_eq!(say(10).await, SLOW_DOWN, "and is fifteen now");
    assert_eq!(say(20).await, PENDING);
    assert_eq!(say(20).await, PENDING);
}

#[tokio::test]
async fn rfc8628_3_5_slow_down_is_for_waiting_alone() {
    let bench = Bench::embedded().await;
    let (one, other) = (
        ask(&bench, "spa", "openid").await,
        ask(&bench, "spa", "openid").await,
    );
    for codes in [&one, &other] {
        assert_eq!(
            poll(&bench, "spa", codes).summary().await,
            PENDING,
            "each has its own pace"
        );
    }
    allow(&bench, &one).await;
    refuse(&bench, &other).await;
    poll(&bench, "spa", &one).tokens().await;
    assert_eq!(poll(&bench, "spa", &other).summary().await, ACCESS_DENIED);
}

#[tokio::test]
async fn rfc8628_3_5_a_refusal_is_access_denied() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "spa", "openid").await;
    refuse(&bench, &codes).await;
    for _ in 0..2 {
        assert_eq!(poll(&bench, "spa", &codes).summary().await, ACCESS_DENIED);
    }
}

#[tokio::test]
async fn rfc8628_3_5_at_the_very_second_of_its_end_a_code_is_an_expired_token() {
    let bench = Bench::embedded().await;
    let (waiting, allowed) = (
        ask(&bench, "spa", "openid").await,
        ask(&bench, "spa", "openid").await,
    );
    allow(&bench, &allowed).await;
    bench.wait(Seconds(599));
    assert_eq!(poll(&bench, "spa", &waiting).summary().await, PENDING);
    bench.wait(Seconds(1));
    assert_eq!(poll(&bench, "spa", &waiting).summary().await, EXPIRED);
    assert_eq!(
        poll(&bench, "spa", &allowed).summary().await,
        EXPIRED,
        "allowed, but not fetched"
    );
}

#[tokio::test]
async fn rfc8628_3_4_a_code_that_is_not_this_clients_is_an_invalid_grant() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "spa", "openid").await;
    allow(&bench, &codes).await;
    assert_eq!(poll(&bench, "fast", &codes).summary().await, INVALID_GRANT);
    for unknown in [
        "x",
        &"A".repeat(54),
        &codes.user,
        &format!("{}A", codes.device),
    ] {
        let guess = poll(&bench, "spa", &codes).with("device_code", unknown);
        assert_eq!(guess.summary().await, INVALID_GRANT, "{unknown}");
    }
    poll(&bench, "spa", &codes).tokens().await;
}

#[tokio::test]
async fn rfc8628_3_4_device_code_is_required_and_not_given_twice() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "spa", "openid").await;
    let poll = poll(&bench, "spa", &codes);
    assert_eq!(
        poll.clone().without("device_code").summary().await,
        invalid_request(400, "device_code is required")
    );
    assert_eq!(
        poll.and("device_code", "x").summary().await,
        invalid_request(400, "device_code is given more than once")
    );
}

#[tokio::test]
async fn rfc8628_3_5_success_is_a_whole_token_answer_about_whoever_allowed_it() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "fast", "openid email offline_access").await;
    let signed_in = bench.now();
    allow(&bench, &codes).await;
    bench.wait(Seconds(60));
    let answer = poll(&bench, "fast", &codes).send().await;
    let body = json(&answer);
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "access_token",
            "token_type",
            "expires_in",
            "scope",
            "id_token",
            "refresh_token"
        ]
    );
    assert_eq!(body["scope"], "openid email offline_access");
    let id = claims(member(&body, "id_token"));
    assert_eq!(id["sub"], sub(&bench, "ada").await.as_str());
    assert_eq!(id["aud"], "fast");
    assert_eq!(
        id["auth_time"],
        signed_in.unix(),
        "when the person signed in"
    );
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
    assert_eq!(id["email"], "ada@example.com");
    assert!(id.get("nonce").is_none());
    let hash = protocol::Digest::of(member(&body, "access_token").as_bytes());
    let half = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        &hash.as_bytes()[..16],
    );
    assert_eq!(id["at_hash"], half);
    let userinfo = bench.userinfo(member(&body, "access_token")).await;
    assert_eq!(json(&userinfo)["sub"], id["sub"]);
    let refreshed = Exchange::refresh(&bench, "fast", member(&body, "refresh_token"));
    assert_eq!(
        refreshed.tokens().await["scope"],
        "openid email offline_access"
    );
}

#[tokio::test]
async fn a_code_spent_again_revokes_what_it_gave() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "fast", "openid offline_access").await;
    allow(&bench, &codes).await;
    let body = poll(&bench, "fast", &codes).tokens().await;
    assert_eq!(
        bench.userinfo(member(&body, "access_token")).await.status(),
        200
    );
    assert_eq!(poll(&bench, "fast", &codes).summary().await, INVALID_GRANT);
    let userinfo = bench.userinfo(member(&body, "access_token")).await;
    assert_eq!(summary(&userinfo), INVALID_TOKEN);
    let refresh = Exchange::refresh(&bench, "fast", member(&body, "refresh_token"));
    assert_eq!(refresh.summary().await, INVALID_GRANT);
    let events = events(&bench, "suspicious_request").await;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["user"]["username"], "ada");
    assert_eq!(events[0]["client_id"], "fast");
}

/// OpenID Connect Core §11: without `offline_access`, access ends with the session it was given in.
#[tokio::test]
async fn access_without_offline_access_ends_with_the_session() {
    let bench = Bench::embedded().await;
    for (scope, after) in [("openid", 401), ("openid offline_access", 200)] {
        let codes = ask(&bench, "fast", scope).await;
        let mut browser = crate::harness::browser::Browser::new(&bench);
        super::answer(&mut browser, &codes.user, "accept").await;
        let body = poll(&bench, "fast", &codes).tokens().await;
        let token = member(&body, "access_token");
        assert_eq!(bench.userinfo(token).await.status(), 200);
        let page = browser.get("/application/o/fast/end-session/").await;
        let csrf = crate::harness::browser::field(&crate::harness::text(&page), "csrf");
        let form = [("csrf", csrf.unwrap()), ("choice", "sign_out".to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        browser
            .post("/application/o/fast/end-session/", &form)
            .await;
        assert_eq!(bench.userinfo(token).await.status(), after, "{scope}");
    }
}

#[tokio::test]
async fn tokens_are_of_the_person_as_they_are_when_the_device_polls() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "fast", "openid profile").await;
    allow(&bench, &codes).await;
    rename(&bench, "ada", "Countess of Lovelace").await;
    let body = poll(&bench, "fast", &codes).tokens().await;
    assert_eq!(
        claims(member(&body, "id_token"))["name"],
        "Countess of Lovelace"
    );
}

#[tokio::test]
async fn nobody_inactive_gets_tokens() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "fast", "openid").await;
    allow(&bench, &codes).await;
    deactivate(&bench, "ada").await;
    assert_eq!(poll(&bench, "fast", &codes).summary().await, INVALID_GRANT);
}

#[tokio::test]
async fn every_kind_of_key_signs() {
    let bench = Bench::embedded().await;
    for client in ["web", "es", "direct", "spa"] {
        let body = tokens(&bench, client, "openid").await;
        assert_eq!(claims(member(&body, "id_token"))["aud"], client);
    }
}
