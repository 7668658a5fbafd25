//! Events of administrators' own: made and removed, never changed.

use std::net::IpAddr;

use http::StatusCode;
use provider::event::{Action, Event};
use provider::scripts;
use serde_json::{Map, Value};

use super::found;
use super::shape::{EVENT, row};
use crate::endpoint::Api;
use crate::errors::{Refusal, WHOLE};
use crate::form::{Form, Mode};
use crate::operation::{Ask, Reply};

/// Records an event. Who did it and at which brand is what is true of the request, whatever it says; what looks like a
/// secret is masked.
///
/// # Errors
/// By field.
pub async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&EVENT, Mode::Create)?;
    let context = context(&mut form);
    let address = address(&mut form);
    let action = form.get::<Action>("action");
    let app = form.text("app").map(str::to_owned);
    form.errors.check()?;
    let (Some(action), Some(app)) = (action, app) else {
        return Err(Refusal::field("action", "This field is required."));
    };
    let event = Event {
        app,
        client_ip: address,
        context,
        ..ask.call.event(action, &*api.parts.entropy)
    };
    let event = event.about(&ask.caller()?.user.subject);
    let events = &api.parts.events;
    events
        .record(&ask.call.tenant.id, std::slice::from_ref(&event))
        .await?;
    Ok(Reply::Json(StatusCode::CREATED, Value::Object(row(&event))))
}

/// Facts, presentable and small.
fn context(form: &mut Form) -> Map<String, Value> {
    let given = match form.get::<Option<Value>>("context").flatten() {
        None => return Map::new(),
        Some(Value::Object(given)) => given,
        Some(_) => {
            form.errors.add("context", "It has to be a JSON object.");
            return Map::new();
        }
    };
    let size = Value::Object(given.clone()).to_string().len();
    if size > scripts::LARGEST_DATA {
        let text = format!(
            "Ensure this has no more than {} bytes of JSON (it has {size}).",
            scripts::LARGEST_DATA
        );
        form.errors.add("context", text);
    }
    scripts::presentable(&given)
}

fn address(form: &mut Form) -> Option<String> {
    let given = form.text("client_ip")?;
    let address = given.parse::<IpAddr>();
    if address.is_err() {
        form.errors
            .add("client_ip", "Enter a valid IPv4 or IPv6 address.");
    }
    address.ok().map(|address| address.to_string())
}

/// What happened has happened.
///
/// # Errors
/// Always: there is none, or it stays as it is.
pub async fn refuse(api: &Api, ask: &Ask<'_>, mode: Mode) -> Result<Reply, Refusal> {
    found(api, ask).await?;
    ask.form(&EVENT, mode)?.errors.check()?;
    Err(Refusal::field(WHOLE, "you may not edit an existing event"))
}

/// Removes an event, and records that it was.
///
/// # Errors
/// Where it is gone.
pub async fn destroy(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let event = found(api, ask).await?;
    let (pk, name) = (event.id.to_string(), super::shape::name(&event.action));
    let record = api.event(ask, Action::ModelDeleted, "event", &pk, &name);
    let events = &api.parts.events;
    if events.remove(&ask.call.tenant.id, &event, &record).await? {
        Reply::done()
    } else {
        Err(Refusal::NotFound(super::MODEL))
    }
}
