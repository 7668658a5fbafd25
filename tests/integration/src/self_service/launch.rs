//! `/application/launch/{slug}/` (API reference B2; authentik: `RedirectToAppLaunch`).

use http::Method;
use serde_json::json;

use super::own;
use crate::api::harness::Api;
use crate::harness::browser::{Browser, location};
use crate::harness::{Bench, configure, request, text};
use crate::policies::flow::policy;

/// What starts this application.
fn launch(slug: &str) -> String {
    format!("/application/launch/{slug}/")
}

/// Signs in, and says where this application starts: a status, and where it leads.
async fn starts(bench: &Bench, slug: &str) -> (u16, Option<String>) {
    let (mut browser, _) = own(bench, "/if/user/").await;
    let answer = browser.get(&launch(slug)).await;
    (answer.status().as_u16(), location(&answer))
}

/// Changes where `web` starts.
async fn web_starts_at(bench: &Bench, url: Option<&str>) {
    configure::client(bench, "web", |client| {
        client.launch_url = url.map(str::to_owned);
    })
    .await;
}

#[tokio::test]
async fn reference_b2_a_stranger_signs_in_on_the_way_to_the_application() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    for slug in ["guest", "there-is-none"] {
        let path = format!("{}?next=//evil.example", launch(slug));
        let asked = browser.get(&path).await;
        let to = format!(
            "/if/flow/default-authentication-flow/?next=%2Fapplication%2Flaunch%2F{slug}%2F"
        );
        assert_eq!(location(&asked), Some(to), "strangers learn nothing");
    }
    let mut page = browser.get(&launch("guest")).await;
    for _ in 0..8 {
        page = match location(&page) {
            Some(to) if to.starts_with("https://") => break,
            Some(to) => browser.get(&to).await,
            None => browser.answer(&page).await,
        };
    }
    let to = location(&page);
    assert_eq!(to.as_deref(), Some("https://rp.example/start"));
}

#[tokio::test]
async fn reference_b2_the_launch_url_is_filled_in_for_who_goes_there() {
    let bench = Bench::embedded().await;
    web_starts_at(
        &bench,
        Some("https://rp.example/%(username)s?mail=%(email)s"),
    )
    .await;
    let to = "https://rp.example/ada?mail=ada%40example.com";
    assert_eq!(starts(&bench, "web").await, (302, Some(to.to_owned())));
}

#[tokio::test]
async fn a_launch_leads_to_web_addresses_only() {
    let bench = Bench::embedded().await;
    for url in [
        Some("javascript:alert(document.domain)"),
        Some("data:text/html,hello"),
        Some("blank://blank"),
        Some("app://open"),
        Some("//evil.example/"),
        None,
    ] {
        web_starts_at(&bench, url).await;
        assert_eq!(starts(&bench, "web").await, (404, None), "{url:?}");
    }
    assert_eq!(starts(&bench, "there-is-none").await, (404, None));
    let posted = bench.send(request(Method::POST, &launch("web"), "")).await;
    assert_eq!(posted.status(), 405);
}

#[tokio::test]
async fn who_may_not_use_an_application_is_told_so_and_not_led_there() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        client.launch_url = Some("https://rp.example/start".to_owned());
        client.policies = policy("ak_message(\"Not on Saturdays.\")\nreturn False");
    })
    .await;
    let (mut browser, _) = own(&bench, "/if/user/").await;
    let refused = browser.get(&launch("web")).await;
    assert_eq!((refused.status().as_u16(), location(&refused)), (403, None));
    assert!(text(&refused).contains("Not on Saturdays."));
}

#[tokio::test]
async fn reference_b2_an_application_without_a_provider_is_a_link_with_policies() {
    let api = Api::start().await;
    let link = json!({ "name": "Wiki", "slug": "wiki", "meta_launch_url": "https://wiki.example/%(username)s" });
    let made = api.made("/core/applications/", link).await;
    let to = "https://wiki.example/ada";
    assert_eq!(starts(&api.bench, "wiki").await, (302, Some(to.to_owned())));
    let nobody = json!({ "target": made["pk"], "user": api.user.subject.pk, "order": 0 });
    api.made("/policies/bindings/", nobody).await;
    assert_eq!(starts(&api.bench, "wiki").await, (403, None));
}

#[tokio::test]
async fn oidc_core_4_a_client_that_begins_logins_itself_is_told_by_whom() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        let uri = "https://rp.example/login?from=launch";
        client.metadata.initiate_login_uri = Some(uri.to_owned());
    })
    .await;
    let to = "https://rp.example/login?from=launch&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F";
    assert_eq!(starts(&bench, "web").await, (302, Some(to.to_owned())));
}
