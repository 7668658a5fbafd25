//! `/policies/all/{policy_uuid}/test/` (API reference B9): what a policy says of somebody. Nothing is recorded of it.

use http::{Method, StatusCode};
use provider::scripts::PolicyTrial;
use serde_json::{Map, Value, json};

use super::all::AllPolicies;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::common::LOG_EVENTS;
use crate::resources::crud::{Kind, found};
use crate::shape::{Shape, count, each, flag, list, object};
use crate::wire;

static TEST: Shape = Shape {
    name: "PolicyTest",
    fields: &[count("user").required(), object("context")],
};

/// `PolicyTestResult`
pub static RESULT: Shape = Shape {
    name: "PolicyTestResult",
    fields: &[
        flag("passing").required(),
        list("messages", &each::TEXT).computed(),
        list("log_messages", &LOG_EVENTS).computed(),
    ],
};

/// Who logs what an expression logs.
const LOGGER: &str = "authentik.policies.expression.evaluator";

pub(super) fn operation() -> Operation {
    Operation::new(
        "policies_all_test_create",
        Method::POST,
        "/policies/all/{policy_uuid}/test/",
        |api, ask| Box::pin(test(api, ask)),
    )
    .takes(Body::Json(&TEST, Mode::Create))
    .answers(Answer::One(StatusCode::OK, &RESULT))
}

async fn test(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&TEST, Mode::Create)?;
    let config = api.config(ask).await?;
    let policy = found::<AllPolicies>(&config, &ask.key)?.object.as_policy();
    let policy = policy.ok_or(Refusal::NotFound(AllPolicies::MODEL))?;
    let mut user = None;
    if let Some(pk) = form.get("user") {
        user = api.parts.people.by_pk(&ask.call.tenant.id, pk).await?;
        if user.is_none() {
            form.missing("user", &pk);
        }
    }
    form.errors.clone().check()?;
    let user = user.ok_or_else(|| Refusal::field("user", "This field is required."))?;
    let context: Map<String, Value> = form.get("context").unwrap_or_default();
    let trial = api
        .parts
        .policies
        .try_policy(ask.call, policy, &user, context);
    Reply::ok(result(ask, trial.await?))
}

fn result(ask: &Ask<'_>, trial: PolicyTrial) -> Value {
    let logged = trial.logs.into_iter().map(|line| {
        json!({
            "timestamp": wire::moment(ask.call.now),
            "log_level": line.level,
            "logger": LOGGER,
            "event": line.text,
            "attributes": line.data,
        })
    });
    json!({
        "passing": trial.passing,
        "messages": trial.messages,
        "log_messages": logged.collect::<Vec<Value>>(),
    })
}
