//! Access tokens of another provider of the tenant, as assertions (reference §3.5, 2024.12).

use protocol::{ClientId, Seconds};
use provider::event::Action;

use super::{Elsewhere, claims, with};
use crate::harness::browser::Browser;
use crate::harness::{Bench, encode, member, people, sub_of, text};
use crate::machines::{by_secret, events, found, reconfigure, refused};

const NO_LIVE_TOKEN: &str = "the assertion is no access token that works";

/// A bench whose client `fast` trusts the client `web`.
async fn trusting_web() -> Bench {
    let bench = Bench::embedded().await;
    let web = ClientId::parse("web").expect("an id");
    reconfigure(&bench, "fast", |client| {
        client.federation.providers = vec![web];
    })
    .await;
    bench
}

#[tokio::test]
async fn reference_3_5_an_access_token_of_a_trusted_provider_gets_tokens_for_its_own_user() {
    let bench = trusting_web().await;
    let theirs = bench.tokens("web", "openid profile").await;
    let asked = with(&bench, member(&theirs, "access_token")).with("scope", "openid");
    for _ in 0..2 {
        let tokens = asked.tokens().await; // as long as it works it may be used again
        assert_eq!(sub_of(&tokens), people::sub(&bench, "ada").await);
        assert!(tokens.get("refresh_token").is_none());
    }
    let logins = events(&bench, Action::Login).await;
    let by_jwt = logins
        .iter()
        .find(|login| login.context.get("auth_method") == Some(&"jwt".into()));
    let by_jwt = by_jwt.expect("a record");
    assert_eq!(by_jwt.context["auth_method_args"]["provider"], "web");
    assert_eq!(by_jwt.context["auth_method_args"]["jwt"]["aud"], "web");
    assert_eq!(by_jwt.user.as_ref().expect("whose").username, "ada");
    let provider = crate::machines::client(&bench, "fast").await.provider_name;
    let sub = people::sub(&bench, "ada").await;
    assert!(
        found(&bench, &format!("{provider}-{sub}")).await.is_none(),
        "no account is made"
    );
}

#[tokio::test]
async fn a_program_of_a_trusted_provider_is_itself_here() {
    let bench = trusting_web().await;
    let theirs = by_secret(&bench, "web").tokens().await;
    let tokens = with(&bench, member(&theirs, "access_token")).tokens().await;
    assert_eq!(sub_of(&tokens), sub_of(&theirs));
}

#[tokio::test]
async fn only_access_tokens_of_those_trusted_count() {
    let bench = trusting_web().await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    for other in ["id_token", "refresh_token"] {
        let why = refused(&with(&bench, member(&theirs, other))).await;
        assert_eq!(why, NO_LIVE_TOKEN, "{other}");
    }
    let strangers = by_secret(&bench, "es").tokens().await;
    let why = refused(&with(&bench, member(&strangers, "access_token"))).await;
    assert_eq!(
        why,
        "the assertion is an access token of another client than those trusted"
    );
    let ours = by_secret(&bench, "fast").tokens().await;
    let why = refused(&with(&bench, member(&ours, "access_token"))).await;
    assert_eq!(
        why,
        "the assertion is an access token of another client than those trusted"
    );
    let mut changed = member(&theirs, "access_token").to_owned();
    changed.push('A');
    assert_eq!(refused(&with(&bench, &changed)).await, NO_LIVE_TOKEN);
}

#[tokio::test]
async fn a_token_that_no_longer_works_is_no_assertion() {
    let bench = trusting_web().await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    let asked = with(&bench, member(&theirs, "access_token"));
    asked.tokens().await;
    let form = [("token", member(&theirs, "refresh_token"))];
    bench
        .post_as(("web", "web-secret"), "/application/o/revoke/", &form)
        .await;
    assert_eq!(refused(&asked).await, NO_LIVE_TOKEN, "revoked");

    let bench = trusting_web().await;
    let theirs = bench.tokens("web", "openid").await;
    let asked = with(&bench, member(&theirs, "access_token"));
    people::deactivate(&bench, "ada").await;
    assert_eq!(
        refused(&asked).await,
        NO_LIVE_TOKEN,
        "its user switched off"
    );

    let bench = trusting_web().await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    let asked = with(&bench, member(&theirs, "access_token"));
    bench.wait(Seconds(3600));
    assert_eq!(refused(&asked).await, NO_LIVE_TOKEN, "expired");
}

#[tokio::test]
async fn a_token_ends_with_its_session() {
    let bench = trusting_web().await;
    let mut browser = Browser::new(&bench);
    let back = browser.authorize("web", "openid", &[]).await;
    let code = back.param("code").expect("a code");
    let theirs = crate::harness::json(&bench.redeem("web", &code).await);
    let asked = with(&bench, member(&theirs, "access_token"));
    asked.tokens().await;
    bench.wait(Seconds::days(14));
    assert_eq!(refused(&asked).await, NO_LIVE_TOKEN);
}

#[tokio::test]
async fn what_is_got_for_a_token_ends_with_its_session_too() {
    let bench = trusting_web().await;
    for (scope, after) in [("openid", 401), ("openid offline_access", 200)] {
        let mut browser = Browser::new(&bench);
        let back = browser.authorize("web", scope, &[]).await;
        let code = back.param("code").expect("a code");
        let theirs = crate::harness::json(&bench.redeem("web", &code).await);
        let ours = with(&bench, member(&theirs, "access_token"));
        let ours = ours.with("scope", "openid").tokens().await;
        let token = member(&ours, "access_token");
        assert_eq!(bench.userinfo(token).await.status(), 200);
        let hint = [("id_token_hint", member(&theirs, "id_token"))];
        let end = "/application/o/web/end-session/";
        let out = browser.get(&format!("{end}?{}", encode(&hint))).await;
        assert!(text(&out).contains("You are signed out"));
        assert_eq!(bench.userinfo(token).await.status(), after, "{scope}");
    }
}

/// RFC 9700 §4.14.2: a family that is revoked ends, whatever became of its tokens.
#[tokio::test]
async fn what_is_got_for_a_token_ends_with_its_family_and_when_it_does() {
    let bench = trusting_web().await;
    let theirs = bench.tokens("web", "openid offline_access").await;
    let signed_in = bench.now();
    bench.wait(Seconds::minutes(4));
    let asked = with(&bench, member(&theirs, "access_token")).with("scope", "openid");
    let ours = asked.tokens().await;
    let left = theirs["expires_in"].as_i64().expect("a number") - 240;
    assert_eq!(ours["expires_in"].as_i64(), Some(left));
    let token = member(&ours, "access_token");
    let claims = crate::harness::claims(token);
    let auth_time = claims["auth_time"].as_i64().expect("a time");
    assert!(auth_time <= signed_in.unix(), "{claims}");
    assert_eq!(bench.userinfo(token).await.status(), 200);
    let form = [("token", member(&theirs, "refresh_token"))];
    let as_web = ("web", "web-secret");
    let revoked = bench.post_as(as_web, "/application/o/revoke/", &form).await;
    assert_eq!(revoked.status(), 200);
    assert_eq!(bench.userinfo(token).await.status(), 401);
}

#[tokio::test]
async fn sources_and_providers_may_be_trusted_together() {
    let bench = trusting_web().await;
    let ci = Elsewhere::new("k");
    let source = ci.source();
    reconfigure(&bench, "fast", |client| {
        client.federation.sources = vec![source];
    })
    .await;
    with(&bench, &ci.token(&claims(&bench))).tokens().await;
    let theirs = by_secret(&bench, "web").tokens().await;
    with(&bench, member(&theirs, "access_token")).tokens().await;
}
