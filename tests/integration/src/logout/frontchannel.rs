//! Clients hear of logouts in the browser (Front-Channel Logout 1.0).

use super::{END_SESSION, OUT, Visitor};
use crate::harness::page::headers;
use crate::harness::{Bench, claims, configure, encode, text};

const HEARD: &str = "https://es.example/heard?x=1";

pub(super) async fn hears(bench: &Bench, slug: &str, uri: &str, with_session: bool) {
    let uri = uri.to_owned();
    configure::client(bench, slug, |client| {
        client.metadata.frontchannel_logout_uri = Some(uri);
        client.metadata.frontchannel_logout_session_required = with_session;
    })
    .await;
}

/// The frames of a page, as the browser reads them.
pub(super) fn frames(html: &str) -> Vec<String> {
    let parts = html.split("<iframe hidden src=\"").skip(1);
    let urls = parts.map(|part| part.split_once('"').expect("an end").0);
    urls.map(|url| url.replace("&#38;", "&")).collect()
}

#[tokio::test]
async fn frontchannel_3_each_client_that_was_visited_hears_in_a_frame_and_then_it_goes_on() {
    let bench = Bench::embedded().await;
    hears(&bench, "es", HEARD, true).await;
    hears(&bench, "direct", "https://direct.example/heard", false).await;
    hears(&bench, "fast", "https://fast.example/heard", true).await; // nobody goes there
    let mut ada = Visitor::ada(&bench, "openid").await;
    let back = ada.browser.authorize("es", "openid", &[]).await;
    let tokens = bench
        .redeem("es", &back.param("code").expect("a code"))
        .await;
    let tokens = crate::harness::json(&tokens);
    let of_es = claims(tokens["id_token"].as_str().expect("one"));
    ada.browser.authorize("direct", "openid", &[]).await;
    let hint = ada.id_token.clone();
    let asked = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", OUT),
        ("state", "s&t"),
    ];
    let page = ada.leave(&asked).await;
    assert_eq!(page.status(), 200);
    let html = text(&page);
    let query = encode(&[
        ("iss", of_es["iss"].as_str().expect("text")),
        ("sid", of_es["sid"].as_str().expect("text")),
    ]);
    let want = [
        "https://direct.example/heard".to_owned(),
        format!("{HEARD}&{query}"),
    ];
    assert_eq!(frames(&html), want);
    let onward = "https://rp.example/out?state=s%26t";
    assert!(
        html.contains(&format!("href=\"{onward}\" data-goes-on")),
        "{html}"
    );
    assert!(html.contains(&format!(
        "<noscript><meta http-equiv=\"refresh\" content=\"3; url={onward}\"></noscript>"
    )));
    let policy = headers(&page).into_iter();
    let mut policy = policy.filter(|line| line.starts_with("content-security-policy"));
    let policy = policy.next().expect("a policy");
    let sources = "; frame-src https://direct.example https://es.example";
    assert!(policy.ends_with(sources), "{policy}");
    assert!(!ada.is_signed_in().await);
}

#[tokio::test]
async fn frontchannel_3_without_a_uri_the_page_stays_and_has_the_frames() {
    let bench = Bench::embedded().await;
    hears(&bench, "web", "https://rp.example/heard", false).await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let hint = ada.id_token.clone();
    let html = text(&ada.leave(&[("id_token_hint", &hint)]).await);
    assert_eq!(frames(&html), ["https://rp.example/heard"]);
    assert!(!html.contains("data-goes-on") && !html.contains("http-equiv=\"refresh\""));
    assert!(!html.contains("<script"));
}

#[tokio::test]
async fn pages_without_frames_allow_none() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    for path in [END_SESSION, "/if/flow/default-invalidation-flow/"] {
        let page = ada.browser.get(path).await;
        let lines = headers(&page);
        let policy = lines
            .iter()
            .find(|line| line.starts_with("content-security-policy"));
        assert!(!policy.expect("a policy").contains("frame-src"), "{path}");
    }
}
