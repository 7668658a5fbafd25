//! What a request says of a person, written into the account.

use provider::group::GroupId;
use provider::ports::Listed;
use provider::user::{Membership, User, UserKind};
use serde_json::{Map, Value};

use super::forest::Forest;
use crate::form::{Form, Mode};

/// So many groups can be joined or left at once: the account and all its places are one transaction.
const MOST_JOINED: usize = 35;

const BAD_NAME: &str = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

/// Puts what was given into its place; what is wrong is noted in the form. `before` is the account as stored, with its
/// version; the new one has the next.
pub fn write(form: &mut Form, user: &mut User, forest: &Forest, before: Option<&User>) {
    username(form, user);
    form.set("name", &mut user.subject.name);
    form.set("is_active", &mut user.active);
    address(form, user);
    if let Some(attributes) = form.get::<Map<String, Value>>("attributes") {
        let upn = attributes.get("upn").and_then(Value::as_str);
        user.subject.upn = upn.map(str::to_owned);
        user.profile.attributes = attributes;
    }
    folder(form, user);
    kind(form, user, before);
    groups(form, user, forest);
    if before.is_none() {
        user.profile.last_login = form.moment("last_login").flatten();
    }
}

/// Whether this can be a user name. Strict clients refuse any other (API reference E).
pub fn is_username(text: &str) -> bool {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '+' | '-');
    !text.is_empty() && text.chars().all(good)
}

/// One that stands there already may have been made by other rules.
fn username(form: &mut Form, user: &mut User) {
    let before = user.subject.username.clone();
    form.set("username", &mut user.subject.username);
    if user.subject.username != before && !is_username(&user.subject.username) {
        form.errors.add("username", BAD_NAME);
    }
}

/// An address that an administrator writes counts as theirs, as authentik says of every address.
fn address(form: &mut Form, user: &mut User) {
    let Some(email) = form.get::<String>("email") else {
        return;
    };
    if email != user.subject.email {
        user.subject.email_verified = !email.is_empty();
        user.subject.email = email;
    }
}

fn folder(form: &mut Form, user: &mut User) {
    form.set("path", &mut user.profile.path);
    let path = &user.profile.path;
    if !form.has("path") {
    } else if path.starts_with('/') || path.ends_with('/') {
        form.errors
            .add("path", "No leading or trailing slashes allowed.");
    } else if path.split('/').any(str::is_empty) {
        form.errors
            .add("path", "No empty segments in user path allowed.");
    }
}

fn kind(form: &mut Form, user: &mut User, before: Option<&User>) {
    form.set("type", &mut user.profile.kind);
    if !form.has("type") {
        return;
    }
    let internal = |kind| kind == UserKind::InternalServiceAccount;
    let is_internal = internal(user.profile.kind);
    match before {
        Some(before) if internal(before.profile.kind) && !is_internal => {
            let text = "Can't change internal service account to other user type.";
            form.errors.add("type", text);
        }
        None if is_internal => {
            let text = "Setting a user to internal service account is not allowed.";
            form.errors.add("type", text);
        }
        Some(_) | None => {}
    }
}

/// The groups; where a whole account is given without any, there are none (API reference A, PUT).
fn groups(form: &mut Form, user: &mut User, forest: &Forest) {
    let wanted = match form.get::<Vec<GroupId>>("groups") {
        Some(wanted) => wanted,
        None if form.mode == Mode::Change => return,
        None => Vec::new(),
    };
    let before: Vec<GroupId> = Listed::from(&*user).groups;
    user.subject.groups.clear();
    let mut changed = before.iter().filter(|id| !wanted.contains(id)).count();
    for id in wanted {
        let Some(group) = forest.get(id) else {
            form.missing("groups", &id.0);
            continue;
        };
        changed += usize::from(!before.contains(&id));
        user.subject.groups.push(Membership {
            id,
            name: group.name.clone(),
        });
    }
    if changed > MOST_JOINED {
        let text = format!("At most {MOST_JOINED} groups can be joined and left at once.");
        form.errors.add("groups", text);
    }
}
