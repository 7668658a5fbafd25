//! `/if/flow/{slug}/`: the pages on the way to an application, and what keeps them honest (OpenID Connect
//! Core §3.1.2.3, §3.1.2.4; RFC 6749 §10.12, RFC 6819 §4.4.1).

mod captcha;
mod ended;
mod forgery;
mod invitations;
mod language;
mod long_ago;
mod made;
mod mail;
mod media;
mod order;
mod others;
mod pages;
mod password;
mod paths;
mod probe;
mod prompts;
mod redirecting;
mod removal;
mod room;
mod session;
mod shipped;
mod writing;

use http::header::SET_COOKIE;
use provider::http::Response;

use crate::harness::Bench;
use crate::harness::browser::{Browser, authorize_path, location};

/// The flow that signs people in.
const SIGN_IN: &str = "/if/flow/default-authentication-flow/";

/// The flow cookie's name on localhost.
const FLOW: &str = "latchkey_flow";

/// The name on localhost of the cookie of a browser in which somebody signed in before.
const KNOWN: &str = "latchkey_known";

/// The session cookie's name on localhost.
const SESSION: &str = "latchkey_session";

/// The page where this request of the client `fast`, which asks for no consent, begins.
async fn begin(browser: &mut Browser<'_>, state: &str) -> Response {
    let answer = browser
        .get(&authorize_path("fast", "openid", &[("state", state)]))
        .await;
    browser.get(&location(&answer).expect("to sign in")).await
}

/// The page after the form of this one was answered.
async fn next(browser: &mut Browser<'_>, page: &Response) -> Response {
    let answer = browser.answer(page).await;
    assert_eq!(answer.status(), 303);
    browser
        .get(&location(&answer).expect("where to look"))
        .await
}

/// Somebody who has signed in for the client `fast`.
async fn signed_in(bench: &Bench) -> Browser<'_> {
    let mut browser = Browser::new(bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    browser.take_pages();
    browser
}

/// Whether this browser's session counts.
async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let answer = browser
        .get(&authorize_path("fast", "openid", &[("prompt", "none")]))
        .await;
    let to = location(&answer).expect("a redirect");
    assert!(
        to.contains("?code=") || to.contains("?error=login_required&"),
        "{to}"
    );
    to.contains("?code=")
}

/// The names of the cookies that are set.
fn cookies_set(response: &Response) -> Vec<String> {
    let all = response.headers().get_all(SET_COOKIE).into_iter();
    let name = |set: &http::HeaderValue| {
        set.to_str()
            .expect("text")
            .split('=')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    all.map(name).collect()
}
