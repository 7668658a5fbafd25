//! Signing in (WebAuthn L3 §7.2).

use super::*;
use crate::{Verified, user_handle};
use authenticator::{Pair, encode};

const BOB: Uuid = Uuid::from_u128(0xb0b);

fn finish(begun: &Begun, credentials: &[Value], answer: &Value) -> Result<Verified, PasskeyError> {
    passkeys().finish_authentication(&begun.state, ALICE.id, credentials, answer)
}

/// What comes of a key's answer to Alice's sign-in.
fn sign_in(key: &mut Key, credentials: &[Value], want: Wish) -> Result<Verified, PasskeyError> {
    let begun = ask(credentials, want);
    let answer = key.get(&begun.options);
    finish(&begun, credentials, &answer)
}

#[test]
fn options_are_what_the_browsers_parse_request_options_from_json_takes() {
    let mut key = Key::touch_only();
    let begun = ask(&[registered(&mut key, SECOND_FACTOR)], Wish::Preferred);
    let mut options = begun.options;
    assert!(options["challenge"].take().is_string());
    let allowed =
        json!([{"type": "public-key", "id": encode(&key.id), "transports": ["usb", "nfc"]}]);
    assert_eq!(
        options,
        json!({
            "challenge": null,
            "timeout": 300_000,
            "rpId": "id.example.com",
            "allowCredentials": allowed,
            "userVerification": "preferred",
        })
    );
}

#[test]
fn a_passkey_says_who_signs_in() {
    let mut key = Key::passkey();
    let credentials = [registered(&mut key, PASSKEY)];
    let begun = passkeys().begin_discoverable().unwrap();
    assert_eq!(begun.options["allowCredentials"], json!([]));
    assert_eq!(begun.options["userVerification"], "required");
    let answer = key.get(&begun.options);
    assert_eq!(user_handle(&answer), Some(ALICE.id));
    let verified = finish(&begun, &credentials, &answer).unwrap();
    let want = Verified {
        credential_id: encode(&key.id),
        user_verified: true,
        counter: 0,
        backed_up: true,
        updated: None,
    };
    assert_eq!(verified, want);
}

#[test]
fn a_passkey_alone_needs_user_verification_and_a_name() {
    let mut key = Key::passkey();
    let credentials = [registered(&mut key, PASSKEY)];
    let begun = passkeys().begin_discoverable().unwrap();
    let answer = key.get(&begun.options);
    let anonymous = without(answer, "/response", "userHandle");
    assert_eq!(user_handle(&anonymous), None);
    let refused = finish(&begun, &credentials, &anonymous).unwrap_err();
    assert_eq!(refused, PasskeyError::Malformed);
    key.verifies = false;
    let refused = finish(&begun, &credentials, &key.get(&begun.options)).unwrap_err();
    assert_eq!(refused, PasskeyError::UserNotVerified);
}

#[test]
fn a_key_that_knows_only_a_touch_is_a_second_factor() {
    let mut key = Key::touch_only();
    let credentials = [registered(&mut key, SECOND_FACTOR)];
    for want in [Wish::Discouraged, Wish::Preferred] {
        let verified = sign_in(&mut key, &credentials, want).unwrap();
        assert!(!verified.user_verified && verified.updated.is_some());
    }
    let refused = sign_in(&mut key, &credentials, Wish::Required).unwrap_err();
    assert_eq!(refused, PasskeyError::UserNotVerified);
}

#[test]
fn a_ceremony_demands_what_it_asked_for_and_not_what_the_registration_did() {
    let mut key = Key::passkey();
    let credentials = [registered(&mut key, PASSKEY)];
    key.verifies = false;
    let verified = sign_in(&mut key, &credentials, Wish::Discouraged).unwrap();
    assert!(!verified.user_verified);
}

