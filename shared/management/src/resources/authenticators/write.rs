//! Authenticators get another name, or are removed. Only their owners set them up, as they have to show that they work.

use provider::authenticator::Authenticator;
use provider::event::{Action, Event};
use serde_json::{Value, json};

use super::shape::row;
use super::{Class, find};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Ask, Reply};
use crate::resources::users::password::own_session;

/// Removing one's own wants a sign-in of its own: a key that was found somewhere must not take the second factor away.
const SIGN_IN: &str = "To remove an authenticator, sign in again in the browser, with an authenticator if you have one, \
                       and do it there.";

/// Gives it another name.
///
/// # Errors
/// By field; or where it is gone.
pub async fn rename<C: Class>(
    api: &Api,
    ask: &Ask<'_>,
    mode: Mode,
    mut one: Authenticator,
) -> Result<Reply, Refusal> {
    let form = ask.form(C::SHAPE, mode)?;
    form.errors.clone().check()?;
    if let Some(name) = form.text("name").filter(|name| *name != one.name) {
        let event = event(api, ask, Action::ModelUpdated, &one).await?;
        let (tenant, store) = (&ask.call.tenant.id, &api.parts.authenticators);
        if !store.rename(tenant, &one, name, &event).await? {
            return Err(Refusal::NotFound(C::MODEL));
        }
        name.clone_into(&mut one.name);
    }
    Reply::ok(Value::Object(row(&one)))
}

/// Removes one's own.
///
/// # Errors
/// Where there is none, or who calls has not just proved who they are.
pub async fn destroy_own<C: Class>(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let all = find::all_own(api, ask).await?;
    let one = find::named::<C, _>(ask, &all)?;
    let session = own_session(api, ask, &ask.caller()?.user).await?;
    if !session.is_some_and(|session| session.has_just_proved(&all, ask.call.now)) {
        return Err(Refusal::Denied(SIGN_IN));
    }
    destroy::<C>(api, ask, one).await
}

/// Removes it.
///
/// # Errors
/// Where it is gone.
pub async fn destroy<C: Class>(
    api: &Api,
    ask: &Ask<'_>,
    one: &Authenticator,
) -> Result<Reply, Refusal> {
    let event = event(api, ask, Action::ModelDeleted, one).await?;
    let (tenant, store) = (&ask.call.tenant.id, &api.parts.authenticators);
    if store.remove(tenant, one, &event).await? {
        Reply::done()
    } else {
        Err(Refusal::NotFound(C::MODEL))
    }
}

/// What is recorded: of somebody else's also whose it is.
async fn event(
    api: &Api,
    ask: &Ask<'_>,
    action: Action,
    one: &Authenticator,
) -> Result<Event, Refusal> {
    let event = api.by_caller(ask, action).concerns(one);
    if one.user == ask.caller()?.user.subject.id {
        return Ok(event);
    }
    let owner = api
        .parts
        .people
        .by_id(&ask.call.tenant.id, one.user)
        .await?;
    Ok(match owner.map(|owner| owner.subject) {
        Some(owner) => event.with(
            "owner",
            json!({ "pk": owner.pk, "username": owner.username, "email": owner.email }),
        ),
        None => event,
    })
}
