//! `/propertymappings/provider/scope/` (API reference B8), and what it shows of all objects of the configuration.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::Api;
use crate::harness::{header, text};

const PATH: &str = "/propertymappings/provider/scope/";

fn mapping(name: &str) -> Value {
    json!({"name": name, "scope_name": "more", "expression": "return {\"more\": True}"})
}

fn one(mapping: &Value) -> String {
    format!("{PATH}{}/", mapping["pk"].as_str().expect("a key"))
}

#[tokio::test]
async fn reference_b8_a_mapping_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    let made = api.made(PATH, mapping("more")).await;
    let expected = json!({
        "pk": made["pk"],
        "managed": null,
        "name": "more",
        "expression": "return {\"more\": True}",
        "component": "ak-property-mapping-provider-scope-form",
        "verbose_name": "Scope Mapping",
        "verbose_name_plural": "Scope Mappings",
        "meta_model_name": "authentik_providers_oauth2.scopemapping",
        "scope_name": "more",
        "description": "",
    });
    assert_eq!(made, expected);
    assert_eq!(api.shown(&one(&made)).await, made, "read straight after");
    let upper = format!("{PATH}{}/", made["pk"].as_str().unwrap().to_uppercase());
    assert_eq!(api.shown(&upper).await, made);
    let (status, changed) = api.patch(&one(&made), json!({"description": "More"})).await;
    assert_eq!(
        (status.as_u16(), &changed["description"]),
        (200, &json!("More"))
    );
    let (status, body) = api.delete(&one(&made)).await;
    assert_eq!((status.as_u16(), body), (204, Value::Null));
    let gone = json!({"detail": "No ScopeMapping matches the given query."});
    for _ in 0..2 {
        let (status, told) = api.delete(&one(&made)).await;
        assert_eq!((status.as_u16(), &told), (404, &gone));
    }
    assert_eq!(api.get(&one(&made)).await.0, 404);
}

#[tokio::test]
async fn reference_a_put_wants_what_is_required_and_keeps_what_is_left_out() {
    let api = Api::start().await;
    let mut body = mapping("kept");
    body["description"] = json!("stays");
    let made = api.made(PATH, body).await;
    let required = json!({
        "name": ["This field is required."],
        "expression": ["This field is required."],
        "scope_name": ["This field is required."],
    });
    let (status, told) = api.put(&one(&made), json!({})).await;
    assert_eq!((status.as_u16(), told), (400, required));
    let (status, put) = api.put(&one(&made), mapping("other")).await;
    assert_eq!((status.as_u16(), &put["name"]), (200, &json!("other")));
    assert_eq!(
        (&put["description"], &put["pk"]),
        (&json!("stays"), &made["pk"])
    );
}

#[tokio::test]
async fn reference_a_patch_changes_what_is_given_and_nothing_else() {
    let api = Api::start().await;
    let made = api.made(PATH, mapping("patched")).await;
    let (status, same) = api.patch(&one(&made), json!({})).await;
    assert_eq!((status.as_u16(), &same), (200, &made));
    for (field, value) in [
        ("name", json!("renamed")),
        ("scope_name", json!("less")),
        ("expression", json!("return {}")),
        ("description", json!("Words")),
        ("managed", json!("example.com/mapping")),
    ] {
        let before = api.shown(&one(&made)).await;
        let (status, after) = api.patch(&one(&made), json!({ field: value })).await;
        assert_eq!(status, 200, "{after}");
        let mut expected = before;
        expected[field] = value;
        assert_eq!(after, expected);
    }
    let ignored = json!({"pk": Uuid::new_v4(), "component": "x", "what": {"ever": 1}});
    let (status, after) = api.patch(&one(&made), ignored).await;
    assert_eq!((status.as_u16(), &after["pk"]), (200, &made["pk"]));
}