#[test]
fn a_counter_must_grow() {
    let mut key = Key::touch_only();
    let first = registered(&mut key, SECOND_FACTOR); // 1
    let verified = sign_in(&mut key, std::slice::from_ref(&first), Wish::Preferred).unwrap();
    assert_eq!(verified.counter, 2);
    let second = [verified.updated.unwrap()];
    for copy in [0, 1] {
        key.counter = Some(copy); // then 1: back, then 2: still
        let refused = sign_in(&mut key, &second, Wish::Preferred).unwrap_err();
        assert_eq!(refused, PasskeyError::Cloned);
    }
    key.counter = None; // 0: none any more
    let refused = sign_in(&mut key, &second, Wish::Preferred).unwrap_err();
    assert_eq!(refused, PasskeyError::Cloned);
    key.counter = Some(2);
    assert!(sign_in(&mut key, &second, Wish::Preferred).is_ok());
}

#[test]
fn an_answer_is_for_one_challenge_and_one_sign_in() {
    let mut key = Key::touch_only();
    let credentials = [registered(&mut key, SECOND_FACTOR)];
    let begun = ask(&credentials, Wish::Preferred);
    let answer = key.get(&begun.options);
    let other = ask(&credentials, Wish::Preferred);
    let refused = finish(&other, &credentials, &answer).unwrap_err();
    assert_eq!(refused, PasskeyError::Challenge);
    let updated = finish(&begun, &credentials, &answer).unwrap().updated;
    let replayed = finish(&begun, &[updated.unwrap()], &answer).unwrap_err();
    assert_eq!(replayed, PasskeyError::Cloned);
}

#[test]
fn an_answer_of_another_page_party_or_ceremony_is_refused() {
    let mut key = Key::passkey();
    let credentials = [registered(&mut key, PASSKEY)];
    let mut refused = |change: fn(&mut Key)| {
        change(&mut key);
        let refused = sign_in(&mut key, &credentials, Wish::Required).unwrap_err();
        let fresh = Key::passkey();
        (key.origin, key.rp_id, key.get_type) = (fresh.origin, fresh.rp_id, fresh.get_type);
        (key.cross_origin, key.present) = (false, true);
        refused
    };
    let origin = refused(|key| key.origin = "https://id.example.org".to_owned());
    assert_eq!(origin, PasskeyError::Origin);
    let party = refused(|key| key.rp_id = "id.example.org".to_owned());
    assert_eq!(party, PasskeyError::RelyingParty);
    let ceremony = refused(|key| key.get_type = "webauthn.create");
    assert_eq!(ceremony, PasskeyError::Type);
    let absent = refused(|key| key.present = false);
    assert_eq!(absent, PasskeyError::UserNotPresent);
    let framed = refused(|key| key.cross_origin = true);
    assert_eq!(framed, PasskeyError::CrossOrigin);
}

#[test]
fn another_key_with_the_same_id_does_not_sign_in() {
    let credentials = [registered(&mut Key::passkey(), PASSKEY)];
    let refused = sign_in(&mut Key::passkey(), &credentials, Wish::Required).unwrap_err();
    assert_eq!(refused, PasskeyError::Signature);
}

#[test]
fn a_credential_is_good_for_its_user_alone() {
    let mut bobs = Key {
        id: vec![9; 16],
        ..Key::passkey()
    };
    let bobs_credential = registered(&mut bobs, PASSKEY);
    let hers = [registered(&mut Key::passkey(), PASSKEY)];
    let unknown = sign_in(&mut bobs, &hers, Wish::Required).unwrap_err();
    assert_eq!(unknown, PasskeyError::UnknownCredential);
    // Were Bob's credential among hers by mistake, his key would still say whose it is.
    bobs.handle = Some(BOB.as_bytes().to_vec());
    let mixed = [hers[0].clone(), bobs_credential];
    let refused = sign_in(&mut bobs, &mixed, Wish::Required).unwrap_err();
    assert_eq!(refused, PasskeyError::OtherUser);
    // Nor does a state that began for one user end for another.
    let begun = ask(&mixed, Wish::Required);
    let answer = bobs.get(&begun.options);
    let swapped = passkeys().finish_authentication(&begun.state, BOB, &mixed, &answer);
    assert_eq!(swapped.unwrap_err(), PasskeyError::State);
}

