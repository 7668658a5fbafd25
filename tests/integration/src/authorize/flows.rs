//! Authorization flows that do more than ask for consent, and consent in flows that do not ask for it
//! (OpenID Connect Core §3.1.2.1, §3.1.2.6; API reference C3).

use crate::harness::Bench;
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::text;
use crate::seed::fixture::load;

/// Applications, each with a flow of its own.
const FLOWS: &str = r"
policies:
  - {name: never, expression: return False}
  - name: leads
    expression: |
      context['flow_plan'].redirect('/if/user/')
      return False
stages:
  - {name: keep, kind: consent, mode: permanent}
  - {name: ask-anew, kind: consent, mode: always_require}
  - {name: refuse, kind: deny, deny_message: Not today.}
  - {name: terms, kind: redirect, mode: static, target_static: 'https://terms.example/'}
flows:
  - {slug: for-ada, designation: authorization, authentication: require_authenticated, bindings: [{user: ada}]}
  - slug: kept
    designation: authorization
    bindings: [{user: ada}]
    stages: [{stage: keep}]
  - slug: skipped
    designation: authorization
    stages: [{stage: ask-anew, bindings: [{policy: never}]}]
  - {slug: closed, designation: authorization, stages: [{stage: refuse}]}
  - {slug: gated, designation: authorization, stages: [{stage: terms}, {stage: ask-anew}]}
  - {slug: led, designation: authorization, stages: [{stage: refuse, bindings: [{policy: leads}]}, {stage: ask-anew}]}
  - slug: led-at-once
    designation: authorization
    stages: [{stage: refuse, evaluate_on_plan: true, bindings: [{policy: leads}]}, {stage: ask-anew}]
applications:
  - {slug: for-ada, provider: {client_secret: s, authorization_flow: for-ada, redirect_uris: ['https://rp.example/cb']}}
  - {slug: kept, provider: {client_secret: s, authorization_flow: kept, redirect_uris: ['https://rp.example/cb']}}
  - {slug: skipped, provider: {client_secret: s, authorization_flow: skipped, redirect_uris: ['https://rp.example/cb']}}
  - {slug: closed, provider: {client_secret: s, authorization_flow: closed, redirect_uris: ['https://rp.example/cb']}}
  - {slug: gated, provider: {client_secret: s, authorization_flow: gated, redirect_uris: ['https://rp.example/cb']}}
  - {slug: led, provider: {client_secret: s, authorization_flow: led, redirect_uris: ['https://rp.example/cb']}}
  - {slug: led-at-once, provider: {client_secret: s, authorization_flow: led-at-once, redirect_uris: ['https://rp.example/cb']}}
";

/// With [`FLOWS`], and somebody signed in.
async fn signed_in(bench: &Bench) -> Browser<'_> {
    load(bench, FLOWS).await.expect("loads");
    let mut browser = Browser::new(bench);
    browser.authorize("fast", "openid", &[]).await;
    browser.take_pages();
    browser
}

/// Where a request is sent first.
async fn first(browser: &mut Browser<'_>, client: &str) -> String {
    let answer = browser.get(&authorize_path(client, "openid", &[])).await;
    location(&answer).expect("a redirect")
}

#[tokio::test]
async fn api_c3_a_flow_with_policies_is_gone_through_at_each_request() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    for _ in 0..2 {
        let to = first(&mut browser, "for-ada").await;
        assert!(to.starts_with("/if/flow/for-ada/?next="), "{to}");
        let back = browser.authorize("for-ada", "openid", &[]).await;
        assert!(back.param("code").is_some(), "{}", back.url);
        assert!(browser.take_pages().is_empty(), "it asks nothing");
    }
}

#[tokio::test]
async fn whom_the_flow_is_not_for_is_told_and_sent_round_no_circle() {
    let bench = Bench::embedded().await;
    load(&bench, FLOWS).await.expect("loads");
    let mut browser = Browser::new(&bench);
    browser.user = ("bob", "bobs own password");
    browser.authorize("fast", "openid", &[]).await;
    let to = first(&mut browser, "for-ada").await;
    let page = browser.get(&to).await;
    assert_eq!(location(&page), None, "no way back to where it came from");
    let to = first(&mut browser, "closed").await;
    assert!(text(&browser.get(&to).await).contains("Not today."));
    let again = first(&mut browser, "closed").await;
    assert_eq!(again, to, "and no code");
}

#[tokio::test]
async fn who_was_led_elsewhere_has_not_gone_through_the_flow() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    for (client, elsewhere) in [
        ("gated", "https://terms.example/"),
        ("led", "/if/user/"),
        ("led-at-once", "/if/user/"),
    ] {
        for _ in 0..2 {
            let to = first(&mut browser, client).await;
            assert!(to.starts_with(&format!("/if/flow/{client}/?next=")), "{to}");
            let led = browser.get(&to).await;
            assert_eq!(location(&led).as_deref(), Some(elsewhere));
        }
    }
}

#[tokio::test]
async fn oidc_core_3_1_2_6_without_a_page_a_flow_that_runs_needs_interaction() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    for client in ["for-ada", "kept", "skipped", "closed"] {
        for _ in 0..2 {
            let back = browser
                .authorize(client, "openid", &[("prompt", "none")])
                .await;
            let error = back.param("error");
            assert_eq!(error.as_deref(), Some("interaction_required"), "{client}");
        }
        browser.authorize("for-ada", "openid", &[]).await;
    }
    assert!(browser.take_pages().is_empty());
}

#[tokio::test]
async fn reference_2_7_consent_on_record_counts_where_a_flow_is_gone_through() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    for (scope, want) in [
        ("openid", &["consent"][..]),
        ("openid", &[]),
        ("openid email", &["consent"]),
        ("openid email", &[]),
    ] {
        let to = first(&mut browser, "kept").await;
        assert!(to.starts_with("/if/flow/kept/"), "{to}");
        let back = browser.authorize("kept", scope, &[]).await;
        assert!(back.param("code").is_some(), "{}", back.url);
        assert_eq!(browser.take_pages(), want, "{scope}");
    }
    let again = [("prompt", "consent")];
    browser.authorize("kept", "openid", &again).await;
    assert_eq!(browser.take_pages(), ["consent"], "whatever is on record");
    browser.consent = "deny";
    let back = browser.authorize("kept", "openid", &again).await;
    assert_eq!(back.param("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn a_consent_stage_that_policies_leave_out_is_not_missed() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    let back = browser.authorize("skipped", "openid", &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert!(browser.take_pages().is_empty());
}

#[tokio::test]
async fn oidc_core_3_1_2_1_prompt_consent_asks_in_a_flow_that_has_no_stage_for_it() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    for client in ["fast", "for-ada"] {
        for _ in 0..2 {
            let back = browser
                .authorize(client, "openid", &[("prompt", "consent")])
                .await;
            assert!(back.param("code").is_some(), "{}", back.url);
            assert_eq!(browser.take_pages(), ["consent"], "{client}");
        }
        let back = browser.authorize(client, "openid", &[]).await;
        assert!(back.param("code").is_some(), "{}", back.url);
        assert!(
            browser.take_pages().is_empty(),
            "it is kept for this request only"
        );
    }
    browser.consent = "deny";
    let back = browser
        .authorize("fast", "openid", &[("prompt", "consent")])
        .await;
    assert_eq!(back.param("error").as_deref(), Some("access_denied"));
}
