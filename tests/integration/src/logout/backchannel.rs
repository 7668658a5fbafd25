//! Clients hear of logouts behind the browser's back (Back-Channel Logout 1.0).

use provider::event::Action;
use provider::logout::Heard;
use serde_json::json;

use super::receiver::{Receiver, announced, messenger, tell};
use super::{END_SESSION, OUT, Visitor};
use crate::harness::jwt::verified_as;
use crate::harness::{Bench, claims, configure};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Events since the beginning with this action, newest first.
async fn events(bench: &Bench, action: &Action) -> Vec<provider::event::Event> {
    let tenant = &bench.seeded.tenant.id;
    let page = bench.backend.stores.events();
    let page = page.recent(tenant, None, 1_000, bench.now()).await;
    let events = page.expect("reads").events.into_iter();
    events.filter(|event| event.action == *action).collect()
}

/// Ada got an ID token at `web`, which hears of her logout here, and has signed out with it: the token.
async fn left(bench: &Bench, receiver: &Receiver) -> String {
    receiver.hears_for(bench, "web").await;
    let mut ada = Visitor::ada(bench, "openid").await;
    let hint = ada.id_token.clone();
    ada.leave(&[("id_token_hint", &hint)]).await;
    hint
}

#[tokio::test]
async fn backchannel_2_1_id_tokens_name_the_session_and_each_client_knows_it_by_another_name() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let sid = |token: &str| claims(token)["sid"].as_str().map(str::to_owned);
    let first = sid(&ada.id_token).expect("a sid");
    assert_eq!(first.len(), 43);
    let mut again = Vec::new();
    for (client, scope) in [("web", "openid offline_access"), ("es", "openid")] {
        let back = ada.browser.authorize(client, scope, &[]).await;
        let code = back.param("code").expect("a code");
        let tokens = crate::harness::json(&bench.redeem(client, &code).await);
        assert_eq!(sid(tokens["access_token"].as_str().expect("one")), None);
        again.push(sid(tokens["id_token"].as_str().expect("one")).expect("a sid"));
    }
    assert_eq!(again[0], first);
    assert_ne!(again[1], first);
    let other = Visitor::ada(&bench, "openid").await;
    assert_ne!(sid(&other.id_token), Some(first), "another session");
}

#[tokio::test]
async fn backchannel_2_4_the_logout_token_is_signed_as_id_tokens_are_and_names_user_and_session() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    let hint = left(&bench, &receiver).await;
    assert_eq!(tell(&bench).await, [Heard::Yes]);
    let tokens = receiver.tokens();
    let [token] = tokens.as_slice() else {
        panic!("{tokens:?}")
    };
    let of_id = claims(&hint);
    let said = verified_as(&bench, "web", token, "logout+jwt").await;
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(said[name], of_id[name], "{name}");
    }
    assert_eq!(said["events"], json!({ EVENT: {} }));
    let life = said["exp"].as_i64().expect("a time") - said["iat"].as_i64().expect("a time");
    assert!(life <= 120, "{life}");
    assert!(said["jti"].is_string() && said.get("nonce").is_none());
    let events = events(&bench, &Action::Custom("backchannel_logout".to_owned())).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].user.as_ref().expect("somebody").username, "ada");
}

#[tokio::test]
async fn backchannel_2_4_a_logout_token_is_no_hint_and_no_access_token() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    left(&bench, &receiver).await;
    tell(&bench).await;
    let token = receiver.tokens().remove(0);
    assert_eq!(bench.userinfo(&token).await.status(), 401);
    let mut again = Visitor::ada(&bench, "openid").await;
    again.leave(&[("id_token_hint", &token)]).await;
    assert!(again.is_signed_in().await);
}

#[tokio::test]
async fn backchannel_2_5_each_client_of_the_session_hears_once_and_no_other() {
    let bench = Bench::embedded().await;
    let (web, es) = (Receiver::listening().await, Receiver::listening().await);
    web.hears_for(&bench, "web").await;
    es.hears_for(&bench, "es").await;
    let mut bob = Visitor::new(&bench, "openid", ("bob", "bobs own password")).await;
    bob.browser.authorize("es", "openid", &[]).await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    for client in ["es", "web", "direct"] {
        ada.browser.authorize(client, "openid", &[]).await;
    }
    let hint = ada.id_token.clone();
    ada.leave(&[("id_token_hint", &hint), ("post_logout_redirect_uri", OUT)])
        .await;
    assert_eq!(tell(&bench).await, [Heard::Yes, Heard::Yes]);
    for (receiver, client) in [(&web, "web"), (&es, "es")] {
        let heard = receiver.heard();
        assert_eq!(heard.len(), 1, "{client}");
        assert_eq!(heard[0]["aud"], client);
    }
    assert!(bob.is_signed_in().await);
}

#[tokio::test]
async fn a_client_that_was_told_and_visited_again_is_told_again() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    let mut sids = Vec::new();
    for _ in 0..2 {
        left(&bench, &receiver).await;
        assert_eq!(tell(&bench).await, [Heard::Yes]);
        sids.extend(receiver.heard().into_iter().map(|said| said["sid"].clone()));
    }
    assert_eq!(sids.len(), 2);
    assert_ne!(sids[0], sids[1]);
}

