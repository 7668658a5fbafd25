//! The pipe of infra/template.yaml, held against the items themselves: events get through, nothing else does, and what comes
//! out is what docs/audit.md says. The template's own filter and input template are evaluated.

mod pipe;

use serde_json::{Value, json};

use crate::contract::stage::{Stage, client};
use crate::yesterday::{items, things, write};
use pipe::Pipe;

/// A record of the stream, as a pipe sees it.
fn record(what: &str, item: &Value) -> Value {
    json!({
        "eventID": "1",
        "eventName": what,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-central-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 2_000_000_000,
            "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "NewImage": item,
            "SequenceNumber": "1",
            "SizeBytes": 1,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "eventSourceARN": "arn:aws:dynamodb:eu-central-1:1:table/t/stream/1",
    })
}

async fn stored() -> Vec<Value> {
    let stage = Stage::dynamodb_local().await;
    write::everything(&stage).await;
    stage.configure(&client("T#a#EVENTS", "other")).await;
    stage.configure(&client("#EVENTS", "another")).await;
    items::scan(&stage.table).await
}

#[tokio::test]
async fn events_get_through_and_no_other_kind_of_item() {
    let pipe = Pipe::of_the_template();
    let (mut through, mut held) = (0, 0);
    for item in stored().await {
        let is_event = items::key(&item, "pk") == "T#a#EVENTS";
        let passes = pipe.admits(&record("INSERT", &item));
        assert_eq!(passes, is_event, "{} {}", item["pk"], item["sk"]);
        if is_event {
            through += 1;
        } else {
            held += 1;
        }
    }
    assert!(through > 2 && held > 60, "{through}, {held}");
}

#[tokio::test]
async fn an_event_that_is_changed_removed_or_swept_is_not_sent_again() {
    let pipe = Pipe::of_the_template();
    for item in stored().await {
        for what in ["MODIFY", "REMOVE"] {
            assert!(!pipe.admits(&record(what, &item)), "{what}: {item}");
        }
    }
}

#[tokio::test]
async fn what_comes_out_is_what_the_document_says() {
    let pipe = Pipe::of_the_template();
    let (full, bare) = (things::event(), things::bare_event());
    let stored = stored().await;
    let sent = |id: uuid::Uuid| {
        let of_it = |item: &&Value| items::key(item, "sk").ends_with(&id.to_string());
        let item = stored.iter().find(of_it).expect("is stored");
        pipe.sends(&record("INSERT", item))
    };
    let (source, kind, detail) = sent(full.id);
    assert_eq!(
        (source.as_str(), kind.as_str()),
        ("latchkey", "something_of_ours")
    );
    let user = full.user.expect("somebody");
    let context = detail["context"].as_str().expect("JSON as text");
    let context: Value = serde_json::from_str(context).expect("JSON");
    assert_eq!(context, Value::Object(full.context));
    let mut want = json!({
        "tenant": "a",
        "id": full.id,
        "at": "2000000000",
        "action": "something_of_ours",
        "app": "flow",
        "user": {"M": {
            "id": {"S": user.id.to_string()},
            "pk": {"N": "7"},
            "username": {"S": "ada"},
            "email": {"S": "ada@example.com"},
        }},
        "client_id": {"S": "c"},
        "client_ip": {"S": "192.0.2.1"},
        "brand": {"M": {"id": {"S": full.brand.expect("one").id}, "name": {"S": "Default brand"}}},
    });
    want["context"] = detail["context"].clone();
    assert_eq!(detail, want);

    let (_, kind, detail) = sent(bare.id);
    assert_eq!(kind, "login");
    for absent in ["user", "client_id", "client_ip", "brand"] {
        assert_eq!(detail[absent], json!({"NULL": true}), "{absent}");
    }
    assert_eq!(detail["context"], "{}");
}
