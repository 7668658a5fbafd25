//! What an authorization answer must have, and must not.

use std::collections::BTreeSet;

use protocol::Seconds;

use crate::harness::browser::{Browser, authorize_path, field, location};
use crate::harness::exchange::Exchange;
use crate::harness::page::hidden;
use crate::harness::{Bench, CALLBACK, claims, configure, json, member, request, text};

const ISSUER: &str = "http://localhost:8000/application/o/fast/";

/// An answer for somebody who has signed in, in this response type and mode.
async fn asked(browser: &mut Browser<'_>, kind: &str, extra: &[(&str, &str)]) -> String {
    let extra = [&[("nonce", "n"), ("state", "s")], extra].concat();
    let path = authorize_path("fast", "openid offline_access", &extra);
    let kind = format!("response_type={}", kind.replace(' ', "+"));
    let answer = browser
        .get(&path.replace("response_type=code", &kind))
        .await;
    location(&answer).unwrap_or_else(|| panic!("no redirect: {}", text(&answer)))
}

fn back(url: String) -> crate::harness::browser::Back {
    crate::harness::browser::Back { url }
}

async fn signed_in(bench: &Bench) -> Browser<'_> {
    let mut browser = Browser::new(bench);
    browser.authorize("fast", "openid", &[]).await;
    browser
}

#[tokio::test]
async fn rfc9207_2_an_error_says_whose_it_is_as_well_in_every_mode() {
    let bench = Bench::embedded().await;
    let wrong = [("prompt", "none"), ("max_age", "x")];
    for mode in ["query", "fragment", "jwt", "query.jwt", "fragment.jwt"] {
        let mut browser = Browser::new(&bench);
        let extra = [&wrong[..], &[("response_mode", mode)]].concat();
        let to = back(asked(&mut browser, "code", &extra).await);
        if mode.ends_with("jwt") {
            let said = claims(&to.param("response").expect("a response"));
            assert_eq!(said["iss"], ISSUER, "{mode}");
            assert_eq!(said["error"], "invalid_request", "{mode}");
        } else {
            assert_eq!(to.param("iss").as_deref(), Some(ISSUER), "{mode}");
            assert_eq!(to.param("error").as_deref(), Some("invalid_request"));
        }
    }
    let extra = [
        &wrong[..],
        &[("response_mode", "form_post"), ("state", "s")],
    ]
    .concat();
    let page = bench.get(&authorize_path("fast", "openid", &extra)).await;
    let iss = hidden(&page).into_iter().find(|(name, _)| name == "iss");
    assert_eq!(iss.expect("an iss").1, ISSUER);
}

#[tokio::test]
async fn rfc6749_4_2_2_an_implicit_answer_has_what_it_must_and_no_refresh_token() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    let to = asked(&mut browser, "id_token token", &[]).await;
    assert!(to.starts_with(&format!("{CALLBACK}#")), "{to}");
    let to = back(to);
    for name in ["access_token", "token_type", "expires_in", "state"] {
        assert!(to.param(name).is_some(), "{name}: {}", to.url);
    }
    assert_eq!(to.param("refresh_token"), None);
    assert_eq!(to.param("code"), None);
}

#[tokio::test]
async fn oidc_core_3_3_3_6_both_id_tokens_of_a_hybrid_answer_name_the_same_issuer_and_person() {
    let bench = Bench::embedded().await;
    let mut browser = signed_in(&bench).await;
    let to = back(asked(&mut browser, "code id_token", &[]).await);
    let first = claims(&to.param("id_token").expect("an ID token"));
    let code = to.param("code").expect("a code");
    let tokens = Exchange::code(&bench, "fast", &code).tokens().await;
    let second = claims(member(&tokens, "id_token"));
    for name in [
        "iss",
        "sub",
        "aud",
        "nonce",
        "auth_time",
        "acr",
        "amr",
        "sid",
    ] {
        assert_eq!(first[name], second[name], "{name}");
    }
}

#[tokio::test]
async fn rfc8252_7_1_and_8_4_an_apps_own_scheme_leads_back_and_only_its_whole_uri() {
    let bench = Bench::embedded().await;
    let own = "com.example.app:/oauth2redirect";
    configure::client(&bench, "spa", |client| {
        client.redirect_uris[0].url = own.to_owned();
    })
    .await;
    let mut browser = Browser::new(&bench);
    let extra = |uri| [("redirect_uri", uri), ("state", "s")];
    let to = browser.authorize("spa", "openid", &extra(own)).await;
    assert!(
        to.url.starts_with("com.example.app:/oauth2redirect?code="),
        "{}",
        to.url
    );
    for other in [
        "com.example.app:/other",
        "com.example.app://oauth2redirect",
        "com.example.app2:/oauth2redirect",
        "com.example.app:/oauth2redirect/",
        "com.example.app:",
    ] {
        let answer = browser
            .get(&authorize_path("spa", "openid", &extra(other)))
            .await;
        assert_eq!(answer.status(), 400, "{other}");
        assert_eq!(location(&answer), None, "{other}");
    }
}

