//! `/managed/blueprints/` (authentik's `BlueprintInstance`): a blueprint is applied as it is posted. None is kept, so the
//! list is empty.

use http::{Method, StatusCode};
use protocol::Secret;
use serde_json::{Map, Value, json};

use super::{Applied, Environment, Options, apply};
use crate::endpoint::{Api, LARGEST_BODY};
use crate::errors::Refusal;
use crate::form::Mode;
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::page::Page;
use crate::shape::{
    Choice, Kind, Shape, any, choice, count, each, flag, list, moment, object, text, uuid,
};
use crate::wire;

static STATUS: Choice = Choice {
    name: "BlueprintInstanceStatusEnum",
    values: &["successful", "warning", "error", "orphaned", "unknown"],
};

static ACTION: Choice = Choice {
    name: "BlueprintActionEnum",
    values: &["created", "updated", "deleted", "unchanged", "skipped"],
};

/// `BlueprintChange`
static CHANGE: Shape = Shape {
    name: "BlueprintChange",
    fields: &[
        text("field").computed(),
        any("old").computed().nullable(),
        any("new").computed().nullable(),
    ],
};

static CHANGES: Kind = Kind::Nested(&CHANGE);

/// `BlueprintOutcome`
static OUTCOME: Shape = Shape {
    name: "BlueprintOutcome",
    fields: &[
        count("line").computed(),
        text("model").computed(),
        text("name").computed().blank(),
        choice("action", &ACTION).computed(),
        list("changes", &CHANGES).computed(),
        text("note").computed().blank(),
    ],
};

static OUTCOMES: Kind = Kind::Nested(&OUTCOME);

/// `BlueprintInstance`
static INSTANCE: Shape = Shape {
    name: "BlueprintInstance",
    fields: &[
        uuid("pk").computed(),
        text("name").required(),
        text("path").blank(),
        any("context").nullable(),
        moment("last_applied").computed(),
        text("last_applied_hash").computed(),
        choice("status", &STATUS).computed(),
        flag("enabled"),
        list("managed_models", &each::TEXT).computed(),
        object("metadata").computed(),
        text("content").blank().verbatim().at_most(LARGEST_BODY),
        // Ours: what became of each entry.
        list("entries", &OUTCOMES).computed(),
    ],
};

const PATH: &str = "/managed/blueprints/";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new("managed_blueprints_list", Method::GET, PATH, |_, ask| {
            Box::pin(async { none(ask) })
        })
        .answers(Answer::Page(&INSTANCE)),
        Operation::new(
            "managed_blueprints_create",
            Method::POST,
            PATH,
            |api, ask| Box::pin(create(api, ask)),
        )
        .takes(Body::Json(&INSTANCE, Mode::Create))
        .with(&["dry_run", "skip_unsupported"])
        .answers(Answer::One(StatusCode::CREATED, &INSTANCE)),
    ]
}

fn none(ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let (pagination, results) = Page::of(ask)?.cut(Vec::<Value>::new())?;
    Reply::ok(json!({ "pagination": pagination, "results": results }))
}

async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&INSTANCE, Mode::Create)?;
    if form.text("path").is_some_and(|path| !path.is_empty()) {
        let text = "No file is read from a path: give what is in it as content.";
        form.errors.add("path", text);
    }
    if form.get::<bool>("enabled") == Some(false) {
        let text = "Blueprints are not kept: this one would do nothing.";
        form.errors.add("enabled", text);
    }
    let yaml = form.text("content").unwrap_or_default().to_owned();
    if yaml.is_empty() && !form.errors.has("content") {
        form.errors.add("content", "This field is required.");
    }
    let context = match form.get::<Value>("context") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(context)) => context,
        Some(_) => {
            let text = "Value must be a dictionary, and not have any duplicate keys.";
            form.errors.add("context", text);
            Map::new()
        }
    };
    form.errors.clone().check()?;
    let options = Options {
        context: context.clone(),
        environment: Environment::Closed,
        dry_run: ask.query.flag("dry_run", false),
        skip_unsupported: ask.query.flag("skip_unsupported", false),
    };
    let applied = apply(api, ask, &yaml, &options).await?;
    let shown = json!({
        "pk": api.new_id(),
        "name": form.text("name"),
        "path": "",
        "context": context,
        "last_applied": wire::moment(ask.call.now),
        "last_applied_hash": Secret::new(&*yaml).digest().encode(),
        "status": "successful",
        "enabled": true,
        "managed_models": models(&applied),
        "metadata": { "name": applied.name, "labels": applied.labels },
        "content": yaml,
        "entries": wire::value(&applied.outcomes),
    });
    Ok(Reply::Json(StatusCode::CREATED, shown))
}

/// The models that are in it, each once.
fn models(applied: &Applied) -> Vec<&str> {
    let mut models: Vec<&str> = applied.outcomes.iter().map(|it| &*it.model).collect();
    models.sort_unstable();
    models.dedup();
    models
}
