//! Answers and states that mean harm: each is refused, none panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::{credential_id, user_handle};
use authenticator::{decode, encode};

fn registering() -> (Begun, Value) {
    let begun = begin(PASSKEY);
    let answer = Key::passkey().create(&begun.options);
    (begun, answer)
}

/// A stored passkey, a sign-in that began, and its answer.
fn signing_in() -> (Value, Begun, Value) {
    let mut key = Key::passkey();
    let stored = registered(&mut key, PASSKEY);
    let begun = ask(std::slice::from_ref(&stored), Wish::Required);
    let answer = key.get(&begun.options);
    (stored, begun, answer)
}

fn create(begun: &Begun, answer: &Value) -> Result<(), PasskeyError> {
    let finished = passkeys().finish_registration(&begun.state, answer);
    finished.map(drop)
}

fn get(stored: &Value, begun: &Begun, answer: &Value) -> Result<(), PasskeyError> {
    let stored = std::slice::from_ref(stored);
    let finished = passkeys().finish_authentication(&begun.state, ALICE.id, stored, answer);
    finished.map(drop)
}

fn garbage() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(7),
        json!("text"),
        json!(""),
        json!("!"),
        json!([]),
        json!([1, 2]),
        json!({}),
        json!({"response": null}),
    ]
}

#[test]
fn an_answer_that_is_not_one_is_malformed() {
    let (begun, _) = registering();
    let (stored, asked, _) = signing_in();
    for answer in garbage() {
        assert_eq!(create(&begun, &answer), Err(PasskeyError::Malformed));
        assert_eq!(get(&stored, &asked, &answer), Err(PasskeyError::Malformed));
        assert_eq!(user_handle(&answer), None);
    }
}

#[test]
fn an_answer_needs_each_of_its_members() {
    let (begun, answer) = registering();
    for (parent, member) in [
        ("", "rawId"),
        ("", "type"),
        ("", "response"),
        ("/response", "attestationObject"),
        ("/response", "clientDataJSON"),
    ] {
        let less = without(answer.clone(), parent, member);
        assert_eq!(create(&begun, &less), Err(PasskeyError::Malformed));
    }
    let (stored, begun, answer) = signing_in();
    for (parent, member) in [
        ("", "rawId"),
        ("", "type"),
        ("", "response"),
        ("/response", "authenticatorData"),
        ("/response", "clientDataJSON"),
        ("/response", "signature"),
    ] {
        let less = without(answer.clone(), parent, member);
        assert_eq!(get(&stored, &begun, &less), Err(PasskeyError::Malformed));
    }
}

#[test]
fn a_member_of_another_kind_is_refused() {
    let (begun, answer) = registering();
    let (stored, asked, got) = signing_in();
    for bad in garbage() {
        for member in ["attestationObject", "clientDataJSON"] {
            let answer = with(answer.clone(), &format!("/response/{member}"), bad.clone());
            assert_eq!(create(&begun, &answer), Err(PasskeyError::Malformed));
        }
        for member in ["authenticatorData", "clientDataJSON", "signature"] {
            let answer = with(got.clone(), &format!("/response/{member}"), bad.clone());
            assert!(get(&stored, &asked, &answer).is_err());
        }
    }
}

#[test]
fn depth_and_length_that_are_only_claimed_are_refused() {
    let (begun, answer) = registering();
    let deep = vec![0x81; 200_000]; // arrays of one
    let maps = vec![0xa1; 200_000];
    let long = [&[0x9b][..], &[0xff; 8]].concat(); // an array of 2^64-1 members
    let bytes = [&[0x5b][..], &[0x7f; 8]].concat();
    for object in [deep, maps, long, bytes] {
        let answer = with(
            answer.clone(),
            "/response/attestationObject",
            encode(&object),
        );
        assert_eq!(create(&begun, &answer), Err(PasskeyError::Malformed));
    }
    let json = "[".repeat(200_000);
    let answer = with(answer, "/response/clientDataJSON", encode(json.as_bytes()));
    assert_eq!(create(&begun, &answer), Err(PasskeyError::Malformed));
}

