//! People are removed, and what uses them.

use provider::config::Bound;
use provider::event::Action;
use serde_json::json;

use super::forest::Forest;
use super::unbind::{unbind, used_by};
use super::write::event;
use super::{guard, read};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;

/// Removes one: first the bindings that name them, then the account with its names, sessions, grants and tokens.
///
/// # Errors
/// Where there is none, or nobody would be left who can administer the tenant.
pub async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    for _ in 0..TRIES {
        let user = read::found(api, ask).await?;
        let id = user.subject.id;
        if ask.caller()?.user.subject.id == id {
            let forest = Forest::read(api, ask).await?;
            let then = |person: provider::ports::Listed| Some(person).filter(|it| it.id != id);
            guard::keeps_a_superuser(api, ask, &forest, then).await?;
        }
        unbind(api, ask, Bound::User(id)).await?;
        let event = event(api, ask, Action::ModelDeleted, &user);
        if api
            .parts
            .people
            .remove(&ask.call.tenant.id, &user, &event)
            .await?
        {
            return Reply::done();
        }
    }
    Err(Refusal::Conflict)
}

/// What names them, and their tokens.
///
/// # Errors
/// Where there is none.
pub async fn users(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let user = read::found(api, ask).await?;
    let config = api.config(ask).await?;
    let mut named = used_by(&config, Bound::User(user.subject.id));
    let tokens = api
        .parts
        .people
        .tokens(&ask.call.tenant.id, user.subject.id)
        .await?;
    named.extend(tokens.into_iter().map(|token| {
        let pk = crate::resources::tokens::uuid_of(&token);
        json!({ "app": "authentik_core", "model_name": "token", "pk": pk, "name": token.identifier, "action": "cascade" })
    }));
    Reply::ok(named.into())
}
