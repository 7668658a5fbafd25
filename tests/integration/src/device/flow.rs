//! A client's authorization flow, before its device is answered (reference §3.6).

use provider::http::Response;

use super::{PENDING, ask, enter, open, poll};
use crate::harness::browser::{Browser, field, location};
use crate::harness::page::{action, heading};
use crate::harness::{Bench, text};
use crate::seed::fixture::load;

/// Clients whose flows ask more than for consent.
const FLOWS: &str = r"
policies:
  - {name: never, expression: return False}
  - name: for-asking
    expression: return request.context['application'].slug == 'asking'
prompts:
  - {name: reason, field_key: reason, label: Why?, type: text}
stages:
  - {name: why, kind: prompt, fields: [reason]}
  - {name: agree, kind: consent, mode: always_require}
  - {name: refuse, kind: deny, deny_message: Not today.}
  - {name: terms, kind: redirect, mode: static, target_static: 'https://terms.example/'}
flows:
  - {slug: asking, designation: authorization, stages: [{stage: why, bindings: [{policy: for-asking}]}, {stage: agree}]}
  - {slug: closed, designation: authorization, stages: [{stage: refuse}]}
  - {slug: gated, designation: authorization, stages: [{stage: terms}, {stage: agree}]}
  - {slug: not-for-you, designation: authorization, bindings: [{policy: never}]}
applications:
  - {slug: asking, name: Asking, provider: {client_secret: s, authorization_flow: asking, redirect_uris: ['https://rp.example/cb']}}
  - {slug: closed, provider: {client_secret: s, authorization_flow: closed, redirect_uris: ['https://rp.example/cb']}}
  - {slug: gated, provider: {client_secret: s, authorization_flow: gated, redirect_uris: ['https://rp.example/cb']}}
  - {slug: not-for-you, provider: {client_secret: s, authorization_flow: not-for-you, redirect_uris: ['https://rp.example/cb']}}
";

async fn bench() -> Bench {
    let bench = Bench::embedded().await;
    Box::pin(load(&bench, FLOWS)).await.expect("loads");
    bench
}

fn component(page: &Response) -> Option<String> {
    field(&text(page), "component")
}

/// Sends the form of a page, wherever it goes.
async fn fill(browser: &mut Browser<'_>, page: &Response, fields: &[(&str, &str)]) -> Response {
    let html = text(page);
    let hidden = |name| field(&html, name).unwrap_or_else(|| panic!("no {name} in {html}"));
    let (csrf, component) = (hidden("csrf"), hidden("component"));
    let mut form = vec![("csrf", csrf.as_str()), ("component", component.as_str())];
    form.extend(fields);
    let answer = browser.post(&action(page), &form).await;
    match location(&answer) {
        Some(to) => open(browser, &to).await,
        None => answer,
    }
}

/// Types the code: where that leads.
async fn typed(browser: &mut Browser<'_>, code: &str) -> Response {
    let answer = enter(browser, code).await;
    let to = location(&answer).expect("the flow");
    open(browser, &to).await
}

#[tokio::test]
async fn reference_3_6_the_authorization_flow_runs_before_the_question() {
    let bench = bench().await;
    for consent in ["accept", "deny"] {
        let mut browser = Browser::new(&bench);
        let codes = ask(&bench, "asking", "openid").await;
        let asked = typed(&mut browser, &codes.user).await;
        assert_eq!(component(&asked).as_deref(), Some("ak-stage-prompt"));
        let question = fill(&mut browser, &asked, &[("reason", "television")]).await;
        assert_eq!(
            heading(&question),
            "Connect Asking?",
            "consent is asked here, and once"
        );
        assert_eq!(poll(&bench, "asking", &codes).summary().await, PENDING);
        bench.wait(protocol::Seconds(10));
        let answer = [("code", codes.user.as_str()), ("consent", consent)];
        let done = fill(&mut browser, &question, &answer).await;
        let polled = poll(&bench, "asking", &codes);
        if consent == "accept" {
            assert_eq!(heading(&done), "Your device is connected");
            polled.tokens().await;
        } else {
            assert_eq!(heading(&done), "Your device is not connected");
            assert_eq!(polled.summary().await, super::ACCESS_DENIED);
        }
    }
}

#[tokio::test]
async fn reference_3_6_nobody_gets_round_the_authorization_flow() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "asking", "openid").await;
    let back = format!("/device?code={}&client_id=asking", codes.user);
    let entry = open(&mut browser, &back).await;
    assert_eq!(heading(&entry), "Connect a device", "no flow has led here");
    let csrf = field(&text(&entry), "csrf").expect("a token");
    let accept = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-consent"),
        ("consent", "accept"),
        ("code", &codes.user),
    ];
    for path in ["/device", &back] {
        let answer = browser.post(path, &accept).await;
        let to = location(&answer).expect("the flow");
        assert!(to.starts_with("/if/flow/asking/?next="), "{to}");
    }
    // Gone through for one code, it does not count for another.
    let asked = typed(&mut browser, &codes.user).await;
    let question = fill(&mut browser, &asked, &[("reason", "x")]).await;
    assert_eq!(heading(&question), "Connect Asking?");
    let other = ask(&bench, "asking", "openid").await;
    let mut form = accept.to_vec();
    form[3] = ("code", &other.user);
    let answer = browser.post(&back, &form).await;
    assert!(location(&answer).is_some(), "the flow again");
    let link = format!("{back}&component=ak-stage-consent&consent=accept");
    browser.get(&link).await;
    for codes in [&codes, &other] {
        assert_eq!(poll(&bench, "asking", codes).summary().await, PENDING);
    }
}

#[tokio::test]
async fn who_was_led_elsewhere_has_not_gone_through_the_flow() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "gated", "openid").await;
    for _ in 0..2 {
        let to = location(&enter(&mut browser, &codes.user).await).expect("the flow");
        assert!(to.starts_with("/if/flow/gated/?next="), "{to}");
        let led = browser.get(&to).await;
        assert_eq!(location(&led).as_deref(), Some("https://terms.example/"));
        let (_, query) = to.split_once('?').expect("a query");
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let (_, back) = pairs.find(|(name, _)| name == "next").expect("a place");
        let page = browser.get(&back).await;
        let asked = component(&page);
        assert_eq!(asked.as_deref(), Some("ak-provider-oauth2-device-code"));
    }
}

#[tokio::test]
async fn whom_a_flow_refuses_is_told_and_the_device_goes_on_waiting() {
    let bench = bench().await;
    for client in ["closed", "not-for-you"] {
        let mut browser = Browser::new(&bench);
        let codes = ask(&bench, client, "openid").await;
        let told = typed(&mut browser, &codes.user).await;
        assert_eq!(told.status(), 403, "{client}: {}", text(&told));
        assert_eq!(poll(&bench, client, &codes).summary().await, PENDING);
    }
}
