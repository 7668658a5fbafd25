//! `/flows/instances/` and `/flows/bindings/` (API reference B11).

mod together;

use http::Method;
use serde_json::{Value, json};

use super::harness::Api;
use crate::harness::text;

const FLOWS: &str = "/flows/instances/";
const BINDINGS: &str = "/flows/bindings/";
const BACKGROUND: &str = "/static/dist/assets/images/flow_background.jpg";

fn flow(slug: &str, designation: &str) -> Value {
    json!({"name": slug, "slug": slug, "title": "Welcome", "designation": designation})
}

fn one(slug: &str) -> String {
    format!("{FLOWS}{slug}/")
}

fn binding(at: &Value) -> String {
    format!("{BINDINGS}{}/", at["pk"].as_str().expect("a key"))
}

/// The pk of the object with this name in a list.
async fn named(api: &Api, path: &str, name: &str) -> Value {
    let found = api.shown(&format!("{path}?name={name}")).await;
    found["results"][0]["pk"].clone()
}

/// What is stored, as often as it has been changed.
async fn revision(api: &Api) -> u64 {
    let tenant = &api.bench.seeded.tenant.id;
    let stores = &api.bench.backend.stores;
    stores.config().revision(tenant).await.expect("reads")
}

#[tokio::test]
async fn reference_b11_a_flow_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    let made = api.made(FLOWS, flow("own", "enrollment")).await;
    let expected = json!({
        "pk": made["pk"],
        "policybindingmodel_ptr_id": made["policybindingmodel_ptr_id"],
        "name": "own",
        "slug": "own",
        "title": "Welcome",
        "designation": "enrollment",
        "background": BACKGROUND,
        "stages": [],
        "policies": [],
        "cache_count": 0,
        "policy_engine_mode": "any",
        "compatibility_mode": false,
        "export_url": "/api/v3/flows/instances/own/export/",
        "layout": "stacked",
        "denied_action": "message_continue",
        "authentication": "none",
    });
    assert_eq!(made, expected);
    assert_ne!(made["pk"], made["policybindingmodel_ptr_id"]);
    assert_eq!(api.shown(&one("own")).await, made, "read straight after");
    let change = json!({
        "slug": "other", "layout": "sidebar_left", "denied_action": "continue", "title": "Hello",
        "authentication": "require_superuser", "compatibility_mode": true, "policy_engine_mode": "all",
    });
    let (status, changed) = api.patch(&one("own"), change.clone()).await;
    assert_eq!(status, 200, "{changed}");
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value);
    }
    assert_eq!(
        (&changed["pk"], &changed["name"]),
        (&made["pk"], &json!("own"))
    );
    assert_eq!(api.get(&one("own")).await.0, 404);
    assert_eq!(api.delete(&one("other")).await.0, 204);
    let (status, told) = api.get(&one("other")).await;
    assert_eq!(
        (status.as_u16(), told),
        (404, json!({"detail": "No Flow matches the given query."}))
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_flow_is_said_by_field() {
    let api = Api::start().await;
    let slug = "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.";
    let cases = [
        (json!({"slug": "a b"}), "slug", slug),
        (
            json!({"slug": "s".repeat(51)}),
            "slug",
            "Ensure this field has no more than 50 characters.",
        ),
        (
            json!({"designation": "party"}),
            "designation",
            "\"party\" is not a valid choice.",
        ),
        (
            json!({"title": ""}),
            "title",
            "This field may not be blank.",
        ),
        (
            json!({"layout": "round"}),
            "layout",
            "\"round\" is not a valid choice.",
        ),
        (
            json!({"slug": "default-recovery-flow", "designation": "recovery"}),
            "slug",
            "Another flow has this slug: default-recovery-flow.",
        ),
    ];
    for (change, field, why) in cases {
        let mut body = flow("own", "enrollment");
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let (status, told) = api.post(FLOWS, body).await;
        assert_eq!((status.as_u16(), told), (400, json!({ field: [why] })));
    }
    assert_eq!(api.get(&one("own")).await.0, 404);
}

#[tokio::test]
async fn only_superusers_see_flows() {
    let api = Api::start().await;
    for path in [
        FLOWS,
        BINDINGS,
        "/flows/instances/cache_info/",
        &one("default-recovery-flow"),
    ] {
        assert_eq!(api.as_user().get(path).await.0, 403, "{path}");
        assert_eq!(api.as_nobody().get(path).await.0, 403, "{path}");
    }
    let (status, _) = api.as_user().post(FLOWS, flow("own", "enrollment")).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn every_shipped_flow_reads_back_and_a_put_of_what_was_read_changes_nothing() {
    let api = Api::start().await;
    let before = revision(&api).await;
    let flows = api.shown(FLOWS).await;
    let flows = flows["results"].as_array().unwrap();
    assert!(flows.len() >= 13, "{}", flows.len());
    for flow in flows {
        let path = one(flow["slug"].as_str().unwrap());
        assert_eq!(&api.shown(&path).await, flow);
        let (status, put) = api.put(&path, flow.clone()).await;
        assert_eq!((status.as_u16(), &put), (200, flow));
    }
    let bindings = api.shown(BINDINGS).await;
    let bindings = bindings["results"].as_array().unwrap();
    assert!(bindings.len() > 20, "{}", bindings.len());
    for bound in bindings {
        let path = binding(bound);
        assert_eq!(&api.shown(&path).await, bound);
        let (status, put) = api.put(&path, bound.clone()).await;
        assert_eq!((status.as_u16(), &put), (200, bound));
    }
    assert_eq!(revision(&api).await, before);
}

#[tokio::test]
async fn reference_d_the_data_source_finds_a_flow_by_slug_and_designation() {
    let api = Api::start().await;
    let query = "?slug=default-authentication-flow&designation=";
    let found = api.shown(&format!("{FLOWS}{query}")).await;
    assert_eq!(found["results"][0]["slug"], "default-authentication-flow");
    let query = "?designation=recovery&slug=";
    let found = api.shown(&format!("{FLOWS}{query}")).await;
    assert_eq!(found["pagination"]["count"], 1);
    let pk = found["results"][0]["pk"].as_str().unwrap();
    let same = api.shown(&format!("{FLOWS}?flow_uuid={pk}")).await;
    assert_eq!(same["results"], found["results"]);
    let found = api
        .shown(&format!("{FLOWS}?search=passkey%20sign&ordering=-slug"))
        .await;
    assert!(found["results"].is_array(), "{found}");
}

#[tokio::test]
async fn reference_b11_a_stage_is_bound_to_a_flow_once_at_each_place() {
    let api = Api::start().await;
    let target = api.made(FLOWS, flow("own", "authentication")).await;
    let stage = named(&api, "/stages/all/", "default-authentication-login").await;
    let body = json!({"target": target["pk"], "stage": stage, "order": 10});
    let made = api.made(BINDINGS, body.clone()).await;
    let defaults = [
        "evaluate_on_plan",
        "re_evaluate_policies",
        "policy_engine_mode",
        "invalid_response_action",
    ];
    let defaults = defaults.map(|field| made[field].clone());
    assert_eq!(
        defaults,
        [json!(false), json!(true), json!("any"), json!("retry")]
    );
    assert_eq!(made["stage_obj"]["component"], "ak-stage-user-login-form");
    assert_ne!(made["pk"], made["policybindingmodel_ptr_id"]);
    let sets = made["stage_obj"]["flow_set"].as_array().unwrap();
    assert!(sets.iter().any(|set| set["slug"] == "own"), "{sets:?}");
    assert_eq!(api.shown(&one("own")).await["stages"], json!([stage]));

    let (status, told) = api.post(BINDINGS, body).await;
    let twice =
        json!({"non_field_errors": ["This stage stands at this place of the flow already."]});
    assert_eq!((status.as_u16(), told), (400, twice));
    let again = json!({"target": target["pk"], "stage": stage, "order": 20});
    let second = api.made(BINDINGS, again).await;
    let query = format!("?target={}&ordering=-order", target["pk"].as_str().unwrap());
    let listed = api.shown(&format!("{BINDINGS}{query}")).await;
    assert_eq!(listed["results"], json!([second, made]));

    let nil = "00000000-0000-0000-0000-000000000000";
    let missing = format!("Invalid pk \"{nil}\" - object does not exist.");
    let (status, told) = api
        .patch(&binding(&made), json!({"target": nil, "stage": nil}))
        .await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"target": [missing], "stage": [missing]}))
    );
    let change =
        json!({"order": 5, "invalid_response_action": "restart", "evaluate_on_plan": true});
    let (status, changed) = api.patch(&binding(&made), change).await;
    assert_eq!((status.as_u16(), &changed["order"]), (200, &json!(5)));
    assert_eq!(changed["invalid_response_action"], "restart");
    for bound in [&made, &second] {
        assert_eq!(api.delete(&binding(bound)).await.0, 204);
    }
    assert_eq!(api.shown(&one("own")).await["stages"], json!([]));
}

