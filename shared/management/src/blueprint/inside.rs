//! Blueprints that are applied by a command on the machine that the tenant's state is on.

use std::sync::Arc;

use http::Method;
use protocol::Timestamp;
use provider::http::{Call, Request};
use provider::tenant::Tenant;
use serde_json::Value;

use super::within::call;
use super::{Applied, Options, apply};
use crate::caller::{By, Caller};
use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::operation::{Ask, Query};

/// As [`apply`], in the name of one of the tenant's administrators: some objects have to be somebody's.
///
/// # Errors
/// As there; and where there is no administrator.
pub async fn apply_inside(
    api: &Api,
    (tenant, now): (Arc<Tenant>, Timestamp),
    text: &str,
    options: &Options,
) -> Result<Applied, Refusal> {
    let request = Request::default();
    let inside = Call::inside(tenant, now, &request);
    let mut ask = Ask {
        call: &inside,
        caller: None,
        key: String::new(),
        query: Query::default(),
    };
    ask.caller = Some(administrator(api, &ask).await?);
    apply(api, &ask, text, options).await
}

async fn administrator(api: &Api, ask: &Ask<'_>) -> Result<Caller, Refusal> {
    let query = [
        ("is_superuser", "true"),
        ("is_active", "true"),
        ("page_size", "1"),
    ];
    let list = (Method::GET, "/core/users/");
    let answer = call(api, ask, list, &query, None).await?;
    let pk = answer.pointer("/results/0/pk").and_then(Value::as_u64);
    let user = match pk {
        Some(pk) => api.parts.people.by_pk(&ask.call.tenant.id, pk).await?,
        None => None,
    };
    let user = user.ok_or_else(|| Refusal::field(WHOLE, "There is no administrator."))?;
    Ok(Caller {
        user,
        is_superuser: true,
        by: By::ApiToken,
    })
}

/// What a refusal says, a line each.
pub fn lines(refusal: &Refusal) -> Vec<String> {
    let response = refusal.respond();
    let said: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let mut all = Vec::new();
    texts(&said, &mut all);
    all
}

fn texts(said: &Value, lines: &mut Vec<String>) {
    match said {
        Value::String(text) => lines.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, lines)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, lines)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
