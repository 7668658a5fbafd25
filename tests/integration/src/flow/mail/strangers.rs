//! What somebody learns who asks for letters to others: nothing.

use std::sync::Arc;

use async_trait::async_trait;
use provider::flow::Designation;
use provider::flow::stage::{EmailSettings, IdentificationSettings, Settings};
use provider::mail::Letter;
use provider::ports::{Mailer, Outcome, PortError};

use serde_json::json;

use super::{AGAIN, RECOVER, events, letters, recovery};
use crate::executor::{self, Program};
use crate::flow::probe::{Probe, component, flow};
use crate::harness::Bench;

/// A mailer whose service is down.
struct Broken;

#[async_trait]
impl Mailer for Broken {
    async fn send(&self, letter: Option<&Letter>) -> Outcome<()> {
        match letter {
            Some(_) => Err(PortError::Unavailable(
                "SendEmail: no answer in time".to_owned(),
            )),
            None => Ok(()),
        }
    }
}

#[tokio::test]
async fn somebody_unknown_or_inactive_gets_the_same_page_by_the_same_requests() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    let mut seen = Vec::new();
    for name in [
        "ada",
        "nobody",
        "gone",
        "gone@example.com",
        "nobody@example.com\n",
    ] {
        let mut visitor = probe.visitor();
        visitor.get(RECOVER).await;
        bench.forget_calls();
        let form = [
            ("component", "ak-stage-identification"),
            ("uid_field", name),
        ];
        let mut shown = vec![visitor.answer(RECOVER, &form).await];
        shown.push(visitor.answer(RECOVER, &AGAIN).await);
        for shown in &mut shown {
            assert_eq!(
                (component(shown), &shown["to"]),
                ("ak-stage-email", &name.trim().into())
            );
            shown["to"] = "".into();
        }
        let (calls, _) = bench.take_calls();
        assert!(calls.contains(&"PutItem".to_owned()), "{calls:?}");
        seen.push((shown, calls));
    }
    for other in &seen[1..] {
        assert_eq!(*other, seen[0]);
    }
    assert_eq!(letters(&bench).len(), 1);
}

#[tokio::test]
async fn each_wish_for_a_letter_is_one_event() {
    let bench = Bench::embedded().await;
    let probe = recovery(&bench);
    probe.visitor().identify(RECOVER, "ada").await;
    bench.wait(protocol::Seconds(1));
    probe.visitor().identify(RECOVER, "nobody").await;
    bench.wait(protocol::Seconds(1));
    probe.visitor().identify(RECOVER, "ada@example.com").await;
    let events = events(&bench).await;
    let names: Vec<&str> = events
        .iter()
        .map(|(name, _)| name.as_str())
        .take(3)
        .collect();
    assert_eq!(
        names,
        ["suspicious_request", "suspicious_request", "email_sent"]
    );
    let digest = protocol::Digest::of(b"nobody").encode();
    assert_eq!(events[1].1["username_digest"], digest);
    assert_eq!(
        events[1].1.get("username"),
        None,
        "it may be a password that was typed"
    );
    assert_eq!(events[2].1["to_email"], "ada@example.com");
    let all = serde_json::to_string(&events).unwrap();
    assert!(!all.contains("flow_token"), "{all}");
}

#[tokio::test]
async fn a_letter_that_cannot_be_sent_shows_the_same_page_and_is_recorded() {
    let bench = Bench::embedded().await;
    let flows = vec![flow(
        "recover",
        Designation::Recovery,
        vec![
            Settings::Identification(IdentificationSettings::default()),
            Settings::Email(EmailSettings::default()),
        ],
    )];
    let probe = Probe::with(&bench, flows, |parts| parts.mailer = Arc::new(Broken));
    let shown = probe.visitor().identify(RECOVER, "ada").await;
    assert_eq!(component(&shown), "ak-stage-email");
    let (name, context) = events(&bench).await.swap_remove(0);
    assert_eq!(name, "system_exception");
    assert_eq!(
        context["error"],
        "unavailable: SendEmail: no answer in time"
    );
}

#[tokio::test]
async fn a_stage_that_knows_nobody_ends_the_flow() {
    let bench = Bench::embedded().await;
    let email = Settings::Email(EmailSettings::default());
    let flows = vec![flow("recover", Designation::Recovery, vec![email])];
    let shown = Probe::new(&bench, flows).visitor().get(RECOVER).await;
    assert_eq!(component(&shown), "ak-stage-access-denied");
}

/// An IPv6 host has as many addresses as it likes.
#[tokio::test]
async fn letters_are_counted_by_the_network_of_whoever_asks() {
    let bench = Bench::embedded().await;
    let stages = vec![
        Settings::Identification(IdentificationSettings::default()),
        Settings::Email(EmailSettings::default()),
    ];
    let recover = executor::flow("recover", Designation::Recovery, executor::plain(stages));
    let ask = async |address: &'static str, name: String| {
        let mut program = Program::with(&bench, vec![recover.clone()]);
        program.address = Some(address);
        let asked = program
            .answer("recover", json!({ "uid_field": name }))
            .await;
        assert_eq!(component(&asked), "ak-stage-email");
    };
    for n in 0..50 {
        let address = ["2001:db8:1:2::3", "2001:db8:1:2:ffff::4"][n % 2];
        ask(address, format!("nobody-{n}")).await;
    }
    ask("2001:db8:1:2::5", "ada".to_owned()).await;
    assert!(letters(&bench).is_empty(), "the network had its fifty");
    ask("2001:db8:1:3::5", "bob".to_owned()).await;
    assert_eq!(letters(&bench).len(), 1, "another network has not");
}