#[tokio::test]
async fn a_removed_flow_takes_its_bindings_along_and_leaves_the_stages() {
    let api = Api::start().await;
    let target = api.made(FLOWS, flow("own", "authentication")).await;
    let stage = named(&api, "/stages/all/", "default-authentication-login").await;
    let bound = api
        .made(
            BINDINGS,
            json!({"target": target["pk"], "stage": stage, "order": 0}),
        )
        .await;
    let used = api.shown(&format!("{}used_by/", one("own"))).await;
    assert_eq!(
        (&used[0]["pk"], &used[0]["action"]),
        (&bound["pk"], &json!("cascade"))
    );
    assert_eq!(api.delete(&one("own")).await.0, 204);
    assert_eq!(api.get(&binding(&bound)).await.0, 404);
    assert_eq!(
        named(&api, "/stages/all/", "default-authentication-login").await,
        stage
    );
}

#[tokio::test]
async fn reference_b11_actions_of_a_flow() {
    let api = Api::start().await;
    let path = one("default-authentication-flow");
    let link = api.shown(&format!("{path}execute/")).await;
    let expected = "http://localhost:8000/if/flow/default-authentication-flow/";
    assert_eq!(link, json!({ "link": expected }));
    assert_eq!(
        api.shown("/flows/instances/cache_info/").await,
        json!({"count": 0})
    );
    assert_eq!(
        api.post("/flows/instances/cache_clear/", Value::Null)
            .await
            .0,
        204
    );
    let diagram = api.shown(&format!("{path}diagram/")).await;
    let diagram = diagram["diagram"].as_str().unwrap();
    assert!(diagram.starts_with("graph TD\nflow_start"), "{diagram}");
    assert!(
        diagram.contains("Stage (Identification Stage)"),
        "{diagram}"
    );
    assert!(
        diagram.ends_with("--> done[\"End of the flow\"]"),
        "{diagram}"
    );
    for gone in ["execute", "diagram", "used_by"] {
        assert_eq!(api.get(&format!("{FLOWS}nowhere/{gone}/")).await.0, 404);
    }
}

