//! Whether somebody may use an application (API reference B2).

use provider::policies::Ruling;
use serde_json::json;

use super::named;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Ask, Reply};
use crate::resources::whom;

/// Whether the caller may use it, or `for_user` where a superuser asks; only they are told why not.
///
/// # Errors
/// Where it is not there, or nobody is called so.
pub async fn check(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let (application, _) = named(&config, ask)?;
    let user = if ask.is_superuser() {
        whom::named(api, ask).await?
    } else {
        None
    };
    let user = match user {
        Some(user) => user,
        None => ask.caller()?.user.clone(),
    };
    let policies = &api.parts.policies;
    let ruling = policies.may_use(ask.call, &config, application, &user);
    let ruling = Box::pin(ruling).await?;
    let (passing, messages) = match ruling {
        Ruling::Pass => (true, Vec::new()),
        Ruling::Denied(refusal) if ask.is_superuser() => (false, refusal.messages),
        Ruling::Denied(_) => (false, Vec::new()),
    };
    // What policies log goes to the log of this installation, and not into answers.
    Reply::ok(json!({ "passing": passing, "messages": messages, "log_messages": [] }))
}
