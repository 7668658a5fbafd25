//! The question, and its answer (RFC 8628 §5.4, reference §3.6).

use provider::http::Response;
use provider::policy::{Binding, EngineMode, ExpressionPolicy, PolicySet, Target};

use super::{
    ACCESS_DENIED, PAGE, PENDING, allow, answer, ask, change_client, enter, events, open, poll,
    send,
};
use crate::harness::browser::{Browser, field, location};
use crate::harness::page::{action, heading, said, scopes, words};
use crate::harness::people::user;
use crate::harness::{Bench, text};

#[tokio::test]
async fn rfc8628_5_4_the_question_names_application_code_account_and_permissions() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "web", "openid email profile").await;
    let question = enter(&mut browser, &codes.user).await;
    assert_eq!(
        said(&question).replace(&codes.user, "[code]"),
        "200 Example / Connect Web? / A device asks to use your account. It must show this very code: / Code: / [code] / Account: / ada / Not you? / Permissions / Email address / General Profile Information / Choose Allow only if you started this yourself and have the device before you. If somebody sent you the code or a link with it, choose Deny: they would get into your account. / Allow / Deny"
    );
    assert_eq!(scopes(&question), [["email", "profile"]]);
    assert_eq!(action(&question), PAGE);
}

/// RFC 8628 §5.4: whatever was allowed before, and whatever the application's mode.
#[tokio::test]
async fn rfc8628_5_4_it_is_asked_every_time() {
    let bench = Bench::embedded().await;
    for client in ["spa", "web", "strict"] {
        let mut browser = Browser::new(&bench);
        browser.authorize(client, "openid", &[]).await;
        for _ in 0..2 {
            let codes = ask(&bench, client, "openid").await;
            let question = enter(&mut browser, &codes.user).await;
            assert!(heading(&question).starts_with("Connect "), "{client}");
            assert_eq!(poll(&bench, client, &codes).summary().await, PENDING);
            let form = [("code", codes.user.as_str()), ("consent", "accept")];
            send(&mut browser, &question, &form).await;
            poll(&bench, client, &codes).tokens().await;
        }
    }
}

#[tokio::test]
async fn an_answer_is_told_and_is_the_last_one() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let question = enter(&mut browser, &codes.user).await;
    let form = |consent| [("code", codes.user.as_str()), ("consent", consent)];
    let done = send(&mut browser, &question, &form("deny")).await;
    assert_eq!(
        said(&done),
        "200 Example / Your device is not connected / Single Page / gets no access to your account. You can close this page."
    );
    let changed = send(&mut browser, &question, &form("accept")).await;
    assert_eq!(heading(&changed), "Connect a device");
    assert_eq!(poll(&bench, "spa", &codes).summary().await, ACCESS_DENIED);
    let codes = ask(&bench, "spa", "openid").await;
    assert_eq!(
        said(&answer(&mut browser, &codes.user, "accept").await),
        "200 Example / Your device is connected / Single Page / goes on by itself in a few seconds. You can close this page."
    );
}

#[tokio::test]
async fn an_approval_leaves_an_event_and_a_refusal_none() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "web", "openid email").await;
    super::refuse(&bench, &codes).await;
    assert_eq!(
        events(&bench, "authorize_application").await,
        Vec::<serde_json::Value>::new()
    );
    let codes = ask(&bench, "web", "openid email").await;
    allow(&bench, &codes).await;
    let found = events(&bench, "authorize_application").await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["user"]["username"], "ada");
    assert_eq!(found[0]["client_id"], "web");
    assert_eq!(found[0]["app"], "device-authorization");
    let context = &found[0]["context"];
    assert_eq!(context["authorized_application"]["name"], "Web");
    assert_eq!(
        (&context["scopes"], &context["flow"]),
        (&"openid email".into(), &"device_code".into())
    );
    let whole = serde_json::to_string(&found).unwrap();
    assert!(!whole.contains(&codes.device) && !whole.contains(&codes.user));
}

/// What a stranger's page could send with this person's cookies is worth nothing (RFC 6819 §4.4.1.8).
#[tokio::test]
async fn a_form_without_this_sessions_token_changes_nothing() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let question = enter(&mut browser, &codes.user).await;
    let component = field(&text(&question), "component").unwrap();
    let mut elsewhere = Browser::new(&bench);
    let foreign = field(&text(&open(&mut elsewhere, PAGE).await), "csrf").unwrap();
    for csrf in ["", "x", &foreign] {
        let form = [
            ("csrf", csrf),
            ("component", component.as_str()),
            ("code", codes.user.as_str()),
            ("consent", "accept"),
        ];
        assert_eq!(browser.post(PAGE, &form).await.status(), 403, "{csrf}");
    }
    assert_eq!(poll(&bench, "spa", &codes).summary().await, PENDING);
}

#[tokio::test]
async fn neither_answer_and_unknown_steps_ask_again() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let question = enter(&mut browser, &codes.user).await;
    let again = send(
        &mut browser,
        &question,
        &[("code", &codes.user), ("consent", "perhaps")],
    )
    .await;
    assert_eq!(heading(&again), "Connect Single Page?");
    let page = open(&mut browser, PAGE).await;
    let form = [("code", codes.user.as_str()), ("consent", "accept")];
    let early = send(&mut browser, &page, &form).await;
    assert_eq!(
        heading(&early),
        "Connect Single Page?",
        "the first form answers nothing"
    );
    let csrf = field(&text(&page), "csrf").unwrap();
    let form = [
        ("csrf", csrf.as_str()),
        ("component", "x"),
        ("code", codes.user.as_str()),
        ("consent", "accept"),
    ];
    let unknown = browser.post(PAGE, &form).await;
    assert_eq!(heading(&unknown), "Connect a device");
    assert_eq!(poll(&bench, "spa", &codes).summary().await, PENDING);
}

