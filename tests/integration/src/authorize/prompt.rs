//! `prompt` and `max_age` (OpenID Connect Core §3.1.2.1, §3.1.2.3).

use protocol::Seconds;

use super::settled;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::{Bench, claims, json, member, text};

/// When the person of this code signed in, in seconds since the epoch (OIDC Core §2 `auth_time`).
async fn auth_time(bench: &Bench, code: Option<String>) -> i64 {
    let answer = bench.redeem("web", &code.expect("a code")).await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    claims(member(&json(&answer), "id_token"))["auth_time"]
        .as_i64()
        .expect("a number")
}

/// Where `prompt=none` ends: no page may be shown.
async fn silently(browser: &mut Browser<'_>, client: &str, extra: &[(&str, &str)]) -> String {
    let mut asked = vec![("prompt", "none"), ("state", "s")];
    asked.extend(extra);
    let answer = browser
        .get(&authorize_path(client, "openid profile", &asked))
        .await;
    assert_eq!(answer.status(), 302, "{}", text(&answer));
    location(&answer).expect("a redirect")
}

fn refused(error: &str, description: &str, client: &str) -> String {
    format!(
        "https://rp.example/cb?error={error}&error_description={description}&state=s&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2F{client}%2F"
    )
}

fn login_required(client: &str) -> String {
    refused("login_required", "the+person+is+not+signed+in", client)
}

