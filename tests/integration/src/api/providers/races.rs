//! Providers that several make or change at the same time.

use futures_util::future::join_all;
use serde_json::json;

use super::{PATH, one, wanted};
use crate::api::harness::Api;

#[tokio::test]
async fn of_two_that_want_one_name_or_client_id_one_is_made() {
    let api = Api::on_dynamodb_local().await;
    let named = wanted(&api, "racing").await;
    let mut by_id = named.clone();
    by_id["client_id"] = json!("racing");
    let bodies = (0..4).map(|at| {
        let mut body = if at % 2 == 0 {
            named.clone()
        } else {
            by_id.clone()
        };
        if at % 2 == 1 {
            body["name"] = json!(format!("racing {at}"));
        }
        body
    });
    let answers = join_all(bodies.map(|body| api.post(PATH, body))).await;
    let made = answers.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(made, 2, "one of each: {answers:?}");
    for (status, told) in answers.iter().filter(|(status, _)| *status != 201) {
        assert_eq!(*status, 400, "{told}");
        assert!(
            told.get("name").or(told.get("client_id")).is_some(),
            "{told}"
        );
    }
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_made() {
    let api = Api::on_dynamodb_local().await;
    let made = api.made(PATH, wanted(&api, "busy").await).await;
    let path = one(&made);
    let changes = [
        json!({"access_code_validity": "minutes=2"}),
        json!({"access_token_validity": "minutes=20"}),
        json!({"sub_mode": "user_uuid"}),
        json!({"include_claims_in_id_token": false}),
    ];
    let answers = join_all(
        changes
            .iter()
            .map(|change| api.patch(&path, change.clone())),
    )
    .await;
    assert!(
        answers.iter().all(|(status, _)| *status == 200),
        "{answers:?}"
    );
    let shown = api.shown(&path).await;
    for change in changes {
        for (field, value) in change.as_object().unwrap() {
            assert_eq!(&shown[field], value, "{field}");
        }
    }
}
