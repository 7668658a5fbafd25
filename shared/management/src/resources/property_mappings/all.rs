//! Mappings of every type, of which we have one (API reference B8).

use http::{Method, StatusCode};
use provider::config::{Config, Object};
use provider::group::GroupId;
use provider::mapping::ScopeMapping;
use provider::ports::ObjectKind;
use provider::user::User;
use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Serializer, Value, json};
use uuid::Uuid;

use super::{MANAGED, MANAGED_IS_NULL, list};
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::{Filter, Form as Given, Row};
use crate::form::{Form, Mode};
use crate::operation::{Answer, Ask, Body, Operation, Reply};
use crate::resources::crud::{self, Kind, found};
use crate::resources::types;
use crate::rows::Listing;
use crate::shape::{Shape, count, flag, object, text, uuid};

static PROPERTY_MAPPING: Shape = Shape {
    name: "PropertyMapping",
    fields: &[
        uuid("pk").computed(),
        text("managed").nullable(),
        text("name").required(),
        text("expression").required(),
        text("component").computed(),
        text("verbose_name").computed(),
        text("verbose_name_plural").computed(),
        text("meta_model_name").computed(),
    ],
};

static TEST: Shape = Shape {
    name: "PropertyMappingTest",
    fields: &[
        count("user").nullable(),
        object("context"),
        uuid("group").nullable(),
    ],
};

static TEST_RESULT: Shape = Shape {
    name: "PropertyMappingTestResult",
    fields: &[text("result").computed(), flag("successful").computed()],
};

/// What only scope mappings have.
const OF_SCOPES: [&str; 2] = ["scope_name", "description"];

/// Mappings of every type: they are made and changed as what they are.
struct AllMappings;

pub(super) fn operations() -> Vec<Operation> {
    let mut all = crud::operations_without_edits::<AllMappings>();
    for operation in &mut all {
        if operation.path == AllMappings::PATH {
            operation.run = |api, ask| Box::pin(list::<AllMappings>(api, ask));
        }
    }
    all.push(
        Operation::new(
            "propertymappings_all_types_list",
            Method::GET,
            "/propertymappings/all/types/",
            |_, _| Box::pin(async { Reply::ok(Value::Array(vec![scope_mapping()])) }),
        )
        .answers(Answer::Several(&types::SHAPE)),
    );
    all.push(
        Operation::new(
            "propertymappings_all_test_create",
            Method::POST,
            "/propertymappings/all/{pm_uuid}/test/",
            |api, ask| Box::pin(test(api, ask)),
        )
        .with(&["format_result"])
        .takes(Body::Json(&TEST, Mode::Create))
        .answers(Answer::One(StatusCode::OK, &TEST_RESULT)),
    );
    all
}

fn scope_mapping() -> Value {
    types::row(
        "Scope Mapping",
        "Map an OAuth Scope to users properties",
        "ak-property-mapping-provider-scope-form",
        "scopemapping",
    )
}

/// Runs a mapping for somebody, or for nobody in particular. Nothing is recorded of it. A group is looked up as
/// authentik does, and then is nothing to a scope mapping.
async fn test(api: &Api, ask: &Ask<'_>) -> Result<Reply, Refusal> {
    let mut form = ask.form(&TEST, Mode::Create)?;
    let config = api.config(ask).await?;
    let mapping = found::<AllMappings>(&config, &ask.key)?.object.as_mapping();
    let mapping = &mapping
        .ok_or(Refusal::NotFound(AllMappings::MODEL))?
        .mapping;
    let user = user(api, ask, &mut form).await?;
    group(api, ask, &mut form).await?;
    form.errors.clone().check()?;
    let context = form.get("context").unwrap_or_default();
    attempt(api, ask, mapping, (user.as_ref(), context)).await
}

async fn user(api: &Api, ask: &Ask<'_>, form: &mut Form) -> Result<Option<User>, Refusal> {
    let Some(pk) = form.get::<Option<u64>>("user").flatten() else {
        return Ok(None);
    };
    let user = api.parts.people.by_pk(&ask.call.tenant.id, pk).await?;
    if user.is_none() {
        form.missing("user", &pk);
    }
    Ok(user)
}

async fn group(api: &Api, ask: &Ask<'_>, form: &mut Form) -> Result<(), Refusal> {
    let Some(id) = form.get::<Option<Uuid>>("group").flatten() else {
        return Ok(());
    };
    let (tenant, group) = (&ask.call.tenant.id, GroupId(id));
    let found = api
        .parts
        .groups
        .closure(tenant, &[group], ask.call.now)
        .await?;
    if !found.0.contains_key(&group) {
        form.missing("group", &id);
    }
    Ok(())
}

async fn attempt(
    api: &Api,
    ask: &Ask<'_>,
    mapping: &ScopeMapping,
    (user, context): (Option<&User>, Map<String, Value>),
) -> Result<Reply, Refusal> {
    let policies = &api.parts.policies;
    let done = policies
        .try_mapping(ask.call, mapping, user, context)
        .await?;
    let (result, successful) = match done {
        Ok(value) if ask.query.flag("format_result", false) => (pretty(&value), true),
        Ok(value) => (value.to_string(), true),
        Err(why) => (why, false),
    };
    Reply::ok(json!({ "result": result, "successful": successful }))
}

/// With four blanks, as Python's `dumps(…, indent=4)`.
fn pretty(value: &Value) -> String {
    let mut text = Vec::new();
    let mut to = Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    match value.serialize(&mut to) {
        Ok(()) => String::from_utf8(text).unwrap_or_default(),
        Err(_) => value.to_string(),
    }
}

impl Kind for AllMappings {
    const ID: &'static str = "propertymappings_all";
    const PATH: &'static str = "/propertymappings/all/";
    const KEY: &'static str = "pm_uuid";
    const MODEL: &'static str = "PropertyMapping";
    const SHAPE: &'static Shape = &PROPERTY_MAPPING;
    const LISTING: Listing = Listing {
        filters: &[MANAGED, MANAGED_IS_NULL, Filter::exact("name", Given::Text)],
        search: &["name"],
        order: &["name"],
    };
    const OF: ObjectKind = ObjectKind::Mapping;

    fn row(_config: &Config, object: &Object) -> Row {
        let mut row = super::row(object);
        row.retain(|name, _| !OF_SCOPES.contains(&&**name));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reference_b8_a_formatted_result_has_four_blanks() {
        assert_eq!(
            pretty(&json!({"a": [1]})),
            "{\n    \"a\": [\n        1\n    ]\n}"
        );
    }
}
