//! Tokens and app passwords.

use aws::Ports as _;
use protocol::Seconds;
use provider::event::Action;
use provider::tenant::Purpose;

use super::{act, own, page};
use crate::harness::browser::location;
use crate::harness::{Bench, text};

const PATH: &str = "/if/user/tokens/";

fn key(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once("data-key>")?;
    Some(rest.split_once('<')?.0)
}

#[tokio::test]
async fn an_app_password_is_shown_once_works_and_is_removed() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    let wish = [
        ("action", "create"),
        ("identifier", "robot-1"),
        ("days", "30"),
    ];
    let made = text(&act(&mut browser, PATH, &wish).await);
    let key = key(&made).expect("the key").to_owned();
    assert_eq!(key.len(), 60);
    let listed = page(&mut browser, PATH).await;
    assert!(listed.contains("<b>robot-1</b>") && !listed.contains(&key));
    let stored = bench.backend.stores.user_tokens();
    let tenant = &bench.seeded.tenant.id;
    let found = stored
        .by_identifier(tenant, "robot-1")
        .await
        .expect("reads")
        .expect("it is there");
    assert_eq!(
        found.id,
        protocol::Secret::new(key.as_str()).digest(),
        "found by its digest"
    );
    assert_eq!(found.expires, Some(bench.now() + Seconds::days(30)));
    let (digest, sealed) = (found.id.encode(), found.sealed.expect("its key, sealed"));
    let purpose = Purpose::UserToken(&digest);
    let vault = bench.backend.vault();
    let opened = vault.open(tenant, purpose, &sealed).await.expect("opens");
    assert_eq!(**opened, key.as_bytes(), "for the API's view_key");

    let events = bench.backend.stores.events();
    let page = events.recent(tenant, None, 10, bench.now()).await;
    let events = page.expect("reads").events;
    let made = events.iter().find(|it| it.action == Action::ModelCreated);
    let made = made.expect("an event");
    assert_eq!(made.context["model"]["name"], "robot-1");
    assert_eq!(
        made.user.as_ref().map(|user| user.username.as_str()),
        Some("ada")
    );

    let removal = [("action", "remove"), ("identifier", "robot-1")];
    let done = act(&mut browser, PATH, &removal).await;
    assert_eq!(
        location(&done).expect("back"),
        "/if/user/tokens/?notice=token-removed"
    );
    let found = stored
        .by_identifier(tenant, "robot-1")
        .await
        .expect("reads");
    assert!(found.is_none(), "{found:?}");
}

#[tokio::test]
async fn bad_wishes_are_told_and_make_nothing() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    let long = "x".repeat(256);
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("identifier", "")], "Give it a name"),
        (&[("identifier", "a b")], "Give it a name"),
        (&[("identifier", &long)], "Give it a name"),
        (
            &[("identifier", "a"), ("days", "0")],
            "Give a number of days",
        ),
        (
            &[("identifier", "a"), ("days", "-1")],
            "Give a number of days",
        ),
        (
            &[("identifier", "a"), ("days", "99999999999999999999")],
            "Give a number of days",
        ),
    ];
    for (fields, says) in cases {
        let form = [&[("action", "create")], fields].concat();
        let html = text(&act(&mut browser, PATH, &form).await);
        assert!(html.contains(says) && key(&html).is_none(), "{fields:?}");
    }
    let taken = [("action", "create"), ("identifier", "twice")];
    assert!(key(&text(&act(&mut browser, PATH, &taken).await)).is_some());
    let html = text(&act(&mut browser, PATH, &taken).await);
    assert!(html.contains("There is a token of this name already") && key(&html).is_none());
}

#[tokio::test]
async fn an_old_sign_in_is_proved_again_before_a_token_is_made() {
    let bench = Bench::embedded().await;
    let (mut browser, _) = own(&bench, PATH).await;
    bench.wait(Seconds::minutes(31));
    let wish = [("action", "create"), ("identifier", "late")];
    let sent = act(&mut browser, PATH, &wish).await;
    let to = location(&sent).expect("to sign in");
    assert!(
        to.starts_with("/if/flow/default-authentication-flow/"),
        "{to}"
    );
    let asked = browser.get(&to).await;
    assert!(
        text(&asked).contains("ak-stage-identification"),
        "{}",
        text(&asked)
    );
    let stored = bench.backend.stores.user_tokens();
    let found = stored
        .by_identifier(&bench.seeded.tenant.id, "late")
        .await
        .expect("reads");
    assert!(found.is_none(), "nothing was made");
}
