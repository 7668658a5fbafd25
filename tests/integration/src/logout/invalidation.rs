//! The provider's invalidation flow (release 2024.10; reference §6.6).

use super::{SIGNED_OUT, Visitor};
use crate::harness::browser::{Browser, field, location};
use crate::harness::page::said;
use crate::harness::{Bench, configure, encode, json, member, text};

/// An application that is left without ending the session.
const LEFT: &str = "/application/o/guest/end-session/";

/// The id token and access token of `guest`, in this browser's session.
async fn guest(bench: &Bench, browser: &mut Browser<'_>) -> (String, String) {
    let back = browser.authorize("guest", "openid", &[]).await;
    let answer = bench
        .redeem("guest", &back.param("code").expect("a code"))
        .await;
    let tokens = json(&answer);
    (
        member(&tokens, "id_token").to_owned(),
        member(&tokens, "access_token").to_owned(),
    )
}

#[tokio::test]
async fn release_2024_10_the_providers_flow_ends_its_part_of_the_session_only() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let (hint, token) = guest(&bench, &mut ada.browser).await;
    let path = format!("{LEFT}?{}", encode(&[("id_token_hint", &*hint)]));
    let answer = ada.browser.get(&path).await;
    assert_eq!(
        said(&answer),
        "200 Example / You are signed out of Guest / Your Example session goes on, so other applications \
         let you in without asking. On a shared computer, end it as well. / Sign out of Example / \
         Sign in to Guest again"
    );
    assert_eq!(bench.userinfo(&token).await.status(), 401, "its tokens end");
    assert_eq!(
        bench.userinfo(&ada.access_token).await.status(),
        200,
        "others do not"
    );
    assert!(ada.is_signed_in().await);
    bench.wait(protocol::Seconds(1));
    let (_, again) = guest(&bench, &mut ada.browser).await;
    assert_eq!(
        bench.userinfo(&again).await.status(),
        200,
        "a token got since then works"
    );
}

#[tokio::test]
async fn release_2024_10_after_the_flow_the_person_goes_where_the_client_said() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let (hint, _) = guest(&bench, &mut ada.browser).await;
    let asked = [
        ("id_token_hint", &*hint),
        ("post_logout_redirect_uri", "https://rp.example/guest-out"),
        ("state", "s"),
    ];
    let answer = ada.browser.get(&format!("{LEFT}?{}", encode(&asked))).await;
    let to = location(&answer);
    assert_eq!(to.as_deref(), Some("https://rp.example/guest-out?state=s"));
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn the_invalidation_flow_of_the_tenant_asks_and_then_ends_the_session() {
    let bench = Bench::embedded().await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let flow = "/if/flow/default-invalidation-flow/";
    let page = ada.browser.get(flow).await;
    assert!(
        text(&page).contains("Sign out of Example?"),
        "{}",
        said(&page)
    );
    let csrf = field(&text(&page), "csrf").expect("a token");
    let form = |csrf: &str, choice: &str| {
        [
            ("csrf", csrf),
            ("component", "ak-stage-user-logout"),
            ("choice", choice),
        ]
        .map(|(name, value)| (name, value.to_owned()))
    };
    let post = async |browser: &mut Browser<'_>, csrf: &str, choice: &str| {
        let form = form(csrf, choice);
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        browser.post(flow, &form).await
    };
    assert_eq!(
        post(&mut ada.browser, "forged", "sign_out").await.status(),
        403
    );
    assert!(ada.is_signed_in().await);
    post(&mut ada.browser, &csrf, "stay").await;
    assert!(ada.is_signed_in().await);
    ada.browser.get(flow).await;
    let done = post(&mut ada.browser, &csrf, "sign_out").await;
    assert_eq!(location(&done).as_deref(), Some(flow));
    let said = said(&ada.browser.get(flow).await);
    assert_eq!(said, SIGNED_OUT.replace("Return to Web", "Sign in again"));
    assert!(!ada.is_signed_in().await);
    assert_eq!(bench.userinfo(&ada.access_token).await.status(), 401);
}

#[tokio::test]
async fn release_2023_2_every_page_at_the_end_of_a_session_wears_the_brand() {
    let bench = Bench::embedded().await;
    configure::tenant(&bench, |tenant| {
        tenant.brand.branding_title = "Café & Co".to_owned();
        tenant.brand.branding_logo = "https://cafe.example/logo.png".to_owned();
        tenant.brand.colours.accent = Some("#7a1f5c".to_owned());
    })
    .await;
    let mut ada = Visitor::ada(&bench, "openid").await;
    let (hint, _) = guest(&bench, &mut ada.browser).await;
    let left = format!("{LEFT}?{}", encode(&[("id_token_hint", &*hint)]));
    let left = ada.browser.get(&left).await;
    let asked = ada.leave(&[]).await;
    let hint = ada.id_token.clone();
    let over = ada.leave(&[("id_token_hint", &hint)]).await;
    for (page, heading) in [
        (left, "You are signed out of Guest"),
        (asked, "Sign out of Café & Co?"),
        (over, "You are signed out"),
    ] {
        assert_eq!(crate::harness::page::heading(&page), heading);
        let html = text(&page);
        for brand in [
            "· Café &#38; Co</title>",
            "src=\"https://cafe.example/logo.png\"",
            "#7a1f5c",
        ] {
            assert!(html.contains(brand), "{heading}: no {brand} in {html}");
        }
    }
}
