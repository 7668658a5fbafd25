//! `/policies/expression/`, `/policies/all/` (API reference B9). What they are bound to: `bindings`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::Api;
use crate::harness::people;

const EXPRESSIONS: &str = "/policies/expression/";
const ALL: &str = "/policies/all/";

pub(super) async fn policy(api: &Api, name: &str, expression: &str) -> Value {
    api.made(EXPRESSIONS, json!({"name": name, "expression": expression}))
        .await
}

fn at(path: &str, policy: &Value) -> String {
    format!("{path}{}/", policy["pk"].as_str().expect("a key"))
}

#[tokio::test]
async fn reference_b9_a_policy_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    let made = policy(&api, "adults", "return True\n").await;
    let expected = json!({
        "pk": made["pk"],
        "name": "adults",
        "execution_logging": false,
        "component": "ak-policy-expression-form",
        "verbose_name": "Expression Policy",
        "verbose_name_plural": "Expression Policies",
        "meta_model_name": "authentik_policies_expression.expressionpolicy",
        "bound_to": 0,
        "expression": "return True",
    });
    assert_eq!(made, expected);
    let one = at(EXPRESSIONS, &made);
    assert_eq!(api.shown(&one).await, made);
    let put = json!({"name": "grown-ups", "expression": "return False", "execution_logging": true});
    let (status, put) = api.put(&one, put).await;
    assert_eq!(
        (status.as_u16(), &put["name"], &put["execution_logging"]),
        (200, &json!("grown-ups"), &json!(true))
    );
    let (status, patched) = api.patch(&one, json!({"execution_logging": false})).await;
    assert_eq!(
        (status.as_u16(), &patched["expression"]),
        (200, &json!("return False"))
    );
    let mut as_any = patched.clone();
    as_any.as_object_mut().unwrap().remove("expression");
    assert_eq!(api.shown(&at(ALL, &made)).await, as_any);
    assert_eq!(api.delete(&at(ALL, &made)).await.0, 204);
    assert_eq!(api.get(&one).await.0, 404);
    assert_eq!(api.delete(&one).await.0, 404);
}

#[tokio::test]
async fn reference_b9_policies_are_found_by_their_fields() {
    let api = Api::start().await;
    let made = policy(&api, "one of them", "return 1").await;
    policy(&api, "another", "return 2").await;
    let pk = made["pk"].as_str().unwrap();
    for query in [
        "name=one+of+them",
        "expression=return+1",
        &format!("policy_uuid={pk}"),
        "execution_logging=false&search=THEM+one",
        "created=2024-01-01T00:00:00Z&search=them",
    ] {
        let page = api.shown(&format!("{EXPRESSIONS}?{query}")).await;
        assert_eq!(page["results"], json!([made]), "{query}");
    }
    let (status, told) = api.get(&format!("{EXPRESSIONS}?policy_uuid=x")).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"policy_uuid": ["Enter a valid UUID."]}))
    );
}

#[tokio::test]
async fn a_broken_policy_is_told_with_its_line_and_not_saved() {
    let api = Api::start().await;
    let body = json!({"name": "broken", "expression": "x = 1\ny = (\nreturn x"});
    let (status, told) = api.post(EXPRESSIONS, body).await;
    assert_eq!(status, 400, "{told}");
    let says = told["expression"][0].as_str().expect("the field");
    assert!(
        says.to_lowercase().contains("line 2") || says.to_lowercase().contains("line 3"),
        "{says}"
    );
    let good = policy(&api, "good", "return True").await;
    let (status, told) = api
        .patch(&at(EXPRESSIONS, &good), json!({"expression": "return\n)"}))
        .await;
    assert_eq!(status, 400);
    assert!(
        told["expression"][0]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("line 2"),
        "{told}"
    );
    assert_eq!(api.shown(&at(EXPRESSIONS, &good)).await, good);
}

#[tokio::test]
async fn reference_b9_a_policys_name_is_taken_once() {
    let api = Api::start().await;
    policy(&api, "once", "return True").await;
    let (status, told) = api
        .post(
            EXPRESSIONS,
            json!({"name": "once", "expression": "return 1"}),
        )
        .await;
    assert_eq!(status, 400);
    assert!(told["name"].is_array(), "{told}");
}

#[tokio::test]
async fn reference_b9_there_is_one_type_and_nothing_is_kept() {
    let api = Api::start().await;
    let types = api.shown(&format!("{ALL}types/")).await;
    assert_eq!(
        (types.as_array().map(Vec::len), &types[0]["model_name"]),
        (Some(1), &json!("expressionpolicy"))
    );
    assert_eq!(
        api.shown(&format!("{ALL}cache_info/")).await,
        json!({"count": 0})
    );
    assert_eq!(
        api.post(&format!("{ALL}cache_clear/"), json!({})).await.0,
        204
    );
}

#[tokio::test]
async fn reference_b9_a_policy_is_tried_for_somebody_with_its_messages_and_logs() {
    let api = Api::start().await;
    let bob = people::user(&api.bench, "bob").await.subject.pk;
    let expression = r#"
ak_message("Hello " + request.user.username)
ak_logger.warning("looked", at=context["door"], password="x")
return context["door"] == "front"
"#;
    let made = policy(&api, "door", expression).await;
    let path = format!("{}test/", at(ALL, &made));
    let (status, told) = api
        .post(&path, json!({"user": bob, "context": {"door": "front"}}))
        .await;
    assert_eq!(
        (status.as_u16(), &told["passing"]),
        (200, &json!(true)),
        "{told}"
    );
    assert_eq!(told["messages"], json!(["Hello bob"]));
    let line = &told["log_messages"][0];
    assert_eq!(
        (&line["log_level"], &line["event"]),
        (&json!("warning"), &json!("looked"))
    );
    assert_eq!(
        line["attributes"],
        json!({"at": "front", "password": "********************"})
    );
    let (_, told) = api
        .post(&path, json!({"user": bob, "context": {"door": "back"}}))
        .await;
    assert_eq!(told["passing"], false);
}

#[tokio::test]
async fn reference_b9_a_policy_that_fails_when_tried_does_not_pass_and_says_why() {
    let api = Api::start().await;
    let bob = people::user(&api.bench, "bob").await.subject.pk;
    let made = policy(&api, "fails", "x = 1\nreturn context['missing']").await;
    let path = format!("{}test/", at(ALL, &made));
    let (status, told) = api.post(&path, json!({"user": bob})).await;
    assert_eq!((status.as_u16(), &told["passing"]), (200, &json!(false)));
    let says = told["messages"][0].as_str().unwrap();
    assert!(
        says.contains("KeyError") && says.contains("line 2"),
        "{says}"
    );
    assert_eq!(told["log_messages"], json!([]));
    for (body, says) in [
        (json!({}), "This field is required."),
        (json!({"user": null}), "This field may not be null."),
        (
            json!({"user": 99_999}),
            "Invalid pk \"99999\" - object does not exist.",
        ),
    ] {
        let (status, told) = api.post(&path, body).await;
        assert_eq!((status.as_u16(), told), (400, json!({"user": [says]})));
    }
    let gone = format!("{ALL}{}/test/", Uuid::nil());
    assert_eq!(api.post(&gone, json!({"user": bob})).await.0, 404);
}
