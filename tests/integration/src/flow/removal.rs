//! Removing one's own account (authentik: user delete stage).

use protocol::Seconds;
use provider::event::Action;
use provider::flow::stage::Settings;
use provider::flow::{Designation, Flow};
use serde_json::json;

use super::made::{OWN, account, denied, identification, only, own, signed_in};
use crate::executor::{Program, SESSION, leads_to};
use crate::harness::browser::{field, location};
use crate::harness::page::said;
use crate::harness::{Bench, text};

const PAGE: &str = "/if/flow/own/";

fn unenrollment() -> Flow {
    own(Designation::Unenrollment, vec![only(Settings::UserDelete)])
}

#[tokio::test]
async fn an_account_is_removed_once_its_owner_says_so() {
    let bench = Bench::embedded().await;
    let mut program = signed_in(&bench, unenrollment()).await;
    let asked = program.look(OWN).await;
    assert_eq!(
        (&asked["component"], &asked["pending_user"]),
        (&json!("ak-stage-user-delete"), &json!("ada"))
    );
    assert!(
        account(&bench, "ada").await.is_some(),
        "a look removes nothing"
    );
    let done = program
        .answer(OWN, json!({"component": "ak-stage-user-delete"}))
        .await;
    assert_eq!(leads_to(&done), "/");
    assert!(
        account(&bench, "ada").await.is_none()
            && account(&bench, "ada@example.com").await.is_none()
    );
    assert!(!program.cookies.contains_key(SESSION));
    let events = bench.backend.stores.events();
    let page = events
        .recent(&bench.seeded.tenant.id, None, 100, bench.now())
        .await
        .expect("reads");
    let removed = page
        .events
        .iter()
        .find(|it| it.action == Action::ModelDeleted)
        .expect("an event");
    assert_eq!(
        (
            &removed.context["model"]["model_name"],
            &removed.context["model"]["name"]
        ),
        (&json!("user"), &json!("ada"))
    );
}

#[tokio::test]
async fn a_page_asks_and_the_account_may_be_kept() {
    let bench = Bench::embedded().await;
    let mut program = signed_in(&bench, unenrollment()).await;
    for choice in ["keep", ""] {
        let page = program.get(PAGE).await;
        let csrf = field(&text(&page), "csrf").expect("a csrf field");
        let form = [
            ("csrf", csrf.as_str()),
            ("component", "ak-stage-user-delete"),
            ("choice", choice),
        ];
        let answer = program.submit(PAGE, &form).await;
        assert_eq!(
            (answer.status().as_u16(), location(&answer).as_deref()),
            (303, Some("/if/user/"))
        );
        assert!(account(&bench, "ada").await.is_some());
    }
    let page = program.get(PAGE).await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-user-delete"),
        ("choice", "delete"),
    ];
    let answer = program.submit(PAGE, &form).await;
    assert!(account(&bench, "ada").await.is_none());
    assert!(!program.cookies.contains_key(SESSION));
    assert_eq!(location(&answer).as_deref(), Some(PAGE));
    for _ in 0..2 {
        let end = program.get(PAGE).await;
        assert_eq!(
            said(&end),
            "200 Example / Your account is removed / You are signed out everywhere. You can close this page."
        );
    }
    assert_eq!(leads_to(&program.look(OWN).await), "/");
    let anew = program.get("/if/flow/own/?restart=1").await;
    assert!(
        text(&anew).contains("Nothing was removed"),
        "{}",
        said(&anew)
    );
}

#[tokio::test]
async fn who_removed_the_account_is_not_led_to_where_an_account_is_needed() {
    let bench = Bench::embedded().await;
    let mut program = signed_in(&bench, unenrollment()).await;
    let path = format!("{PAGE}?next=%2Fif%2Fuser%2F");
    let page = program.get(&path).await;
    let csrf = field(&text(&page), "csrf").expect("a csrf field");
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "ak-stage-user-delete"),
        ("choice", "delete"),
    ];
    let answer = program.submit(&path, &form).await;
    let to = location(&answer).expect("a page");
    assert!(text(&program.get(&to).await).contains("Your account is removed"));
    // Whoever signs in here next begins with a flow of their own.
    program.sign_in("bob", "bobs own password").await;
    let page = program.get(&path).await;
    assert!(text(&page).contains("Delete your account?"));
}

#[tokio::test]
async fn nobody_removes_an_account_in_a_flow_about_somebody_else() {
    let bench = Bench::embedded().await;
    let stages = vec![identification(), only(Settings::UserDelete)];
    let flow = own(Designation::Unenrollment, stages);
    for (login, component) in [
        ("bob", "ak-stage-access-denied"),
        ("ada", "ak-stage-user-delete"),
    ] {
        let mut program = signed_in(&bench, flow.clone()).await;
        program.look(OWN).await;
        let said = program.answer(OWN, json!({ "uid_field": login })).await;
        assert_eq!(said["component"], component, "{login}");
    }
    assert!(account(&bench, "ada").await.is_some() && account(&bench, "bob").await.is_some());
}

#[tokio::test]
async fn who_signed_in_long_ago_does_so_again_first() {
    let bench = Bench::embedded().await;
    let mut program = signed_in(&bench, unenrollment()).await;
    bench.wait(Seconds::minutes(15));
    assert_eq!(program.look(OWN).await["component"], "ak-stage-user-delete");
    bench.wait(Seconds(1));
    let anew = "/if/flow/default-authentication-flow/?next=%2Fif%2Fflow%2Fown%2F&restart=1";
    let led = program
        .answer(OWN, json!({"component": "ak-stage-user-delete"}))
        .await;
    assert_eq!(leads_to(&led), anew);
    assert_eq!(leads_to(&program.look(OWN).await), anew);
    let page = program.get(anew).await;
    assert!(
        text(&page).contains("uid_field"),
        "it asks who they are, though they are signed in"
    );
    assert!(account(&bench, "ada").await.is_some());
    let mut nobody = Program::with(&bench, vec![unenrollment()]);
    assert!(denied(&nobody.look(OWN).await).contains("sign in"));
}
