//! The device authorization request and its answer (RFC 8628 §3.1, §3.2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use protocol::Seconds;
use provider::http::{ClientAddress, Response};

use super::{DEVICE, allow, ask, change_client, codes, poll, tokens};
use crate::harness::answers::{
    INVALID_CLIENT, INVALID_CLIENT_BASIC, NO_CLIENT, headers, invalid_request,
};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, form_post, header, json, member, request, summary, text};

#[tokio::test]
async fn rfc8628_3_2_the_answer_has_both_codes_where_to_type_one_and_how_to_use_the_other() {
    let bench = Bench::embedded().await;
    let answer = bench
        .post(DEVICE, &[("client_id", "spa"), ("scope", "openid")])
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        headers(&answer),
        [
            "cache-control: no-store",
            "content-type: application/json",
            "pragma: no-cache",
            "referrer-policy: same-origin",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
    let body = json(&answer);
    let (device, user) = (member(&body, "device_code"), member(&body, "user_code"));
    assert_eq!(URL_SAFE_NO_PAD.decode(device).unwrap().len(), 40);
    let letters =
        |part: &str| part.len() == 4 && part.chars().all(|c| "BCDFGHJKLMNPQRSTVWXZ".contains(c));
    let (front, back) = user.split_once('-').unwrap();
    assert!(letters(front) && letters(back), "{user}");
    let pinned = text(&answer)
        .replace(device, "[device]")
        .replace(user, "[user]");
    assert_eq!(
        pinned,
        r#"{"device_code":"[device]","user_code":"[user]","verification_uri":"http://localhost:8000/device","verification_uri_complete":"http://localhost:8000/device?code=[user]","expires_in":600,"interval":5}"#
    );
}

#[tokio::test]
async fn a_post_without_the_trailing_slash_is_not_lost() {
    let bench = Bench::embedded().await;
    codes(
        &bench
            .post("/application/o/device", &[("client_id", "spa")])
            .await,
    );
}

#[tokio::test]
async fn a_client_whose_codes_live_longer_gives_its_devices_as_long() {
    let bench = Bench::embedded().await;
    change_client(&bench, "spa", |client| client.code_lifetime = Seconds(1800)).await;
    let answer = bench.post(DEVICE, &[("client_id", "spa")]).await;
    assert_eq!(json(&answer)["expires_in"], 1800);
}

#[tokio::test]
async fn rfc8628_3_1_a_client_with_a_secret_may_authenticate_and_need_not() {
    let bench = Bench::embedded().await;
    codes(&bench.post(DEVICE, &[("client_id", "fast")]).await);
    codes(&bench.post_as(("fast", "fast-secret"), DEVICE, &[]).await);
    let form = [("client_id", "fast"), ("client_secret", "fast-secret")];
    codes(&bench.post(DEVICE, &form).await);
}

#[tokio::test]
async fn rfc8628_3_1_a_wrong_secret_is_refused() {
    let bench = Bench::embedded().await;
    let basic = bench.post_as(("fast", "wrong"), DEVICE, &[]).await;
    assert_eq!(summary(&basic), INVALID_CLIENT_BASIC);
    let form = [("client_id", "fast"), ("client_secret", "wrong")];
    assert_eq!(summary(&bench.post(DEVICE, &form).await), INVALID_CLIENT);
}

#[tokio::test]
async fn rfc8628_3_2_errors_are_those_of_rfc6749_5_2() {
    let bench = Bench::embedded().await;
    let unknown = bench.post(DEVICE, &[("client_id", "nobody")]).await;
    assert_eq!(summary(&unknown), INVALID_CLIENT);
    assert_eq!(summary(&bench.post(DEVICE, &[]).await), NO_CLIENT);
    let twice = [("client_id", "spa"), ("scope", "a"), ("scope", "b")];
    assert_eq!(
        summary(&bench.post(DEVICE, &twice).await),
        invalid_request(400, "scope is given more than once")
    );
    let odd = bench
        .post(DEVICE, &[("client_id", "spa"), ("scope", "a\"b")])
        .await;
    assert_eq!(
        (odd.status().as_u16(), &json(&odd)["error"]),
        (400, &"invalid_scope".into())
    );
    let not_a_form = bench.send(request(Method::POST, DEVICE, "{}")).await;
    assert_eq!(
        summary(&not_a_form),
        invalid_request(415, "the body must be application/x-www-form-urlencoded")
    );
}

#[tokio::test]
async fn rfc8628_3_1_the_request_is_a_post_and_faults_are_json() {
    let bench = Bench::embedded().await;
    for method in [Method::GET, Method::PUT] {
        let answer = bench.send(request(method, DEVICE, "")).await;
        assert_eq!(
            (answer.status().as_u16(), &json(&answer)["error"]),
            (405, &"invalid_request".into())
        );
        assert!(header(&answer, "allow").contains("POST"));
    }
    let get = bench.get(DEVICE).await;
    assert_eq!(header(&get, "allow"), "POST");
}

/// Reference §3.6: cut to what is mapped; none asked for, none given; GitHub's are not for devices.
#[tokio::test]
async fn scopes_are_cut_to_what_the_client_may_have() {
    let bench = Bench::embedded().await;
    for (asked, granted) in [
        ("openid nonsense email read:org user", "openid email"),
        ("nonsense", ""),
        ("", ""),
    ] {
        let body = tokens(&bench, "fast", asked).await;
        assert_eq!(body["scope"], granted, "{asked}");
        assert!(body.get("refresh_token").is_none());
        bench.wait(Seconds(3600));
    }
}

async fn from(bench: &Bench, address: &str) -> Response {
    let mut request = form_post(DEVICE, &[("client_id", "spa")]);
    request
        .extensions_mut()
        .insert(ClientAddress(address.to_owned()));
    bench.send(request).await
}

/// RFC 8628 §5.2, reference §3.6.
#[tokio::test]
async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
    let bench = Bench::embedded().await;
    // The hour's window begins with the hour.
    bench.wait(Seconds(3600 - bench.now().unix() % 3600));
    for time in 0..20 {
        let answer = from(&bench, "203.0.113.7").await;
        assert_eq!(answer.status(), 200, "{time}");
    }
    bench.wait(Seconds(600));
    let refused = from(&bench, "203.0.113.7").await;
    assert_eq!(
        summary(&refused),
        r#"429 cache-control: no-store retry-after: 3000 {"error":"temporarily_unavailable","error_description":"too many requests from this address"}"#
    );
    codes(&from(&bench, "203.0.113.8").await);
    bench.wait(Seconds(3000));
    codes(&from(&bench, "203.0.113.7").await);
}

#[tokio::test]
async fn the_machines_own_address_and_refused_requests_are_not_counted() {
    let bench = Bench::embedded().await;
    for _ in 0..25 {
        codes(&from(&bench, "127.0.0.1").await);
        let mut request = form_post(DEVICE, &[("client_id", "nobody")]);
        let address = ClientAddress("203.0.113.7".to_owned());
        request.extensions_mut().insert(address);
        assert_eq!(bench.send(request).await.status(), 400);
    }
    codes(&from(&bench, "203.0.113.7").await);
}

#[tokio::test]
async fn a_device_may_poll_as_the_client_it_is_with_its_secret_or_without() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "fast", "openid").await;
    let wrong = Exchange::of(&bench, "fast")
        .authorization(&crate::harness::basic("fast", "wrong"))
        .with("grant_type", super::GRANT_TYPE)
        .with("device_code", &codes.device);
    assert_eq!(wrong.summary().await, INVALID_CLIENT_BASIC);
    allow(&bench, &codes).await;
    poll(&bench, "fast", &codes)
        .without("client_id")
        .authorization(&crate::harness::basic("fast", "fast-secret"))
        .tokens()
        .await;
}
