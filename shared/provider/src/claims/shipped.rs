//! The shipped mappings in Rust: what their Python says (`mapping/*.py`), without an interpreter.

use serde_json::{Value, json};

use super::Claims;
use crate::mapping::Shipped;
use crate::user::Subject;

/// What a shipped mapping says of somebody. A claim without value is left out, not sent as null or ""
/// (OpenID Connect Core §5.3.2).
pub(super) fn claims(shipped: Shipped, subject: &Subject) -> Claims {
    match shipped {
        Shipped::Openid | Shipped::OfflineAccess | Shipped::AuthentikApi => Claims::new(),
        Shipped::Email => email(subject),
        Shipped::Profile => profile(subject),
        Shipped::Entitlements => entitlements(),
    }
}

/// The claims it announces in `claims_supported`: all it may have.
pub(super) const fn names(shipped: Shipped) -> &'static [&'static str] {
    match shipped {
        Shipped::Openid | Shipped::OfflineAccess | Shipped::AuthentikApi => &[],
        Shipped::Email => &["email", "email_verified"],
        // authentik: `name` is the whole name, and there is no `family_name`.
        Shipped::Profile => &[
            "name",
            "given_name",
            "preferred_username",
            "nickname",
            "groups",
        ],
        Shipped::Entitlements => &["entitlements", "roles"],
    }
}

fn email(subject: &Subject) -> Claims {
    let mut claims = Claims::new();
    if !subject.email.is_empty() {
        claims.insert("email".to_owned(), subject.email.as_str().into());
        claims.insert("email_verified".to_owned(), subject.email_verified.into());
    }
    claims
}

fn profile(subject: &Subject) -> Claims {
    let groups: Vec<&str> = subject.groups.iter().map(|group| &*group.name).collect();
    let mut claims = Claims::from_iter([
        (
            "preferred_username".to_owned(),
            Value::from(subject.username.as_str()),
        ),
        ("nickname".to_owned(), subject.username.as_str().into()),
        ("groups".to_owned(), json!(groups)),
    ]);
    if !subject.name.is_empty() {
        claims.insert("name".to_owned(), subject.name.as_str().into());
        claims.insert("given_name".to_owned(), subject.name.as_str().into());
    }
    claims
}

/// Applications have no entitlements yet, and so nobody has any.
fn entitlements() -> Claims {
    let none = || Value::from(Vec::<Value>::new());
    Claims::from_iter([
        ("entitlements".to_owned(), none()),
        ("roles".to_owned(), none()),
    ])
}
