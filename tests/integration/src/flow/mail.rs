//! Letters of a flow, and the links in them (API reference C3, flow token).

mod enrollment;
mod links;
mod pages;
mod strangers;

use aws::Ports as _;
use local::mailbox::Arrived;
use provider::flow::Designation;
use provider::flow::stage::{EmailSettings, IdentificationSettings, Settings, UserLoginSettings};
use serde_json::Value;

use super::probe::{Probe, component, flow};
use crate::harness::Bench;

/// Identification, e-mail, sign-in.
const RECOVER: &str = "/if/flow/recover/";

/// The letter's button.
const AGAIN: [(&str, &str); 1] = [("component", "ak-stage-email")];

/// The answer to the question whether to go on.
const GO_ON: [(&str, &str); 1] = [("component", "ak-stage-continue")];

fn recovery(bench: &Bench) -> Probe<'_> {
    let stages = |email: EmailSettings| {
        vec![
            Settings::Identification(IdentificationSettings::default()),
            Settings::Email(email),
            Settings::UserLogin(UserLoginSettings::default()),
        ]
    };
    let flows = ["recover", "other"];
    let flows = flows.map(|slug| {
        flow(
            slug,
            Designation::Recovery,
            stages(EmailSettings::default()),
        )
    });
    Probe::new(bench, flows.into())
}

/// The same, with the link that was mailed to ada.
async fn mailed(bench: &Bench) -> (Probe<'_>, String) {
    let probe = recovery(bench);
    probe.visitor().identify(RECOVER, "ada").await;
    (probe, link(bench))
}

/// The letters that came, newest first.
fn letters(bench: &Bench) -> Vec<Arrived> {
    bench.backend.mailbox.letters()
}

/// Path and query of the link in the newest letter.
fn link(bench: &Bench) -> String {
    let letters = letters(bench);
    let text = &letters.first().expect("a letter").text;
    let url = text
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .expect("a link");
    url.strip_prefix("http://localhost:8000")
        .expect("of this issuer")
        .to_owned()
}

fn is_used_up(shown: &Value) -> bool {
    let message = shown["error_message"].as_str().unwrap_or_default();
    component(shown) == "ak-stage-access-denied"
        && message.starts_with("This link was used already")
}

/// Names and contexts of the newest events, newest first.
async fn events(bench: &Bench) -> Vec<(String, Value)> {
    let tenant = &bench.seeded.tenant.id;
    let events = bench.backend.stores.events();
    let page = events
        .recent(tenant, None, 10, bench.now())
        .await
        .expect("events");
    let named = page.events.into_iter().map(|event| {
        let action = serde_json::to_value(&event.action).expect("JSON");
        (
            action.as_str().expect("text").to_owned(),
            Value::Object(event.context),
        )
    });
    named.collect()
}

#[tokio::test]
async fn a_letter_says_who_it_is_for_and_its_link_signs_them_in_elsewhere() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let shown = probe.visitor().identify(RECOVER, "ADA").await;
    assert_eq!(
        (component(&shown), &shown["to"]),
        ("ak-stage-email", &"ADA".into())
    );
    let letter = letters(&bench).pop().expect("a letter");
    assert_eq!(
        (letter.to.as_str(), letter.from.as_str()),
        ("ada@example.com", "Example")
    );
    assert!(
        letter.text.starts_with("Hello Ada Lovelace,"),
        "{}",
        letter.text
    );
    assert!(letter.text.contains("for 30 minutes"), "{}", letter.text);
    bench.wait(protocol::Seconds(1)); // events of one second have no order
    let mut elsewhere = probe.visitor();
    let asked = elsewhere.get(&link(&bench)).await;
    assert_eq!(component(&asked), "ak-stage-continue");
    let action = asked["action"].as_str().expect("an action").to_owned();
    assert_eq!(action, link(&bench), "the form keeps the link");
    let done = elsewhere.answer(&action, &GO_ON).await;
    assert_eq!(done["ended"], true, "{done}");
    assert!(elsewhere.cookies.contains_key("latchkey_session"));
    let (action, context) = events(&bench).await.swap_remove(0);
    assert_eq!(
        (action.as_str(), &context["auth_method"]),
        ("login", &"email".into())
    );
}

#[tokio::test]
async fn a_page_that_is_reloaded_sends_no_other_letter_and_its_button_does_a_minute_later() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let mut visitor = probe.visitor();
    visitor.identify(RECOVER, "ada").await;
    for _ in 0..3 {
        assert_eq!(component(&visitor.get(RECOVER).await), "ak-stage-email");
    }
    assert_eq!(letters(&bench).len(), 1);
    let again = visitor.answer(RECOVER, &AGAIN).await;
    assert_eq!(
        (component(&again), letters(&bench).len()),
        ("ak-stage-email", 1),
        "too soon"
    );
    bench.wait(protocol::Seconds(60));
    visitor.answer(RECOVER, &AGAIN).await;
    assert_eq!(letters(&bench).len(), 2);
    let first = link(&bench);
    bench.wait(protocol::Seconds(60));
    visitor.answer(RECOVER, &AGAIN).await;
    assert_eq!(letters(&bench).len(), 3);
    bench.wait(protocol::Seconds(60));
    let shown = visitor.answer(RECOVER, &AGAIN).await;
    assert_eq!(
        (component(&shown), letters(&bench).len()),
        ("ak-stage-email", 3),
        "no more in this flow"
    );
    assert_ne!(first, link(&bench));
}

#[tokio::test]
async fn reference_c2_a_program_hears_that_the_letter_was_sent_whatever_it_answers() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let mut program = probe.program();
    program.identify(RECOVER, "ada").await;
    let said = program.post(RECOVER, &AGAIN).await;
    assert_eq!(component(&said), "ak-stage-email");
    let error = &said["response_errors"]["non_field_errors"][0];
    assert_eq!(
        (&error["string"], &error["code"]),
        (&"email-sent".into(), &"email-sent".into())
    );
}

#[tokio::test]
async fn an_address_gets_five_letters_an_hour_however_many_ask() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    for name in ["ada", "ada@example.com", "Ada"]
        .into_iter()
        .cycle()
        .take(7)
    {
        let shown = probe.visitor().identify(RECOVER, name).await;
        assert_eq!(component(&shown), "ak-stage-email");
        bench.wait(protocol::Seconds(60));
    }
    assert_eq!(letters(&bench).len(), 5);
    let other = probe.visitor().identify(RECOVER, "bob").await;
    assert_eq!(
        (component(&other), letters(&bench).len()),
        ("ak-stage-email", 6)
    );
}

#[tokio::test]
async fn a_letter_is_in_the_readers_language() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let mut user = bench
        .backend
        .users()
        .by_login(&bench.seeded.tenant.id, "ada")
        .await
        .unwrap()
        .unwrap();
    let previous = user.clone();
    user.profile
        .attributes
        .insert("settings".to_owned(), serde_json::json!({ "locale": "de" }));
    user.subject.version += 1;
    let registry = bench.backend.stores.registry();
    assert!(
        registry
            .put_user(&bench.seeded.tenant.id, &user, Some(&previous))
            .await
            .unwrap()
    );
    probe.visitor().identify(RECOVER, "ada").await;
    let letter = letters(&bench).pop().expect("a letter");
    assert!(
        letter.text.starts_with("Guten Tag Ada Lovelace,"),
        "{}",
        letter.text
    );
    assert!(letter.html.contains("<html lang=\"de\">"));
}
