//! The ceremonies with a key in software, and the vectors of the standards.

mod authentication;
mod hostile;
mod registration;
mod relying_party;
mod w3c;

use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use authenticator::Key;
use provider::flow::stage::Wish;
use provider::ports::Wishes;

use crate::{Begun, Credential, PasskeyError, Person, RelyingParty};

/// Any person.
const ALICE: Person<'static> = Person {
    id: Uuid::from_u128(0xa11ce),
    username: "alice",
    display_name: "Alice A.",
};

/// What a passkey is asked for.
const PASSKEY: Wishes = Wishes {
    user_verification: Wish::Required,
    resident_key: Wish::Required,
    attachment: None,
};

/// What a second factor is asked for.
const SECOND_FACTOR: Wishes = Wishes {
    user_verification: Wish::Discouraged,
    resident_key: Wish::Discouraged,
    attachment: None,
};

fn passkeys() -> RelyingParty {
    RelyingParty::new(
        &Url::parse("https://id.example.com/base").unwrap(),
        "Example",
    )
    .unwrap()
}

fn begin(wishes: Wishes) -> Begun {
    passkeys().begin_registration(&ALICE, &[], wishes).unwrap()
}

/// What comes of a key's answer to a registration.
fn register(key: &mut Key, wishes: Wishes) -> Result<Credential, PasskeyError> {
    let begun = begin(wishes);
    let response = key.create(&begun.options);
    passkeys().finish_registration(&begun.state, &response)
}

fn registered(key: &mut Key, wishes: Wishes) -> Value {
    register(key, wishes).unwrap().passkey
}

/// Asks Alice for one of these credentials.
fn ask(credentials: &[Value], want: Wish) -> Begun {
    passkeys()
        .begin_authentication(ALICE.id, credentials, want)
        .unwrap()
}

/// The object with one member set.
fn with(mut value: Value, pointer: &str, to: impl Into<Value>) -> Value {
    *value.pointer_mut(pointer).unwrap() = to.into();
    value
}

/// The object without one member.
fn without(mut value: Value, parent: &str, member: &str) -> Value {
    let parent = value.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.remove(member).unwrap();
    value
}
