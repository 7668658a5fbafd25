//! The budget of AWS calls of logouts (architecture §4).

use std::sync::Arc;

use async_trait::async_trait;
use aws::Ports as _;
use bytes::Bytes;
use protocol::Secret;
use provider::logout::Messenger;
use provider::ports::{FetchError, Fetcher};
use serde_json::Value;

use crate::budget::{cost, spent};
use crate::harness::browser::{Browser, authorize_path};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, configure, encode, member};

const OFFLINE: &str = "openid offline_access";

#[tokio::test]
async fn noting_a_client_that_hears_of_logouts_costs_authorize_nothing() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "direct", |client| {
        let heard = "https://rp.example/heard".to_owned();
        client.metadata.backchannel_logout_uri = Some(heard);
    })
    .await;
    Browser::new(&bench).authorize("direct", OFFLINE, &[]).await;
    let mut browser = Browser::new(&bench);
    browser.authorize("web", OFFLINE, &[]).await;
    for _ in 0..2 {
        bench.forget_calls();
        let answer = browser.get(&authorize_path("direct", OFFLINE, &[])).await;
        assert_eq!(answer.status(), 302);
        let costs = cost(&["BatchGetItem", "TransactWriteItems"], 2);
        assert_eq!(spent(&bench), costs);
    }
}

#[tokio::test]
async fn a_logout_costs_two_steps_and_telling_it_three() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        let heard = || Some("https://rp.example/heard".to_owned());
        client.metadata.frontchannel_logout_uri = heard();
        client.metadata.backchannel_logout_uri = heard();
    })
    .await;
    // The first makes everything warm.
    for _ in 0..2 {
        bench.backend.outbox.take();
        let mut browser = Browser::new(&bench);
        let back = browser.authorize("web", OFFLINE, &[]).await;
        let code = back.param("code").expect("a code");
        let tokens = Exchange::code(&bench, "web", &code).tokens().await;
        bench.forget_calls();
        let hint = encode(&[("id_token_hint", member(&tokens, "id_token"))]);
        let path = format!("/application/o/web/end-session/?{hint}");
        assert_eq!(browser.get(&path).await.status(), 200);
    }
    assert_eq!(
        spent(&bench),
        cost(&["BatchGetItem", "TransactWriteItems"], 2)
    );
    let heard = Arc::new(Everybody);
    let parts = bench.backend.messenger_parts(heard);
    let messenger = Messenger::new(parts);
    let mut notices = bench.backend.outbox.take();
    let notice = notices.pop().expect("one");
    assert_eq!(notices, []);
    messenger.tell(&notice, 1, bench.now()).await;
    assert_eq!(
        spent(&bench),
        cost(&["BatchGetItem", "UpdateItem", "TransactWriteItems"], 3)
    );
}

/// Whoever is told anything has heard it.
struct Everybody;

#[async_trait]
impl Fetcher for Everybody {
    async fn get(&self, _: &str) -> Result<Bytes, FetchError> {
        Ok(Bytes::new())
    }

    async fn post_form(&self, _: &str, _: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        Ok(Bytes::new())
    }

    async fn post_json(&self, _: &str, _: &Secret, _: &Value) -> Result<(), FetchError> {
        Ok(())
    }
}
