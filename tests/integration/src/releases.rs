//! What authentik's release notes say of OAuth, where no other module shows it.

use protocol::Seconds;
use provider::client::{MatchingMode, RedirectRule};

use crate::harness::browser::{Browser, authorize_path};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, claims, configure, json, member, text};

const OFFLINE: &str = "openid offline_access";

#[tokio::test]
async fn release_2022_7_refresh_tokens_are_url_safe() {
    let bench = Bench::embedded().await;
    for _ in 0..5 {
        let tokens = bench.tokens("web", OFFLINE).await;
        let token = member(&tokens, "refresh_token");
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert!(token.bytes().all(safe), "{token}");
    }
}

#[tokio::test]
async fn release_2022_7_the_redirect_uri_keeps_its_case() {
    let bench = Bench::embedded().await;
    let code = bench.code("web", "openid", &[]).await;
    let shouted =
        Exchange::code(&bench, "web", &code).with("redirect_uri", "HTTPS://RP.EXAMPLE/cb");
    assert_eq!(shouted.send().await.status(), 400);
    let mut browser = Browser::new(&bench);
    let extra = [("redirect_uri", "https://rp.example/CB")];
    let path = authorize_path("web", "openid", &extra);
    assert_eq!(browser.get(&path).await.status(), 400);
    assert_eq!(
        Exchange::code(&bench, "web", &code).send().await.status(),
        200
    );
}

#[tokio::test]
async fn release_2023_2_access_and_refresh_tokens_have_lives_of_their_own() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("web", OFFLINE).await;
    assert_eq!(tokens["expires_in"], 3600);
    let (access, refresh) = (
        member(&tokens, "access_token"),
        member(&tokens, "refresh_token"),
    );
    bench.wait(Seconds::hours(1));
    assert_eq!(bench.userinfo(access).await.status(), 401);
    let renewed = bench.refresh("web", refresh).await;
    assert_eq!(renewed.status(), 200, "{}", text(&renewed));
    let renewed = json(&renewed);
    bench.wait(Seconds::days(30));
    let late = bench
        .refresh("web", member(&renewed, "refresh_token"))
        .await;
    assert_eq!(late.status(), 400, "{}", text(&late));
}

#[tokio::test]
async fn release_2023_2_auth_time_is_the_sign_ins_and_not_the_tokens() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let signed_in = bench.now();
    browser.authorize("web", OFFLINE, &[]).await;
    bench.wait(Seconds::minutes(10));
    let back = browser.authorize("web", OFFLINE, &[]).await;
    let answer = bench
        .redeem("web", &back.param("code").expect("a code"))
        .await;
    let tokens = json(&answer);
    let id = claims(member(&tokens, "id_token"));
    assert_eq!(
        (&id["auth_time"], &id["iat"]),
        (&signed_in.unix().into(), &bench.now().unix().into())
    );
    bench.wait(Seconds::minutes(10));
    let renewed = json(&bench.refresh("web", member(&tokens, "refresh_token")).await);
    assert_eq!(
        claims(member(&renewed, "id_token"))["auth_time"],
        signed_in.unix()
    );
}

#[tokio::test]
async fn reference_10_a_revocation_is_recorded_without_the_token() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("web", OFFLINE).await;
    for name in ["access_token", "refresh_token"] {
        let revocation = Exchange::of(&bench, "web").with("token", member(&tokens, name));
        let answer = revocation.send_to("/application/o/revoke/").await;
        assert_eq!(answer.status(), 200);
    }
    let events = bench.backend.stores.events();
    let page = events
        .recent(&bench.seeded.tenant.id, None, 100, bench.now())
        .await;
    let revoked: Vec<_> = page
        .expect("events")
        .events
        .into_iter()
        .filter(|event| event.action == provider::event::Action::TokenRevoked)
        .collect();
    let mut kinds: Vec<&str> = revoked
        .iter()
        .map(|event| event.context["token_type"].as_str().expect("a kind"))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["access_token", "refresh_token"]);
    let written = serde_json::to_string(&revoked).expect("JSON");
    for name in ["access_token", "refresh_token"] {
        assert!(!written.contains(member(&tokens, name)), "{written}");
    }
}

#[tokio::test]
async fn reference_2_3_a_pattern_admits_whole_uris_and_one_that_is_none_is_compared_strictly() {
    let bench = Bench::embedded().await;
    let rule = |url: &str| RedirectRule {
        matching_mode: MatchingMode::Regex,
        url: url.to_owned(),
    };
    let rules = [
        r"https://[a-z]+\.rp\.example/cb",
        "https://rp.example/(cb",
        ".*",
    ];
    configure::client(&bench, "fast", |client| {
        client.redirect_uris = rules[..2].iter().map(|text| rule(text)).collect();
    })
    .await;
    let mut browser = Browser::new(&bench);
    for (uri, admitted) in [
        ("https://one.rp.example/cb", true),
        ("https://rp.example/(cb", true),
        ("https://one.rp.example/cb/more", false),
        ("https://evil.example/?https://one.rp.example/cb", false),
        ("https://rp.example/cb", false),
    ] {
        let extra = [("redirect_uri", uri)];
        let path = authorize_path("fast", "openid", &extra);
        let status = browser.get(&path).await.status();
        assert_eq!(status, if admitted { 302 } else { 400 }, "{uri}");
    }
    configure::client(&bench, "fast", |client| {
        client.redirect_uris = vec![rule(rules[2])];
    })
    .await;
    let extra = [("redirect_uri", "javascript:alert(1)")];
    let path = authorize_path("fast", "openid", &extra);
    assert_eq!(
        browser.get(&path).await.status(),
        400,
        "not even by a pattern for all"
    );
}

#[tokio::test]
async fn special_scopes_are_granted_like_any_other_and_stand_in_the_tokens_record() {
    let bench = Bench::scripted().await;
    let api = "goauthentik.io/api";
    let tokens = bench.tokens("in-rust", &format!("openid {api}")).await;
    let of = |token: &str| Exchange::of(&bench, "in-rust").with("token", token);
    let told = of(member(&tokens, "access_token"));
    let told = json(&told.send_to("/application/o/introspect/").await);
    assert_eq!(
        (&told["active"], &told["scope"]),
        (&true.into(), &format!("openid {api}").into())
    );
    assert_eq!(told["username"], "ada", "on behalf of this user");
    let other = bench.tokens("fast", &format!("openid {api}")).await;
    assert_eq!(member(&other, "scope"), "openid", "only where it is mapped");
}
