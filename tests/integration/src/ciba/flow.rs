//! A client's authorization flow, before what it asks is answered: as with a device (reference §3.6).

use provider::http::Response;

use super::{ENDPOINT, PAGE, PENDING, page};
use crate::device::open;
use crate::harness::browser::{Browser, field, location};
use crate::harness::exchange::Exchange;
use crate::harness::page::action;
use crate::harness::{Bench, json, member, summary, text};
use crate::seed::fixture::load;

/// Clients whose flows ask more than for consent.
const FLOWS: &str = r"
prompts:
  - {name: reason, field_key: reason, label: Why?, type: text}
stages:
  - {name: why, kind: prompt, fields: [reason]}
  - {name: agree, kind: consent, mode: always_require}
  - {name: refuse, kind: deny, deny_message: Not today.}
flows:
  - {slug: asking, designation: authorization, stages: [{stage: why}, {stage: agree}]}
  - {slug: closed, designation: authorization, stages: [{stage: refuse}]}
applications:
  - {slug: asking, name: Asking, provider: {client_secret: asking-secret, authorization_flow: asking, redirect_uris: ['https://rp.example/cb'], client_metadata: {backchannel_token_delivery_mode: poll}}}
  - {slug: closed, provider: {client_secret: closed-secret, authorization_flow: closed, redirect_uris: ['https://rp.example/cb'], client_metadata: {backchannel_token_delivery_mode: poll}}}
";

async fn bench() -> Bench {
    let bench = Bench::embedded().await;
    Box::pin(load(&bench, FLOWS)).await.expect("loads");
    bench
}

async fn ask(bench: &Bench, client: &str) -> String {
    let asking = Exchange::of(bench, client)
        .with("scope", "openid")
        .with("login_hint", "ada");
    let answer = asking.send_to(ENDPOINT).await;
    assert_eq!(answer.status(), 200, "{}", summary(&answer));
    member(&json(&answer), "auth_req_id").to_owned()
}

fn poll<'a>(bench: &'a Bench, client: &str, id: &str) -> Exchange<'a> {
    super::poll(bench, id).by(client)
}

/// Sends the form of a page, wherever it goes: what comes of it.
async fn fill(browser: &mut Browser<'_>, page: &Response, fields: &[(&str, &str)]) -> Response {
    let html = text(page);
    let hidden = ["csrf", "component", "request"].map(|name| (name, field(&html, name)));
    let mut form: Vec<(&str, &str)> = Vec::new();
    for (name, value) in &hidden {
        form.extend(value.as_deref().map(|value| (*name, value)));
    }
    form.extend(fields);
    let answer = browser.post(&action(page), &form).await;
    match location(&answer) {
        Some(to) => open(browser, &to).await,
        None => answer,
    }
}

fn component(page: &Response) -> Option<String> {
    field(&text(page), "component")
}

#[tokio::test]
async fn ciba_a_client_whose_authorization_flow_runs_is_not_allowed_past_it() {
    let bench = bench().await;
    let id = ask(&bench, "asking").await;
    let (mut browser, shown) = page(Browser::new(&bench)).await;
    let asked = fill(&mut browser, &shown, &[("action", "allow")]).await;
    assert_eq!(component(&asked).as_deref(), Some("ak-stage-prompt"));
    assert_eq!(poll(&bench, "asking", &id).summary().await, PENDING);
    // On the page itself nothing has changed, nor where the flow would lead back to.
    let request = field(&text(&shown), "request").expect("a request");
    let csrf = field(&text(&shown), "csrf").expect("a token");
    let form = [
        ("csrf", csrf.as_str()),
        ("request", &request),
        ("action", "allow"),
    ];
    for path in [
        PAGE.to_owned(),
        format!("{PAGE}?request={request}&client_id=asking"),
    ] {
        let to = location(&browser.post(&path, &form).await).expect("the flow");
        assert!(to.starts_with("/if/flow/asking/?next="), "{to}");
    }
    let back = fill(&mut browser, &asked, &[("reason", "lunch")]).await;
    assert_eq!(
        field(&text(&back), "request"),
        Some(request),
        "consent is asked here, and once"
    );
    bench.wait(protocol::Seconds(10));
    assert_eq!(poll(&bench, "asking", &id).summary().await, PENDING);
    let done = fill(&mut browser, &back, &[("action", "allow")]).await;
    assert!(text(&done).contains("Nobody is waiting"), "{}", text(&done));
    poll(&bench, "asking", &id).tokens().await;
}

#[tokio::test]
async fn ciba_the_authorization_flow_is_gone_through_for_each_request() {
    let bench = bench().await;
    let first = ask(&bench, "asking").await;
    let (mut browser, shown) = page(Browser::new(&bench)).await;
    let asked = fill(&mut browser, &shown, &[("action", "allow")]).await;
    let back = fill(&mut browser, &asked, &[("reason", "lunch")]).await;
    let second = ask(&bench, "asking").await;
    let html = text(&browser.get(PAGE).await);
    let csrf = field(&html, "csrf").expect("a token");
    let of_first = field(&text(&back), "request").expect("a request");
    let all: Vec<String> = html
        .split("<form")
        .filter_map(|form| field(form, "request"))
        .collect();
    let other = all.iter().find(|one| **one != of_first).expect("the other");
    let form = [
        ("csrf", csrf.as_str()),
        ("request", other),
        ("action", "allow"),
    ];
    let to = location(&browser.post(&action(&back), &form).await).expect("the flow");
    assert!(to.starts_with("/if/flow/asking/?next="), "{to}");
    for id in [&first, &second] {
        assert_eq!(poll(&bench, "asking", id).summary().await, PENDING);
    }
}

#[tokio::test]
async fn whom_a_flow_refuses_is_told_and_refusing_needs_none() {
    let bench = bench().await;
    let id = ask(&bench, "closed").await;
    let (mut browser, shown) = page(Browser::new(&bench)).await;
    let told = fill(&mut browser, &shown, &[("action", "allow")]).await;
    assert_eq!(told.status(), 403, "{}", text(&told));
    assert_eq!(poll(&bench, "closed", &id).summary().await, PENDING);
    fill(&mut browser, &shown, &[("action", "refuse")]).await;
    assert_eq!(
        poll(&bench, "closed", &id).summary().await,
        super::ACCESS_DENIED
    );
}
