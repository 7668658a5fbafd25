//! Items as DynamoDB's own JSON, past every adapter: recorded, loaded and looked at.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

/// The items of one generation.
pub(crate) struct Generation {
    pub(crate) number: u32,
    pub(crate) items: Vec<Value>,
}

impl Generation {
    /// All that are recorded, the oldest first.
    pub(crate) fn all() -> Vec<Self> {
        let files = std::fs::read_dir(folder()).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name());
        let names = names.map(|name| name.into_string().expect("a name"));
        let number = |name: String| name.strip_prefix('v')?.strip_suffix(".json")?.parse().ok();
        let numbers: BTreeSet<u32> = names.filter_map(number).collect();
        let read = |number| {
            let text = std::fs::read_to_string(path(number)).expect("readable");
            let items = serde_json::from_str(&text).expect("a list of items");
            Self { number, items }
        };
        numbers.into_iter().map(read).collect()
    }

    /// Writes one that is not there yet.
    pub(crate) fn record(number: u32, items: &[Value]) {
        let path = path(number);
        assert!(!path.exists(), "a generation is recorded once");
        let lines: Vec<String> = items.iter().map(Value::to_string).collect();
        let text = format!("[\n{}\n]\n", lines.join(",\n"));
        std::fs::write(path, text).expect("writes");
    }
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/yesterday"))
}

fn path(number: u32) -> PathBuf {
    folder().join(format!("v{number}.json"))
}

/// All items of a table, in order of their keys. Only a test may scan.
pub(crate) async fn scan(table: &str) -> Vec<Value> {
    let answer = call("Scan", json!({"TableName": table, "ConsistentRead": true})).await;
    assert_eq!(answer.get("LastEvaluatedKey"), None, "one page");
    let mut items = answer["Items"].as_array().expect("items").clone();
    items.sort_by_cached_key(|item| (key(item, "pk"), key(item, "sk")));
    items
}

/// Writes items as they are.
pub(crate) async fn load(table: &str, items: &[Value]) {
    for part in items.chunks(25) {
        let puts: Vec<Value> = part
            .iter()
            .map(|item| json!({"PutRequest": {"Item": item}}))
            .collect();
        let answer = call("BatchWriteItem", json!({"RequestItems": {table: puts}})).await;
        assert_eq!(answer["UnprocessedItems"], json!({}));
    }
}

/// Part of an item's key.
pub(crate) fn key(item: &Value, name: &str) -> String {
    item[name]["S"].as_str().expect("a key").to_owned()
}

/// What items look like: kind, and each attribute's path and type, into what is JSON as text.
pub(crate) fn shape(items: &[Value]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for item in items {
        let kind = super::kinds::of(item);
        for (name, value) in item.as_object().expect("an item") {
            attribute(&format!("{kind}: {name}"), value, &mut found);
        }
    }
    found
}

fn attribute(path: &str, value: &Value, found: &mut BTreeSet<String>) {
    let (kind, inside) = value
        .as_object()
        .and_then(|it| it.iter().next())
        .expect("a type");
    match (kind.as_str(), inside) {
        ("M", Value::Object(map)) if !map.is_empty() => {
            for (name, value) in map {
                attribute(&format!("{path}.{name}"), value, found);
            }
        }
        ("L", Value::Array(list)) if !list.is_empty() => {
            for value in list {
                attribute(&format!("{path}[]"), value, found);
            }
        }
        ("S", Value::String(text)) => match serde_json::from_str(text) {
            Ok(inside @ (Value::Object(_) | Value::Array(_))) => json_text(path, &inside, found),
            _ => drop(found.insert(format!("{path} S"))),
        },
        (kind, _) => drop(found.insert(format!("{path} {kind}"))),
    }
}

fn json_text(path: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                json_text(&format!("{path}/{name}"), value, found);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                json_text(&format!("{path}/[]"), value, found);
            }
        }
        Value::Null => drop(found.insert(format!("{path} null"))),
        Value::Bool(_) => drop(found.insert(format!("{path} boolean"))),
        Value::Number(_) => drop(found.insert(format!("{path} number"))),
        Value::String(_) => drop(found.insert(format!("{path} text"))),
        Value::Array(_) | Value::Object(_) => drop(found.insert(format!("{path} empty"))),
    }
}

/// One call of DynamoDB Local, in its own words. It looks at whose key signs, and not at the signature.
async fn call(action: &str, body: Value) -> Value {
    let url = tokio::task::spawn_blocking(xtask::dynamodb_local::endpoint).await;
    let url = url.expect("no panic").expect("DynamoDB Local starts");
    let signed = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
                  SignedHeaders=host, Signature=0";
    let request = reqwest::Client::new()
        .post(url)
        .header("x-amz-target", format!("DynamoDB_20120810.{action}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("authorization", signed)
        .body(body.to_string());
    let answer = request.send().await.expect("answers");
    let ok = answer.status().is_success();
    let text = answer.text().await.expect("a body");
    assert!(ok, "{action}: {text}");
    serde_json::from_str(&text).expect("JSON")
}
