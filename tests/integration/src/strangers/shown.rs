//! What people see of a client where they sign in and where they are asked (OpenID Connect Registration §2).

use provider::http::Response;
use serde_json::json;

use super::stranger;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::page::{headers, words};
use crate::harness::{Bench, configure, member, text};
use crate::register::registering;

const LINKS: &str = "Website / (opens in a new tab) / Privacy policy / (opens in a new tab) / Terms of service / (opens in a new tab)";

/// The pages on which somebody is asked who they are and what the client may.
async fn pages(bench: &Bench, client: &str) -> (Response, Response) {
    let mut browser = Browser::new(bench);
    let mut page = browser.get(&authorize_path(client, "openid", &[])).await;
    let mut first = None;
    loop {
        page = match location(&page) {
            Some(to) => browser.get(&to).await,
            None if text(&page).contains("value=\"ak-stage-consent\"") => break,
            None => {
                let next = browser.answer(&page).await;
                first.get_or_insert(page);
                next
            }
        };
    }
    (first.expect("a page before"), page)
}

fn picture_sources(page: &Response) -> String {
    let lines = headers(page);
    let policy = lines
        .iter()
        .find(|line| line.starts_with("content-security-policy"));
    let (_, rest) = policy
        .and_then(|line| line.split_once("img-src "))
        .expect("a directive");
    rest.split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn oidc_registration_2_logo_home_page_policy_and_terms_are_shown_to_people() {
    let bench = registering(|_| {}).await;
    let more = json!({
        "logo_uri": "https://cdn.tool.example:8443/logo.png",
        "client_uri": "https://tool.example/",
        "policy_uri": "https://tool.example/privacy?a=1&b=2",
        "tos_uri": "https://tool.example/terms",
    });
    let client = stranger(&bench, more).await;
    let (identification, consent) = pages(&bench, member(&client, "client_id")).await;
    for page in [&identification, &consent] {
        let html = text(page);
        assert!(words(page).contains(LINKS), "{}", words(page));
        for tag in [
            "<img src=\"https://cdn.tool.example:8443/logo.png\" alt=\"\" width=\"32\" height=\"32\" referrerpolicy=\"no-referrer\">",
            "<a href=\"https://tool.example/privacy?a=1&#38;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">",
        ] {
            assert!(html.contains(tag), "no {tag} in {html}");
        }
        assert_eq!(
            picture_sources(page),
            "'self' data: https://cdn.tool.example:8443"
        );
        let (before, _) = html.split_once("<main").expect("a page");
        assert!(!before.contains("tool.example"), "the brand is ours");
    }
    let told = "This application registered itself here. You will continue at / rp.example / . Choose Allow only if you trust it.";
    assert!(words(&consent).contains(told), "{}", words(&consent));
}

#[tokio::test]
async fn a_client_without_metadata_looks_as_it_did() {
    let bench = registering(|_| {}).await;
    let client = stranger(&bench, json!({})).await;
    let (identification, consent) = pages(&bench, member(&client, "client_id")).await;
    for page in [identification, consent] {
        assert!(!text(&page).contains("class=\"about\""));
        assert_eq!(picture_sources(&page), "'self' data:");
    }
}

#[tokio::test]
async fn an_administrators_client_has_its_logo_shown_too_and_registered_nothing_itself() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        client.metadata.logo_uri = Some("https://web.example/logo.png".to_owned());
        client.metadata.tos_uri = Some("http://localhost/terms".to_owned());
    })
    .await;
    let (identification, consent) = pages(&bench, "web").await;
    for page in [&identification, &consent] {
        assert_eq!(picture_sources(page), "'self' data: https://web.example");
        assert!(!words(page).contains("Terms of service"), "https alone");
    }
    assert!(!words(&consent).contains("registered itself"));
}
