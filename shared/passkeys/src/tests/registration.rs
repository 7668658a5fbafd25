//! Registering (WebAuthn L3 §7.1).

use super::*;
use authenticator::{decode, encode};
use provider::flow::stage::Attachment;

use crate::credential_id;

#[test]
fn options_are_what_the_browsers_parse_creation_options_from_json_takes() {
    let exclude = [encode(b"one of hers")];
    let begun = passkeys().begin_registration(&ALICE, &exclude, PASSKEY);
    let mut options = begun.unwrap().options;
    let challenge = options["challenge"].take();
    assert_eq!(decode(challenge.as_str().unwrap()).len(), 32);
    let algorithms = options["pubKeyCredParams"].take();
    assert_eq!(algorithms[0], json!({"type": "public-key", "alg": -7}));
    assert_eq!(
        options,
        json!({
            "rp": {"name": "Example", "id": "id.example.com"},
            "user": {"id": encode(ALICE.id.as_bytes()), "name": "alice", "displayName": "Alice A."},
            "challenge": null,
            "pubKeyCredParams": null,
            "timeout": 300_000,
            "excludeCredentials": [{"type": "public-key", "id": exclude[0]}],
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
            "extensions": {"credProps": true},
        })
    );
}

#[test]
fn each_wish_reaches_the_browser() {
    let wants = [
        (Wish::Required, "required"),
        (Wish::Preferred, "preferred"),
        (Wish::Discouraged, "discouraged"),
    ];
    for (want, word) in wants {
        let begun = begin(Wishes {
            user_verification: want,
            resident_key: want,
            attachment: Some(Attachment::CrossPlatform),
        });
        let selection = &begun.options["authenticatorSelection"];
        let asked = json!({
            "authenticatorAttachment": "cross-platform",
            "residentKey": word,
            "requireResidentKey": want == Wish::Required,
            "userVerification": word,
        });
        assert_eq!(*selection, asked);
        assert_eq!(serde_json::to_value(want).unwrap(), word);
    }
}

#[test]
fn a_passkey_is_registered() {
    let mut key = Key::passkey();
    let credential = register(&mut key, PASSKEY).unwrap();
    assert_eq!(credential.id, encode(&key.id));
    assert_eq!(credential_id(&credential.passkey).unwrap(), credential.id);
    assert_eq!(credential.aaguid, Some(key.aaguid));
    assert_eq!(credential.discoverable, Some(true));
    assert!(credential.user_verified && credential.backup_eligible && credential.backed_up);
    assert_eq!(credential.transports, ["internal", "hybrid"]);
}

#[test]
fn a_key_that_knows_only_a_touch_is_registered_as_second_factor() {
    for user_verification in [Wish::Discouraged, Wish::Preferred] {
        let wishes = Wishes {
            user_verification,
            ..SECOND_FACTOR
        };
        let credential = register(&mut Key::touch_only(), wishes).unwrap();
        assert_eq!(credential.aaguid, None);
        assert_eq!(credential.discoverable, Some(false));
        assert!(!credential.user_verified && !credential.backup_eligible);
        assert_eq!(credential.transports, ["usb", "nfc"]);
    }
}

#[test]
fn a_browser_need_not_tell_what_is_no_proof() {
    let begun = begin(SECOND_FACTOR);
    let answer = Key::touch_only().create(&begun.options);
    let answer = without(answer, "/response", "transports");
    let answer = without(answer, "", "clientExtensionResults");
    let credential = passkeys().finish_registration(&begun.state, &answer);
    let credential = credential.unwrap();
    assert_eq!(
        (credential.discoverable, credential.transports),
        (None, vec![])
    );
}

#[test]
fn transports_nobody_knows_are_not_kept() {
    let mut key = Key {
        transports: json!(["usb", "thought", "usb", "smart-card"]),
        ..Key::passkey()
    };
    assert_eq!(register(&mut key, PASSKEY).unwrap().transports, ["usb"]);
}

#[test]
fn what_the_wishes_demand_is_checked() {
    let mut silent = Key {
        verifies: false,
        ..Key::passkey()
    };
    let refused = register(&mut silent, PASSKEY).unwrap_err();
    assert_eq!(refused, PasskeyError::UserNotVerified);
    let mut forgetful = Key {
        resident: false,
        ..Key::passkey()
    };
    let refused = register(&mut forgetful, PASSKEY).unwrap_err();
    assert_eq!(refused, PasskeyError::NotDiscoverable);
}

/// Why a passkey is refused that differs in this.
fn refused(change: fn(&mut Key)) -> PasskeyError {
    let mut key = Key::passkey();
    change(&mut key);
    register(&mut key, PASSKEY).unwrap_err()
}

#[test]
fn an_answer_of_another_page_is_refused() {
    let origins: [fn(&mut Key); 5] = [
        |key| key.origin = "https://id.example.com.evil.example".to_owned(),
        |key| key.origin = "https://sub.id.example.com".to_owned(),
        |key| key.origin = "https://example.com".to_owned(),
        |key| key.origin = "https://id.example.com:8443".to_owned(),
        |key| key.origin = "http://id.example.com".to_owned(),
    ];
    for change in origins {
        assert_eq!(refused(change), PasskeyError::Origin);
    }
    let framed = refused(|key| key.cross_origin = true);
    assert_eq!(framed, PasskeyError::CrossOrigin);
}

#[test]
fn an_answer_of_another_party_ceremony_or_kind_is_refused() {
    let party = refused(|key| key.rp_id = "example.com".to_owned());
    assert_eq!(party, PasskeyError::RelyingParty);
    let ceremony = refused(|key| key.create_type = "webauthn.get");
    assert_eq!(ceremony, PasskeyError::Type);
    let absent = refused(|key| key.present = false);
    assert_eq!(absent, PasskeyError::UserNotPresent);
    let algorithm = refused(|key| key.algorithm = -36);
    assert_eq!(algorithm, PasskeyError::Algorithm);
    let backup = refused(|key| key.backup_eligible = false); // and yet backed up
    assert_eq!(backup, PasskeyError::BackupState);
}

#[test]
fn an_answer_is_for_one_challenge() {
    let answer = Key::passkey().create(&begin(PASSKEY).options);
    let refused = passkeys().finish_registration(&begin(PASSKEY).state, &answer);
    assert_eq!(refused.unwrap_err(), PasskeyError::Challenge);
}

#[test]
fn a_credential_is_not_registered_twice() {
    let mut key = Key::passkey();
    let first = register(&mut key, PASSKEY).unwrap();
    let again = passkeys().begin_registration(&ALICE, &[first.id], PASSKEY);
    let again = again.unwrap();
    let answer = key.create(&again.options); // a browser that pays no heed
    let refused = passkeys().finish_registration(&again.state, &answer);
    assert_eq!(refused.unwrap_err(), PasskeyError::AlreadyRegistered);
}

#[test]
fn a_person_has_a_user_name_and_need_not_have_another() {
    let nameless = Person {
        display_name: "",
        ..ALICE
    };
    let begun = passkeys().begin_registration(&nameless, &[], PASSKEY);
    assert_eq!(begun.unwrap().options["user"]["displayName"], "alice");
    let nobody = Person {
        username: "",
        ..ALICE
    };
    let refused = passkeys().begin_registration(&nobody, &[], PASSKEY);
    assert_eq!(refused.unwrap_err(), PasskeyError::Username);
}
