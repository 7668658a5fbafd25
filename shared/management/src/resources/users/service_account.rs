//! `service_account/`: an account for a program, with an app password that is told once and, where it is wished, a group
//! of its own. All of it is one transaction.

use protocol::{Seconds, Secret};
use provider::claims::hashed;
use provider::entropy::alphanumeric;
use provider::event::Action;
use provider::group::{Group, GroupId};
use provider::ports::{Intent, NewProgram, UserToken, Written};
use provider::user::{Membership, UserKind};
use serde_json::{Map, json};

use super::form::is_username;
use super::shape::SERVICE_ACCOUNT;
use super::write::{blank, event, has_room};
use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::form::{Form, Mode};
use crate::operation::{Ask, Reply};
use crate::resources::tokens::{EXPIRING, KEY_LENGTH, sealed};

/// authentik's folder of them.
const PATH: &str = "goauthentik.io/service-accounts";

/// How long its password is good where nobody says.
const LIFE: Seconds = Seconds::days(360);

const TAKEN: &str = "A user/group with these details already exists";
const BAD_NAME: &str =
    "Enter a valid name. This value may contain only letters, numbers, and @/./+/-/_ characters.";

/// Makes one; 200, not 201.
///
/// # Errors
/// By field, or as a whole where one of its names is taken; nothing was made then.
pub async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&SERVICE_ACCOUNT, Mode::Create)?;
    form.errors.clone().check()?;
    let name = form.text("name").unwrap_or_default().to_owned();
    if !is_username(&name) {
        return Err(Refusal::field("name", BAD_NAME));
    }
    let tenant = &ask.call.tenant;
    has_room(api, ask).await?;
    let expiring = form.get("expiring").unwrap_or(true);
    let mut user = blank(api, ask);
    user.subject.username.clone_from(&name);
    user.subject.name.clone_from(&name);
    user.subject.pk = api.parts.people.next_pk(&tenant.id).await?;
    user.profile.kind = UserKind::ServiceAccount;
    PATH.clone_into(&mut user.profile.path);
    user.profile
        .attributes
        .insert(EXPIRING.to_owned(), expiring.into());
    let group = form
        .get("create_group")
        .unwrap_or(false)
        .then(|| group(api, &name));
    user.subject
        .groups
        .extend(group.iter().map(|group| Membership {
            id: group.id,
            name: group.name.clone(),
        }));
    let key = Secret::new(alphanumeric(&*api.parts.entropy, KEY_LENGTH));
    let identifier = slugified(&format!("service-account-{name}-password"));
    let mut token = UserToken::new(identifier, Intent::AppPassword, user.subject.id, &key);
    token.uuid = Some(api.new_id());
    token.expires = expiring.then(|| expires(&form, ask));
    token.sealed = Some(sealed(api, ask, &key).await?);
    let new = NewProgram {
        user: &user,
        group: group.as_ref(),
        token: &token,
        event: &event(api, ask, Action::ModelCreated, &user),
    };
    if api.parts.people.create_program(&tenant.id, &new).await? != Written::Yes {
        return Err(Refusal::field(WHOLE, TAKEN));
    }
    let mut made = json!({
        "username": name,
        "token": key.expose(),
        "user_uid": hashed(tenant, &user.subject),
        "user_pk": user.subject.pk,
    });
    if let (Some(made), Some(group)) = (made.as_object_mut(), group) {
        made.insert("group_pk".to_owned(), json!(group.id));
    }
    Reply::ok(made)
}

fn expires(form: &Form, ask: &Ask<'_>) -> protocol::Timestamp {
    let given = form.moment("expires").flatten();
    given.unwrap_or(ask.call.now + LIFE)
}

fn group(api: &Api, name: &str) -> Group {
    Group {
        id: GroupId(api.new_id()),
        name: name.to_owned(),
        is_superuser: false,
        parent: None,
        attributes: Map::new(),
        version: 1,
    }
}

/// Django's `slugify`: lower case, what is no letter, digit, underscore or hyphen is left out.
fn slugified(text: &str) -> String {
    let lower = text.to_lowercase();
    let kept = lower
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_what_a_slug_has() {
        assert_eq!(
            slugified("service-account-My.Bot_1@x-password"),
            "service-account-mybot_1x-password"
        );
    }
}
