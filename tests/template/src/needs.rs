//! Which rights a call needs, on what: by the Service Authorization Reference.

use anyhow::{Context as _, bail};
use load::proxy::{Call, Service};
use serde_json::Value;

use crate::intrinsics::object;
use crate::keys::Keys;
use crate::policy::{Facts, Need};
use crate::{ACCOUNT, REGION};

/// The ARN of something here.
pub(crate) fn arn(service: &str, what: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{what}")
}

/// The rights that a call needs, all of them.
///
/// # Errors
/// Names an action that is not known here.
pub(crate) fn of(call: &Call, keys: &Keys) -> anyhow::Result<Vec<Need>> {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    match call.service {
        Service::DynamoDb => dynamodb(&call.action, &body),
        Service::Kms => kms(&call.action, &body, keys),
        Service::Sqs => sqs(&call.action, &body),
        Service::Ses => ses(&call.action, &body),
    }
}

fn need(action: String, resource: String, facts: Facts) -> Need {
    Need {
        action,
        resource,
        facts,
    }
}

fn dynamodb(action: &str, body: &Value) -> anyhow::Result<Vec<Need>> {
    let on_table = |action: &str, item: &Value| -> anyhow::Result<Need> {
        let table = item["TableName"].as_str().context("a table")?;
        let table = table.rsplit('/').next().unwrap_or(table); // a name, or an ARN
        let index = item["IndexName"].as_str();
        let what = match index {
            Some(index) => format!("table/{table}/index/{index}"),
            None => format!("table/{table}"),
        };
        let action = format!("dynamodb:{action}");
        Ok(need(action, arn("dynamodb", &what), leading(item)))
    };
    match action {
        "TransactWriteItems" | "TransactGetItems" => {
            let items = body["TransactItems"].as_array().context("items")?;
            let parts = items.iter().flat_map(object);
            let parts = parts.map(|(kind, part)| {
                let action = match kind.as_str() {
                    "ConditionCheck" => "ConditionCheckItem",
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    "Get" => "GetItem",
                    other => bail!("{other} in a transaction"),
                };
                on_table(action, part)
            });
            parts.collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = object(&body["RequestItems"]).keys();
            let tables =
                tables.map(|table| on_table(action, &serde_json::json!({"TableName": table})));
            tables.collect()
        }
        "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" | "Scan"
        | "DescribeTable" | "CreateTable" | "UpdateTable" | "DescribeTimeToLive"
        | "UpdateTimeToLive" => Ok(vec![on_table(action, body)?]),
        other => bail!("dynamodb:{other} is not known here"),
    }
}

/// The partitions of a call on one item.
fn leading(item: &Value) -> Facts {
    let key = item.get("Key").or_else(|| item.get("Item"));
    let partition = key.and_then(|key| key["pk"]["S"].as_str());
    let facts = partition.map(|it| ("dynamodb:LeadingKeys".to_owned(), vec![it.to_owned()]));
    facts.into_iter().collect()
}

fn kms(action: &str, body: &Value, keys: &Keys) -> anyhow::Result<Vec<Need>> {
    let mut facts = Facts::new();
    let mut fact = |name: &str, value: Option<String>| {
        facts.extend(value.map(|value| (name.to_owned(), vec![value])));
    };
    fact("kms:CallerAccount", Some(ACCOUNT.to_owned()));
    for (name, member) in [
        ("kms:SigningAlgorithm", "SigningAlgorithm"),
        ("kms:MessageType", "MessageType"),
        ("kms:DataKeyPairSpec", "KeyPairSpec"),
        (
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            "PendingWindowInDays",
        ),
    ] {
        fact(name, crate::intrinsics::text(&body[member]));
    }
    let context = object(&body["EncryptionContext"]);
    for (name, value) in context {
        fact(
            &format!("kms:EncryptionContext:{name}"),
            crate::intrinsics::text(value),
        );
    }
    if !context.is_empty() {
        let names = context.keys().cloned().collect();
        facts.insert("kms:EncryptionContextKeys".to_owned(), names);
    }
    let named = format!("kms:{action}");
    if action == "CreateKey" {
        return Ok(creating(named, body, facts));
    }
    if matches!(action, "ListAliases" | "ListKeys" | "GenerateRandom") {
        return Ok(vec![need(named, "*".to_owned(), facts)]);
    }
    let key = body["KeyId"]
        .as_str()
        .or_else(|| body["TargetKeyId"].as_str());
    let key = key.with_context(|| format!("{named} without a key: which it is cannot be told"))?;
    let key = keys
        .find(key)
        .with_context(|| format!("{named}: no key {key}"))?;
    facts.extend(key.facts());
    Ok(vec![need(named, key.arn.clone(), facts)])
}