#[tokio::test]
async fn a_flow_is_given_a_picture_by_its_address_or_as_a_file() {
    let api = Api::start().await;
    let path = one("default-authentication-flow");
    let url = "https://cdn.example/hills.webp";
    let (status, told) = api
        .post(&format!("{path}set_background_url/"), json!({ "url": url }))
        .await;
    assert_eq!((status.as_u16(), told), (200, Value::Null));
    assert_eq!(api.shown(&path).await["background"], url);
    for bad in [
        "javascript:alert(1)",
        "//cdn.example/a.png",
        "http://cdn.example/a.png",
    ] {
        let (status, told) = api
            .post(&format!("{path}set_background_url/"), json!({ "url": bad }))
            .await;
        assert_eq!(status, 400);
        assert!(told["url"].is_array(), "{told}");
    }
    let kind = Some("multipart/form-data; boundary=x");
    let clear = "--x\r\nContent-Disposition: form-data; name=\"clear\"\r\n\r\ntrue\r\n--x--\r\n";
    let cleared = api
        .as_root()
        .send(Method::POST, &format!("{path}set_background/"), kind, clear)
        .await;
    assert_eq!(cleared.status(), 200, "{}", text(&cleared));
    assert_eq!(api.shown(&path).await["background"], BACKGROUND);
    let odd = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.svg\"\r\n\r\n<svg/>\r\n--x--\r\n";
    let refused = api
        .as_root()
        .send(Method::POST, &format!("{path}set_background/"), kind, odd)
        .await;
    assert_eq!(refused.status(), 400, "{}", text(&refused));
}
