//! The plan's context under authentik's names: what policies see of it, and what they may change.

use protocol::{Secret, Timestamp};
use serde_json::{Map, Value, json};

use crate::client::Client;
use crate::entropy::Entropy;
use crate::executor::Run;
use crate::flow::next::Next;
use crate::flow::password;
use crate::flow::plan::Context;
use crate::flow::proof::method;
use crate::invitation::Invitation;
use crate::ports::PortError;
use crate::script::Changes;
use crate::scripts::application;

/// The longest `pending_user_identifier`, in bytes.
const LONGEST_IDENTIFIER: usize = 254;

/// What policies may leave in a plan, in bytes of JSON: it is written with each step.
const MOST_EXTRA: usize = 32 * 1024;

/// How a hash of a password begins (PHC string format).
const HASH: &str = "$argon2";

/// Keys that say what has happened. What a policy puts there is not kept.
const FACTS: [&str; 6] = [
    "application",
    "auth_method",
    "auth_method_args",
    "invitation",
    "is_restored",
    "pending_user",
];

/// What policies see.
pub(super) fn seen(run: &Run<'_>, invitation: Option<&Invitation>) -> Map<String, Value> {
    let context = &run.plan.context;
    let mut seen = context.extra.clone();
    let mut put = |name: &str, value: Value| seen.insert(name.to_owned(), value);
    put("is_restored", context.restored.into());
    if let Some(identifier) = &context.identifier {
        put("pending_user_identifier", identifier.as_str().into());
    }
    if !context.prompt_data.is_empty() {
        put(
            "prompt_data",
            Value::Object(without_hashes(&context.prompt_data)),
        );
    }
    if let Some((method, args)) = method::of(&context.proofs) {
        put("auth_method", method.into());
        put("auth_method_args", args);
    }
    if let Some(redirect) = &context.redirect {
        put("redirect", redirect.as_str().into());
    }
    if let Some(id) = context.invitation {
        put("invitation", described(id, invitation));
    }
    if let Some(errand) = &run.errand {
        put("application", application_of(&errand.client));
    }
    seen
}

/// The application that the flow leads to.
pub(super) fn application_of(client: &Client) -> Value {
    json!(application(client))
}

fn described(id: uuid::Uuid, invitation: Option<&Invitation>) -> Value {
    match invitation {
        None => json!({"pk": id}),
        Some(invitation) => json!({
            "pk": id,
            "invite_uuid": id,
            "name": invitation.name,
            "single_use": invitation.single_use,
            "expires": invitation.expires.map(Timestamp::rfc3339),
            "fixed_data": invitation.fixed_data,
        }),
    }
}

fn is_hash(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.starts_with(HASH))
}

fn without_hashes(data: &Map<String, Value>) -> Map<String, Value> {
    let shown = data.iter().filter(|(_, value)| !is_hash(value));
    shown
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Does to the context what a policy did. What would be too much is not done at all.
pub(super) fn change(
    context: &mut Context,
    changes: &Changes,
    entropy: &dyn Entropy,
) -> Result<(), PortError> {
    let before = context.clone();
    for key in &changes.removed {
        put(context, key, None, entropy)?;
    }
    for (key, value) in &changes.set {
        put(context, key, Some(value), entropy)?;
    }
    let size = |map: &Map<String, Value>| serde_json::to_string(map).map_or(0, |json| json.len());
    let grown = size(&context.extra) > size(&before.extra).max(MOST_EXTRA)
        || size(&context.prompt_data) > size(&before.prompt_data).max(MOST_EXTRA);
    if grown {
        tracing::warn!(
            event = "context_too_large",
            "a policy puts more into a plan than it holds"
        );
        *context = before;
    }
    Ok(())
}

/// Sets one key, or takes it away.
fn put(
    context: &mut Context,
    key: &str,
    value: Option<&Value>,
    entropy: &dyn Entropy,
) -> Result<(), PortError> {
    let text = value.and_then(Value::as_str);
    match key {
        "pending_user_identifier" => {
            let short = text.filter(|text| text.len() <= LONGEST_IDENTIFIER);
            context.identifier = short.map(str::to_owned);
        }
        "redirect" => {
            let to = text.and_then(|to| Next::parse(Some(to)));
            context.redirect = to.map(|to| to.as_str().to_owned());
        }
        "prompt_data" => {
            let data = value.and_then(Value::as_object);
            fill(&mut context.prompt_data, data, entropy)?;
        }
        fact if FACTS.contains(&fact) => {}
        other => {
            match value {
                Some(value) => context.extra.insert(other.to_owned(), value.clone()),
                None => context.extra.remove(other),
            };
        }
    }
    Ok(())
}

/// Hashes of passwords were not shown, and stay. A password that a policy sets becomes one at once: the plan is
/// stored.
fn fill(
    data: &mut Map<String, Value>,
    given: Option<&Map<String, Value>>,
    entropy: &dyn Entropy,
) -> Result<(), PortError> {
    let Some(given) = given else {
        data.clear();
        return Ok(());
    };
    data.retain(|_, value| is_hash(value));
    for (key, value) in given {
        let typed = value.as_str().filter(|_| key == "password");
        let value = match typed {
            Some(typed) => password::hash(&Secret::new(typed), entropy)?.into(),
            None if is_hash(value) => continue, // one of its own could be of a password nobody typed here
            None => value.clone(),
        };
        data.insert(key.clone(), value);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
