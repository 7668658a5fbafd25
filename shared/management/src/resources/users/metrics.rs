//! How often somebody signed in, did not, and let applications act for them, in the last week (API reference B3).

use provider::event::{Action, Event};
use serde_json::json;

use super::read;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};
use crate::resources::events::counts::{WEEK, per};

/// `UserMetrics`
///
/// # Errors
/// Where there is no such person, or events cannot be read.
pub async fn retrieve(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let pk = read::found(api, ask).await?.subject.pk;
    let is = |event: &Event, action: Action| {
        event.action == action && event.user.as_ref().is_some_and(|user| user.pk == pk)
    };
    let login = |event: &Event| is(event, Action::Login);
    let failed = |event: &Event| is(event, Action::LoginFailed);
    let authorized = |event: &Event| is(event, Action::AuthorizeApplication);
    let [logins, logins_failed, authorizations] =
        per(api, ask, WEEK, [&login, &failed, &authorized]).await?;
    Reply::ok(json!({
        "logins": logins,
        "logins_failed": logins_failed,
        "authorizations": authorizations,
    }))
}
