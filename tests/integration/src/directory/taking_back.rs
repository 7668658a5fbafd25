//! Somebody who gets another password, or takes an application's access back.

use protocol::{ClientId, Seconds};

use super::{Held, SCOPE, change, event, is_signed_in};
use crate::harness::answers::{INVALID_GRANT, INVALID_TOKEN};
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, member, people, summary};

#[tokio::test]
async fn another_password_ends_all_sessions_but_the_one_it_was_set_in() {
    let bench = Bench::embedded().await;
    let mut held = Held::by_ada(&bench).await;
    let mut here = Browser::new(&bench);
    here.authorize("fast", "openid", &[]).await;
    let ada = people::user(&bench, "ada").await;
    let store = bench.backend.stores.people();
    let sessions = store
        .sessions(&bench.seeded.tenant.id, &ada, bench.now())
        .await;
    let sessions = sessions.expect("reads");
    let cookie = here.cookies.values().find_map(|value| {
        let token = provider::session::SessionToken::parse(value)?;
        sessions.iter().find(|session| session.id == token.id())
    });
    let this_one = cookie.expect("a session of this browser");
    change(&bench, Some(this_one), |user| user.subject.generation += 1).await;
    assert!(is_signed_in(&mut here).await);
    assert!(!held.is_signed_in().await);
    held.is_dead().await;
    let ada = people::user(&bench, "ada").await;
    let left = store
        .sessions(&bench.seeded.tenant.id, &ada, bench.now())
        .await;
    assert_eq!(left.expect("reads").len(), 1);
}

#[tokio::test]
async fn access_that_is_taken_back_is_over_for_that_application_alone() {
    let bench = Bench::embedded().await;
    let tenant = &bench.seeded.tenant.id;
    let mut browser = Browser::new(&bench);
    let mut code = async |client: &str| {
        let back = browser.authorize(client, SCOPE, &[]).await;
        back.param("code")
            .unwrap_or_else(|| panic!("no code in {}", back.url))
    };
    let web = Exchange::code(&bench, "web", &code("web").await)
        .tokens()
        .await;
    let fast = Exchange::code(&bench, "fast", &code("fast").await)
        .tokens()
        .await;
    let pending = code("web").await;
    let take_back = async || {
        let ada = people::user(&bench, "ada").await;
        let client = ClientId::parse("web").expect("an id");
        let store = bench.backend.stores.people();
        let done = store
            .withdraw(tenant, &ada, &client, &event(&bench), bench.now())
            .await;
        assert_eq!(done, Ok(true));
    };
    take_back().await;
    let access = member(&web, "access_token");
    assert_eq!(summary(&bench.userinfo(access).await), INVALID_TOKEN);
    let refresh = Exchange::refresh(&bench, "web", member(&web, "refresh_token"));
    assert_eq!(refresh.summary().await, INVALID_GRANT);
    assert_eq!(
        Exchange::code(&bench, "web", &pending).summary().await,
        INVALID_GRANT
    );

    let other = bench.userinfo(member(&fast, "access_token")).await;
    assert_eq!(other.status(), 200);
    Exchange::refresh(&bench, "fast", member(&fast, "refresh_token"))
        .tokens()
        .await;

    bench.wait(Seconds(1));
    browser.take_pages();
    let back = browser.authorize("web", SCOPE, &[]).await;
    assert_eq!(browser.take_pages(), ["consent"], "it is asked for again");
    let code = back.param("code").expect("a code");
    let again = Exchange::code(&bench, "web", &code).tokens().await;
    Exchange::refresh(&bench, "web", member(&again, "refresh_token"))
        .tokens()
        .await;
    assert_eq!(summary(&bench.userinfo(access).await), INVALID_TOKEN);
}
