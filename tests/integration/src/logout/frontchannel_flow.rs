//! Clients hear in the browser, too, where a person signs out by the flow itself (Front-Channel Logout 1.0 §3).

use provider::http::Response;

use super::Visitor;
use super::frontchannel::{frames, hears};
use crate::budget::spent;
use crate::harness::Bench;
use crate::harness::browser::{field, location};
use crate::harness::page::{headers, heading, words};
use crate::harness::text;

const FLOW: &str = "/if/flow/default-invalidation-flow/";
const HEARD: &str = "https://rp.example/heard";

/// Presses the button of the page.
async fn sign_out(ada: &mut Visitor<'_>, path: &str) -> Response {
    let page = ada.browser.get(path).await;
    let csrf = field(&text(&page), "csrf").expect("a token");
    let form = [
        ("csrf", &*csrf),
        ("component", "ak-stage-user-logout"),
        ("choice", "sign_out"),
    ];
    ada.browser.post(path, &form).await
}

#[tokio::test]
async fn frontchannel_3_the_flows_own_goodbye_has_the_frames() {
    let bench = Bench::embedded().await;
    hears(&bench, "web", HEARD, false).await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let page = sign_out(&mut ada, FLOW).await;
    assert_eq!(page.status(), 200);
    assert_eq!(heading(&page), "You are signed out");
    let html = text(&page);
    assert_eq!(frames(&html), [HEARD]);
    assert!(!html.contains("data-goes-on") && words(&page).ends_with("/ Sign in again"));
    let lines = headers(&page);
    let policy = lines
        .iter()
        .find(|line| line.starts_with("content-security-policy"));
    let policy = policy.expect("a policy");
    assert!(
        policy.ends_with("; frame-src https://rp.example"),
        "{policy}"
    );
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn frontchannel_3_and_then_it_leads_on() {
    let bench = Bench::embedded().await;
    hears(&bench, "web", HEARD, false).await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let page = sign_out(&mut ada, &format!("{FLOW}?next=/if/user/")).await;
    let html = text(&page);
    assert_eq!(frames(&html), [HEARD]);
    assert!(html.contains("href=\"/if/user/\" data-goes-on"), "{html}");
}

#[tokio::test]
async fn a_second_press_of_the_button_does_no_harm_and_without_frames_the_form_leads_on() {
    let bench = Bench::embedded().await;
    hears(&bench, "web", HEARD, false).await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let page = ada.browser.get(FLOW).await;
    let csrf = field(&text(&page), "csrf").expect("a token");
    let form = [
        ("csrf", &*csrf),
        ("component", "ak-stage-user-logout"),
        ("choice", "sign_out"),
    ];
    assert_eq!(ada.browser.post(FLOW, &form).await.status(), 200);
    let again = ada.browser.post(FLOW, &form).await;
    assert_eq!(location(&again).as_deref(), Some(FLOW));
    assert_eq!(heading(&ada.browser.get(FLOW).await), "You are signed out");
}

#[tokio::test]
async fn the_frames_cost_no_call_where_the_clients_are_known() {
    let mut costs = Vec::new();
    for heard in ["https://rp.example/heard", ""] {
        let bench = Bench::embedded().await;
        if !heard.is_empty() {
            hears(&bench, "web", heard, false).await;
        }
        let mut ada = Visitor::ada(&bench, "openid").await;
        let page = ada.browser.get(FLOW).await;
        let csrf = field(&text(&page), "csrf").expect("a token");
        let form = [
            ("csrf", &*csrf),
            ("component", "ak-stage-user-logout"),
            ("choice", "sign_out"),
        ];
        bench.forget_calls();
        ada.browser.post(FLOW, &form).await;
        costs.push(spent(&bench));
    }
    assert_eq!(costs.first(), costs.last());
}
