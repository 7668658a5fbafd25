//! Scope authorization: policies, groups and users bound to an application (seed 003, reference §9.2).

pub(crate) mod flow;

use provider::event::{Action, Event};
use provider::http::Response;
use serde_json::json;

use crate::claims::{EVE, ROOT, events};
use crate::harness::browser::{Browser, authorize_path, location};
use crate::harness::page::said;
use crate::harness::{Bench, USER, text};

/// What an application says to somebody who is signed in.
async fn asked(bench: &Bench, who: (&'static str, &'static str), path: &str) -> Response {
    let mut browser = Browser::new(bench);
    browser.user = who;
    browser.authorize("fast", "openid", &[]).await;
    browser.get(path).await
}

async fn at(
    bench: &Bench,
    who: (&'static str, &'static str),
    client: &str,
    scope: &str,
) -> Response {
    asked(bench, who, &authorize_path(client, scope, &[])).await
}

/// Whether a code came of it; if not, it is the page that says so.
async fn admits(
    bench: &Bench,
    who: (&'static str, &'static str),
    client: &str,
    scope: &str,
) -> bool {
    let answer = at(bench, who, client, scope).await;
    if let Some(to) = location(&answer) {
        assert!(to.starts_with("https://rp.example/cb?code="), "{to}");
        true
    } else {
        assert_eq!(answer.status(), 403, "{}", text(&answer));
        false
    }
}

#[tokio::test]
async fn seed_003_the_snippet_decides_by_scope_and_group() {
    let bench = Bench::scripted().await;
    for (who, scope, admitted) in [
        (EVE, "openid my-admin-scope", true),
        (USER, "openid my-admin-scope", false),
        (USER, "openid", true),
        (USER, "", false), // all configured scopes, that one among them
        (EVE, "", true),
    ] {
        assert_eq!(
            admits(&bench, who, "scoped", scope).await,
            admitted,
            "{} {scope:?}",
            who.0
        );
    }
}

#[tokio::test]
async fn reference_9_2_with_any_a_group_outweighs_the_scope_policy_and_with_all_it_does_not() {
    let bench = Bench::scripted().await;
    let scope = "openid my-admin-scope";
    assert!(
        admits(&bench, USER, "scoped-any", scope).await,
        "ada is of engines"
    );
    assert!(!admits(&bench, USER, "scoped-all", scope).await);
    assert!(admits(&bench, USER, "scoped-all", "openid").await);
    assert!(
        !admits(&bench, EVE, "scoped-all", "openid").await,
        "eve is not of engines"
    );
}

#[tokio::test]
async fn reference_9_2_group_and_user_bindings_need_no_policy() {
    let bench = Bench::scripted().await;
    assert!(
        admits(&bench, EVE, "staffed", "openid").await,
        "through the parent of ops"
    );
    assert!(!admits(&bench, USER, "staffed", "openid").await);
    assert!(admits(&bench, USER, "personal", "openid").await);
    assert!(
        !admits(&bench, EVE, "personal", "openid").await,
        "a binding that is off does not count"
    );
}

#[tokio::test]
async fn reference_2_2_a_refused_person_reads_what_the_policies_say() {
    let bench = Bench::scripted().await;
    let page = at(&bench, USER, "telling", "openid").await;
    insta::assert_snapshot!(
        said(&page),
        @"403 Example / You have no access to Telling / Only <b>staff</b> may come in & stay. / If you think you should have access, ask the people who run Telling. / If you ask for help, give this reference: / [id]"
    );
    let html = text(&page);
    assert!(html.contains("Only &#60;b&#62;staff&#60;/b&#62; may come in &#38; stay."));
    assert!(
        !html.contains("inner-detail") && !html.contains("KeyError"),
        "no traceback"
    );
    assert!(location(&page).is_none(), "and the client hears nothing");
}

