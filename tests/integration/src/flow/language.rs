//! In which language pages are (OpenID Connect Core §3.1.2.1 `ui_locales`, RFC 9110 §12.5.4).

use http::header::ACCEPT_LANGUAGE;
use http::{HeaderValue, Method};
use serde_json::json;

use super::{SIGN_IN, next, signed_in};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::page::{heading, words};
use crate::harness::people::change;
use crate::harness::{Bench, configure, header, request, text};

fn asks_for(path: &str, languages: &'static str) -> http::Request<bytes::Bytes> {
    let mut request = request(Method::GET, path, "");
    request
        .headers_mut()
        .insert(ACCEPT_LANGUAGE, HeaderValue::from_static(languages));
    request
}

#[tokio::test]
async fn rfc9110_12_5_4_a_page_is_in_the_language_the_browser_asks_for() {
    let bench = Bench::embedded().await;
    let page = bench
        .send(asks_for(SIGN_IN, "fr, de-AT;q=0.9, en;q=0.1"))
        .await;
    assert_eq!(heading(&page), "Anmelden");
    assert!(text(&page).contains("<html lang=\"de\">"));
    let nothing = bench.send(asks_for("/nothing/here", "de")).await;
    assert_eq!(
        heading(&nothing),
        "Hier ist nichts",
        "even where nothing is"
    );
}

#[tokio::test]
async fn release_2022_7_2_a_page_is_in_the_brands_language_where_the_browser_asks_for_none() {
    let bench = Bench::embedded().await;
    configure::tenant(&bench, |tenant| {
        tenant.brand.default_locale = "de".to_owned();
    })
    .await;
    for (languages, title) in [("", "Anmelden"), ("fr", "Anmelden"), ("en", "Sign in")] {
        let page = bench.send(asks_for(SIGN_IN, languages)).await;
        assert_eq!(heading(&page), title, "{languages:?}");
    }
    assert_eq!(heading(&bench.get(SIGN_IN).await), "Anmelden");
}

#[tokio::test]
async fn oidc_core_3_1_2_1_a_page_is_in_the_language_the_client_asks_for() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let path = authorize_path("fast", "openid", &[("ui_locales", "fr de en")]);
    let answer = browser.get(&path).await;
    let page = browser.get(&location(&answer).expect("to sign in")).await;
    assert!(
        words(&page).contains("weiter zu / Fast"),
        "{}",
        words(&page)
    );
    browser.user.1 = "wrong";
    let password = next(&mut browser, &page).await;
    let again = browser.answer(&password).await;
    assert_eq!(heading(&again), "Passwort eingeben");
    assert!(words(&again).contains("Benutzername oder Passwort stimmen nicht."));
}

#[tokio::test]
async fn a_language_that_was_chosen_is_kept() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let page = browser.get(SIGN_IN).await;
    let german = format!("{SIGN_IN}?locale=de");
    assert!(text(&page).contains(&format!("href=\"{german}\" lang=\"de\"")));
    assert_eq!(heading(&browser.get(&german).await), "Anmelden");
    assert_eq!(heading(&browser.get(SIGN_IN).await), "Anmelden");
    let error = browser.get("/if/flow/no-such-flow/").await;
    assert_eq!(heading(&error), "Hier ist nichts");
    let unknown = browser.get(&format!("{SIGN_IN}?locale=tlh")).await;
    assert_eq!(
        heading(&unknown),
        "Anmelden",
        "what there is not is not chosen"
    );
    assert!(!header(&unknown, "set-cookie").contains("locale"));
}

#[tokio::test]
async fn the_language_of_an_account_counts_only_for_who_has_proved_to_be_its_owner() {
    let bench = Bench::embedded().await;
    change(&bench, "ada", |user| {
        user.profile
            .attributes
            .insert("settings".to_owned(), json!({ "locale": "de" }));
    })
    .await;
    let mut stranger = Browser::new(&bench);
    let page = stranger.get(SIGN_IN).await;
    let password = next(&mut stranger, &page).await;
    assert_eq!(
        heading(&password),
        "Enter your password",
        "whether there is such an account does not show"
    );
    let mut ada = signed_in(&bench).await;
    let sign_out = ada.get("/if/flow/default-invalidation-flow/").await;
    assert_eq!(heading(&sign_out), "Von Example abmelden?");
}