#[tokio::test]
async fn reference_a_what_is_wrong_is_told_by_field_and_nothing_is_changed() {
    let api = Api::start().await;
    let made = api.made(PATH, mapping("sound")).await;
    for (field, value, says) in [
        ("name", json!(""), "This field may not be blank."),
        ("name", json!(null), "This field may not be null."),
        ("name", json!({}), "Not a valid string."),
        ("expression", json!(" "), "This field may not be blank."),
        (
            "scope_name",
            json!("two words"),
            "A scope is of visible letters, without blanks, quotes and backslashes.",
        ),
    ] {
        let (status, told) = api.patch(&one(&made), json!({ field: value })).await;
        assert_eq!(
            (status.as_u16(), &told),
            (400, &json!({ field: [says] })),
            "{value}"
        );
        let mut body = mapping("another");
        body[field] = value;
        let (status, told) = api.post(PATH, body).await;
        assert_eq!((status.as_u16(), told), (400, json!({ field: [says] })));
    }
    assert_eq!(api.shown(&one(&made)).await, made);
    let none = api.shown(&format!("{PATH}?name=another")).await;
    assert_eq!(none["pagination"]["count"], 0);
}

#[tokio::test]
async fn a_broken_expression_is_told_with_its_line() {
    let api = Api::start().await;
    let body = json!({"name": "n", "scope_name": "n", "expression": "x = 1\nreturn (\n"});
    let (status, told) = api.post(PATH, body).await;
    assert_eq!(status, 400);
    let says = told["expression"][0].as_str().expect("the field");
    assert_eq!(says, "Line 2: unexpected EOF while parsing.");
}

#[tokio::test]
async fn reference_a_a_name_is_taken_once() {
    let api = Api::start().await;
    api.made(PATH, mapping("once")).await;
    let (status, told) = api.post(PATH, mapping("once")).await;
    assert_eq!(status, 400, "{told}");
    assert!(told["name"][0].is_string(), "{told}");
}

#[tokio::test]
async fn what_is_no_json_object_is_refused_as_drf_does() {
    let api = Api::start().await;
    let root = api.as_root();
    let json = Some("application/json");
    let told = root.send(Method::POST, PATH, json, "{").await;
    assert_eq!(told.status(), 400);
    assert!(
        text(&told).starts_with(r#"{"detail":"JSON parse error - "#),
        "{}",
        text(&told)
    );
    let (status, told) = api.post(PATH, json!([])).await;
    let says = json!({"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]});
    assert_eq!((status.as_u16(), told), (400, says));
    let form = Some("application/x-www-form-urlencoded");
    let told = root.send(Method::POST, PATH, form, "name=x").await;
    assert_eq!(told.status(), 415);
    let utf8 = Some("application/json; charset=utf-8");
    let body = mapping("with a charset").to_string();
    let told = root.send(Method::POST, PATH, utf8, &body).await;
    assert_eq!(told.status(), 201, "{}", text(&told));
    assert_eq!(header(&told, "cache-control"), "no-store");
}

#[tokio::test]
async fn changes_of_two_fields_at_the_same_time_both_stay() {
    let api = Api::on_dynamodb_local().await;
    for round in 0..5 {
        let made = api.made(PATH, mapping(&format!("raced {round}"))).await;
        let path = one(&made);
        let changes = [
            json!({"description": "by one"}),
            json!({"expression": "return {\"by\": \"another\"}"}),
            json!({"scope_name": "by-a-third"}),
        ];
        let answers = join_all(changes.map(|change| api.patch(&path, change))).await;
        for (status, body) in answers {
            assert_eq!(status, 200, "{body}");
        }
        let left = api.shown(&path).await;
        assert_eq!(left["description"], "by one");
        assert_eq!(left["expression"], "return {\"by\": \"another\"}");
        assert_eq!(left["scope_name"], "by-a-third");
    }
}

#[tokio::test]
async fn of_many_that_make_a_mapping_of_one_name_one_does() {
    let api = Api::on_dynamodb_local().await;
    let answers = join_all((0..8).map(|_| api.post(PATH, mapping("raced for")))).await;
    let made = answers.iter().filter(|(status, _)| *status == 201);
    assert_eq!(made.count(), 1, "{answers:?}");
    let refused = answers.iter().filter(|(status, _)| *status == 400);
    assert_eq!(refused.count(), 7, "{answers:?}");
}