/// A key that is not there yet has no tags; those it is to have are asked for, which is a right of its own.
fn creating(named: String, body: &Value, mut facts: Facts) -> Vec<Need> {
    let tags = body["Tags"].as_array().into_iter().flatten();
    let tags: Vec<(String, String)> = tags
        .filter_map(|tag| {
            let text = |member: &str| tag[member].as_str().map(str::to_owned);
            text("TagKey").zip(text("TagValue"))
        })
        .collect();
    for (name, member) in [("kms:KeySpec", "KeySpec"), ("kms:KeyUsage", "KeyUsage")] {
        let value = body[member].as_str();
        facts.extend(value.map(|it| (name.to_owned(), vec![it.to_owned()])));
    }
    for (key, value) in &tags {
        facts.insert(format!("aws:RequestTag/{key}"), vec![value.clone()]);
    }
    let mut needs = vec![need(named, "*".to_owned(), facts.clone())];
    if !tags.is_empty() {
        let keys = tags.into_iter().map(|(key, _)| key).collect();
        facts.insert("aws:TagKeys".to_owned(), keys);
        needs.push(need(
            "kms:TagResource".to_owned(),
            arn("kms", "key/new"),
            facts,
        ));
    }
    needs
}

fn sqs(action: &str, body: &Value) -> anyhow::Result<Vec<Need>> {
    let name = match action {
        "SendMessage"
        | "ReceiveMessage"
        | "DeleteMessage"
        | "ChangeMessageVisibility"
        | "GetQueueAttributes" => action,
        "SendMessageBatch" => "SendMessage",
        "DeleteMessageBatch" => "DeleteMessage",
        "ChangeMessageVisibilityBatch" => "ChangeMessageVisibility",
        other => bail!("sqs:{other} is not known here"),
    };
    let url = body["QueueUrl"].as_str().context("a queue")?;
    let queue = url.rsplit('/').next().unwrap_or_default();
    Ok(vec![need(
        format!("sqs:{name}"),
        arn("sqs", queue),
        Facts::new(),
    )])
}

fn ses(action: &str, body: &Value) -> anyhow::Result<Vec<Need>> {
    if action != "SendEmail" {
        bail!("ses:{action} is not known here");
    }
    let from = body["FromEmailAddress"].as_str().context("a sender")?;
    // `Name <address>`, or the address by itself.
    let address = from
        .rsplit_once('<')
        .map_or(from, |(_, rest)| rest.trim_end_matches('>'));
    let (_, domain) = address.rsplit_once('@').context("an address")?;
    let facts = Facts::from([("ses:FromAddress".to_owned(), vec![address.to_owned()])]);
    let named = "ses:SendEmail".to_owned();
    let identity = arn("ses", &format!("identity/{domain}"));
    let mut needs = vec![need(named.clone(), identity, facts.clone())];
    if let Some(set) = body["ConfigurationSetName"].as_str() {
        let set = arn("ses", &format!("configuration-set/{set}"));
        needs.push(need(named, set, facts));
    }
    Ok(needs)
}