#[tokio::test]
async fn rfc8252_7_3_an_app_may_wait_at_any_port_of_its_own_machine() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "spa", |client| {
        client.redirect_uris[0].url = "http://127.0.0.1/cb".to_owned();
        client.metadata.application_type = Some("native".to_owned());
    })
    .await;
    let mut browser = Browser::new(&bench);
    for (uri, taken) in [
        ("http://127.0.0.1:51004/cb", true),
        ("http://127.0.0.1/cb", true),
        ("http://127.0.0.1:51004/other", false),
        ("http://127.0.0.2:51004/cb", false),
        ("https://127.0.0.1:51004/cb", false),
        ("http://127.0.0.1:51004@evil.example/cb", false),
        ("http://127.0.0.1.evil.example:51004/cb", false),
    ] {
        let path = authorize_path("spa", "openid", &[("redirect_uri", uri)]);
        let answer = browser.get(&path).await;
        assert_eq!(answer.status() != 400, taken, "{uri}");
    }
}

/// Where somebody typed a password, what is posted is never posted on.
#[tokio::test]
async fn rfc9700_4_12_no_redirect_repeats_a_form() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let answer = browser.get(&authorize_path("strict", "openid", &[])).await;
    let mut page = browser.get(&location(&answer).expect("a flow")).await;
    let mut statuses = BTreeSet::new();
    for _ in 0..12 {
        if field(&text(&page), "component").is_some() {
            page = browser.answer(&page).await;
            continue;
        }
        let Some(to) = location(&page) else { break };
        statuses.insert(page.status().as_u16());
        if to.starts_with(CALLBACK) {
            break;
        }
        let path = to.replace("http://localhost:8000", "");
        page = browser.get(&path).await;
    }
    assert!(location(&page).is_some_and(|to| to.starts_with(CALLBACK)));
    assert!(
        statuses.iter().all(|status| [302, 303].contains(status)),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn rfc7636_4_4_1_where_pkce_is_required_a_request_without_it_is_refused() {
    let bench = Bench::embedded().await;
    configure::client(&bench, "fast", |client| {
        client.metadata.require_pkce = true;
    })
    .await;
    let mut browser = Browser::new(&bench);
    let to = back(asked(&mut browser, "code", &[]).await);
    assert_eq!(to.param("error").as_deref(), Some("invalid_request"));
    assert_eq!(to.param("code"), None);
}

/// Two tabs, two requests: what came of one is not good for the other.
#[tokio::test]
async fn rfc9700_4_5_a_code_of_one_request_is_not_redeemed_by_the_verifier_of_another() {
    let bench = Bench::embedded().await;
    let verifiers = ["a".repeat(43), "b".repeat(43)];
    let mut codes = Vec::new();
    for verifier in &verifiers {
        let challenge = protocol::Digest::of(verifier.as_bytes()).encode();
        let extra = [
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        codes.push(bench.code("fast", "openid", &extra).await);
    }
    for (code, verifier) in codes.iter().zip(verifiers.iter().rev()) {
        let injected = Exchange::code(&bench, "fast", code).with("code_verifier", verifier);
        assert_eq!(json(&injected.send().await)["error"], "invalid_grant");
    }
    for (code, verifier) in codes.iter().zip(&verifiers) {
        let own = Exchange::code(&bench, "fast", code).with("code_verifier", verifier);
        own.tokens().await;
    }
}

#[tokio::test]
async fn rfc9700_2_6_the_authorization_endpoint_is_for_no_page_to_read() {
    let bench = Bench::embedded().await;
    let path = authorize_path("fast", "openid", &[]);
    for method in [http::Method::GET, http::Method::OPTIONS] {
        let mut asked = request(method, &path, "");
        let headers = asked.headers_mut();
        headers.insert("origin", "https://rp.example".parse().expect("a header"));
        headers.insert(
            "access-control-request-method",
            "GET".parse().expect("a header"),
        );
        let answer = bench.send(asked).await;
        let named = answer
            .headers()
            .keys()
            .any(|name| name.as_str().starts_with("access-control-"));
        assert!(!named, "{:?}", answer.headers());
    }
}

#[tokio::test]
async fn rfc9700_4_14_2_a_refresh_token_that_nobody_uses_ends() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("fast", "openid offline_access").await;
    let refresh = Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"));
    bench.wait(Seconds::days(31));
    assert_eq!(json(&refresh.send().await)["error"], "invalid_grant");
}
