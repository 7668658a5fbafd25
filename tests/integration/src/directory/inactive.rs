//! Somebody who is made inactive, or whose account is removed.

use provider::ports::Intent;

use super::{Held, change, event, is_signed_in};
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, USER, member, people};
use crate::machines;

#[tokio::test]
async fn making_somebody_inactive_ends_sessions_and_grants_at_once_and_for_good() {
    let bench = Bench::embedded().await;
    let mut held = Held::by_ada(&bench).await;
    assert!(held.is_signed_in().await);
    people::deactivate(&bench, "ada").await;
    assert!(!held.is_signed_in().await);
    held.is_dead().await;

    people::change(&bench, "ada", |user| user.active = true).await;
    assert!(!held.is_signed_in().await, "nothing comes back");
    held.is_dead().await;

    let tokens = bench.tokens("fast", super::SCOPE).await;
    let told = bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(told.status(), 200, "a new sign-in works");
    Exchange::refresh(&bench, "fast", member(&tokens, "refresh_token"))
        .tokens()
        .await;
    assert!(!held.is_signed_in().await);
}

#[tokio::test]
async fn what_was_given_to_somebody_goes_with_their_account() {
    let bench = Bench::embedded().await;
    let mut held = Held::by_ada(&bench).await;
    let ada = people::user(&bench, "ada").await;
    let store = bench.backend.stores.people();
    let event = event(&bench);
    let removed = store.remove(&bench.seeded.tenant.id, &ada, &event).await;
    assert_eq!(removed, Ok(true));
    assert!(!held.is_signed_in().await);
    held.is_dead().await;
}

/// What a page has in hand of somebody who is made inactive in that moment: the answer is a refusal, not a session.
#[tokio::test]
async fn somebody_made_inactive_between_name_and_password_does_not_get_in() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let response = browser
        .get(&crate::harness::browser::authorize_path(
            "fast",
            "openid",
            &[],
        ))
        .await;
    let mut page = response;
    while let Some(to) = crate::harness::browser::location(&page) {
        page = browser.get(&to).await;
    }
    page = browser.answer(&page).await;
    while let Some(to) = crate::harness::browser::location(&page) {
        page = browser.get(&to).await;
    }
    people::deactivate(&bench, "ada").await;
    browser.answer(&page).await;
    assert!(!is_signed_in(&mut browser).await);
}

#[tokio::test]
async fn app_passwords_rest_while_somebody_is_inactive_and_their_tokens_are_over() {
    let bench = Bench::embedded().await;
    let ada = people::user(&bench, "ada").await;
    machines::give(&bench, &ada, Intent::AppPassword, "key").await;
    let exchange = machines::naming(&bench, "fast")
        .with("username", USER.0)
        .with("password", "key")
        .with("scope", "openid");
    let before = exchange.clone().tokens().await;
    let access = member(&before, "access_token");
    assert_eq!(bench.userinfo(access).await.status(), 200);

    people::deactivate(&bench, "ada").await;
    assert_eq!(machines::refused(&exchange).await, "user inactive");
    assert_eq!(bench.userinfo(access).await.status(), 401);

    people::change(&bench, "ada", |user| user.active = true).await;
    assert_eq!(bench.userinfo(access).await.status(), 401, "for good");
    let after = exchange.clone().tokens().await;
    let access = member(&after, "access_token");
    assert_eq!(
        bench.userinfo(access).await.status(),
        200,
        "as in authentik"
    );

    change(&bench, None, |user| user.subject.generation += 1).await;
    assert_eq!(bench.userinfo(access).await.status(), 401);
    exchange.tokens().await; // another password is no reason to change every program
}
