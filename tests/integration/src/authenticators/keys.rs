//! Passkeys and security keys as a second factor (WebAuthn L3), and which authenticator is asked for.

use authenticator::Key;
use protocol::Seconds;
use provider::authenticator::Verifier;
use provider::flow::proof::Method;
use serde_json::{Value, json};

use super::{
    KEY, MFA, ada, at_second, classes, code, here, program, proved, theirs, user, with_app,
    with_codes, with_key, wrong,
};
use crate::executor::leads_to;
use crate::harness::{Bench, USER};

/// The options for the browser.
fn options(challenge: &Value) -> &Value {
    let devices = challenge["device_challenges"]
        .as_array()
        .expect("challenges");
    let key = devices
        .iter()
        .find(|device| device["device_class"] == "webauthn");
    &key.unwrap_or_else(|| panic!("no key is asked for: {challenge}"))["challenge"]
}

#[tokio::test]
async fn a_key_that_knows_a_touch_alone_is_a_second_factor_and_a_counter_goes_up() {
    let bench = Bench::embedded().await;
    let mut key = here(Key::touch_only());
    with_key(&mut ada(&bench).await, &mut key).await;
    assert_eq!(theirs(&bench, "ada").await[0].name, "Security key");
    for _ in 0..2 {
        bench.wait(Seconds(1));
        let mut program = program(&bench);
        let asked = at_second(&mut program, USER).await;
        assert_eq!(
            options(&asked)["allowCredentials"].as_array().map(Vec::len),
            Some(1)
        );
        let response = key.get(options(&asked));
        leads_to(&program.answer(MFA, json!({ "webauthn": response })).await);
        assert_eq!(
            proved(&bench, "ada").await,
            [Method::Password, Method::Webauthn]
        );
    }
    key.counter = Some(1); // a copy, made after it was set up
    let mut program = program(&bench);
    let asked = at_second(&mut program, USER).await;
    let response = key.get(options(&asked));
    let refused = program.answer(MFA, json!({ "webauthn": response })).await;
    assert_eq!(wrong(&refused, "webauthn"), "invalid");
}

#[tokio::test]
async fn an_answer_is_good_once_and_for_the_question_it_was_given_to() {
    let bench = Bench::embedded().await;
    let mut key = here(Key::passkey());
    with_key(&mut ada(&bench).await, &mut key).await;
    let (mut first, mut second) = (program(&bench), program(&bench));
    let asked = at_second(&mut first, USER).await;
    assert_eq!(
        first.look(MFA).await["device_challenges"],
        asked["device_challenges"],
        "a second tab"
    );
    let response = key.get(options(&asked));
    at_second(&mut second, USER).await;
    let elsewhere = second.answer(MFA, json!({ "webauthn": response })).await;
    assert_eq!(wrong(&elsewhere, "webauthn"), "invalid");
    bench.wait(Seconds::minutes(10));
    let late = first.answer(MFA, json!({ "webauthn": response })).await;
    assert_eq!(wrong(&late, "webauthn"), "invalid");
    assert_ne!(options(&late)["challenge"], options(&asked)["challenge"]);
    let response = key.get(options(&late)).to_string(); // as text, from a form
    leads_to(&first.answer(MFA, json!({ "webauthn": response })).await);
    assert_eq!(
        proved(&bench, "ada").await,
        [Method::Password, Method::WebauthnVerified]
    );
}

#[tokio::test]
async fn a_key_of_another_person_is_refused() {
    let bench = Bench::embedded().await;
    let mut adas = here(Key::passkey());
    let mut bobs = Key {
        id: b"bobs key, no other".to_vec(),
        ..here(Key::passkey())
    };
    with_key(&mut ada(&bench).await, &mut adas).await;
    let bob = ("bob", "bobs own password");
    let mut program = super::program(&bench);
    leads_to(&at_second(&mut program, bob).await);
    let taken = program.look(KEY).await;
    let response = adas.create(&taken["registration"]);
    let refused = program.answer(KEY, json!({ "response": response })).await;
    assert_eq!(
        wrong(&refused, "response"),
        "invalid",
        "a credential is one person's"
    );
    with_key(&mut program, &mut bobs).await;

    let mut program = super::program(&bench);
    let asked = at_second(&mut program, USER).await;
    adas.handle = Some(user(&bench, "ada").await.subject.id.as_bytes().to_vec());
    let refused = program
        .answer(MFA, json!({ "webauthn": bobs.get(options(&asked)) }))
        .await;
    assert_eq!(wrong(&refused, "webauthn"), "invalid");
    leads_to(
        &program
            .answer(MFA, json!({ "webauthn": adas.get(options(&refused)) }))
            .await,
    );
}

