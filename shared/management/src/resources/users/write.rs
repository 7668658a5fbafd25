//! People are made and changed.

use std::collections::BTreeMap;

use http::StatusCode;
use protocol::UserId;
use provider::event::{Action, Event};
use provider::permits::room_for_one;
use provider::ports::{ChangedAccount, Listed, NewAccount, Written};
use provider::session::Session;
use provider::user::{Profile, Subject, User};

use super::forest::Forest;
use super::shape::USER;
use super::{form, guard, read};
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal, WHOLE};
use crate::form::Mode;
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;

const FULL: &str = "There are as many accounts as this tenant may have.";

/// Makes one.
///
/// # Errors
/// By field; nothing was made then.
pub async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let given = ask.form(&USER, Mode::Create)?;
    given.errors.clone().check()?;
    let people = &api.parts.people;
    let tenant = &ask.call.tenant.id;
    has_room(api, ask).await?;
    let mut user = blank(api, ask);
    for _ in 0..TRIES {
        let mut form = given.clone();
        let forest = Forest::read(api, ask).await?;
        form::write(&mut form, &mut user, &forest, None);
        form.errors.check()?;
        if user.subject.pk == 0 {
            user.subject.pk = people.next_pk(tenant).await?;
        }
        let event = event(api, ask, Action::ModelCreated, &user);
        let new = NewAccount {
            user: &user,
            invitation: None,
            event: &event,
        };
        match people.create(tenant, &new).await? {
            Written::Yes => {
                let shown = read::object(api, ask, &user).await?;
                return Ok(Reply::Json(StatusCode::CREATED, shown));
            }
            Written::Taken => return Err(taken(api, ask, &user).await?),
            Written::Stale => {} // a group was renamed or removed
        }
    }
    Err(Refusal::Conflict)
}

/// The tenant may have another account.
pub(super) async fn has_room(api: &Api, ask: &Ask<'_>) -> Result<(), Refusal> {
    if room_for_one(&*api.parts.people, &ask.call.tenant).await? {
        return Ok(());
    }
    Err(Refusal::field(WHOLE, FULL))
}

/// Changes one: sessions and grants of somebody who is made inactive end.
///
/// # Errors
/// By field; nothing was changed then.
pub async fn update(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    let given = ask.form(&USER, mode)?;
    given.errors.clone().check()?;
    let user = changed(api, ask, |before, forest| {
        let (mut form, mut user) = (given.clone(), before.clone());
        form::write(&mut form, &mut user, forest, Some(before));
        form.errors.check()?;
        Ok(user)
    });
    let user = user.await?;
    Reply::ok(read::object(api, ask, &user).await?)
}

/// Changes the person in the path, over what others make of them at the same time.
async fn changed(
    api: &Api,
    ask: &Ask<'_>,
    change: impl Fn(&User, &Forest) -> Result<User, Refusal>,
) -> Result<User, Refusal> {
    for _ in 0..TRIES {
        let before = read::found(api, ask).await?;
        let forest = Forest::read(api, ask).await?;
        let user = change(&before, &forest)?;
        let then = Listed::from(&user);
        guard::keeps_a_superuser(api, ask, &forest, |person| {
            Some(if person.id == then.id {
                then.clone()
            } else {
                person
            })
        })
        .await?;
        let event = event(api, ask, Action::ModelUpdated, &user);
        match put(api, ask, (user, &before), None, &event).await? {
            (Written::Yes, user) => return Ok(user),
            (Written::Taken, user) => return Err(taken(api, ask, &user).await?),
            (Written::Stale, _) => {}
        }
    }
    Err(Refusal::Conflict)
}

/// Writes an account over the one that was read.
///
/// # Errors
/// Where it cannot be written.
pub async fn put(
    api: &Api,
    ask: &Ask<'_>,
    (mut user, previous): (User, &User),
    keeping: Option<&Session>,
    event: &Event,
) -> Result<(Written, User), Refusal> {
    user.subject.version = previous.subject.version.saturating_add(1);
    let changed = ChangedAccount {
        user: &user,
        previous,
        keeping,
        event,
    };
    let written = api
        .parts
        .people
        .change(&ask.call.tenant.id, &changed)
        .await?;
    Ok((written, user))
}

/// What is recorded of a change: whom it is of.
pub fn event(api: &Api, ask: &Ask<'_>, action: Action, user: &User) -> Event {
    let (pk, name) = (user.subject.pk.to_string(), user.subject.username.as_str());
    api.event(ask, action, "user", &pk, name)
}

/// An account with nothing set.
pub fn blank(api: &Api, ask: &Ask<'_>) -> User {
    User {
        subject: Subject {
            id: UserId(api.new_id()),
            pk: 0,
            version: 1,
            generation: 0,
            username: String::new(),
            name: String::new(),
            email: String::new(),
            email_verified: false,
            groups: Vec::new(),
            upn: None,
        },
        active: true,
        password: None,
        profile: Profile {
            date_joined: ask.call.now,
            ..Profile::default()
        },
        withdrawn: BTreeMap::new(),
    }
}

/// Which of the names is somebody else's: user names, addresses and `upn`s are one name space here.
async fn taken(api: &Api, ask: &Ask<'_>, user: &User) -> Result<Refusal, Refusal> {
    let subject = &user.subject;
    let mut errors = Errors::default();
    for (field, name, text) in [
        (
            "username",
            Some(&subject.username),
            "This field must be unique.",
        ),
        ("email", Some(&subject.email), "This field must be unique."),
        (
            "attributes",
            subject.upn.as_ref(),
            "The upn must be unique.",
        ),
    ] {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            continue;
        };
        let found = api.parts.users.by_login(&ask.call.tenant.id, name).await?;
        if found.is_some_and(|found| found.subject.id != subject.id) {
            errors.add(field, text);
        }
    }
    if errors.is_empty() {
        return Ok(Refusal::Conflict); // it has become free since
    }
    Ok(Refusal::Invalid(errors))
}
