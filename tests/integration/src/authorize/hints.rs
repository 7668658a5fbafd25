//! `login_hint` and `id_token_hint` (OpenID Connect Core §3.1.2.1, §3.1.2.2).

use protocol::Seconds;

use super::settled;
use crate::harness::browser::{Browser, authorize_path, field, location};
use crate::harness::{Bench, member, text};

/// An ID token of this client for this person.
async fn id_token(bench: &Bench, client: &str, user: (&str, &str)) -> String {
    let mut browser = Browser::new(bench);
    browser.user = user;
    let back = browser.authorize(client, "openid", &[]).await;
    let answer = bench
        .redeem(client, &back.param("code").expect("a code"))
        .await;
    member(&crate::harness::json(&answer), "id_token").to_owned()
}

const ADA: (&str, &str) = ("ada", "correct horse battery");
const BOB: (&str, &str) = ("bob", "bobs own password");

/// Where the browser is sent first.
async fn sent_to(browser: &mut Browser<'_>, extra: &[(&str, &str)]) -> String {
    let answer = browser.get(&authorize_path("web", "openid", extra)).await;
    location(&answer).expect("a redirect")
}

#[tokio::test]
async fn oidc_core_3_1_2_1_login_hint_stands_in_the_form_and_can_be_changed() {
    let bench = Bench::embedded().await;
    for hint in [
        "bob@example.com",
        r#""><script>alert(1)</script>"#,
        "ö + &amp;",
    ] {
        let mut browser = Browser::new(&bench);
        let to = sent_to(&mut browser, &[("login_hint", hint)]).await;
        let page = browser.get(&to).await;
        let html = text(&page);
        assert!(!html.contains("<script>alert"), "{hint}");
        assert_eq!(field(&html, "uid_field").as_deref(), Some(hint));
        let back = browser.go_on(page).await;
        assert!(
            back.param("code").is_some(),
            "ada typed another name: {}",
            back.url
        );
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_an_id_token_hint_for_whoever_is_signed_in_succeeds() {
    let bench = Bench::embedded().await;
    let hint = id_token(&bench, "web", ADA).await;
    let mut browser = settled(&bench).await;
    for prompt in [
        &[("id_token_hint", &*hint)][..],
        &[("id_token_hint", &hint), ("prompt", "none")],
    ] {
        let to = sent_to(&mut browser, prompt).await;
        assert!(to.starts_with("https://rp.example/cb?code="), "{to}");
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_1_an_expired_id_token_is_still_a_hint() {
    let bench = Bench::embedded().await;
    let two_days = Seconds::days(2);
    bench.wait(Seconds(-two_days.0)); // so that it has expired by every clock
    let hint = id_token(&bench, "web", ADA).await;
    let mut browser = settled(&bench).await;
    bench.wait(two_days);
    let to = sent_to(
        &mut browser,
        &[("id_token_hint", &hint), ("prompt", "none")],
    )
    .await;
    assert!(to.starts_with("https://rp.example/cb?code="), "{to}");
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_hint_for_somebody_else_is_login_required_without_pages() {
    let bench = Bench::embedded().await;
    let hint = id_token(&bench, "web", BOB).await;
    let mut browser = settled(&bench).await;
    let asked = [
        ("id_token_hint", &*hint),
        ("prompt", "none"),
        ("state", "s"),
    ];
    assert_eq!(
        sent_to(&mut browser, &asked).await,
        "https://rp.example/cb?error=login_required&error_description=the+person+is+not+signed+in&state=s&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F"
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_2_a_hint_for_somebody_else_lets_that_person_sign_in() {
    let bench = Bench::embedded().await;
    let hint = id_token(&bench, "web", BOB).await;
    let mut browser = settled(&bench).await;
    browser.user = BOB;
    let back = browser
        .authorize("web", "openid", &[("id_token_hint", &hint)])
        .await;
    assert_eq!(browser.take_pages(), ["identification", "password"]);
    assert!(back.param("code").is_some(), "{}", back.url);
}

#[tokio::test]
async fn oidc_core_3_1_2_2_nobody_but_the_hinted_person_is_answered_for() {
    let bench = Bench::embedded().await;
    let hint = id_token(&bench, "web", BOB).await;
    let mut browser = settled(&bench).await; // ada, who signs in again
    let back = browser
        .authorize("web", "openid", &[("id_token_hint", &hint), ("state", "s")])
        .await;
    assert_eq!(browser.take_pages(), ["identification", "password"]);
    assert_eq!(
        back.url,
        "https://rp.example/cb?error=login_required&error_description=the+person+is+not+signed+in&state=s&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F"
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_hint_that_we_did_not_issue_for_this_client_is_refused() {
    let bench = Bench::embedded().await;
    let own = id_token(&bench, "web", ADA).await;
    let foreign = id_token(&bench, "es", ADA).await;
    let mut browser = settled(&bench).await;
    let parts: Vec<&str> = own.split('.').collect();
    let others: Vec<&str> = foreign.split('.').collect();
    let forged = format!("{}.{}.{}", parts[0], others[1], parts[2]);
    // {"alg":"none"}
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
    for hint in [&foreign, &forged, &unsigned, parts[1], "nonsense", "a.b.c"] {
        let asked = [("id_token_hint", hint), ("state", "s")];
        assert_eq!(
            sent_to(&mut browser, &asked).await,
            "https://rp.example/cb?error=invalid_request&error_description=id_token_hint+is+not+an+ID+token+of+this+client&state=s&iss=http%3A%2F%2Flocalhost%3A8000%2Fapplication%2Fo%2Fweb%2F",
            "{hint}"
        );
    }
}