#[test]
fn a_state_or_credential_that_is_not_ours_is_said_to_be() {
    let (stored, asked, answer) = signing_in();
    let (begun, created) = registering();
    for state in garbage().into_iter().chain([asked.state.clone()]) {
        let refused = passkeys().finish_registration(&state, &created);
        assert_eq!(refused.unwrap_err(), PasskeyError::State);
    }
    for state in garbage().into_iter().chain([begun.state]) {
        let one = std::slice::from_ref(&stored);
        let refused = passkeys().finish_authentication(&state, ALICE.id, one, &answer);
        assert_eq!(refused.unwrap_err(), PasskeyError::State);
    }
    for stored in garbage() {
        assert_eq!(credential_id(&stored), Err(PasskeyError::Stored));
        assert_eq!(get(&stored, &asked, &answer), Err(PasskeyError::Stored));
    }
    let refused = passkeys().begin_registration(&ALICE, &["not base64url".to_owned()], PASSKEY);
    assert_eq!(refused.unwrap_err(), PasskeyError::Stored);
}

/// Counts what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<AtomicUsize>);

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn what_cannot_be_read_is_not_logged() {
    let (begun, created) = registering();
    let (stored, asked, got) = signing_in();
    let lines = Lines::default();
    with_default(lines.clone(), || {
        let bad = encode(&[0xff; 40]);
        let answer = with(created, "/response/attestationObject", bad.clone());
        create(&begun, &answer).unwrap_err();
        get(&stored, &asked, &got).unwrap();
        let answer = with(got, "/response/authenticatorData", bad);
        get(&stored, &asked, &answer).unwrap_err();
        assert_eq!(lines.0.load(Ordering::Relaxed), 0);
        tracing::error!("ours is");
    });
    assert_eq!(lines.0.load(Ordering::Relaxed), 1);
}

/// Cut short, or with some bytes changed.
fn damaged(bytes: Vec<u8>, cut: Option<usize>, at: usize, by: u8) -> Vec<u8> {
    let mut bytes = bytes;
    if let Some(cut) = cut {
        bytes.truncate(cut % bytes.len());
    } else {
        let at = at % bytes.len();
        bytes[at] ^= by;
    }
    bytes
}

fn damage(answer: Value, member: &str, cut: Option<usize>, at: usize, by: u8) -> Value {
    let pointer = format!("/response/{member}");
    let text = answer.pointer(&pointer).unwrap().as_str().unwrap();
    let bytes = damaged(decode(text), cut, at, by);
    with(answer, &pointer, encode(&bytes))
}

proptest! {
    #[test]
    fn an_assertion_with_any_byte_changed_or_missing_is_refused(
        member in prop::sample::select(vec!["authenticatorData", "clientDataJSON", "signature"]),
        cut in prop::option::of(any::<usize>()),
        at in any::<usize>(),
        by in 1..=u8::MAX,
    ) {
        let (stored, begun, answer) = signing_in();
        let answer = damage(answer, member, cut, at, by);
        prop_assert!(get(&stored, &begun, &answer).is_err());
    }

    // Without an attestation nothing signs it, so a change may pass: to the AAGUID, say.
    #[test]
    fn a_registration_with_any_byte_changed_does_not_panic(
        member in prop::sample::select(vec!["attestationObject", "clientDataJSON"]),
        cut in prop::option::of(any::<usize>()),
        at in any::<usize>(),
        by in 1..=u8::MAX,
    ) {
        let (begun, answer) = registering();
        let finished = create(&begun, &damage(answer, member, cut, at, by));
        prop_assert!(cut.is_none() || finished == Err(PasskeyError::Malformed));
    }

    #[test]
    fn random_bytes_are_malformed(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (begun, answer) = registering();
        let answer = with(answer, "/response/attestationObject", encode(&bytes));
        prop_assert_eq!(create(&begun, &answer), Err(PasskeyError::Malformed));
    }
}
