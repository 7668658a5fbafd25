//! The key of a token is shown and replaced; a token is removed.

use protocol::Secret;
use provider::event::Action;
use provider::ports::TokenWritten;
use provider::tenant::Purpose;
use serde_json::json;

use super::shape::KEY;
use super::{event, lasting, read, sealed, uuid_of};
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal};
use crate::form::Mode;
use crate::operation::{Ask, Reply};
use crate::resources::common::TRIES;

const UNKNOWN_KEY: &str =
    "The key of this token was shown once when it was made. Set another one to see it here.";

/// The key. That it was looked at is recorded before it is shown.
///
/// # Errors
/// 404 where there is no such token, or only the digest of its key is known; where [`lasting`] refuses.
pub async fn view(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let token = read::found(api, ask).await?;
    lasting::check(api, ask).await?;
    let unknown = || Refusal::Other(http::StatusCode::NOT_FOUND, UNKNOWN_KEY.to_owned());
    let sealed = token.sealed.as_ref().ok_or_else(unknown)?;
    let tenant = &ask.call.tenant.id;
    let digest = token.id.encode();
    let plain = api
        .parts
        .vault
        .open(tenant, Purpose::UserToken(&digest), sealed)
        .await?;
    let key = std::str::from_utf8(&plain).map_err(|_| unknown())?;
    let event = event(api, ask, Action::SecretView, &token);
    api.parts.events.record(tenant, &[event]).await?;
    Reply::ok(json!({ "key": key }))
}

/// Another key, as it is given; the one before is no longer good.
///
/// # Errors
/// By field.
pub async fn set(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let form = ask.form(&KEY, Mode::Create)?;
    form.errors.clone().check()?;
    let key = Secret::new(form.text("key").unwrap_or_default());
    for _ in 0..TRIES {
        let before = read::found(api, ask).await?;
        let mut token = before.clone();
        token.uuid = Some(uuid_of(&before));
        token.id = key.digest();
        token.version = before.version.saturating_add(1);
        token.sealed = Some(sealed(api, ask, &key).await?);
        let event = event(api, ask, Action::ModelUpdated, &token);
        let tokens = &api.parts.user_tokens;
        match tokens
            .write(&ask.call.tenant.id, &token, Some(&before), &event)
            .await?
        {
            TokenWritten::Yes => return Reply::done(),
            TokenWritten::KeyTaken => {
                let errors = Errors::one("key", "This key cannot be used. Choose another one.");
                return Err(Refusal::Invalid(errors));
            }
            TokenWritten::Taken | TokenWritten::Stale => {}
        }
    }
    Err(Refusal::Conflict)
}

/// Removes one.
///
/// # Errors
/// Where there is none.
pub async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    for _ in 0..TRIES {
        let token = read::found(api, ask).await?;
        let event = event(api, ask, Action::ModelDeleted, &token);
        if api
            .parts
            .people
            .remove_token(&ask.call.tenant.id, &token, &event)
            .await?
        {
            return Reply::done();
        }
    }
    Err(Refusal::Conflict)
}
