//! Password and authenticators.

use protocol::Seconds;
use provider::authenticator::Authenticator;

use super::{own, page};
use crate::harness::Bench;
use crate::harness::browser::{Browser, field, location};
use crate::harness::people::user;
use crate::step_up::App;

const PATH: &str = "/if/user/security/";

/// To where somebody proves again who they are, and back.
const SIGN_IN_AGAIN: &str =
    "/if/flow/default-authentication-flow/?next=%2Fif%2Fuser%2Fsecurity%2F&restart=1";

#[tokio::test]
async fn set_up_flows_lead_back_here() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    let html = page(&mut browser, PATH).await;
    for flow in [
        "default-password-change",
        "default-authenticator-totp-setup",
        "default-authenticator-static-setup",
        "default-authenticator-webauthn-setup",
    ] {
        let link = format!("/if/flow/{flow}/?next=%2Fif%2Fuser%2Fsecurity%2F");
        assert!(html.contains(&link), "{link}");
        let shown = browser.get(&link).await;
        assert_eq!(shown.status(), 200, "{flow}");
    }
}

/// The only authenticator of this person.
async fn authenticator(bench: &Bench, login: &str) -> Authenticator {
    let owner = user(bench, login).await.subject.id;
    let store = bench.backend.stores.authenticators();
    let found = store.of_user(&bench.seeded.tenant.id, owner).await;
    found.expect("reads").pop().expect("an authenticator")
}

/// Asks to do this to it, and says where that led.
async fn change(browser: &mut Browser<'_>, action: &str, id: &str) -> String {
    let html = page(browser, "/if/user/tokens/").await;
    let csrf = field(&html, "csrf").expect("a token");
    let form = [
        ("csrf", csrf.as_str()),
        ("action", action),
        ("authenticator", id),
        ("name", "mine"),
    ];
    location(&browser.post(PATH, &form).await).expect("on")
}

#[tokio::test]
async fn an_authenticator_that_is_not_ones_own_is_gone() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    App::of(&bench, "bob").await;
    let bobs = authenticator(&bench, "bob").await;
    for id in [bobs.id, uuid::Uuid::from_u128(1)] {
        for action in ["rename", "remove"] {
            let to = change(&mut browser, action, &id.to_string()).await;
            assert_eq!(to, "/if/user/security/?notice=gone");
        }
    }
    assert_eq!(authenticator(&bench, "bob").await, bobs);
}

#[tokio::test]
async fn an_authenticator_is_removed_only_soon_after_a_sign_in() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    App::of(&bench, "ada").await;
    let id = authenticator(&bench, "ada").await.id.to_string();
    bench.wait(Seconds(Seconds::minutes(30).0 + 1));
    let to = change(&mut browser, "remove", &id).await;
    assert_eq!(to, SIGN_IN_AGAIN);
    assert_eq!(authenticator(&bench, "ada").await.id.to_string(), id);
    bench.wait(Seconds(-1));
    let to = change(&mut browser, "remove", &id).await;
    assert_eq!(to, "/if/user/security/?notice=authenticator-removed");
}

#[tokio::test]
async fn a_session_that_was_not_asked_for_an_authenticator_removes_none() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    bench.wait(Seconds(-1)); // there before the sign-in, which did not ask for it
    App::of(&bench, "ada").await;
    bench.wait(Seconds(1));
    let id = authenticator(&bench, "ada").await.id.to_string();
    assert_eq!(change(&mut browser, "remove", &id).await, SIGN_IN_AGAIN);
    assert_eq!(authenticator(&bench, "ada").await.id.to_string(), id);
}