#[tokio::test]
async fn reference_9_2_a_superuser_sees_which_policy_refused() {
    let bench = Bench::scripted().await;
    let page = at(&bench, ROOT, "telling", "openid").await;
    insta::assert_snapshot!(
        said(&page),
        @"403 Example / You have no access to Telling / Only <b>staff</b> may come in & stay. / Policies / You see this because you are a superuser. / tells: refused / raises: refused / logged: passed / If you think you should have access, ask the people who run Telling. / If you ask for help, give this reference: / [id]"
    );
}

#[tokio::test]
async fn oidc_core_3_1_2_1_with_prompt_none_the_client_is_told_access_denied() {
    let bench = Bench::scripted().await;
    let path = authorize_path("telling", "openid", &[("prompt", "none"), ("state", "s")]);
    let answer = asked(&bench, USER, &path).await;
    let to = location(&answer).expect("a redirect");
    assert!(
        to.starts_with("https://rp.example/cb?error=access_denied&"),
        "{to}"
    );
    assert!(
        to.contains("state=s") && !to.contains("staff") && !to.contains("inner-detail"),
        "{to}"
    );
}

#[tokio::test]
async fn reference_10_policies_leave_events_without_secrets() {
    let bench = Bench::scripted().await;
    at(&bench, USER, "telling", "openid").await;
    let all = events(&bench).await;
    let of = |action: Action| -> &Event {
        all.iter()
            .find(|event| event.action == action)
            .unwrap_or_else(|| panic!("no {action:?}"))
    };
    let exception = of(Action::PolicyException);
    assert_eq!(exception.context["policy_name"], "raises");
    assert_eq!(
        exception.context["expression"],
        "return {}[\"inner-detail\"]\n"
    );
    assert!(
        exception.context["message"]
            .as_str()
            .expect("text")
            .starts_with("KeyError")
    );
    assert_eq!(exception.user.as_ref().expect("a user").username, "ada");
    let run = of(Action::PolicyExecution);
    assert_eq!(
        (&run.context["policy_name"], &run.context["passing"]),
        (&json!("logged"), &json!(true))
    );
    let custom = of(Action::Custom("custom_scope_denied".to_owned()));
    assert_eq!(custom.context["scopes"], json!(["openid"]));
    assert!(
        !serde_json::to_string(&all)
            .expect("JSON")
            .contains("hush-hush")
    );
}

#[tokio::test]
async fn reference_9_2_an_exception_counts_as_the_binding_says() {
    let bench = Bench::scripted().await;
    assert!(admits(&bench, USER, "lenient", "openid").await);
    let all = events(&bench).await;
    assert!(
        all.iter()
            .any(|event| event.action == Action::PolicyException),
        "and is recorded"
    );
}

#[tokio::test]
async fn an_endless_policy_refuses_and_the_next_request_works() {
    let bench = Bench::scripted().await;
    assert!(
        !admits(&bench, USER, "endless", "openid").await,
        "whatever the binding says of failures"
    );
    assert!(admits(&bench, USER, "scoped", "openid").await);
    let all = events(&bench).await;
    let exception = all
        .iter()
        .find(|event| event.action == Action::PolicyException);
    let message = exception.expect("an event").context["message"]
        .as_str()
        .expect("text");
    assert!(message.contains("did not end within"), "{message}");
}

#[tokio::test]
async fn reference_9_2_a_policy_sees_the_request_people_and_other_policies() {
    let bench = Bench::scripted().await;
    let path = authorize_path("sees", "openid profile", &[("state", "s")]);
    let answer = asked(&bench, USER, &path).await;
    let to = location(&answer).unwrap_or_else(|| panic!("{}", text(&answer)));
    assert!(to.contains("code="), "{to}");
    let names: Vec<String> = events(&bench)
        .await
        .into_iter()
        .filter(|event| event.action == Action::PolicyException)
        .map(|event| event.context["policy_name"].to_string())
        .collect();
    assert_eq!(names, ["\"raises\""], "the one that was called");
}
