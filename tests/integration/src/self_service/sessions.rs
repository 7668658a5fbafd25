//! Where one is signed in.

use provider::session::SessionToken;

use super::{act, own, own_of, page};
use crate::executor::SESSION;
use crate::harness::Bench;
use crate::harness::browser::{Browser, field, location};

const PATH: &str = "/if/user/sessions/";

#[tokio::test]
async fn other_browsers_are_signed_out_and_this_one_stays() {
    let bench = Bench::embedded().await;
    let (mut here, _) = own(&bench, PATH).await;
    let (mut there, _) = own(&bench, PATH).await;
    let html = page(&mut here, PATH).await;
    assert_eq!(html.matches("value=\"end\"").count(), 1, "one other");
    let done = act(&mut here, PATH, &[("action", "end_others")]).await;
    let to = location(&done).expect("back");
    assert_eq!(to, "/if/user/sessions/?notice=others-ended");
    assert!(
        page(&mut here, &to)
            .await
            .contains("All other browsers are signed out.")
    );
    let asked = location(&there.get(PATH).await).expect("to sign in");
    assert!(asked.starts_with("/if/flow/"), "{asked}");
}

/// The name of this browser's session.
fn session(browser: &Browser<'_>) -> String {
    let token = SessionToken::parse(&browser.cookies[SESSION]);
    token.expect("a session cookie").id().to_string()
}

/// Asks to end this session, and says what came of it.
async fn end(browser: &mut Browser<'_>, id: &str) -> String {
    let html = page(browser, "/if/user/tokens/").await;
    let csrf = field(&html, "csrf").expect("a token");
    let form = [("csrf", csrf.as_str()), ("action", "end"), ("session", id)];
    let done = browser.post(PATH, &form).await;
    location(&done).expect("back")
}

#[tokio::test]
async fn a_session_of_somebody_else_is_out_of_reach() {
    let bench = Bench::embedded().await;
    let (mut ada, _) = own(&bench, PATH).await;
    let mut bob = Browser::new(&bench);
    bob.user = ("bob", "bobs own password");
    let (mut bob, _) = own_of(bob, PATH).await;
    let gone = "/if/user/sessions/?notice=gone";
    assert_eq!(end(&mut ada, &session(&bob)).await, gone);
    assert_eq!(bob.get(PATH).await.status(), 200, "still signed in");
    let (mut other, _) = own(&bench, PATH).await;
    let ended = end(&mut other, &session(&ada)).await;
    assert_eq!(ended, "/if/user/sessions/?notice=session-ended");
    assert!(location(&ada.get(PATH).await).is_some(), "signed out");
}

#[tokio::test]
async fn this_session_is_ended_by_signing_out() {
    let bench = Bench::embedded().await;
    let (mut ada, _) = own(&bench, PATH).await;
    let id = session(&ada);
    let gone = "/if/user/sessions/?notice=gone";
    assert_eq!(end(&mut ada, &id).await, gone);
    assert_eq!(ada.get(PATH).await.status(), 200, "still signed in");
}
