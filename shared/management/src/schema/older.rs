//! From OpenAPI 3.1, which utoipa writes, to 3.0.3, which authentik's generators read: what may be null is said
//! differently.

use serde_json::{Value, json};

/// The same document in 3.0.3.
pub(super) fn as_3_0(mut document: Value) -> Value {
    rewrite(&mut document);
    if let Some(version) = document.get_mut("openapi") {
        *version = json!("3.0.3");
    }
    document
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(rewrite);
            let single = map.get_mut("type").and_then(without_null);
            let wrapped = map.get_mut("oneOf").and_then(without_null_schema);
            if let Some(kind) = &single {
                map.insert("type".to_owned(), kind.clone());
            }
            if let Some(of) = &wrapped {
                map.remove("oneOf");
                map.insert("allOf".to_owned(), of.clone());
            }
            if single.is_some() || wrapped.is_some() {
                map.insert("nullable".to_owned(), true.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// `["string", "null"]` → `"string"`.
fn without_null(kinds: &mut Value) -> Option<Value> {
    let kinds = kinds.as_array_mut()?;
    let before = kinds.len();
    kinds.retain(|kind| kind != "null");
    (kinds.len() < before).then(|| kinds.pop().unwrap_or_default())
}

/// `[{"$ref": …}, {"type": "null"}]` → `[{"$ref": …}]`.
fn without_null_schema(of: &mut Value) -> Option<Value> {
    let of = of.as_array_mut()?;
    let before = of.len();
    of.retain(|schema| schema.get("type") != Some(&json!("null")));
    (of.len() < before).then(|| Value::Array(of.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openapi_3_0_says_nullable_beside_the_type() {
        let newer = json!({
            "openapi": "3.1.0",
            "a": {"type": ["string", "null"], "format": "uuid"},
            "b": {"oneOf": [{"$ref": "#/x"}, {"type": "null"}]},
            "c": [{"type": "object", "properties": {"type": {"type": "string"}}}],
        });
        let older = json!({
            "openapi": "3.0.3",
            "a": {"type": "string", "format": "uuid", "nullable": true},
            "b": {"allOf": [{"$ref": "#/x"}], "nullable": true},
            "c": [{"type": "object", "properties": {"type": {"type": "string"}}}],
        });
        assert_eq!(as_3_0(newer), older);
    }
}