#[tokio::test]
async fn a_key_is_registered_once_and_named_after_what_it_is() {
    let bench = Bench::embedded().await;
    let mut program = ada(&bench).await;
    let mut key = here(Key::passkey());
    with_key(&mut program, &mut key).await;
    bench.wait(Seconds(1));
    let asked = program.look(KEY).await;
    let excluded = asked["registration"]["excludeCredentials"]
        .as_array()
        .expect("a list");
    assert_eq!(excluded.len(), 1);
    let refused = program
        .answer(
            KEY,
            json!({ "response": key.create(&asked["registration"]) }),
        )
        .await;
    assert_eq!(wrong(&refused, "response"), "invalid");
    let mut other = Key {
        id: b"another one".to_vec(),
        ..here(Key::passkey())
    };
    let response = other.create(&refused["registration"]);
    leads_to(&program.answer(KEY, json!({ "response": response })).await);
    let kept = theirs(&bench, "ada").await;
    let names: Vec<_> = kept.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Passkey", "Passkey 2"]);
    assert!(matches!(
        kept[0].secret,
        Verifier::Webauthn {
            discoverable: true,
            ..
        }
    ));
}

#[tokio::test]
async fn release_2024_10_the_device_that_was_used_last_is_asked_for_first() {
    let bench = Bench::embedded().await;
    let mut program = ada(&bench).await;
    let app = with_app(&bench, &mut program).await;
    let codes = with_codes(&mut program).await;
    bench.wait(Seconds(1));
    let mut key = here(Key::passkey());
    with_key(&mut program, &mut key).await;

    let asked = at_second(&mut super::program(&bench), USER).await;
    assert_eq!(
        classes(&asked),
        ["totp", "static", "webauthn"],
        "none was used: in order of making"
    );
    let mut program = super::program(&bench);
    let asked = at_second(&mut program, USER).await;
    leads_to(
        &program
            .answer(MFA, json!({ "webauthn": key.get(options(&asked)) }))
            .await,
    );
    let used = bench.now().rfc3339();

    bench.wait(Seconds(1));
    let mut program = super::program(&bench);
    let asked = at_second(&mut program, USER).await;
    assert_eq!(classes(&asked), ["webauthn", "totp", "static"]);
    assert_eq!(asked["device_challenges"][0]["last_used"], used);
    leads_to(&program.answer(MFA, json!({ "code": codes[0] })).await);
    let asked = at_second(&mut super::program(&bench), USER).await;
    assert_eq!(classes(&asked), ["static", "webauthn", "totp"]);
    let uid = theirs(&bench, "ada").await[1].uid();
    assert_eq!(asked["device_challenges"][0]["device_uid"], uid);
    drop(app);
}

#[tokio::test]
async fn reference_c2_exactly_one_proof_is_given() {
    let bench = Bench::embedded().await;
    let mut program = ada(&bench).await;
    let app = with_app(&bench, &mut program).await;
    let mut program = super::program(&bench);
    let asked = at_second(&mut program, USER).await;
    let selected = &asked["device_challenges"][0];
    for answer in [
        json!({}),
        json!({ "code": "" }),
        json!({ "selected_challenge": selected }),
        json!({ "duo": 1 }),
        json!({ "code": code(&bench, &app), "webauthn": {} }),
    ] {
        let said = program.answer(MFA, answer.clone()).await;
        let text = &said["response_errors"]["non_field_errors"][0]["string"];
        assert_eq!(text, "Empty response", "{answer}");
    }
    leads_to(
        &program
            .answer(
                MFA,
                json!({ "code": code(&bench, &app), "selected_challenge": selected }),
            )
            .await,
    );
}
