//! What was filled in, written into an account (authentik: `UserWriteStageView.update_user`). Nothing here reads or
//! writes anything else.

use serde_json::{Map, Value};

use super::whom::is_same_address;
use crate::executor::stages::prompt::{Wrong, text};
use crate::flow::challenge::Errors;
use crate::flow::password::is_hash;
use crate::user::User;

/// How deep an attribute may stand.
const DEEPEST: usize = 10;

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// What was filled in.
    pub(super) typed: Map<String, Value>,
    /// What counts more, as an invitation says it.
    pub(super) fixed: Map<String, Value>,
}

impl Details {
    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.typed.is_empty() && self.fixed.is_empty()
    }

    /// What is written, never what stands in it.
    pub(super) fn names(&self) -> Vec<&str> {
        let all = self.typed.keys().chain(self.fixed.keys());
        all.map(String::as_str).collect()
    }
}

/// Whether a password is among what is filled in under this name.
pub(in crate::executor::stages) fn is_password(key: &str) -> bool {
    key == "password" || key.starts_with("password_")
}

/// Writes `data` into the account. What has no place in an account is left out, and so is what nobody may say of
/// themselves: whether they may sign in, their groups, type, path and ids.
///
/// An attribute has more than one name (`attributes.a`, `attributes_a`, part of `attributes`), so what counts more is
/// written last.
///
/// # Errors
/// What cannot be a user name or address.
pub(super) fn write(user: &mut User, data: &Details) -> Result<(), Errors> {
    fill_in(user, &data.typed)?;
    fill_in(user, &data.fixed)
}

fn fill_in(user: &mut User, data: &Map<String, Value>) -> Result<(), Errors> {
    let mut errors = Errors::default();
    for (key, value) in data {
        let text = value.as_str().map(str::trim);
        match (key.as_str(), text) {
            ("username", Some("")) => {}
            ("username", Some(name)) => {
                set(
                    &mut user.subject.username,
                    name,
                    text::username,
                    (key, &mut errors),
                );
            }
            ("email", Some("")) => user.subject.email.clear(),
            ("email", Some(address)) => {
                set(
                    &mut user.subject.email,
                    address,
                    text::email,
                    (key, &mut errors),
                );
            }
            ("name", Some(name)) => name.clone_into(&mut user.subject.name),
            ("password", Some(hash)) if is_hash(hash) => user.password = Some(hash.to_owned()),
            ("locale", Some(locale)) => {
                let path = ["settings".to_owned(), "locale".to_owned()];
                put(&mut user.profile.attributes, &path, locale.into());
            }
            ("attributes", _) => {
                let more = value.as_object().cloned().unwrap_or_default();
                user.profile.attributes.extend(more);
            }
            _ => {
                if let Some(path) = path_of(key) {
                    put(&mut user.profile.attributes, &path, value.clone());
                } else {
                    tracing::debug!(
                        event = "prompt_data_dropped",
                        key,
                        "has no place in an account"
                    );
                }
            }
        }
    }
    if let Some(upn) = user.profile.attributes.get("upn") {
        user.subject.upn = upn.as_str().map(str::to_owned);
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// The same for an account that is there: an address that was not theirs before is not vouched for any more.
///
/// # Errors
/// As [`write`].
pub(super) fn rewrite(
    previous: &User,
    data: &Details,
    verified: Option<&str>,
) -> Result<User, Errors> {
    let mut user = previous.clone();
    write(&mut user, data)?;
    let same = is_same_address(&user.subject.email, &previous.subject.email);
    let proved = verified.is_some_and(|address| is_same_address(address, &user.subject.email));
    user.subject.email_verified = proved || (same && previous.subject.email_verified);
    if user.password != previous.password {
        user.subject.generation += 1; // whoever knew the old one is out
    }
    user.subject.version += 1;
    Ok(user)
}

/// What is as it was needs no check: rules may have been others then.
fn set(
    into: &mut String,
    given: &str,
    check: fn(String) -> Result<String, Wrong>,
    (key, errors): (&str, &mut Errors),
) {
    if into == given {
        return;
    }
    match check(given.to_owned()) {
        Ok(value) => *into = value,
        Err(wrong) => errors.add(key, wrong.0, wrong.1),
    }
}

/// The place of an attribute: `attributes.foo.bar`, also written `attributes_foo_bar` (authentik takes both for the
/// same); `None` where this names no attribute.
fn path_of(key: &str) -> Option<Vec<String>> {
    let rest = key.strip_prefix("attributes")?.strip_prefix(['.', '_'])?;
    let path: Vec<String> = rest.split(['.', '_']).map(str::to_owned).collect();
    let named = path.iter().all(|part| !part.is_empty());
    (named && path.len() <= DEEPEST).then_some(path)
}

/// Sets a value deep inside; nothing removes it. What is in the way and no object is left as it is.
fn put(attributes: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        if value.is_null() {
            attributes.remove(first);
        } else {
            attributes.insert(first.clone(), value);
        }
        return;
    }
    let inner = attributes
        .entry(first.clone())
        .or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}
