//! `/propertymappings/all/` (API reference B8), and where scope mappings used to be. Scope mappings themselves:
//! `scope_mappings`.

use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::Api;
use crate::harness::people;

const SCOPES: &str = "/propertymappings/provider/scope/";
const ALL: &str = "/propertymappings/all/";

async fn mapping(api: &Api, expression: &str) -> Value {
    let name = format!("test {}", Uuid::new_v4());
    let body = json!({"name": name, "scope_name": "test", "expression": expression});
    api.made(SCOPES, body).await
}

fn one(mapping: &Value) -> String {
    format!("{ALL}{}/", mapping["pk"].as_str().expect("a key"))
}

/// What a mapping gives, and whether it could.
async fn tried(api: &Api, expression: &str, body: Value) -> (String, bool) {
    let mapping = mapping(api, expression).await;
    let (status, told) = api.post(&format!("{}test/", one(&mapping)), body).await;
    assert_eq!(status, 200, "{told}");
    let result = told["result"].as_str().expect("text").to_owned();
    (result, told["successful"].as_bool().expect("a bool"))
}

#[tokio::test]
async fn reference_b8_mappings_of_every_type_are_shown_and_removed() {
    let api = Api::start().await;
    let made = mapping(&api, "return {}").await;
    let expected = json!({
        "pk": made["pk"],
        "managed": null,
        "name": made["name"],
        "expression": "return {}",
        "component": "ak-property-mapping-provider-scope-form",
        "verbose_name": "Scope Mapping",
        "verbose_name_plural": "Scope Mappings",
        "meta_model_name": "authentik_providers_oauth2.scopemapping",
    });
    assert_eq!(api.shown(&one(&made)).await, expected);
    let found = api.shown(&format!("{ALL}?search=test")).await;
    assert_eq!(found["results"], json!([expected]));
    let used = api.shown(&format!("{}used_by/", one(&made))).await;
    assert_eq!(used, json!([]));
    assert_eq!(api.post(ALL, json!({})).await.0, 405);
    assert_eq!(api.patch(&one(&made), json!({})).await.0, 405);
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    assert_eq!(api.delete(&one(&made)).await.0, 404);
}

#[tokio::test]
async fn reference_b8_there_is_one_type_of_mapping() {
    let api = Api::start().await;
    let types = api.shown(&format!("{ALL}types/")).await;
    assert_eq!(types.as_array().map(Vec::len), Some(1));
    assert_eq!(types[0]["model_name"], "scopemapping");
    assert_eq!(
        types[0]["component"],
        "ak-property-mapping-provider-scope-form"
    );
}

#[tokio::test]
async fn reference_b8_values_of_managed_must_be_those_of_a_mapping() {
    let api = Api::start().await;
    for path in [SCOPES, ALL] {
        let query = "managed=goauthentik.io/providers/oauth2/scope-email&managed=goauthentik.io/providers/oauth2/scope-openid";
        let page = api.shown(&format!("{path}?{query}")).await;
        assert_eq!(page["pagination"]["count"], 2);
        let (status, told) = api.get(&format!("{path}?{query}&managed=nothing")).await;
        let says = "Select a valid choice. nothing is not one of the available choices.";
        assert_eq!((status.as_u16(), told), (400, json!({"managed": [says]})));
    }
}

#[tokio::test]
async fn reference_b8_clients_of_2024_6_find_scope_mappings_where_they_were() {
    let api = Api::start().await;
    let former = "/propertymappings/scope/";
    let body = json!({"name": "old", "scope_name": "old", "expression": "return {}"});
    let made = api.made(former, body).await;
    let old = format!("{former}{}/", made["pk"].as_str().unwrap());
    let new = format!("{SCOPES}{}/", made["pk"].as_str().unwrap());
    assert_eq!(api.shown(&old).await, made);
    let (status, changed) = api
        .put(
            &old,
            json!({"name": "old", "scope_name": "older", "expression": "return {}"}),
        )
        .await;
    assert_eq!(status, 200);
    assert_eq!(api.shown(&new).await, changed);
    assert_eq!(
        api.shown(&format!("{former}?name=old")).await["pagination"]["count"],
        1
    );
    assert_eq!(api.delete(&old).await.0, 204);
    assert_eq!(api.get(&new).await.0, 404);
}

