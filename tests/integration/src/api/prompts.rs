//! `/stages/prompt/prompts/` (API reference B12).

use provider::event::{Action, Event};
use serde_json::{Value, json};

use super::harness::Api;

const PATH: &str = "/stages/prompt/prompts/";

fn prompt(name: &str) -> Value {
    json!({"name": name, "field_key": "attributes.town", "label": "Town", "type": "text"})
}

fn one(prompt: &Value) -> String {
    format!("{PATH}{}/", prompt["pk"].as_str().expect("a key"))
}

#[tokio::test]
async fn reference_b12_a_prompt_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    let made = api.made(PATH, prompt("town")).await;
    let expected = json!({
        "pk": made["pk"],
        "name": "town",
        "field_key": "attributes.town",
        "label": "Town",
        "type": "text",
        "required": true,
        "placeholder": "",
        "initial_value": "",
        "order": 0,
        "promptstage_set": [],
        "sub_text": "",
        "placeholder_expression": false,
        "initial_value_expression": false,
    });
    assert_eq!(made, expected);
    let change = json!({"type": "ak-locale", "order": -3, "sub_text": "Where?", "required": false});
    let (status, changed) = api.patch(&one(&made), change).await;
    assert_eq!(
        (status.as_u16(), &changed["type"]),
        (200, &json!("ak-locale"))
    );
    assert_eq!(api.shown(&one(&made)).await, changed);
    let stage = api
        .made(
            "/stages/prompt/stages/",
            json!({"name": "asks", "fields": [made["pk"]]}),
        )
        .await;
    let shown = api.shown(&one(&made)).await;
    assert_eq!(shown["promptstage_set"][0]["pk"], stage["pk"]);
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    assert_eq!(api.get(&one(&made)).await.0, 404);
    let left = api
        .shown(&format!(
            "/stages/prompt/stages/{}/",
            stage["pk"].as_str().unwrap()
        ))
        .await;
    assert_eq!(left["fields"], json!([]), "a stage goes on without it");
}

#[tokio::test]
async fn release_2023_2_the_name_of_a_prompt_is_required_and_found_by() {
    let api = Api::start().await;
    let mut nameless = prompt("");
    nameless.as_object_mut().unwrap().remove("name");
    let (status, told) = api.post(PATH, nameless).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"name": ["This field is required."]}))
    );
    let made = api.made(PATH, prompt("one of its own")).await;
    let found = api
        .shown(&format!("{PATH}?name=one%20of%20its%20own"))
        .await;
    assert_eq!(found["results"], json!([made]));
    let (status, told) = api.post(PATH, prompt("one of its own")).await;
    let taken = json!({"name": ["Another prompt has this name: one of its own."]});
    assert_eq!((status.as_u16(), told), (400, taken));
}

#[tokio::test]
async fn every_shipped_prompt_reads_back_and_a_put_of_what_was_read_changes_nothing() {
    let api = Api::start().await;
    let tenant = &api.bench.seeded.tenant.id;
    let config = api.bench.backend.stores.config();
    let before = config.revision(tenant).await;
    let prompts = api.shown(PATH).await;
    let prompts = prompts["results"].as_array().unwrap();
    assert!(!prompts.is_empty());
    for prompt in prompts {
        assert_eq!(&api.shown(&one(prompt)).await, prompt);
        let (status, put) = api.put(&one(prompt), prompt.clone()).await;
        assert_eq!((status.as_u16(), &put), (200, prompt));
    }
    assert_eq!(config.revision(tenant).await, before);
}

#[tokio::test]
async fn what_is_wrong_with_a_prompt_is_said_by_field() {
    let api = Api::start().await;
    let cases = [
        (
            json!({"type": "colour"}),
            "type",
            "\"colour\" is not a valid choice.",
        ),
        (
            json!({"field_key": "a b"}),
            "field_key",
            "Is letters, digits, _ and -, in parts with dots between them.",
        ),
        (
            json!({"field_key": "csrf"}),
            "field_key",
            "Csrf is a name that every form of a flow uses itself.",
        ),
        (
            json!({"order": 1.5}),
            "order",
            "A valid integer is required.",
        ),
        (
            json!({"label": null}),
            "label",
            "This field may not be null.",
        ),
    ];
    for (change, field, why) in cases {
        let mut body = prompt("wrong");
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let (status, told) = api.post(PATH, body).await;
        assert_eq!((status.as_u16(), told), (400, json!({ field: [why] })));
    }
    let mut broken = prompt("broken");
    broken["initial_value"] = json!("return (");
    broken["initial_value_expression"] = json!(true);
    let (status, told) = api.post(PATH, broken).await;
    assert_eq!(status, 400);
    assert!(told["initial_value"].is_array(), "{told}");
}

#[tokio::test]
async fn a_prompt_is_seen_before_it_is_made() {
    let api = Api::start().await;
    let path = format!("{PATH}preview/");
    let mut body = prompt("town");
    body["placeholder"] = json!("Berlin");
    let (status, shown) = api.post(&path, body.clone()).await;
    let field = json!({
        "field_key": "attributes.town", "label": "Town", "type": "text", "required": true, "order": 0,
        "placeholder": "Berlin", "initial_value": "", "sub_text": "", "choices": null,
    });
    assert_eq!((status.as_u16(), &shown["fields"]), (200, &json!([field])));
    body["type"] = json!("dropdown");
    let (_, shown) = api.post(&path, body).await;
    assert_eq!(shown["fields"][0]["choices"], json!(["Berlin"]));
    let none = api.shown(&format!("{PATH}?name=town")).await;
    assert_eq!(none["results"], json!([]));
    assert_eq!(api.as_user().post(&path, prompt("town")).await.0, 403);
}

#[tokio::test]
async fn reference_b12_a_preview_runs_the_python_of_a_field_for_whoever_asks() {
    let api = Api::start().await;
    let path = format!("{PATH}preview/");
    let me = api.shown("/core/users/me/").await;
    let mut body = prompt("town");
    body["initial_value"] = json!("return f'{user.username} {prompt_context}'");
    body["initial_value_expression"] = json!(true);
    let shown = async |body: &Value| {
        let (status, shown) = api.post(&path, body.clone()).await;
        assert_eq!(status, 200, "{shown}");
        shown["fields"][0].clone()
    };
    let name = me["user"]["username"].as_str().unwrap();
    assert_eq!(shown(&body).await["initial_value"], format!("{name} {{}}"));
    body["type"] = json!("dropdown");
    body["placeholder"] = json!("return ['a', 'b']");
    body["placeholder_expression"] = json!(true);
    body["initial_value"] = json!("return 'b'");
    let field = shown(&body).await;
    assert_eq!(
        (
            &field["choices"],
            &field["initial_value"],
            &field["placeholder"]
        ),
        (&json!(["a", "b"]), &json!("b"), &json!(""))
    );
    body["initial_value"] = json!("return nobody");
    let (status, told) = api.post(&path, body).await;
    assert_eq!(status, 400, "{told}");
    let why = told["non_field_errors"][0].as_str().unwrap();
    assert!(why.contains("nobody"), "{why}");
    let events = api.bench.backend.stores.events();
    let recorded = events.recent(&api.bench.seeded.tenant.id, None, 100, api.bench.now());
    let failed = |event: &Event| event.action == Action::PropertyMappingException;
    assert!(
        !recorded.await.unwrap().events.iter().any(failed),
        "nothing is recorded"
    );
}