#[tokio::test]
async fn not_you_signs_somebody_else_in_and_comes_back_to_the_code() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let question = enter(&mut browser, &codes.user).await;
    let html = text(&question);
    let link = html.split("<a href=\"").nth(1).unwrap();
    let link = crate::harness::page::unescape(&link[..link.find('"').unwrap()]);
    browser.user = ("bob", "bobs own password");
    let mut page = browser.get(&link).await;
    for _ in 0..6 {
        page = match location(&page) {
            Some(to) => browser.get(&to).await,
            None if heading(&page) == "Connect a device" => break,
            None => browser.answer(&page).await,
        };
    }
    assert!(words(&page).contains("bob"), "{}", words(&page));
    assert_eq!(field(&text(&page), "code"), Some(codes.user));
}

/// Binds the application to this one person.
async fn only(bench: &Bench, slug: &str, login: &str) {
    let target = Target::User(user(bench, login).await.subject.id);
    bind(bench, slug, target).await;
}

/// Leaves the application this one binding.
async fn bind(bench: &Bench, slug: &str, target: Target) {
    change_client(bench, slug, |client| {
        client.policies = PolicySet {
            mode: EngineMode::All,
            bindings: vec![Binding {
                id: uuid::Uuid::nil(),
                order: 0,
                enabled: true,
                negate: false,
                timeout: protocol::Seconds(30),
                failure_result: false,
                target,
            }],
        };
    })
    .await;
}

fn refused(page: &Response) {
    assert_eq!(page.status(), 403);
    assert_eq!(heading(page), "You have no access to Single Page");
}

/// Reference §3.6: application policies are checked (CVE-2024-38371), on the way to the question and again
/// at its answer.
#[tokio::test]
async fn somebody_whom_the_policies_refuse_is_told_so_and_connects_nothing() {
    let bench = Bench::embedded().await;
    let mut browser = Browser::new(&bench);
    let codes = ask(&bench, "spa", "openid").await;
    let question = enter(&mut browser, &codes.user).await;
    only(&bench, "spa", "bob").await;
    refused(&enter(&mut browser, &codes.user).await);
    let form = [("code", codes.user.as_str()), ("consent", "accept")];
    refused(&send(&mut browser, &question, &form).await);
    assert_eq!(poll(&bench, "spa", &codes).summary().await, PENDING);
    let mut bob = Browser::new(&bench);
    bob.user = ("bob", "bobs own password");
    answer(&mut bob, &codes.user, "accept").await;
    bench.wait(protocol::Seconds(5));
    poll(&bench, "spa", &codes).tokens().await;
}

/// Reference §9.2: policies see what the device asks for, and say what they have to say. Seed 003's snippet
/// admits `my-admin-scope` to administrators alone.
#[tokio::test]
async fn reference_9_2_policies_see_the_scopes_and_the_grant_and_their_words_are_shown() {
    let bench = Bench::scripted().await;
    for (scope, admitted) in [("openid", true), ("openid my-admin-scope", false)] {
        let codes = ask(&bench, "scoped", scope).await;
        let page = enter(&mut Browser::new(&bench), &codes.user).await;
        assert_eq!(page.status() == 200, admitted, "{scope}");
    }
    let codes = ask(&bench, "telling", "openid").await;
    let page = enter(&mut Browser::new(&bench), &codes.user).await;
    assert_eq!(page.status(), 403);
    assert!(words(&page).contains("Only <b>staff</b> may come in & stay."));

    let expression = "context = request.context\n\
        ak_message(context['oauth_grant_type'] + ' ' + ' '.join(sorted(context['oauth_scopes'])))\n\
        return False";
    let policy = ExpressionPolicy {
        id: uuid::Uuid::from_bytes([7; 16]),
        name: "says what it sees".to_owned(),
        expression: expression.to_owned(),
        execution_logging: false,
    };
    bind(&bench, "spa", Target::Policy(policy)).await;
    let codes = ask(&bench, "spa", "profile openid").await;
    let page = enter(&mut Browser::new(&bench), &codes.user).await;
    let seen = format!("{} openid profile", super::GRANT_TYPE);
    assert!(words(&page).contains(&seen), "{}", words(&page));
}

/// What a client lost since it asked is neither shown nor given.
#[tokio::test]
async fn scopes_that_were_taken_away_in_between_are_not_given() {
    let bench = Bench::embedded().await;
    let codes = ask(&bench, "fast", "openid email profile").await;
    change_client(&bench, "fast", |client| {
        client.scopes = protocol::Scopes::parse("openid profile").unwrap();
    })
    .await;
    let mut browser = Browser::new(&bench);
    let question = enter(&mut browser, &codes.user).await;
    assert_eq!(scopes(&question), [["profile"]]);
    answer(&mut browser, &codes.user, "accept").await;
    let body = poll(&bench, "fast", &codes).tokens().await;
    assert_eq!(body["scope"], "openid profile");
}
