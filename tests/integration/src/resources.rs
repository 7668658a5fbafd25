//! `resource` at the authorization endpoint (RFC 8707 §2).

use protocol::Secret;
use provider::client::ConsentMode;
use provider::grant::Code;

use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::{Bench, text};
use crate::par::{PAR, changed, name, pushing, visit};

const API: &str = "https://api.example/v1";
const MAIL: &str = "https://mail.example/";

async fn bench() -> Bench {
    changed("fast", |client| {
        client.metadata.resources = vec![API.to_owned(), MAIL.to_owned()];
    })
    .await
}

/// What the grant behind this code is for.
async fn granted(bench: &Bench, code: Option<String>) -> Vec<String> {
    let code = Code::parse(&Secret::new(code.expect("a code"))).expect("one of ours");
    let grants = bench.backend.stores.grants();
    let grant = grants.find(&bench.seeded.tenant.id, code.grant).await;
    grant.expect("reads").expect("is there").terms.resources
}

#[tokio::test]
async fn rfc8707_2_several_may_be_named_and_are_carried_through_sign_in() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    let two = [("resource", API), ("resource", MAIL), ("resource", API)];
    let back = browser.authorize("fast", "openid", &two).await;
    assert_eq!(granted(&bench, back.param("code")).await, [API, MAIL]);
    let pushed = pushing(&bench, "fast")
        .and("resource", API)
        .and("resource", MAIL);
    let name = name(&pushed.send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    assert_eq!(granted(&bench, back.param("code")).await, [API, MAIL]);
}

#[tokio::test]
async fn rfc8707_2_what_is_not_the_clients_or_no_absolute_uri_is_an_invalid_target() {
    let bench = bench().await;
    let mut browser = Browser::new(&bench);
    for bad in [
        "https://other.example/",
        "/v1",
        "https://api.example/v1#x",
        "https://api.example/v1/",
    ] {
        let both = [("resource", API), ("resource", bad)];
        let back = browser.authorize("fast", "openid", &both).await;
        assert_eq!(
            back.param("error").as_deref(),
            Some("invalid_target"),
            "{bad}"
        );
    }
    let bare = browser
        .authorize("web", "openid", &[("resource", API)])
        .await;
    assert_eq!(bare.param("error").as_deref(), Some("invalid_target"));
}

#[tokio::test]
async fn a_post_comes_back_with_all_of_them() {
    let bench = bench().await;
    let path = authorize_path("fast", "openid", &[("resource", API), ("resource", MAIL)]);
    let (path, form) = path.split_once('?').expect("a query");
    let form: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let mut browser = Browser::new(&bench);
    let answer = browser.post(path, &form).await;
    let back = browser.go_on(answer).await;
    assert_eq!(granted(&bench, back.param("code")).await, [API, MAIL]);
}

#[tokio::test]
async fn rfc8707_consent_to_one_resource_is_none_to_another() {
    let bench = changed("web", |client| {
        client.metadata.resources = vec![API.to_owned(), MAIL.to_owned()];
        client.consent = ConsentMode::Permanent;
    })
    .await;
    let mut browser = Browser::new(&bench);
    browser
        .authorize("web", "openid", &[("resource", API)])
        .await;
    browser.take_pages();
    let quiet = [("resource", API), ("prompt", "none")];
    let back = browser.authorize("web", "openid", &quiet).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    let other = [("resource", MAIL), ("prompt", "none")];
    let back = browser.authorize("web", "openid", &other).await;
    assert_eq!(back.param("error").as_deref(), Some("consent_required"));
    let path = authorize_path("web", "openid", &[("resource", MAIL)]);
    let answer = browser.get(&path).await;
    let page = browser.get(&location(&answer).expect("a flow")).await;
    let html = text(&page);
    assert!(
        html.contains("Use https://mail.example/ on your behalf"),
        "{html}"
    );
    assert!(!html.contains(API), "that was allowed before: {html}");
    let answer = browser.answer(&page).await;
    browser.go_on(answer).await;
    for both in [API, MAIL] {
        let quiet = [("resource", both), ("prompt", "none")];
        let back = browser.authorize("web", "openid", &quiet).await;
        assert!(back.param("code").is_some(), "{both}: {}", back.url);
    }
}

#[tokio::test]
async fn the_consent_page_names_resources_in_its_readers_language() {
    let bench = changed("web", |client| {
        client.metadata.resources = vec![API.to_owned()];
    })
    .await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let extra = [("resource", API), ("ui_locales", "de")];
    let answer = browser.get(&authorize_path("web", "openid", &extra)).await;
    let page = browser.get(&location(&answer).expect("a flow")).await;
    let words = format!("{API} in Ihrem Namen benutzen");
    assert!(text(&page).contains(&words), "{}", text(&page));
}
