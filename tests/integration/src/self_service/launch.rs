//! `/application/launch/{slug}/` (API reference B2; authentik: `RedirectToAppLaunch`).

use http::Method;
use provider::client::{Registration, RegistrationMode};
use serde_json::json;

use super::own;
use crate::api::harness::Api;
use crate::harness::browser::{Browser, location};
use crate::harness::{Bench, configure, member, request, text};
use crate::policies::flow::policy;
use crate::register;

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

/// A client that registers at `web`, and begins its logins itself.
async fn registered_beginning_at(bench: &Bench, uri: &str) -> String {
    let mut body = register::plain();
    body["initiate_login_uri"] = json!(uri);
    let client = register::registered(bench, &body).await;
    member(&client, "client_id").to_owned()
}

/// Where ada is led who starts this client at this application.
async fn led(bench: &Bench, slug: &str, id: &str, more: &str) -> (u16, Option<String>) {
    let (mut browser, _) = own(bench, "/if/user/").await;
    let path = format!("{}?client_id={id}{more}", launch(slug));
    let answer = browser.get(&path).await;
    (answer.status().as_u16(), location(&answer))
}

#[tokio::test]
async fn oidc_core_4_a_registered_client_begins_logins_for_those_who_know_it() {
    let bench = register::registering(|_| {}).await;
    let id = registered_beginning_at(&bench, "https://rp.example/login?a=%(email)s").await;
    let strange = led(&bench, "web", &id, "").await;
    assert_eq!(
        strange,
        (404, None),
        "a stranger's client leads nobody away"
    );
    bench.code(&id, "openid", &[]).await;
    let iss = "iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F";
    let to = format!("https://rp.example/login?a=%(email)s&{iss}");
    assert_eq!(led(&bench, "web", &id, "").await, (302, Some(to.clone())));
    let deep = "&target_link_uri=https%3A%2F%2Frp.example%2Fdeep";
    let to_deep = format!("{to}{deep}");
    assert_eq!(led(&bench, "web", &id, deep).await, (302, Some(to_deep)));
    let evil = "&target_link_uri=https%3A%2F%2Fevil.example%2F&login_hint=ada";
    assert_eq!(led(&bench, "web", &id, evil).await, (302, Some(to)));
    for slug in ["es", "guest", "there-is-none"] {
        assert_eq!(
            led(&bench, slug, &id, "").await,
            (404, None),
            "another issuer's"
        );
    }
    assert_eq!(led(&bench, "web", "nobody", "").await, (404, None));
}

#[tokio::test]
async fn a_registered_client_without_a_login_of_its_own_is_not_started() {
    let bench = register::registering(|_| {}).await;
    let client = register::registered(&bench, &register::plain()).await;
    let id = member(&client, "client_id");
    bench.code(id, "openid", &[]).await;
    assert_eq!(led(&bench, "web", id, "").await, (404, None));
}

#[tokio::test]
async fn a_stranger_signs_in_on_the_way_to_a_registered_client() {
    let bench = register::registering(|_| {}).await;
    let mut browser = Browser::new(&bench);
    let asked = browser
        .get(&format!("{}?client_id=x&b=c", launch("web")))
        .await;
    let to = "/if/flow/default-authentication-flow/?next=%2Fapplication%2Flaunch%2Fweb%2F%3Fclient_id%3Dx";
    assert_eq!(location(&asked).as_deref(), Some(to));
}

/// Where clients of `web` may lead, and whether they come by a token.
async fn bounded(bench: &Bench, mode: RegistrationMode, hosts: &[&str]) {
    let redirect_hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    configure::client(bench, "web", |client| {
        client.metadata.registration = Some(Registration {
            mode,
            redirect_hosts,
            ..Registration::default()
        });
    })
    .await;
}

#[tokio::test]
async fn redirect_hosts_bound_where_a_login_begins_too() {
    let bench = register::registering(|_| {}).await;
    let id = registered_beginning_at(&bench, "https://phish.example/").await;
    bench.code(&id, "openid", &[]).await;
    assert_eq!(led(&bench, "web", &id, "").await.0, 302);
    for mode in [RegistrationMode::Open, RegistrationMode::Token] {
        bounded(&bench, mode, &["rp.example"]).await;
        let bound = led(&bench, "web", &id, "").await;
        assert_eq!(bound, (404, None), "{mode:?}");
    }
    bounded(&bench, RegistrationMode::Open, &["rp.example"]).await;
    let mut body = register::plain();
    body["initiate_login_uri"] = json!("https://phish.example/");
    let refused = register::refused(&register::register(&bench, &body).await);
    assert_eq!(refused, (400, "invalid_client_metadata".to_owned()));
    body["initiate_login_uri"] = json!("https://rp.example/login");
    register::registered(&bench, &body).await;
}

#[tokio::test]
async fn a_registered_client_is_launched_for_whoever_has_allowed_it_something() {
    let bench = register::registering(|_| {}).await;
    let id = registered_beginning_at(&bench, "https://rp.example/login").await;
    bounded(&bench, RegistrationMode::Token, &[]).await;
    let strange = led(&bench, "web", &id, "").await;
    assert_eq!(strange, (404, None), "nobody said where it may lead");
    bounded(&bench, RegistrationMode::Token, &["rp.example"]).await;
    assert_eq!(led(&bench, "web", &id, "").await.0, 302);
    bounded(&bench, RegistrationMode::Token, &[]).await;
    bench.code(&id, "openid", &[]).await;
    assert_eq!(led(&bench, "web", &id, "").await.0, 302);
}
