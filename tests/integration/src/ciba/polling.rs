//! What a poll hears (CIBA Core §10.1, §11).

use std::sync::Arc;

use protocol::Seconds;
use tokio::task::JoinSet;

use super::{
    ACCESS_DENIED, EXPIRED, PENDING, SLOW_DOWN, ada, asked, asking, may_ask, poll, polling, tokens,
};
use crate::harness::answers::INVALID_GRANT;
use crate::harness::{Bench, claims, member, people, summary};
use crate::machines::reconfigure;

#[tokio::test]
async fn ciba_11_pending_slow_down_and_then_tokens() {
    let bench = polling().await;
    let id = asked(&asking(&bench)).await;
    assert_eq!(poll(&bench, &id).summary().await, PENDING);
    assert_eq!(poll(&bench, &id).summary().await, SLOW_DOWN);
    bench.wait(Seconds(10));
    assert_eq!(poll(&bench, &id).summary().await, PENDING);
    ada(&bench, "allow").await;
    let tokens = poll(&bench, &id).tokens().await;
    let said = claims(member(&tokens, "id_token"));
    assert_eq!(said["sub"], people::sub(&bench, "ada").await);
    assert_eq!(said["aud"], "fast");
    assert!(said.get("auth_time").is_some() && said.get("acr").is_some());
    assert!(
        said.get("urn:openid:params:jwt:claim:auth_req_id")
            .is_none(),
        "of push alone"
    );
    assert_eq!(tokens["scope"], "openid profile");
    let userinfo = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(userinfo.status(), 200);
}

#[tokio::test]
async fn ciba_11_who_refuses_gives_nothing() {
    let bench = polling().await;
    let id = asked(&asking(&bench)).await;
    assert_eq!(
        ada(&bench, "refuse").await,
        "/if/user/requests/?notice=request-refused"
    );
    assert_eq!(poll(&bench, &id).summary().await, ACCESS_DENIED);
}

#[tokio::test]
async fn ciba_11_at_the_very_second_of_its_end_a_request_is_an_expired_token() {
    let bench = polling().await;
    let id = asked(&asking(&bench).with("requested_expiry", "60")).await;
    bench.wait(Seconds(59));
    assert_eq!(poll(&bench, &id).summary().await, PENDING);
    bench.wait(Seconds(1));
    assert_eq!(poll(&bench, &id).summary().await, EXPIRED);
}

#[tokio::test]
async fn ciba_11_an_id_of_another_client_or_of_nobody_is_an_invalid_grant() {
    let bench = polling().await;
    reconfigure(&bench, "es", |client| {
        client.metadata.backchannel_token_delivery_mode =
            Some(provider::client::DeliveryMode::Poll);
    })
    .await;
    let id = asked(&asking(&bench)).await;
    ada(&bench, "allow").await;
    assert_eq!(poll(&bench, &id).by("es").summary().await, INVALID_GRANT);
    for bad in ["x", &"A".repeat(64)] {
        assert_eq!(poll(&bench, bad).summary().await, INVALID_GRANT);
    }
    let missing = poll(&bench, &id).without("auth_req_id").summary().await;
    assert!(missing.contains("invalid_request"), "{missing}");
    may_ask(&bench, |metadata| {
        metadata.backchannel_token_delivery_mode = None;
    })
    .await;
    let told = poll(&bench, &id).summary().await;
    assert!(told.contains("unauthorized_client"), "{told}");
}

#[tokio::test]
async fn an_id_used_again_ends_what_was_got_by_it() {
    let bench = polling().await;
    let id = asked(&asking(&bench)).await;
    ada(&bench, "allow").await;
    let tokens = poll(&bench, &id).tokens().await;
    assert_eq!(poll(&bench, &id).summary().await, INVALID_GRANT);
    let userinfo = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(userinfo.status(), 401);
}

#[tokio::test]
async fn with_offline_access_there_is_a_refresh_token() {
    let bench = polling().await;
    let id = asked(&asking(&bench).with("scope", "openid offline_access")).await;
    ada(&bench, "allow").await;
    let tokens = poll(&bench, &id).tokens().await;
    let again = bench
        .refresh("fast", member(&tokens, "refresh_token"))
        .await;
    assert_eq!(again.status(), 200, "{}", summary(&again));
    let plain = super::tokens(&bench).await;
    assert!(plain.get("refresh_token").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_polls_at_once_one_gets_tokens() {
    let bench = Arc::new(Bench::on_dynamodb_local().await);
    may_ask(&bench, |_| {}).await;
    let id = asked(&asking(&bench)).await;
    ada(&bench, "allow").await;
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let (bench, id) = (Arc::clone(&bench), id.clone());
        tasks.spawn(async move { poll(&bench, &id).send().await.status().as_u16() });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1]), (200, 400), "{statuses:?}");
}

#[tokio::test]
async fn the_whole_way_costs_no_more_than_a_device_does() {
    let bench = polling().await;
    tokens(&bench).await;
    let id = asked(&asking(&bench)).await;
    bench.forget_calls();
    poll(&bench, &id).summary().await;
    assert_eq!(bench.take_calls().0, ["UpdateItem"]);
    ada(&bench, "allow").await;
    bench.forget_calls();
    poll(&bench, &id).tokens().await;
    assert_eq!(bench.take_calls().0, ["UpdateItem", "TransactWriteItems"]);
    bench.forget_calls();
    asked(&asking(&bench)).await;
    let (calls, _) = bench.take_calls();
    let writes = calls
        .iter()
        .filter(|name| *name == "TransactWriteItems")
        .count();
    assert_eq!(
        (writes, calls.len()),
        (1, 4),
        "who it is, the request, and whether to write: {calls:?}"
    );
}
