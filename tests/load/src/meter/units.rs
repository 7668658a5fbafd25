//! What `DynamoDB` takes for a call, in the units that it is paid by.

use bytes::Bytes;
use load::proxy::{Call, Service};
use serde_json::{Value, json};

/// Whether units of this call are of reading.
pub(super) fn is_read(action: &str) -> bool {
    action == "Query" || action.contains("Get")
}

/// The same call, whose answer says what it took.
pub(super) fn asked(call: &Call) -> Option<Bytes> {
    let item = call.action.contains("Item") || call.action == "Query";
    if call.service != Service::DynamoDb || !item {
        return None;
    }
    let mut body: Value = serde_json::from_slice(&call.body).ok()?;
    let members = body.as_object_mut()?;
    members.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
    Some(body.to_string().into())
}

/// The sum of `CapacityUnits` over the tables.
pub(super) fn answered(answer: &Bytes) -> f64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let each = match answer.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let each = each.iter();
    each.filter_map(|table| table.get("CapacityUnits")?.as_f64())
        .sum()
}

/// What a transaction of writes takes: two for each kilobyte of each item, checks included. DynamoDB Local does not know: it
/// answers four for one small item as for three. `read` reads an item as it is now; what is removed counts as a kilobyte, and without
/// its place in the index.
pub(super) async fn of_transaction<F>(call: &Call, read: impl Fn(Value) -> F) -> f64
where
    F: Future<Output = Option<Value>>,
{
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let mut units = 0;
    let items = body.get("TransactItems").and_then(Value::as_array);
    for item in items.into_iter().flatten() {
        let written = item.pointer("/Put/Item").map(size);
        let there = ["Update", "ConditionCheck"];
        let there = there.into_iter().find_map(|kind| item.get(kind));
        let size = match (written, there) {
            (Some(size), _) => size,
            (None, Some(at)) => {
                let key = json!({"TableName": at["TableName"], "Key": at["Key"]});
                read(key).await.as_ref().map_or(0, size)
            }
            (None, None) => 0,
        };
        units += 2 * size.div_ceil(1024).max(1);
        // The index of lists has keys alone: one more, outside the transaction.
        units += usize::from(item.pointer("/Put/Item/lpk").is_some());
    }
    f64::from(u32::try_from(units).unwrap_or(u32::MAX))
}

/// Bytes of an item: its names and values (`DynamoDB`'s guide, "item sizes and formats").
fn size(item: &Value) -> usize {
    let members = item.as_object().into_iter().flatten();
    members.map(|(name, value)| name.len() + worth(value)).sum()
}

/// Bytes of a value with its type, `{"S": "…"}`.
fn worth(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|it| it.iter().next()) else {
        return 0;
    };
    let text = value.as_str().map_or(0, str::len);
    match kind.as_str() {
        "S" => text,
        "N" => text.div_ceil(2) + 1,
        "B" => text / 4 * 3,
        "M" => 3 + size(value) + value.as_object().map_or(0, serde_json::Map::len),
        "L" => {
            let each = value.as_array().into_iter().flatten();
            3 + each.map(|it| 1 + worth(it)).sum::<usize>()
        }
        "SS" | "NS" | "BS" => {
            let each = value.as_array().into_iter().flatten();
            each.filter_map(Value::as_str).map(str::len).sum()
        }
        _ => 1, // a truth value, or nothing
    }
}
