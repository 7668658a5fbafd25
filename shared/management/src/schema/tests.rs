use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::operation::{Found, OPERATIONS, find};

fn written() -> Value {
    document(&OPERATIONS)
}

#[test]
fn every_operation_is_in_the_document_and_nothing_else() {
    let document = written();
    let paths = document["paths"].as_object().unwrap();
    let mut there = BTreeSet::new();
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            there.insert((path.clone(), method.to_uppercase(), id.to_owned()));
        }
    }
    let table = OPERATIONS.iter();
    let table: BTreeSet<_> = table
        .map(|it| (it.path.clone(), it.method.to_string(), it.id.clone()))
        .collect();
    assert_eq!(there, table);
    assert_eq!(table.len(), OPERATIONS.len(), "none is there twice");
    let ids: BTreeSet<&str> = OPERATIONS.iter().map(|it| &*it.id).collect();
    assert_eq!(ids.len(), OPERATIONS.len(), "each has a name of its own");
}

#[test]
fn every_reference_leads_to_a_component() {
    let document = written();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            references.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| collect(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_path_of_the_table_is_routed() {
    for operation in OPERATIONS.iter() {
        let path = match parameters::placeholder(&operation.path) {
            Some(name) => operation.path.replace(&format!("{{{name}}}"), "5"),
            None => operation.path.clone(),
        };
        let Found::One(found, key) = find(&operation.method, &path) else {
            panic!("{} leads nowhere", operation.id);
        };
        assert_eq!(found.id, operation.id, "{path}");
        assert_eq!(key.is_empty(), path == operation.path);
        let whole = format!("/api/v3{path}");
        let route = provider::http::route::find(&whole).unwrap().route;
        assert_eq!(route.function, "api", "{whole} is another function's");
        assert!(
            path.ends_with('/') && path.matches("//").count() == 0,
            "{path}"
        );
    }
}

#[test]
fn reference_a_components_are_named_as_authentiks_are() {
    let document = written();
    let schemas = &document["components"]["schemas"];
    for name in [
        "ScopeMapping",
        "ScopeMappingRequest",
        "PatchedScopeMappingRequest",
        "PaginatedScopeMappingList",
        "Pagination",
        "ValidationError",
        "GenericError",
    ] {
        assert!(schemas[name].is_object(), "{name}");
    }
    let request = &schemas["ScopeMappingRequest"];
    assert_eq!(
        request["required"],
        json!(["name", "expression", "scope_name"])
    );
    assert_eq!(
        schemas["PatchedScopeMappingRequest"]["required"],
        Value::Null
    );
    let properties = request["properties"].as_object().unwrap();
    let names: Vec<&String> = properties.keys().collect();
    assert_eq!(
        names,
        ["managed", "name", "expression", "scope_name", "description"]
    );
    let managed = json!({"type": "string", "nullable": true, "minLength": 1, "maxLength": 65_536});
    assert_eq!(properties["managed"], managed);
    let pagination = &schemas["Pagination"];
    assert_eq!(pagination["required"].as_array().unwrap().len(), 7);
}

#[test]
fn openapi_3_0_an_operation_says_what_it_takes_and_answers() {
    let document = written();
    let operation = &document["paths"]["/propertymappings/provider/scope/{pm_uuid}/"]["patch"];
    let expected = json!({
        "tags": ["propertymappings"],
        "operationId": "propertymappings_provider_scope_partial_update",
        "parameters": [{"name": "pm_uuid", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/PatchedScopeMappingRequest"}}}},
        "security": [{"authentik": []}],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&operation[name], value, "{name}");
    }
    let responses = operation["responses"].as_object().unwrap();
    let statuses: Vec<&String> = responses.keys().collect();
    assert_eq!(
        statuses,
        [
            "200", "400", "403", "404", "409", "413", "415", "429", "503"
        ]
    );
    let good = &responses["200"]["content"]["application/json"]["schema"]["$ref"];
    assert_eq!(good, "#/components/schemas/ScopeMapping");
}

#[test]
fn what_may_be_empty_is_not_of_its_form_in_an_answer() {
    let document = written();
    let email = |name: &str| document["components"]["schemas"][name]["properties"]["email"].clone();
    assert_eq!(
        email("User")["format"],
        json!(null),
        "nobody has to have one"
    );
    assert_eq!(email("UserRequest")["format"], "email");
}

#[test]
fn reference_a_what_can_be_downloaded_is_json_or_a_file() {
    let document = written();
    for part in ["certificate", "private_key"] {
        let path = format!("/crypto/certificatekeypairs/{{kp_uuid}}/view_{part}/");
        let shown = &document["paths"][&path]["get"]["responses"]["200"]["content"];
        let kinds: Vec<&String> = shown.as_object().unwrap().keys().collect();
        assert_eq!(kinds, ["application/json", "application/x-pem-file"]);
    }
}
