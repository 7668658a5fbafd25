//! The device flow (RFC 8628): a device asks, a person answers at `/device`, the device polls.

mod answering;
mod asking;
mod confirming;
mod ending;
mod flow;
mod guessing;
mod polling;
mod racing;

use protocol::Slug;
use provider::client::Client;
use provider::http::Response;
use serde_json::Value;

use crate::harness::browser::{Browser, field, location};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, json, member, summary};

/// Where devices ask.
pub(crate) const DEVICE: &str = "/application/o/device/";
/// Where people answer.
pub(crate) const PAGE: &str = "/device";
/// What a poll's `grant_type` is.
pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

const PENDING: &str = r#"400 cache-control: no-store {"error":"authorization_pending","error_description":"nobody has answered yet"}"#;
const SLOW_DOWN: &str = r#"400 cache-control: no-store {"error":"slow_down","error_description":"polled before its time; wait five seconds longer from now on"}"#;
const ACCESS_DENIED: &str = r#"400 cache-control: no-store {"error":"access_denied","error_description":"the person denied the request"}"#;
const EXPIRED: &str = r#"400 cache-control: no-store {"error":"expired_token","error_description":"the device code has expired"}"#;

/// What a device got.
#[derive(Clone)]
pub(crate) struct Codes {
    pub(crate) device: String,
    pub(crate) user: String,
}

/// A device of `client` asks for `scope`, naming itself only.
pub(crate) async fn ask(bench: &Bench, client: &str, scope: &str) -> Codes {
    let answer = bench
        .post(DEVICE, &[("client_id", client), ("scope", scope)])
        .await;
    codes(&answer)
}

fn codes(answer: &Response) -> Codes {
    assert_eq!(answer.status(), 200, "{}", summary(answer));
    let body = json(answer);
    Codes {
        device: member(&body, "device_code").to_owned(),
        user: member(&body, "user_code").to_owned(),
    }
}

/// A poll of `client`, naming itself only.
pub(crate) fn poll<'a>(bench: &'a Bench, client: &str, codes: &Codes) -> Exchange<'a> {
    Exchange::of(bench, client)
        .without_authorization()
        .with("client_id", client)
        .with("grant_type", GRANT_TYPE)
        .with("device_code", &codes.device)
}

/// Opens a page, signing in on the way if need be.
pub(crate) async fn open(browser: &mut Browser<'_>, path: &str) -> Response {
    let mut response = browser.get(path).await;
    for _ in 0..8 {
        if let Some(to) = location(&response) {
            response = browser.get(&to).await;
            continue;
        }
        let component = field(&crate::harness::text(&response), "component");
        match component.as_deref() {
            Some("ak-stage-identification" | "ak-stage-password") => {
                response = browser.answer(&response).await;
            }
            _ => return response,
        }
    }
    panic!("signing in leads nowhere: {}", summary(&response))
}

/// A page of `/device` whose form is sent with this, and what comes of it.
pub(crate) async fn send(
    browser: &mut Browser<'_>,
    page: &Response,
    fields: &[(&str, &str)],
) -> Response {
    let html = crate::harness::text(page);
    let hidden = |name| field(&html, name).unwrap_or_else(|| panic!("no {name} in {html}"));
    let (csrf, component) = (hidden("csrf"), hidden("component"));
    let mut form = vec![("csrf", csrf.as_str()), ("component", component.as_str())];
    form.extend(fields);
    browser.post(PAGE, &form).await
}

/// Types this code: the page that comes of it.
pub(crate) async fn enter(browser: &mut Browser<'_>, code: &str) -> Response {
    let page = open(browser, PAGE).await;
    send(browser, &page, &[("code", code)]).await
}

/// Types this code and answers the question.
pub(crate) async fn answer(browser: &mut Browser<'_>, code: &str, consent: &str) -> Response {
    let question = enter(browser, code).await;
    send(browser, &question, &[("code", code), ("consent", consent)]).await
}

/// A new browser in which somebody allows it.
pub(crate) async fn allow(bench: &Bench, codes: &Codes) {
    let done = answer(&mut Browser::new(bench), &codes.user, "accept").await;
    assert_eq!(
        crate::harness::page::heading(&done),
        "Your device is connected"
    );
}

/// A new browser in which somebody refuses it.
pub(crate) async fn refuse(bench: &Bench, codes: &Codes) {
    let done = answer(&mut Browser::new(bench), &codes.user, "deny").await;
    let heading = crate::harness::page::heading(&done);
    assert_eq!(heading, "Your device is not connected");
}

/// The whole way.
pub(crate) async fn tokens(bench: &Bench, client: &str, scope: &str) -> Value {
    let codes = ask(bench, client, scope).await;
    allow(bench, &codes).await;
    poll(bench, client, &codes).tokens().await
}

/// Changes a stored client. Instances that know it go on as before for thirty seconds.
pub(crate) async fn change_client(bench: &Bench, slug: &str, change: impl FnOnce(&mut Client)) {
    let (tenant, stores) = (&bench.seeded.tenant.id, &bench.backend.stores);
    let slug = Slug::parse(slug).expect("a slug");
    let found = stores.clients().by_slug(tenant, &slug, bench.now()).await;
    let found = found.expect("DynamoDB answers").expect("a client");
    let mut client = Client::clone(&found);
    change(&mut client);
    crate::harness::configure::write(stores, tenant, &client).await;
    bench.wait(protocol::Seconds(31));
}

/// The events of this action, newest first.
async fn events(bench: &Bench, action: &str) -> Vec<Value> {
    let stores = &bench.backend.stores;
    let page = stores
        .events()
        .recent(&bench.seeded.tenant.id, None, 50, bench.now())
        .await
        .expect("DynamoDB answers");
    let events = page.events.iter();
    events
        .map(|event| serde_json::to_value(event).expect("JSON"))
        .filter(|event| event["action"] == action)
        .collect()
}
