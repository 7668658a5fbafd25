//! A flow as a file, and back (API reference B11).

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Flows;
use crate::blueprint::export::{self, answer};
use crate::blueprint::{Environment, Options, apply, lines};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::common::LOG_EVENTS;
use crate::resources::crud::found;
use crate::shape::{Shape, flag, list};
use crate::{download, upload, wire};

static RESULT: Shape = Shape {
    name: "FlowImportResult",
    fields: &[
        list("logs", &LOG_EVENTS).computed(),
        flag("success").computed(),
    ],
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            "flows_instances_export_retrieve",
            Method::GET,
            "/flows/instances/{slug}/export/",
            |api, ask| Box::pin(export(api, ask)),
        )
        .answers(Answer::Raw(answer::YAML)),
        Operation::new(
            "flows_instances_import_create",
            Method::POST,
            "/flows/instances/import/",
            |api, ask| Box::pin(import(api, ask)),
        )
        .takes(Body::File)
        .answers(Answer::One(StatusCode::OK, &RESULT)),
    ]
}

async fn export(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let config = api.config(ask).await?;
    let flow = found::<Flows>(&config, &ask.key)?.object.as_flow();
    let flow = flow.ok_or(Refusal::NotFound("Flow"))?;
    let file = export::flow(api, &ask.call.tenant, (&config, flow)).await?;
    let name = format!("{}.yaml", flow.slug);
    Ok(download::file(answer::YAML, &name, file))
}

/// Applies a blueprint. authentik documents 204 with a body, and answers 200 with it, whatever came of it; what is wrong
/// is in the logs.
async fn import(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let Ok(text) = String::from_utf8(upload::file(ask).await?.to_vec()) else {
        let wrong = "The file is no UTF-8 text.".to_owned();
        return Reply::ok(result(ask, false, vec![wrong]));
    };
    let options = Options {
        context: Map::new(),
        environment: Environment::Closed,
        dry_run: false,
        skip_unsupported: false,
    };
    match apply(api, ask, &text, &options).await {
        Ok(applied) => {
            let changed = applied.outcomes.iter().filter(|it| it.changes_something());
            let logs = changed.map(ToString::to_string).collect();
            Reply::ok(result(ask, true, logs))
        }
        Err(wrong @ Refusal::Invalid(_)) => Reply::ok(result(ask, false, lines(&wrong))),
        Err(other) => Err(other),
    }
}

/// `FlowImportResult`
fn result(ask: &Ask<'_>, success: bool, texts: Vec<String>) -> Value {
    let logs = texts.into_iter().map(|text| {
        json!({
            "timestamp": wire::moment(ask.call.now),
            "log_level": if success { "info" } else { "error" },
            "logger": "blueprints",
            "event": text,
            "attributes": {},
        })
    });
    json!({ "logs": logs.collect::<Vec<Value>>(), "success": success })
}