#[tokio::test]
async fn reference_b8_a_mapping_is_tried_for_somebody_and_gives_json_as_text() {
    let api = Api::start().await;
    let ada = people::user(&api.bench, "ada").await;
    let expression = r#"return {"who": user.username, "groups": [g.name for g in user.ak_groups.all()], "in": request.context["x"]}"#;
    let body = json!({"user": ada.subject.pk, "context": {"x": [1]}});
    let (result, successful) = tried(&api, expression, body).await;
    let result: Value = serde_json::from_str(&result).expect("JSON");
    assert_eq!(
        (&result["who"], &result["in"], successful),
        (&json!("ada"), &json!([1]), true)
    );
    assert!(
        result["groups"]
            .as_array()
            .unwrap()
            .contains(&json!("engines")),
        "{result}"
    );
    assert_eq!(
        tried(&api, "return None", json!({})).await,
        ("null".to_owned(), true)
    );
    let anonymous = tried(
        &api,
        "return {'anonymous': user.is_anonymous}",
        json!({"user": null}),
    )
    .await;
    assert_eq!(anonymous, (r#"{"anonymous":true}"#.to_owned(), true));
}

#[tokio::test]
async fn reference_b8_a_formatted_result_has_lines() {
    let api = Api::start().await;
    let mapping = mapping(&api, "return {'a': 1}").await;
    let path = format!("{}test/?format_result=true", one(&mapping));
    let (status, told) = api.post(&path, json!({})).await;
    assert_eq!(
        (status.as_u16(), &told["result"]),
        (200, &json!("{\n    \"a\": 1\n}"))
    );
}

#[tokio::test]
async fn reference_b8_an_expression_that_fails_is_told_with_its_line_and_leaves_no_event() {
    let api = Api::start().await;
    let expression = "known = {}\nreturn known['missing']";
    let (result, successful) = tried(&api, expression, json!({})).await;
    assert!(!successful);
    assert!(
        result.contains("KeyError") && result.contains("line 2"),
        "{result}"
    );
    let endless = "while True:\n    pass";
    let (result, successful) = tried(&api, endless, json!({})).await;
    assert!(!successful && result.contains("ms"), "{result}");
    let events = api.bench.backend.stores.events();
    let recorded = events.recent(&api.bench.seeded.tenant.id, None, 100, api.bench.now());
    let recorded = serde_json::to_string(&recorded.await.unwrap().events).unwrap();
    assert!(recorded.contains("model_created"), "{recorded}");
    assert!(!recorded.contains("exception"), "{recorded}");
}

#[tokio::test]
async fn reference_b8_who_it_is_tried_for_must_be_there() {
    let api = Api::start().await;
    let mapping = mapping(&api, "return {}").await;
    let path = format!("{}test/", one(&mapping));
    let none = Uuid::nil();
    for (body, field, says) in [
        (
            json!({"user": 99_999}),
            "user",
            "Invalid pk \"99999\" - object does not exist.".to_owned(),
        ),
        (
            json!({"user": "x"}),
            "user",
            "A valid integer is required.".to_owned(),
        ),
        (
            json!({"group": none}),
            "group",
            format!("Invalid pk \"{none}\" - object does not exist."),
        ),
        (
            json!({"context": []}),
            "context",
            "Value must be a dictionary, and not have any duplicate keys.".to_owned(),
        ),
    ] {
        let (status, told) = api.post(&path, body).await;
        assert_eq!((status.as_u16(), told), (400, json!({ field: [says] })));
    }
    let gone = format!("{ALL}{none}/test/");
    assert_eq!(api.post(&gone, json!({})).await.0, 404);
    assert_eq!(api.as_user().post(&path, json!({})).await.0, 403);
}
