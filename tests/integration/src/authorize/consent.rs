//! Consent (OpenID Connect Core §3.1.2.4; RFC 6749 §4.1.2.1 `access_denied`).

use protocol::{Scopes, Seconds};
use provider::client::{Client, ConsentMode};

use super::settled;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::configure;
use crate::harness::page::{headers, scopes, words};
use crate::harness::people::deactivate;
use crate::harness::{Bench, text};

const NOTHING: [&str; 0] = [];

const DENIED: &str = "https://rp.example/cb?error=access_denied&error_description=the+person+denied+the+request&state=s&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F";

/// The stages that this request needs.
async fn asked(browser: &mut Browser<'_>, client: &str, scope: &str) -> Vec<String> {
    let back = browser.authorize(client, scope, &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    browser.take_pages()
}

/// Gives a client another consent mode.
async fn set_mode(bench: &Bench, slug: &str, mode: ConsentMode) {
    reconfigure(bench, slug, |client| client.consent = mode).await;
}

/// Changes a client's configuration, everywhere.
async fn reconfigure(bench: &Bench, slug: &str, change: impl FnOnce(&mut Client)) {
    let found = bench
        .seeded
        .fixture
        .iter()
        .find(|found| found.client.slug.as_str() == slug);
    let mut client = found.expect("a client of the fixture").client.clone();
    change(&mut client);
    configure::write(&bench.backend.stores, &bench.seeded.tenant.id, &client).await;
    bench.wait(Seconds(31)); // what instances keep in memory
}

/// The page that asks.
async fn page(browser: &mut Browser<'_>, client: &str, scope: &str) -> provider::http::Response {
    let answer = browser.get(&authorize_path(client, scope, &[])).await;
    let to = location(&answer).expect("a redirect");
    assert!(
        to.starts_with("/if/flow/default-provider-authorization-explicit-consent/?next="),
        "{to}"
    );
    browser.get(&to).await
}

#[tokio::test]
async fn oidc_core_3_1_2_4_the_page_says_who_asks_for_what_and_where_it_goes() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let page = page(&mut browser, "web", "openid profile email offline_access").await;
    assert_eq!(
        words(&page),
        "Example / Allow Web to use your account? / Account: / ada / Not you? / Permissions / Email address / Access to request new tokens without interaction / General Profile Information / You will continue at / rp.example / . Choose Allow only if you trust it. / Allow / Deny"
    );
    assert_eq!(
        headers(&page),
        [
            "cache-control: no-store",
            "content-security-policy: default-src 'none'; style-src [style] [style]; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'",
            "content-type: text/html; charset=utf-8",
            "referrer-policy: same-origin",
            "set-cookie: latchkey_flow=[…]; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax",
            "x-content-type-options: nosniff",
            "x-frame-options: DENY",
        ]
    );
}

#[tokio::test]
async fn rfc6749_3_3_without_a_scope_consent_is_asked_for_all_of_them() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    let page = page(&mut browser, "web", "").await;
    assert_eq!(scopes(&page), [["email", "offline_access", "profile"]]);
}

#[tokio::test]
async fn consent_is_remembered_for_the_same_and_for_fewer_scopes() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await; // openid profile
    for scope in ["openid profile", "profile openid", "openid", "profile"] {
        assert_eq!(asked(&mut browser, "web", scope).await, NOTHING, "{scope}");
    }
}

#[tokio::test]
async fn more_scopes_ask_again_and_the_new_ones_are_listed_apart() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await; // openid profile
    let more = page(&mut browser, "web", "openid profile email").await;
    assert_eq!(scopes(&more), [["email"], ["profile"]]);
    assert!(
        words(&more)
            .contains("/ New permissions / Email address / Allowed before / General Profile")
    );
    assert_eq!(
        asked(&mut browser, "web", "openid email").await,
        ["consent"]
    );
    assert_eq!(
        asked(&mut browser, "web", "openid profile email").await,
        NOTHING,
        "both count"
    );
}

#[tokio::test]
async fn consent_is_one_persons_for_one_client() {
    let bench = Bench::embedded().await;
    let mut ada = settled(&bench).await;
    let mut bob = Browser::new(&bench);
    bob.user = ("bob", "bobs own password");
    let all = ["identification", "password", "consent"];
    assert_eq!(asked(&mut bob, "web", "openid profile").await, all);
    assert_eq!(
        asked(&mut ada, "strict", "openid profile").await,
        ["consent"]
    );
    let mut elsewhere = Browser::new(&bench);
    let known = asked(&mut elsewhere, "web", "openid profile").await;
    assert_eq!(known, ["identification", "password"], "in any browser");
}

#[tokio::test]
async fn rfc6749_4_1_2_1_a_denial_is_told_to_the_client_and_not_kept() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.consent = "deny";
    let extra = [("state", "s")];
    let back = browser.authorize("web", "openid profile", &extra).await;
    assert_eq!(back.url, DENIED);
    assert_eq!(
        browser.take_pages(),
        ["identification", "password", "consent"]
    );
    let again = browser.authorize("web", "openid profile", &extra).await;
    assert_eq!(
        (again.url.as_str(), browser.take_pages()),
        (DENIED, vec!["consent".to_owned()])
    );
    browser.consent = "accept";
    let changed = browser.authorize("web", "openid profile", &extra).await;
    assert_eq!(
        browser.take_pages(),
        ["consent"],
        "the very same request asks again"
    );
    assert!(changed.param("code").is_some(), "{}", changed.url);
    let fragment = [
        ("state", "s"),
        ("response_mode", "fragment"),
        ("prompt", "consent"),
    ];
    browser.consent = "deny";
    let back = browser.authorize("web", "openid profile", &fragment).await;
    assert_eq!(back.url, DENIED.replace("cb?", "cb#"));
}