#[test]
fn a_credential_added_or_taken_away_meanwhile_does_not_sign_in() {
    let mut key = Key::passkey();
    let mut late = Key {
        id: vec![9; 16],
        ..Key::passkey()
    };
    let credential = registered(&mut key, PASSKEY);
    let added = registered(&mut late, PASSKEY);
    let begun = ask(std::slice::from_ref(&credential), Wish::Required);
    let gone = finish(&begun, &[], &key.get(&begun.options)).unwrap_err();
    assert_eq!(gone, PasskeyError::UnknownCredential);
    let answer = late.get(&begun.options);
    let refused = finish(&begun, &[credential, added], &answer).unwrap_err();
    assert_eq!(refused, PasskeyError::UnknownCredential);
}

#[test]
fn nobody_is_asked_for_no_credential() {
    let refused = passkeys().begin_authentication(ALICE.id, &[], Wish::Required);
    assert_eq!(refused.unwrap_err(), PasskeyError::UnknownCredential);
}

#[test]
fn a_credential_may_become_a_synchronised_one_and_not_the_other_way_round() {
    let mut key = Key {
        backup_eligible: false,
        backed_up: false,
        ..Key::passkey()
    };
    let bound = [registered(&mut key, PASSKEY)];
    key.backup_eligible = true;
    let verified = sign_in(&mut key, &bound, Wish::Required).unwrap();
    let synchronised = [verified.updated.unwrap()];
    key.backed_up = true;
    assert!(
        sign_in(&mut key, &synchronised, Wish::Required)
            .unwrap()
            .backed_up
    );
    (key.backup_eligible, key.backed_up) = (false, false);
    let refused = sign_in(&mut key, &synchronised, Wish::Required).unwrap_err();
    assert_eq!(refused, PasskeyError::BackupState);
}

#[test]
fn an_answer_may_have_padding_and_an_empty_handle() {
    let mut key = Key::touch_only();
    let credentials = [registered(&mut key, SECOND_FACTOR)];
    for handle in [json!(null), json!("")] {
        let begun = ask(&credentials, Wish::Preferred);
        let mut answer = key.get(&begun.options);
        answer["response"]["userHandle"] = handle;
        for member in ["signature", "authenticatorData", "clientDataJSON"] {
            let text = answer["response"][member].as_str().unwrap();
            let padded = format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4));
            answer["response"][member] = padded.into();
        }
        assert!(finish(&begun, &credentials, &answer).is_ok());
    }
}

#[test]
fn each_kind_of_key_that_is_asked_for_signs_in() {
    let options = begin(PASSKEY).options;
    let asked = options["pubKeyCredParams"].as_array().unwrap();
    let asked: Vec<_> = asked.iter().map(|asked| asked["alg"].clone()).collect();
    let pairs = [
        (Pair::es256(), -7),
        (Pair::es384(), -35),
        (Pair::rs256(), -257), // Windows Hello with an old TPM
    ];
    assert_eq!(
        asked,
        pairs.each_ref().map(|(_, algorithm)| json!(algorithm))
    );
    for (pair, algorithm) in pairs {
        let mut key = Key {
            pair,
            algorithm,
            ..Key::passkey()
        };
        let credentials = [registered(&mut key, PASSKEY)];
        let begun = ask(&credentials, Wish::Required);
        let answer = key.get(&begun.options);
        assert!(finish(&begun, &credentials, &answer).is_ok());
        let other = ask(&credentials, Wish::Required).options;
        let signature = key.get(&other)["response"]["signature"].take();
        let forged = with(answer, "/response/signature", signature);
        let refused = finish(&begun, &credentials, &forged).unwrap_err();
        assert_eq!(refused, PasskeyError::Signature);
    }
}