fn consent_required(client: &str) -> String {
    refused("consent_required", "the+person+has+not+consented", client)
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_none_shows_no_page_to_a_stranger() {
    let bench = Bench::embedded().await;
    let mut stranger = Browser::new(&bench);
    assert_eq!(
        silently(&mut stranger, "web", &[]).await,
        login_required("web")
    );
    assert_eq!(stranger.cookies.len(), 0);
    let fragment = silently(&mut stranger, "web", &[("response_mode", "fragment")]).await;
    assert_eq!(fragment, login_required("web").replace("cb?", "cb#"));
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_none_shows_no_consent_page() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    browser.authorize("fast", "openid", &[]).await;
    assert_eq!(
        silently(&mut browser, "web", &[]).await,
        consent_required("web")
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_none_succeeds_where_nothing_is_to_be_asked() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let to = silently(&mut browser, "web", &[]).await;
    assert!(to.starts_with("https://rp.example/cb?code="), "{to}");
    let to = silently(&mut browser, "fast", &[]).await;
    assert!(
        to.starts_with("https://rp.example/cb?code="),
        "implicit consent: {to}"
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_none_fails_where_consent_is_asked_each_time() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    browser.authorize("strict", "openid profile", &[]).await;
    assert_eq!(browser.take_pages(), ["consent"]);
    assert_eq!(
        silently(&mut browser, "strict", &[]).await,
        consent_required("strict")
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_none_fails_where_max_age_is_exceeded() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    bench.wait(Seconds(61));
    let age = [("max_age", "60")];
    assert_eq!(
        silently(&mut browser, "web", &age).await,
        login_required("web")
    );
    assert_eq!(
        silently(&mut browser, "web", &[("max_age", "0")]).await,
        login_required("web")
    );
    let age = [("max_age", "61")];
    assert!(silently(&mut browser, "web", &age).await.contains("?code="));
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_login_asks_again_and_moves_auth_time() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let back = browser.authorize("web", "openid", &[]).await;
    let first = auth_time(&bench, back.param("code")).await;
    assert_eq!(first, bench.now().unix());
    for prompt in ["login", "select_account", "login consent"] {
        bench.wait(Seconds(10));
        let back = browser
            .authorize("web", "openid", &[("prompt", prompt)])
            .await;
        let expected: &[&str] = match prompt {
            "login consent" => &["identification", "password", "consent"],
            _ => &["identification", "password"],
        };
        assert_eq!(browser.take_pages(), expected, "{prompt}");
        assert_eq!(
            auth_time(&bench, back.param("code")).await,
            bench.now().unix(),
            "{prompt}"
        );
    }
    bench.wait(Seconds(10));
    let back = browser.authorize("web", "openid", &[]).await;
    assert_eq!(
        browser.take_pages(),
        [""; 0],
        "asked only where the client says so"
    );
    assert_eq!(
        auth_time(&bench, back.param("code")).await,
        bench.now().unix() - 10
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_login_is_satisfied_once_by_one_sign_in() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let asked = [("prompt", "login"), ("state", "same")];
    for _ in 0..2 {
        browser.authorize("web", "openid", &asked).await;
        assert_eq!(browser.take_pages(), ["identification", "password"]);
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_login_is_not_satisfied_by_a_sign_in_for_another_request() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let one = browser
        .get(&authorize_path(
            "web",
            "openid",
            &[("prompt", "login"), ("state", "1")],
        ))
        .await;
    let mut page = browser.get(&location(&one).expect("to sign in")).await;
    while location(&page).is_none_or(|to| to.starts_with("/if/flow/")) {
        page = match location(&page) {
            Some(to) => browser.get(&to).await,
            None => browser.answer(&page).await,
        };
    }
    assert_eq!(browser.take_pages(), ["identification", "password"]);
    let two = [("prompt", "login"), ("state", "2")];
    browser.authorize("web", "openid", &two).await;
    assert_eq!(browser.take_pages(), ["identification", "password"]);
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_login_is_not_satisfied_by_looking_at_the_page() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let path = authorize_path("web", "openid", &[("prompt", "login consent")]);
    let sign_in = location(&browser.get(&path).await).expect("to sign in");
    let page = browser.get(&sign_in).await;
    assert_eq!(
        location(&browser.get(&path).await).as_deref(),
        Some(&*sign_in)
    );
    browser.answer(&page).await; // the name alone
    assert_eq!(
        location(&browser.get(&path).await).as_deref(),
        Some(&*sign_in)
    );
    let consent = sign_in.replace(
        "default-authentication-flow",
        "default-provider-authorization-explicit-consent",
    );
    let page = browser.get(&consent).await;
    let answer = browser.answer(&page).await;
    assert_eq!(location(&answer).as_deref(), Some(&*path));
    assert_eq!(
        location(&browser.get(&path).await).as_deref(),
        Some(&*sign_in),
        "nor by agreeing"
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_consent_asks_whatever_is_on_record() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for client in ["web", "fast"] {
        for _ in 0..2 {
            browser
                .authorize(client, "openid profile", &[("prompt", "consent")])
                .await;
            assert_eq!(browser.take_pages(), ["consent"], "{client}");
        }
        browser.authorize(client, "openid profile", &[]).await;
        assert_eq!(browser.take_pages(), [""; 0], "{client}");
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_max_age_exceeded_asks_again_and_moves_auth_time() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    let signed_in = bench.now().unix();
    bench.wait(Seconds(60));
    let back = browser
        .authorize("web", "openid", &[("max_age", "60")])
        .await;
    assert_eq!(browser.take_pages(), [""; 0], "at most this long ago");
    assert_eq!(auth_time(&bench, back.param("code")).await, signed_in);
    bench.wait(Seconds(1));
    let back = browser
        .authorize("web", "openid", &[("max_age", "60")])
        .await;
    assert_eq!(browser.take_pages(), ["identification", "password"]);
    assert_eq!(auth_time(&bench, back.param("code")).await, signed_in + 61);
}

#[tokio::test]
async fn oidc_core_3_1_2_1_max_age_zero_is_prompt_login() {
    let bench = Bench::embedded().await;
    let mut browser = settled(&bench).await;
    for _ in 0..2 {
        browser
            .authorize("web", "openid", &[("max_age", "0")])
            .await;
        assert_eq!(
            browser.take_pages(),
            ["identification", "password"],
            "in the same second too"
        );
    }
}

#[tokio::test]
async fn a_slow_person_still_satisfies_max_age_by_signing_in() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let mut answer = browser
        .get(&authorize_path(
            "web",
            "openid profile",
            &[("max_age", "5")],
        ))
        .await;
    while browser.pages.len() < 2 {
        answer = match location(&answer) {
            Some(to) => browser.get(&to).await,
            None => browser.answer(&answer).await,
        };
    }
    bench.wait(Seconds(60)); // over the consent page
    let back = browser.go_on(answer).await;
    assert_eq!(
        browser.take_pages(),
        ["identification", "password", "consent"]
    );
    assert!(back.param("code").is_some(), "{}", back.url);
}