#[tokio::test]
async fn denying_more_does_not_take_away_what_was_allowed() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    browser.consent = "deny";
    let back = browser
        .authorize("web", "openid profile email", &[("state", "s")])
        .await;
    assert_eq!(
        (back.url.as_str(), browser.take_pages()),
        (DENIED, vec!["consent".to_owned()])
    );
    assert_eq!(asked(&mut browser, "web", "openid profile").await, NOTHING);
}

#[tokio::test]
async fn neither_button_is_no_answer() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    browser.consent = "perhaps";
    let shown = page(&mut browser, "web", "openid email").await;
    let answer = browser.answer(&shown).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(words(&answer), words(&shown), "asked again");
    let again = page(&mut browser, "web", "openid email").await;
    assert_eq!(words(&again), words(&shown), "and nothing was granted");
}

#[tokio::test]
async fn always_require_asks_each_time() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for _ in 0..3 {
        assert_eq!(asked(&mut browser, "strict", "openid").await, ["consent"]);
    }
}

#[tokio::test]
async fn implicit_never_asks() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let all = "openid profile email offline_access";
    assert_eq!(
        asked(&mut browser, "fast", all).await,
        ["identification", "password"]
    );
    assert_eq!(asked(&mut browser, "es", all).await, NOTHING);
}

#[tokio::test]
async fn expiring_asks_again_when_its_time_is_over() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    bench.wait(Seconds(Seconds::days(28).0 - 1));
    let sign_in = ["identification", "password"];
    assert_eq!(asked(&mut browser, "web", "openid profile").await, sign_in);
    bench.wait(Seconds(1));
    let page = page(&mut browser, "web", "openid profile").await;
    assert_eq!(
        scopes(&page),
        [["profile"]],
        "nothing counts as allowed before"
    );
    assert_eq!(
        asked(&mut browser, "web", "openid profile").await,
        ["consent"]
    );
    assert_eq!(asked(&mut browser, "web", "openid profile").await, NOTHING);
}

#[tokio::test]
async fn permanent_asks_once() {
    let bench = Bench::embedded().await;
    set_mode(&bench, "strict", ConsentMode::Permanent).await;
    let mut browser = Browser::new(&bench);
    let first = asked(&mut browser, "strict", "openid").await;
    assert_eq!(first, ["identification", "password", "consent"]);
    bench.wait(Seconds::days(1000));
    let later = asked(&mut browser, "strict", "openid").await;
    assert_eq!(later, ["identification", "password"]);
}

#[tokio::test]
async fn somebody_deactivated_is_signed_out_and_not_asked() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    deactivate(&bench, "ada").await;
    let path = authorize_path("web", "openid", &[("prompt", "none")]);
    let to = location(&browser.get(&path).await).expect("a redirect");
    assert!(to.contains("error=login_required"), "{to}");
    let answer = browser
        .get(&authorize_path("web", "openid email", &[]))
        .await;
    let to = location(&answer).expect("a redirect");
    assert!(
        to.starts_with("/if/flow/default-authentication-flow/"),
        "{to}"
    );
}

#[tokio::test]
async fn the_consent_page_leads_only_where_an_application_asked() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let flow = "/if/flow/default-provider-authorization-explicit-consent/";
    for next in [
        "",
        "?next=/if/user/",
        "?next=/application/o/authorize/%3Fclient_id%3Dnobody",
    ] {
        let answer = browser.get(&format!("{flow}{next}")).await;
        assert_eq!(answer.status(), 400, "{next}: {}", text(&answer));
        assert!(words(&answer).contains("This link leads nowhere"), "{next}");
    }
    let path = authorize_path("web", "openid email", &[]);
    let next = form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>();
    let answer = Browser::new(&bench)
        .get(&format!("{flow}?next={next}"))
        .await;
    assert_eq!(
        location(&answer).as_deref(),
        Some(&*path),
        "nobody is signed in: begin at the beginning"
    );
}

#[tokio::test]
async fn consent_that_has_become_too_little_is_asked_for_again_and_never_goes_round() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    // No scope is named, so it is all that the client may have; the person signs in on this very errand.
    let first = browser.get(&authorize_path("web", "", &[])).await;
    let identification = browser.get(&location(&first).expect("a flow")).await;
    let password = browser.answer(&identification).await;
    let password = browser
        .get(&location(&password).expect("the same flow"))
        .await;
    let back = browser.answer(&password).await;
    let to_consent = browser.get(&location(&back).expect("authorize")).await;
    let consent = browser.get(&location(&to_consent).expect("consent")).await;
    let granted = browser.answer(&consent).await;
    let more = Scopes::parse("openid profile email offline_access more").unwrap();
    reconfigure(&bench, "web", |client| client.scopes = more).await;

    let again = browser.get(&location(&granted).expect("authorize")).await;
    let page = browser.get(&location(&again).expect("consent")).await;
    assert_eq!(page.status(), 200, "a page, not another redirect");
    let back = browser.go_on(page).await;
    assert!(back.param("code").is_some(), "{}", back.url);
}
