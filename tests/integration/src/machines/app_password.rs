//! A user's name with one of their app passwords (reference §3.5).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::Seconds;
use provider::event::Action;
use provider::ports::Intent;
use provider::user::UserKind;

use super::{GRANTS, ada, events, found, give, naming, refused};
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, USER, basic, claims, member, people, sub_of};

const KEY: &str = "an-app-password-of-hers";

/// Ada with her app password.
async fn valid(bench: &Bench) -> Exchange<'_> {
    give(bench, &ada(bench).await, Intent::AppPassword, KEY).await;
    naming(bench, "fast")
        .with("username", "ada")
        .with("password", KEY)
}

#[tokio::test]
async fn reference_3_5_a_user_gets_tokens_by_name_and_app_password_and_no_client_secret() {
    let bench = Bench::embedded().await;
    let valid = valid(&bench).await.with("scope", "openid profile");
    for grant in GRANTS {
        let tokens = valid.clone().with("grant_type", grant).tokens().await;
        assert_eq!(sub_of(&tokens), people::sub(&bench, "ada").await);
        assert_eq!(claims(member(&tokens, "id_token"))["name"], "Ada Lovelace");
        assert!(tokens.get("refresh_token").is_none());
    }
    let own = super::account_name(&bench, "fast").await;
    assert!(found(&bench, &own).await.is_none(), "no account is made");
}

#[tokio::test]
async fn reference_3_5_any_kind_of_user_does() {
    let bench = Bench::embedded().await;
    let valid = valid(&bench).await;
    for kind in [
        UserKind::Internal,
        UserKind::External,
        UserKind::ServiceAccount,
        UserKind::InternalServiceAccount,
    ] {
        people::change(&bench, "ada", |user| user.profile.kind = kind).await;
        valid.tokens().await;
    }
}

#[tokio::test]
async fn reference_3_5_the_pair_may_stand_in_base64_in_the_place_of_the_secret() {
    let bench = Bench::embedded().await;
    valid(&bench).await;
    let pair = STANDARD.encode(format!("ada:{KEY}"));
    for grant in GRANTS {
        let by_form = naming(&bench, "fast").with("client_secret", &pair);
        let by_header = naming(&bench, "fast")
            .without("client_id")
            .authorization(&basic("fast", &pair));
        for exchange in [by_form, by_header] {
            let tokens = exchange.with("grant_type", grant).tokens().await;
            assert_eq!(sub_of(&tokens), people::sub(&bench, "ada").await);
        }
    }
    let public = naming(&bench, "spa").with("client_secret", &pair);
    public.tokens().await;
    let wrong = STANDARD.encode("ada:another");
    let wrong = naming(&bench, "fast").with("client_secret", &wrong);
    assert_eq!(refused(&wrong).await, "unknown app password");
}

#[tokio::test]
async fn every_failure_is_answered_alike_and_logged_apart() {
    let bench = Bench::embedded().await;
    let valid = valid(&bench).await;
    let ada = ada(&bench).await;
    give(&bench, &ada, Intent::Api, "api").await;
    give(&bench, &ada, Intent::Recovery, "recovery").await;
    give(&bench, &ada, Intent::Verification, "verification").await;
    give(
        &bench,
        &people::user(&bench, "bob").await,
        Intent::AppPassword,
        "bobs",
    )
    .await;
    give(
        &bench,
        &people::user(&bench, "gone").await,
        Intent::AppPassword,
        "his",
    )
    .await;
    for (name, key, why) in [
        ("nobody", KEY, "unknown user"),
        ("ADA", KEY, "unknown user"),
        ("ada@example.com", KEY, "unknown user"),
        ("ada", "another", "unknown app password"),
        ("ada", USER.1, "unknown app password"),
        ("ada", "bobs", "the app password is another user's"),
        ("ada", "api", "the token is not an app password"),
        ("ada", "recovery", "the token is not an app password"),
        ("ada", "verification", "the token is not an app password"),
        ("gone", "his", "user inactive"),
    ] {
        let exchange = valid.clone().with("username", name).with("password", key);
        assert_eq!(refused(&exchange).await, why, "{name} {key}");
    }
    valid.tokens().await;
}

#[tokio::test]
async fn an_app_password_ends_at_the_very_second() {
    let bench = Bench::embedded().await;
    let valid = valid(&bench).await;
    bench.wait(Seconds(24 * 3600 - 1));
    valid.tokens().await;
    bench.wait(Seconds(1));
    assert_eq!(refused(&valid).await, "the app password has expired");
}

#[tokio::test]
async fn an_app_password_without_an_end_has_none() {
    let bench = Bench::embedded().await;
    let valid = valid(&bench).await;
    let (tokens, tenant) = (bench.backend.stores.user_tokens(), &bench.seeded.tenant.id);
    let name = format!("ada-{KEY}");
    let stored = tokens.by_identifier(tenant, &name).await.unwrap().unwrap();
    let mut endless = stored.clone();
    endless.expires = None;
    assert_eq!(tokens.put(tenant, &endless, Some(&stored)).await, Ok(true));
    bench.wait(Seconds::days(10_000));
    valid.tokens().await;
}

#[tokio::test]
async fn a_user_who_is_switched_off_meanwhile_gets_nothing() {
    let bench = Bench::embedded().await;
    let valid = valid(&bench).await;
    valid.tokens().await;
    people::deactivate(&bench, "ada").await;
    assert_eq!(refused(&valid).await, "user inactive");
}

#[tokio::test]
async fn reference_10_it_is_recorded_by_the_tokens_name_and_not_its_key() {
    let bench = Bench::embedded().await;
    valid(&bench).await.tokens().await;
    let logins = events(&bench, Action::Login).await;
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].context["auth_method"], "token");
    let identifier = &logins[0].context["auth_method_args"]["identifier"];
    assert_eq!(identifier, &format!("ada-{KEY}"));
    assert_eq!(logins[0].user.as_ref().expect("whose").username, "ada");
}
