//! Clients hear of a session's end, whatever ended it (Back-Channel Logout 1.0 §2.5).

use protocol::Seconds;
use provider::logout::Heard;
use serde_json::{Value, json};

use super::receiver::{Receiver, tell};
use crate::api::harness::Api;
use crate::harness::Bench;
use crate::harness::browser::{Browser, field};
use crate::harness::{claims, member, text};

const BOB: (&str, &str) = ("bob", "bobs own password");

/// Bob signs in anew; what his ID token says.
async fn bob(bench: &Bench) -> (Browser<'_>, Value) {
    let mut browser = Browser::new(bench);
    browser.user = BOB;
    let back = browser.authorize("web", "openid", &[]).await;
    let answer = bench
        .redeem("web", &back.param("code").expect("a code"))
        .await;
    let tokens = crate::harness::json(&answer);
    (browser, claims(member(&tokens, "id_token")))
}

/// Each of these was told of once, and nothing else.
async fn told(bench: &Bench, receiver: &Receiver, of: &[&Value]) {
    let heard = tell(bench).await;
    assert_eq!(heard, vec![Heard::Yes; of.len()]);
    let mut sids: Vec<Value> = receiver
        .heard()
        .iter()
        .map(|it| it["sid"].clone())
        .collect();
    let mut want: Vec<Value> = of.iter().map(|it| it["sid"].clone()).collect();
    sids.sort_by_key(Value::to_string);
    want.sort_by_key(Value::to_string);
    assert_eq!(sids, want);
}

#[tokio::test]
async fn backchannel_2_5_a_session_that_the_api_removes_is_heard_of() {
    let api = Api::start().await;
    let receiver = Receiver::listening().await;
    receiver.hears_for(&api.bench, "web").await;
    let (_, of) = bob(&api.bench).await;
    let (_, other) = bob(&api.bench).await;
    let people = api.bench.backend.stores.people();
    let tenant = &api.bench.seeded.tenant.id;
    let sessions = people.sessions(tenant, &api.user, api.bench.now()).await;
    for session in sessions.expect("reads") {
        let path = format!("/core/authenticated_sessions/{}/", session.id);
        assert_eq!(api.delete(&path).await.0, 204);
    }
    told(&api.bench, &receiver, &[&of, &other]).await;
}

#[tokio::test]
async fn backchannel_2_5_the_sessions_of_inactive_changed_and_removed_people_are_heard_of() {
    let api = Api::start().await;
    let receiver = Receiver::listening().await;
    receiver.hears_for(&api.bench, "web").await;
    let path = format!("/core/users/{}/", api.user.subject.pk);

    let (_, first) = bob(&api.bench).await;
    let (_, second) = bob(&api.bench).await;
    let password = json!({ "password": BOB.1 });
    let (status, body) = api.post(&format!("{path}set_password/"), password).await;
    assert_eq!(status, 204, "{body}");
    told(&api.bench, &receiver, &[&first, &second]).await;

    api.bench.wait(Seconds(1));
    let (_, third) = bob(&api.bench).await;
    let (status, body) = api.patch(&path, json!({ "is_active": false })).await;
    assert_eq!(status, 200, "{body}");
    told(&api.bench, &receiver, &[&third]).await;

    let (status, body) = api.patch(&path, json!({ "is_active": true })).await;
    assert_eq!(status, 200, "{body}");
    let (_, fourth) = bob(&api.bench).await;
    assert_eq!(api.delete(&path).await.0, 204);
    told(&api.bench, &receiver, &[&fourth]).await;
}

#[tokio::test]
async fn backchannel_2_5_sessions_that_people_end_themselves_are_heard_of() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    receiver.hears_for(&bench, "web").await;
    let (_, there) = bob(&bench).await;
    let (mut browser, here) = bob(&bench).await;
    let page = "/if/user/sessions/";
    let csrf = field(&text(&browser.get(page).await), "csrf").expect("a token");
    let form = [("csrf", csrf.as_str()), ("action", "end_others")];
    assert_eq!(browser.post(page, &form).await.status(), 303);
    told(&bench, &receiver, &[&there]).await;

    let flow = "/if/flow/default-invalidation-flow/";
    let csrf = field(&text(&browser.get(flow).await), "csrf").expect("a token");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-user-logout"),
        ("choice", "sign_out"),
    ];
    browser.post(flow, &form).await;
    told(&bench, &receiver, &[&here]).await;
}