#[tokio::test]
async fn what_was_announced_and_did_not_happen_is_not_told() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    receiver.hears_for(&bench, "web").await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let cookie = ada.browser.cookies["latchkey_session"].clone();
    let token = provider::session::SessionToken::parse(&cookie).expect("ours");
    let session = super::session(&bench, &token).await.expect("it is there");
    let notices = provider::ports::Notice::of(&bench.seeded.tenant.id, &session);
    let [notice] = notices.as_slice() else {
        panic!("{notices:?}")
    };
    let messenger = messenger(&bench);
    // Announced, and then the function was cut off.
    for (attempt, want) in [(1, Heard::NotYet), (2, Heard::NotYet), (3, Heard::Yes)] {
        assert_eq!(messenger.tell(notice, attempt, bench.now()).await, want);
    }
    assert_eq!(receiver.tokens().len(), 0);
    let hint = ada.id_token.clone();
    ada.leave(&[("id_token_hint", &hint)]).await;
    assert_eq!(messenger.tell(notice, 2, bench.now()).await, Heard::Yes);
    assert_eq!(receiver.tokens().len(), 1);
}

#[tokio::test]
async fn a_notice_that_comes_twice_is_told_once() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    left(&bench, &receiver).await;
    let (notice, messenger) = (announced(&bench), messenger(&bench));
    let twice = (0..8).map(|_| messenger.tell(&notice, 1, bench.now()));
    let heard = futures_util::future::join_all(twice).await;
    assert!(heard.contains(&Heard::Yes) && !heard.contains(&Heard::Never));
    assert_eq!(messenger.tell(&notice, 2, bench.now()).await, Heard::Yes);
    assert_eq!(receiver.tokens().len(), 1);
}

#[tokio::test]
async fn backchannel_2_8_only_200_and_204_are_heard_and_the_last_failure_is_an_event() {
    let bench = Bench::embedded().await;
    for heard in [200, 204] {
        let receiver = Receiver::answering(&[heard]).await;
        left(&bench, &receiver).await;
        assert_eq!(tell(&bench).await, [Heard::Yes], "{heard}");
    }
    let receiver = Receiver::answering(&[400, 302, 500, 503, 404]).await;
    left(&bench, &receiver).await;
    let (notice, messenger) = (announced(&bench), messenger(&bench));
    for attempt in 1..=5 {
        let told = messenger.tell(&notice, attempt, bench.now()).await;
        let want = if attempt == 5 {
            Heard::Never
        } else {
            Heard::NotYet
        };
        assert_eq!(told, want, "{attempt}");
    }
    assert_eq!(receiver.tokens().len(), 5);
    let events = events(&bench, &Action::SystemException).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        events[0].context["message"],
        "Back-channel logout failed: the host answered with status 404"
    );
    assert_eq!(events[0].client_id.as_ref().expect("one").as_str(), "web");
}

#[tokio::test]
async fn a_url_that_leads_inside_is_not_posted_to() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    left(&bench, &receiver).await;
    let strict = std::sync::Arc::new(fetch::Fetch::new());
    let parts = aws::Ports::messenger_parts(&bench.backend, strict);
    let messenger = provider::logout::Messenger::new(parts);
    let notice = announced(&bench);
    assert_eq!(messenger.tell(&notice, 1, bench.now()).await, Heard::NotYet);
    assert_eq!(receiver.tokens().len(), 0);
}

#[tokio::test]
async fn backchannel_2_7_offline_access_goes_on_unless_the_client_wants_its_grants_revoked() {
    let bench = Bench::embedded().await;
    for revokes in [false, true] {
        configure::client(&bench, "web", |client| {
            client.metadata.revoke_grants_on_logout = revokes;
        })
        .await;
        let mut ada = Visitor::ada(&bench, "openid offline_access").await;
        let elsewhere = Visitor::ada(&bench, "openid offline_access").await;
        let hint = ada.id_token.clone();
        ada.leave(&[("id_token_hint", &hint)]).await;
        let told = tell(&bench).await;
        assert_eq!(told.len(), usize::from(revokes));
        let refresh = ada.refresh_token.as_deref().expect("a refresh token");
        let want = if revokes { 400 } else { 200 };
        assert_eq!(bench.refresh("web", refresh).await.status(), want);
        let want = if revokes { 401 } else { 200 };
        assert_eq!(bench.userinfo(&ada.access_token).await.status(), want);
        let other = elsewhere.refresh_token.as_deref().expect("one");
        assert_eq!(bench.refresh("web", other).await.status(), 200);
    }
}

#[tokio::test]
async fn a_session_that_ended_meanwhile_gives_no_code() {
    let bench = Bench::embedded().await;
    let receiver = Receiver::listening().await;
    receiver.hears_for(&bench, "web").await;
    let ada = Visitor::ada(&bench, "openid").await;
    let cookie = ada.browser.cookies["latchkey_session"].clone();
    let token = provider::session::SessionToken::parse(&cookie).expect("ours");
    let session = super::session(&bench, &token).await.expect("it is there");
    let (stores, tenant) = (&bench.backend.stores, &bench.seeded.tenant.id);
    let event = crate::contract::event();
    let ended = stores.browsers().sign_out(tenant, &session, &event).await;
    assert_eq!(ended, Ok(()));
    assert!(super::session(&bench, &token).await.is_none());
    let page = bench.get(&format!("{END_SESSION}?client_id=web")).await;
    assert_eq!(page.status(), 200, "and a logout of it is no error");
}
