//! Faults in the words of AWS (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>,
//! <https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html>).

use load::proxy::{After, Answer, Call, Service, Verdict};
use serde_json::{Value, json};

use crate::dice::Dice;

/// Too much at once.
pub(super) fn throttled(call: &Call, dice: &mut Dice) -> Verdict {
    let codes: &[&str] = match (call.service, call.action.as_str()) {
        (Service::DynamoDb, "TransactWriteItems") => &[
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "ThrottlingError",
        ],
        (Service::DynamoDb, _) => &[
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded",
        ],
        _ => &["ThrottlingException"],
    };
    match dice.pick(codes).copied().unwrap_or_default() {
        code @ "ThrottlingError" => Verdict::Answer(400, cancelled(call, code)),
        code => Verdict::Answer(400, exception(call.service, code)),
    }
}

/// Another transaction has one of the items.
pub(super) fn conflict(call: &Call) -> Verdict {
    Verdict::Answer(
        400,
        if call.action == "TransactWriteItems" {
            cancelled(call, "TransactionConflict")
        } else {
            exception(call.service, "TransactionConflictException")
        },
    )
}

/// The service is broken.
pub(super) fn broken(call: &Call, dice: &mut Dice) -> Verdict {
    let (status, code) = match (call.service, dice.percent(50)) {
        (Service::Kms, true) => (500, "KMSInternalException"),
        (Service::Kms, false) => (503, "DependencyTimeoutException"),
        (_, true) => (500, "InternalServerError"),
        (_, false) => (503, "ServiceUnavailable"),
    };
    Verdict::Answer(status, exception(call.service, code))
}

/// What took effect, and is said not to have.
pub(super) fn lost() -> After {
    After::Answer(500, exception(Service::DynamoDb, "InternalServerError"))
}

/// None of a batch, for now.
pub(super) fn unprocessed(call: &Call, answer: &Answer) -> After {
    let asked: Option<Value> = serde_json::from_slice(&call.body).ok();
    let tables = asked.and_then(|mut asked| Some(asked.get_mut("RequestItems")?.take()));
    match tables {
        Some(tables) if answer.status == 200 => {
            After::Answer(200, json!({"Responses": {}, "UnprocessedKeys": tables}))
        }
        _ => After::Pass,
    }
}

/// A transaction of which one item is to blame.
fn cancelled(call: &Call, code: &str) -> Value {
    let asked: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let items = asked.get("TransactItems").and_then(Value::as_array);
    let mut reasons = vec![json!({"Code": "None"}); items.map_or(1, Vec::len)];
    if let Some(first) = reasons.first_mut() {
        *first = json!({"Code": code, "Message": "injected"});
    }
    let mut body = exception(call.service, "TransactionCanceledException");
    if let Some(body) = body.as_object_mut() {
        body.insert("CancellationReasons".to_owned(), reasons.into());
        body.insert(
            "Message".to_owned(),
            "Transaction cancelled, injected".into(),
        );
    }
    body
}

fn exception(service: Service, code: &str) -> Value {
    let kind = match service {
        Service::DynamoDb => format!("com.amazonaws.dynamodb.v20120810#{code}"),
        Service::Kms | Service::Sqs | Service::Ses => code.to_owned(),
    };
    json!({"__type": kind, "message": "injected by the fault proxy"})
}
