//! Who may make, change and look at tokens, which outlive what they are made with (docs/api.md).

use protocol::{Seconds, Timestamp};
use serde_json::json;

use super::authenticators::{codes, give_of};
use super::authority::root_browser;
use super::harness::{Api, Client};
use crate::harness::browser::Browser;
use crate::harness::{Bench, json as body, member};

const TOKENS: &str = "/core/tokens/";
const OF_ROOT: &str = "/core/tokens/root/";
const KEY: &str = "/core/tokens/root/view_key/";

/// The status of each: making a token of this name, changing one, looking at its key, listing them.
async fn statuses(client: &Client<'_>, name: &str) -> [u16; 4] {
    let made = client.post(TOKENS, json!({ "identifier": name })).await;
    let changed = client.patch(OF_ROOT, json!({ "expires": null })).await;
    let shown = client.get(KEY).await;
    let listed = client.get(TOKENS).await;
    [made, changed, shown, listed].map(|(status, _)| status.as_u16())
}

#[tokio::test]
async fn a_browser_handles_tokens_soon_after_a_sign_in_alone() {
    let api = Api::start().await;
    api.made(TOKENS, json!({ "identifier": "root" })).await;
    let browser = root_browser(&api).await;
    assert_eq!(statuses(&browser, "a").await, [201, 200, 200, 200]);
    api.bench.wait(Seconds::minutes(31));
    assert_eq!(statuses(&browser, "b").await, [403, 403, 403, 200]);
    let (_, told) = browser.get(KEY).await;
    let told = told["detail"].as_str().expect("a text");
    assert!(told.contains("sign in again in the browser"), "{told}");
    assert_eq!(browser.delete(OF_ROOT).await.0, 204, "that gives nothing");
}

#[tokio::test]
async fn who_got_in_past_an_authenticator_handles_no_tokens() {
    let api = Api::start().await;
    api.made(TOKENS, json!({ "identifier": "root" })).await;
    let browser = root_browser(&api).await; // by password alone
    let before = Timestamp::from_unix(api.bench.now().unix() - 10);
    give_of(&api, &api.root, "Old", codes(), before).await;
    assert_eq!(statuses(&browser, "a").await, [403, 403, 403, 200]);
}

#[tokio::test]
async fn an_access_token_is_made_into_nothing_that_outlives_it() {
    let api = Api::over(Bench::scripted().await).await;
    let mut browser = Browser::new(&api.bench);
    browser.user = ("bob", "bobs own password");
    let scope = "openid goauthentik.io/api";
    let back = browser.authorize("in-rust", scope, &[]).await;
    let code = back.param("code").expect("a code");
    let tokens = body(&api.bench.redeem("in-rust", &code).await);
    let app = api.with_key(member(&tokens, "access_token"));
    let bob = api.as_user();
    let (status, made) = bob.post(TOKENS, json!({ "identifier": "root" })).await;
    assert_eq!(status, 201, "an API token of his own: {made}");
    assert_eq!(statuses(&app, "a").await, [403, 403, 403, 200]);
    assert_eq!(statuses(&bob, "b").await, [201, 200, 200, 200]);
    // A superuser's makes people and passwords anyway.
    let hers = api.bench.tokens("in-rust", scope).await;
    let hers = api.with_key(member(&hers, "access_token"));
    assert_eq!(statuses(&hers, "c").await, [201, 200, 200, 200]);
}
