//! What the token endpoint gives clients that are held to FAPI 2.0.

use protocol::Seconds;
use provider::client::Profile;
use serde_json::Value;

use super::{VERIFIER, by, good, profile};
use crate::assertions::Elsewhere;
use crate::harness::answers::{INVALID_GRANT, invalid_request};
use crate::harness::exchange::Exchange;
use crate::harness::prover::Prover;
use crate::harness::{Bench, CALLBACK, claims, json as body, member};
use crate::jar::signing;
use crate::machines::reconfigure;
use crate::par::{PAR, name, visit};

const OFFLINE: &str = "openid offline_access";

/// A client with its two keys.
struct Held {
    bench: Bench,
    key: Elsewhere,
    prover: Prover,
}

impl Held {
    async fn to_fapi() -> Self {
        let key = Elsewhere::new("k");
        Self {
            bench: signing(&key, profile(Profile::Fapi2Security)).await,
            key,
            prover: Prover::new(),
        }
    }

    /// A token request, but for its proof.
    fn asks(&self, grant: &str) -> Exchange<'_> {
        by(&self.bench, &self.key).with("grant_type", grant)
    }

    async fn gets(&self, exchange: Exchange<'_>) -> Value {
        self.prover.prove(&self.bench, exchange).tokens().await
    }

    async fn redeems(&self, scope: &str) -> Exchange<'_> {
        let pushed = good(&self.bench, &self.key).with("scope", scope);
        let name = name(&pushed.send_to(PAR).await);
        let back = visit(&self.bench, "fast", &name).await;
        self.asks("authorization_code")
            .with("code", &back.param("code").expect("a code"))
            .with("redirect_uri", CALLBACK)
            .with("code_verifier", VERIFIER)
    }

    fn renews(&self, tokens: &Value) -> Exchange<'_> {
        self.asks("refresh_token")
            .with("refresh_token", member(tokens, "refresh_token"))
    }

    fn wait(&self, seconds: i64) {
        self.bench.wait(Seconds(seconds));
    }
}

fn has_id_token(tokens: &Value) -> bool {
    tokens.get("id_token").is_some()
}

#[tokio::test]
async fn oidc_core_3_1_2_1_without_openid_there_is_no_id_token() {
    let held = Held::to_fapi().await;
    for (scope, openid) in [(OFFLINE, true), ("profile offline_access", false)] {
        let tokens = held.gets(held.redeems(scope).await).await;
        assert_eq!(has_id_token(&tokens), openid, "{scope}");
        let renewed = held.gets(held.renews(&tokens)).await;
        assert_eq!(has_id_token(&renewed), openid, "{scope}, refreshed");
        let own = held.asks("client_credentials").with("scope", scope);
        assert_eq!(has_id_token(&held.gets(own).await), openid, "{scope}, own");
    }
    let whole = held.gets(held.redeems(OFFLINE).await).await;
    let narrowed = held.renews(&whole).with("scope", "offline_access");
    assert!(!has_id_token(&held.gets(narrowed).await));
}

#[tokio::test]
async fn fapi2_5_3_2_1_9_a_refresh_token_of_a_fapi_client_is_not_rotated() {
    let held = Held::to_fapi().await;
    let tokens = held.gets(held.redeems(OFFLINE).await).await;
    for seconds in [0, 29, 31, 3_600] {
        held.wait(seconds);
        let renewed = held.gets(held.renews(&tokens)).await;
        assert_eq!(renewed["refresh_token"], tokens["refresh_token"]);
        assert_ne!(renewed["access_token"], tokens["access_token"]);
    }
    held.wait(Seconds::days(30).0 - 3_660 - 1);
    held.gets(held.renews(&tokens)).await;
    held.wait(1);
    let late = held.prover.prove(&held.bench, held.renews(&tokens));
    assert_eq!(late.summary().await, INVALID_GRANT, "use makes it no older");
}

#[tokio::test]
async fn fapi2_5_3_2_1_9_what_was_rotated_out_before_still_ends_the_family() {
    let held = Held::to_fapi().await;
    let is = |profile| {
        reconfigure(&held.bench, "fast", move |it| {
            it.metadata.profile = profile;
            it.refresh_grace = Seconds(60);
        })
    };
    let first = held.gets(held.redeems(OFFLINE).await).await;
    is(Profile::Open).await;
    let second = held.gets(held.renews(&first)).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    is(Profile::Fapi2Security).await;
    let again = held.gets(held.renews(&first)).await; // within the grace
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    held.wait(31);
    for tokens in [&first, &second] {
        let refused = held.prover.prove(&held.bench, held.renews(tokens));
        assert_eq!(refused.summary().await, INVALID_GRANT);
    }
}

#[tokio::test]
async fn fapi2_5_3_2_1_without_a_proof_there_is_no_token_and_the_request_is_invalid() {
    let held = Held::to_fapi().await;
    let exchange = held.redeems(OFFLINE).await;
    let bare = exchange.summary().await;
    assert_eq!(bare, invalid_request(400, "a DPoP proof is required"));
}

#[tokio::test]
async fn an_id_token_of_a_fapi_client_names_its_session_where_that_is_of_use() {
    let held = Held::to_fapi().await;
    let names = async || {
        let tokens = held.gets(held.redeems("openid").await).await;
        claims(member(&tokens, "id_token")).get("sid").is_some()
    };
    let bench = &held.bench;
    reconfigure(bench, "fast", |it| it.post_logout_redirect_uris.clear()).await;
    assert!(!names().await);
    reconfigure(bench, "fast", |it| {
        it.metadata.backchannel_logout_uri = Some("https://rp.example/out".to_owned());
    })
    .await;
    assert!(names().await);
}

#[tokio::test]
async fn a_refresh_token_that_stays_is_active_until_it_is_revoked() {
    let held = Held::to_fapi().await;
    let tokens = held.gets(held.redeems(OFFLINE).await).await;
    held.gets(held.renews(&tokens)).await;
    let shown = || by(&held.bench, &held.key).with("token", member(&tokens, "refresh_token"));
    let told = shown().send_to("/application/o/introspect/").await;
    assert_eq!(body(&told)["active"], true);
    let revoked = shown().send_to("/application/o/revoke/").await;
    assert_eq!(revoked.status(), 200);
    let refused = held.prover.prove(&held.bench, held.renews(&tokens));
    assert_eq!(refused.summary().await, INVALID_GRANT);
}
