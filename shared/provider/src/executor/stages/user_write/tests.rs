//! What becomes of what was filled in (authentik: `UserWriteStageView.update_user`).

use std::collections::BTreeMap;

use protocol::{Secret, Timestamp, UserId};
use serde_json::{Map, Value, json};

use super::record::{Details, rewrite, write};
use crate::entropy::System;
use crate::flow::password;
use crate::user::{Profile, Subject, User, UserKind};

fn anna() -> User {
    User {
        subject: Subject {
            id: UserId::from_random([1; 16]),
            pk: 7,
            version: 3,
            generation: 2,
            username: "anna".to_owned(),
            name: "Anna".to_owned(),
            email: "anna@example.com".to_owned(),
            email_verified: true,
            groups: Vec::new(),
            upn: None,
        },
        active: true,
        password: None,
        profile: Profile {
            kind: UserKind::Internal,
            path: "users".to_owned(),
            attributes: map(&json!({"settings": {"theme": "dark"}, "kept": 1})),
            date_joined: Timestamp::from_unix(1),
            last_login: None,
        },
        withdrawn: BTreeMap::new(),
    }
}

fn map(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn typed(value: &Value) -> Details {
    Details {
        typed: map(value),
        ..Details::default()
    }
}

fn rewritten(data: &Value, verified: Option<&str>) -> User {
    rewrite(&anna(), &typed(data), verified).unwrap()
}

#[test]
fn fields_of_an_account_are_written() {
    let user = rewritten(
        &json!({"username": "ann", "name": " Ann B ", "email": "ann@example.com"}),
        None,
    );
    let subject = &user.subject;
    assert_eq!(
        (
            subject.username.as_str(),
            subject.name.as_str(),
            subject.email.as_str()
        ),
        ("ann", "Ann B", "ann@example.com")
    );
    assert_eq!((subject.version, subject.generation), (4, 2));
}

#[test]
fn attributes_are_written_deep_and_beside_what_is_there() {
    let user = rewritten(
        &json!({
            "attributes.department": "x",
            "attributes_address_city": "Bonn",
            "attributes.address.street": "Am Hof",
            "attributes": {"flat": [1]},
            "attributes.kept.deep": "in the way",
            "attributes..empty": 1,
            "attributes.": 1,
            "locale": "de",
            "attributes.upn": "anna@corp",
        }),
        None,
    );
    let wanted = json!({
        "settings": {"theme": "dark", "locale": "de"},
        "kept": 1,
        "department": "x",
        "address": {"city": "Bonn", "street": "Am Hof"},
        "flat": [1],
        "upn": "anna@corp",
    });
    assert_eq!(Value::Object(user.profile.attributes), wanted);
    assert_eq!(user.subject.upn.as_deref(), Some("anna@corp"));
}

#[test]
fn what_is_fixed_counts_more_however_the_attribute_is_named() {
    for name in ["attributes.role", "attributes_role", "attributes"] {
        let mine = if name == "attributes" {
            json!({ "role": "admin" })
        } else {
            json!("admin")
        };
        for fixed in [
            json!({"attributes": {"role": "guest"}}),
            json!({"attributes.role": "guest"}),
            json!({"attributes_role": "guest"}),
        ] {
            let details = Details {
                typed: map(&json!({ name: mine })),
                fixed: map(&fixed),
            };
            let user = rewrite(&anna(), &details, None).unwrap();
            assert_eq!(user.profile.attributes["role"], "guest", "{name} {fixed}");
        }
    }
}

#[test]
fn nobody_says_of_themselves_that_they_may_sign_in_or_who_they_are() {
    let before = anna();
    let user = rewritten(
        &json!({
            "is_active": false, "active": false, "is_superuser": true, "groups": ["admins"], "type": "internal",
            "path": "x", "pk": 1, "uuid": "x", "id": "x", "generation": 0, "email_verified": true, "unknown": "x",
            "component": "ak-stage-prompt", "token": "x", "password_repeat": "x", "a__choices": ["x"],
        }),
        None,
    );
    let wanted = User {
        subject: Subject {
            version: 4,
            ..before.subject
        },
        ..before
    };
    assert_eq!(json!(user), json!(wanted));
}

#[test]
fn an_address_is_vouched_for_only_where_it_was_proved() {
    let verified = |data: Value, proved| rewritten(&data, proved).subject.email_verified;
    assert!(verified(json!({"name": "x"}), None), "it is the one it was");
    assert!(
        verified(json!({"email": "Anna@Example.com"}), None),
        "whatever the case"
    );
    assert!(!verified(json!({"email": "new@example.com"}), None));
    assert!(!verified(
        json!({"email": "new@example.com"}),
        Some("other@example.com")
    ));
    assert!(verified(
        json!({"email": "new@example.com"}),
        Some("New@example.com")
    ));
    assert!(!verified(json!({"email": ""}), Some("anna@example.com")));
}

#[test]
fn another_password_ends_what_the_old_one_gave() {
    let hash = password::hash(&Secret::new("correct horse"), &System::default()).unwrap();
    let user = rewritten(&json!({"password": hash, "password_repeat": hash}), None);
    assert_eq!(user.password.as_ref(), Some(&hash));
    assert_eq!(user.subject.generation, 3);
    let plain = rewritten(&json!({"password": "never in the clear"}), None);
    assert_eq!((plain.password, plain.subject.generation), (None, 2));
}

#[test]
fn names_that_cannot_be_are_told_and_old_ones_may_stay() {
    let errors = rewrite(
        &anna(),
        &typed(&json!({"username": "an na", "email": "x"})),
        None,
    )
    .unwrap_err();
    let keys: Vec<_> = errors.0.keys().map(String::as_str).collect();
    assert_eq!(keys, ["email", "username"]);
    let mut old = anna();
    "Anna B".clone_into(&mut old.subject.username);
    assert!(write(&mut old, &typed(&json!({"username": "Anna B"}))).is_ok());
    assert!(write(&mut old, &typed(&json!({"username": ""}))).is_ok());
    assert_eq!(old.subject.username, "Anna B");
}
