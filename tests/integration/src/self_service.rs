//! What people do with their own account, `/if/user/`: each change wants the session's token, what gives lasting
//! access away wants a fresh sign-in, and nobody reaches what is somebody else's.

mod consents;
mod launch;
mod security;
mod sessions;
mod tokens;

use http::Method;
use provider::http::Response;

use crate::harness::Bench;
use crate::harness::browser::{Browser, field, location};
use crate::harness::{request, text};

/// Signs in on the way to a page of one's own, and hands that back.
async fn own<'b>(bench: &'b Bench, path: &str) -> (Browser<'b>, Response) {
    own_of(Browser::new(bench), path).await
}

/// The same of whoever has this browser.
async fn own_of<'b>(mut browser: Browser<'b>, path: &str) -> (Browser<'b>, Response) {
    let mut response = browser.get(path).await;
    for _ in 0..8 {
        response = match location(&response) {
            Some(to) => browser.get(&to).await,
            None if field(&text(&response), "component").is_some() => {
                browser.answer(&response).await
            }
            None => return (browser, response),
        };
    }
    panic!("not at {path}: {}", text(&response));
}

/// Sends a form of the page with these fields.
async fn act(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> Response {
    let page = browser.get(path).await;
    let csrf = field(&text(&page), "csrf").unwrap_or_default();
    let mut form = vec![("csrf", csrf.as_str())];
    form.extend(fields);
    browser.post(path, &form).await
}

/// A page of the account, as text.
async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    text(&browser.get(path).await)
}

#[tokio::test]
async fn a_stranger_signs_in_first_and_comes_back() {
    let bench = Bench::embedded().await;
    let mut stranger = Browser::new(&bench);
    let asked = stranger.get("/if/user/tokens/").await;
    let to = location(&asked).expect("to sign in");
    assert_eq!(
        to,
        "/if/flow/default-authentication-flow/?next=%2Fif%2Fuser%2Ftokens%2F"
    );
    let (_, page) = own(&bench, "/if/user/tokens/").await;
    assert_eq!(page.status(), 200);
    assert!(text(&page).contains("<h1>Tokens</h1>"), "{}", text(&page));
}

#[tokio::test]
async fn a_form_without_the_sessions_token_changes_nothing() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, "/if/user/").await;
    for path in ["security", "sessions", "consents", "tokens", "applications"] {
        let path = format!("/if/user/{path}/");
        let refused = browser.post(&path, &[("action", "end_others")]).await;
        assert_eq!(refused.status(), 403, "{path}");
    }
}

#[tokio::test]
async fn a_section_that_there_is_not_is_not_found() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, "/if/user/").await;
    let answer = browser.get("/if/user/nothing/").await;
    assert_eq!(answer.status(), 404);
    let answer = bench.send(request(Method::PUT, "/if/user/", "")).await;
    assert_eq!(answer.status(), 405);
}

#[tokio::test]
async fn applications_are_those_one_may_use() {
    let bench = Bench::scripted().await;
    let (mut browser, _) = own(&bench, "/if/user/").await;
    let html = page(&mut browser, "/if/user/applications/").await;
    assert!(html.contains("<h1>My applications</h1>"));
    let all = bench.seeded.fixture.iter();
    let shown = all.filter(|it| html.contains(&format!("<b>{}</b>", it.client.name)));
    let (shown, all) = (shown.count(), bench.seeded.fixture.len());
    assert!(shown > 0 && shown < all, "{shown} of {all}");
}
