//! Writes that meet other writes. AWS cancels a transaction that meets another on one of its items;
//! neither the embedded DynamoDB nor DynamoDB Local ever does, so these answers are scripted.

use std::time::{Duration, Instant};

use protocol::TenantId;
use provider::ports::{PortError, Redemption, Renewal, Rotation, Saved};
use serde_json::{Value, json};

use super::script::{Script, cancelled, done, exception};
use super::stage::{NOW, at, grant, plan, record, redeemed, user};

fn tenant() -> TenantId {
    TenantId::parse("a").expect("a name")
}

async fn redeem(script: &Script) -> Result<Redemption, PortError> {
    let grant = redeemed(grant(&user("ada")));
    script
        .stores
        .grants()
        .redeem(&tenant(), &grant, &record(&grant), NOW)
        .await
}

#[tokio::test]
async fn a_redemption_that_met_another_write_is_tried_again_as_the_same_transaction() {
    let conflict = cancelled(&["TransactionConflict", "None", "None"]);
    let busy = exception("TransactionInProgressException");
    let throttled = cancelled(&["None", "ThrottlingError", "None"]);
    let script = Script::of([conflict, busy, throttled, done()]).await;
    assert_eq!(redeem(&script).await, Ok(Redemption::First));
    let asked = script.asked();
    assert_eq!(asked.len(), 4);
    let token = asked[0]["ClientRequestToken"].as_str().expect("a token");
    assert!((1..=36).contains(&token.len()), "{token}");
    for request in &asked {
        assert_eq!(request, &asked[0], "word for word");
    }
}

#[tokio::test]
async fn a_redemption_that_keeps_meeting_others_is_contended_within_two_seconds_and_no_replay() {
    let script = Script::of([cancelled(&["TransactionConflict", "None", "None"])]).await;
    let begun = Instant::now();
    let text = "redeem: TransactionConflict".to_owned();
    assert_eq!(redeem(&script).await, Err(PortError::Contended(text)));
    assert!(
        begun.elapsed() < Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(script.asked().len(), 8);
}

#[tokio::test]
async fn a_transaction_that_keeps_being_throttled_says_so() {
    let script = Script::of([cancelled(&[
        "ProvisionedThroughputExceeded",
        "None",
        "None",
    ])])
    .await;
    let text = "redeem: ProvisionedThroughputExceeded".to_owned();
    assert_eq!(redeem(&script).await, Err(PortError::Throttled(text)));
}

#[tokio::test]
async fn what_the_loser_is_told_is_decided_by_the_item_as_it_was() {
    for (state, want) in [
        (json!({"state": {"S": "live"}}), Redemption::Replay),
        (json!({"state": {"S": "pending"}}), Redemption::Expired),
        (json!({"state": {"S": "revoked"}}), Redemption::Revoked),
        (Value::Null, Redemption::Revoked),
    ] {
        let (status, mut body) =
            cancelled(&["ConditionalCheckFailed", "TransactionConflict", "None"]);
        body["CancellationReasons"][0]["Item"] = state;
        let script = Script::of([(status, body)]).await;
        assert_eq!(redeem(&script).await, Ok(want));
        assert_eq!(
            script.asked().len(),
            1,
            "what is decided is not asked again"
        );
    }
    let script = Script::of([cancelled(&["None", "ConditionalCheckFailed", "None"])]).await;
    assert_eq!(redeem(&script).await, Ok(Redemption::UserChanged));
}

#[tokio::test]
async fn a_rotation_that_met_another_is_tried_again_and_is_not_moved() {
    let grant = redeemed(grant(&user("ada")));
    let token = record(&grant);
    let renewal = Renewal {
        grant: &grant,
        record: &token,
        refresh_expires: at(9),
    };
    let conflict = cancelled(&["TransactionConflict", "None", "None"]);
    let script = Script::of([conflict, done()]).await;
    let outcome = script
        .stores
        .grants()
        .rotate(&tenant(), &renewal, NOW)
        .await;
    assert_eq!(outcome, Ok(Rotation::Done));
}

#[tokio::test]
async fn a_single_write_that_met_a_transaction_is_tried_again() {
    let grant = grant(&user("ada"));
    let script = Script::of([exception("TransactionConflictException"), done()]).await;
    let revoked = script
        .stores
        .grants()
        .revoke(&tenant(), grant.id, &grant.client_id)
        .await;
    assert_eq!(revoked, Ok(true));

    let script = Script::of([exception("TransactionConflictException"), done()]).await;
    let saved = script
        .stores
        .browsers()
        .save_plan(&tenant(), &plan(), NOW)
        .await;
    assert_eq!(saved, Ok(Saved::Yes));

    let script = Script::of([exception("TransactionConflictException")]).await;
    let forgotten = script.stores.tokens().forget(&tenant(), &grant.code).await;
    let text = "DeleteItem: TransactionConflictException".to_owned();
    assert_eq!(forgotten, Err(PortError::Contended(text)));
}

#[tokio::test]
async fn keys_that_dynamodb_left_out_are_asked_for_again_and_only_those() {
    let token = record(&grant(&user("ada")));
    let left = json!({"t": {
        "ConsistentRead": true,
        "Keys": [{"pk": {"S": "T#a#GRANT#x"}, "sk": {"S": "GRANT"}}],
    }});
    let partly = json!({"Responses": {"t": []}, "UnprocessedKeys": left});
    let whole = json!({"Responses": {"t": []}, "UnprocessedKeys": {}});
    let script = Script::of([
        (http::StatusCode::OK, partly.clone()),
        (http::StatusCode::OK, whole),
    ])
    .await;
    let holder = script
        .stores
        .tokens()
        .holder(&tenant(), &token, NOW)
        .await
        .unwrap();
    assert!(holder.grant.is_none() && holder.user.is_none());
    let asked = script.asked();
    assert_eq!(
        asked[0]["RequestItems"]["t"]["Keys"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    assert_eq!(asked[1]["RequestItems"], left);
    assert_eq!(asked.len(), 2);

    let script = Script::of([(http::StatusCode::OK, partly)]).await;
    let failed = script
        .stores
        .tokens()
        .holder(&tenant(), &token, NOW)
        .await
        .unwrap_err();
    assert_eq!(
        failed,
        PortError::Throttled("BatchGetItem: UnprocessedKeys".into())
    );
}
