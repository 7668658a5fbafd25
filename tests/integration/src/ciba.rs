//! Client-initiated backchannel authentication (OpenID Connect CIBA Core 1.0): a client asks, a person answers on a page of
//! their own, the client polls or is told to.

mod answering;
mod asking;
mod ending;
mod fapi;
mod flow;
mod letters;
mod ping;
mod polling;
mod signed;

use provider::client::{DeliveryMode, Metadata};
use provider::http::Response;
use serde_json::Value;

use crate::harness::browser::{Browser, field, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json, member, summary, text};
use crate::machines::reconfigure;

/// Where clients ask.
const ENDPOINT: &str = "/application/o/backchannel-authentication/";
/// Where people answer.
const PAGE: &str = "/if/user/requests/";
/// What a poll's `grant_type` is.
pub(crate) const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";

const PENDING: &str = r#"400 cache-control: no-store {"error":"authorization_pending","error_description":"nobody has answered yet"}"#;
const SLOW_DOWN: &str = r#"400 cache-control: no-store {"error":"slow_down","error_description":"polled before its time; wait five seconds longer from now on"}"#;
const ACCESS_DENIED: &str = r#"400 cache-control: no-store {"error":"access_denied","error_description":"the person denied the request"}"#;
const EXPIRED: &str = r#"400 cache-control: no-store {"error":"expired_token","error_description":"the request has expired"}"#;

/// A bench whose client `fast` polls.
async fn polling() -> Bench {
    let bench = Bench::embedded().await;
    may_ask(&bench, |_| {}).await;
    bench
}

/// Lets the client `fast` ask, by polling unless this says otherwise.
pub(crate) async fn may_ask(bench: &Bench, change: impl FnOnce(&mut Metadata)) {
    reconfigure(bench, "fast", |client| {
        client.metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Poll);
        change(&mut client.metadata);
    })
    .await;
}

/// A request that ada is asked, valid as it is.
pub(crate) fn asking(bench: &Bench) -> Exchange<'_> {
    Exchange::of(bench, "fast")
        .with("scope", "openid profile")
        .with("login_hint", "ada")
        .with("binding_message", "W4SCT")
}

/// The `auth_req_id` of a request.
pub(crate) async fn asked(exchange: &Exchange<'_>) -> String {
    let answer = exchange.send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    member(&json(&answer), "auth_req_id").to_owned()
}

/// A poll of the client `fast`.
fn poll<'a>(bench: &'a Bench, id: &str) -> Exchange<'a> {
    Exchange::of(bench, "fast")
        .with("grant_type", GRANT_TYPE)
        .with("auth_req_id", id)
}

/// Signs in on the way to the page, and hands both back.
async fn page(mut browser: Browser<'_>) -> (Browser<'_>, Response) {
    let mut response = browser.get(PAGE).await;
    for _ in 0..8 {
        response = match location(&response) {
            Some(to) => browser.get(&to).await,
            None if field(&text(&response), "component").is_some() => {
                browser.answer(&response).await
            }
            None => return (browser, response),
        };
    }
    panic!("not at the page: {}", text(&response));
}

/// Answers what the page shows first: where that leads.
async fn answer(browser: &mut Browser<'_>, action: &str) -> String {
    let html = text(&browser.get(PAGE).await);
    let field = |name| field(&html, name).unwrap_or_else(|| panic!("no {name} in {html}"));
    let (csrf, request) = (field("csrf"), field("request"));
    let form = [
        ("csrf", csrf.as_str()),
        ("request", &request),
        ("action", action),
    ];
    location(&browser.post(PAGE, &form).await).expect("a redirect")
}

/// Ada answers in a new browser.
async fn ada(bench: &Bench, action: &str) -> String {
    let (mut browser, _) = page(Browser::new(bench)).await;
    answer(&mut browser, action).await
}

/// The whole way.
async fn tokens(bench: &Bench) -> Value {
    let id = asked(&asking(bench)).await;
    assert_eq!(
        ada(bench, "allow").await,
        "/if/user/requests/?notice=request-allowed"
    );
    poll(bench, &id).tokens().await
}
