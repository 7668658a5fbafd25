//! What is recorded, and what never is (reference §10).

use provider::event::{Action, Event};

use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member};

/// All events, newest first.
async fn recorded(bench: &Bench) -> Vec<Event> {
    let tenant = &bench.seeded.tenant.id;
    let events = bench.backend.stores.events();
    let page = events.recent(tenant, None, 100, bench.now()).await;
    page.expect("events").events
}

/// Action, user and client of each, newest first.
async fn told(bench: &Bench) -> Vec<(Action, Option<String>, Option<String>)> {
    let name = |event: Event| {
        let user = event.user.map(|user| user.username);
        (event.action, user, event.client_id.map(|id| id.to_string()))
    };
    recorded(bench).await.into_iter().map(name).collect()
}

fn line(action: Action, user: &str, client: &str) -> (Action, Option<String>, Option<String>) {
    (action, Some(user.to_owned()), Some(client.to_owned()))
}

#[tokio::test]
async fn reference_10_a_sign_in_and_an_authorization_are_recorded() {
    let bench = Bench::embedded().await;
    let tokens = bench.tokens("web", "openid profile").await;
    let mut events = told(&bench).await;
    events.sort_by_key(|(action, ..)| format!("{action:?}"));
    let expected = [
        line(Action::AuthorizeApplication, "ada", "web"),
        line(Action::Login, "ada", "web"),
    ];
    assert_eq!(events, expected);
    let all = recorded(&bench).await;
    let authorized = all
        .iter()
        .find(|e| e.action == Action::AuthorizeApplication);
    let context = &authorized.expect("it").context;
    assert_eq!(context["scopes"], "openid profile");
    assert_eq!(context["authorized_application"]["name"], "Web");
    let text = serde_json::to_string(&all).expect("JSON");
    for secret in [
        member(&tokens, "access_token"),
        member(&tokens, "id_token"),
        "correct horse",
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn reference_10_a_wrong_password_is_recorded_for_known_and_unknown_alike() {
    let bench = Bench::embedded().await;
    for user in ["ada", "nobody"] {
        let mut browser = Browser::new(&bench);
        browser.user = (user, "wrong password");
        let page = browser.get("/if/flow/default-authentication-flow/").await;
        let asked = browser.answer(&page).await;
        let page = match crate::harness::browser::location(&asked) {
            Some(to) => browser.get(&to).await,
            None => asked,
        };
        browser.answer(&page).await;
    }
    let all = recorded(&bench).await;
    // What is nobody's name may be a password in the wrong field: its digest is all that is kept.
    let mut failed: Vec<(String, bool)> = all
        .iter()
        .filter(|event| event.action == Action::LoginFailed)
        .map(|event| {
            let named = ["username", "username_digest"].map(|name| event.context.get(name));
            let named = named.into_iter().flatten().next().expect("a name");
            (named.as_str().unwrap().to_owned(), event.user.is_some())
        })
        .collect();
    failed.sort();
    let nobody = protocol::Digest::of(b"nobody").encode();
    let mut wanted = [("ada".to_owned(), true), (nobody, false)];
    wanted.sort();
    assert_eq!(failed, wanted);
    assert!(
        !serde_json::to_string(&all)
            .expect("JSON")
            .contains("wrong password")
    );
}

#[tokio::test]
async fn reference_10_a_replayed_code_and_a_reused_refresh_token_are_suspicious() {
    let bench = Bench::embedded().await;
    let code = bench.code("web", "openid offline_access", &[]).await;
    let exchange = Exchange::code(&bench, "web", &code);
    let tokens = exchange.tokens().await;
    assert_eq!(exchange.send().await.status(), 400);
    let suspicious = |events: Vec<(Action, Option<String>, Option<String>)>| {
        let of = |action: &Action| *action == Action::SuspiciousRequest;
        events
            .into_iter()
            .filter(|(action, ..)| of(action))
            .collect::<Vec<_>>()
    };
    let found = suspicious(told(&bench).await);
    assert_eq!(found, [line(Action::SuspiciousRequest, "ada", "web")]);
    let text = serde_json::to_string(&recorded(&bench).await).expect("JSON");
    assert!(!text.contains(&code) && !text.contains(member(&tokens, "refresh_token")));

    let tokens = bench.tokens("web", "openid offline_access").await;
    let first = Exchange::refresh(&bench, "web", member(&tokens, "refresh_token"));
    let second = first.tokens().await;
    let second = Exchange::refresh(&bench, "web", member(&second, "refresh_token"));
    second.tokens().await;
    assert_eq!(first.send().await.status(), 400);
    assert_eq!(suspicious(told(&bench).await).len(), 2);
}

#[tokio::test]
async fn reference_10_signing_out_is_recorded() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let back = browser.authorize("web", "openid", &[]).await;
    let answer = bench
        .redeem("web", &back.param("code").expect("a code"))
        .await;
    let tokens = crate::harness::json(&answer);
    let hint = member(&tokens, "id_token");
    let path = format!("/application/o/web/end-session/?id_token_hint={hint}");
    assert_eq!(browser.get(&path).await.status(), 200);
    assert!(
        told(&bench)
            .await
            .contains(&line(Action::Logout, "ada", "web"))
    );
}

#[tokio::test]
async fn release_2024_10_that_somebody_signed_in_is_no_change_of_their_account() {
    let bench = Bench::embedded().await;
    bench.tokens("web", "openid").await;
    for _ in 0..2 {
        crate::machines::by_secret(&bench, "web").tokens().await;
    }
    let actions: Vec<Action> = told(&bench).await.into_iter().map(|it| it.0).collect();
    let is_sign_in = |it: &Action| matches!(it, Action::Login | Action::AuthorizeApplication);
    assert!(actions.iter().all(is_sign_in), "{actions:?}");
    let ada = crate::harness::people::user(&bench, "ada").await;
    assert_eq!(
        ada.profile.last_login,
        Some(bench.now()),
        "noted all the same"
    );
}
