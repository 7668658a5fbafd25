//! `/policies/bindings/` (API reference B9, D).

use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::Api;
use super::policies::policy;
use crate::harness::people;

const PATH: &str = "/policies/bindings/";

fn one(binding: &Value) -> String {
    format!("{PATH}{}/", binding["pk"].as_str().expect("a key"))
}

async fn application(api: &Api, slug: &str) -> Value {
    api.shown(&format!("/core/applications/{slug}/")).await["pk"].clone()
}

async fn group(api: &Api) -> Value {
    api.made("/core/groups/", json!({"name": "bound"})).await["pk"].clone()
}

#[tokio::test]
async fn reference_d_a_policy_is_bound_as_terraform_binds_it() {
    let api = Api::start().await;
    let (target, bound) = (
        application(&api, "web").await,
        policy(&api, "gate", "return True").await,
    );
    let body = json!({
        "target": target, "policy": bound["pk"], "user": null, "group": null, "negate": false,
        "enabled": true, "order": 3, "timeout": 30, "failure_result": false,
    });
    let made = api.made(PATH, body.clone()).await;
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    assert_eq!(made["policy_obj"]["name"], "gate");
    assert_eq!(made["policy_obj"]["bound_to"], 1, "itself");
    assert_eq!(
        (&made["group_obj"], &made["user_obj"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(api.shown(&one(&made)).await, made);
    let counted = api
        .shown(&format!(
            "/policies/expression/{}/",
            bound["pk"].as_str().unwrap()
        ))
        .await;
    assert_eq!(counted["bound_to"], 1);
    let mut changed = body;
    changed["order"] = json!(4);
    let (status, put) = api.put(&one(&made), changed).await;
    assert_eq!(
        (status.as_u16(), &put["order"], &put["pk"]),
        (200, &json!(4), &made["pk"])
    );
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    assert_eq!(api.get(&one(&made)).await.0, 404);
}

#[tokio::test]
async fn reference_b9_groups_and_people_are_shown_as_they_are() {
    let api = Api::start().await;
    let target = application(&api, "web").await;
    let (group, bob) = (
        group(&api).await,
        people::user(&api.bench, "bob").await.subject.pk,
    );
    let made = api
        .made(PATH, json!({"target": target, "group": group, "order": 0}))
        .await;
    assert_eq!(
        (&made["group_obj"]["pk"], &made["group_obj"]["name"]),
        (&group, &json!("bound"))
    );
    let defaults = json!([
        made["enabled"],
        made["negate"],
        made["timeout"],
        made["failure_result"]
    ]);
    assert_eq!(defaults, json!([true, false, 30, false]));
    let made = api
        .made(PATH, json!({"target": target, "user": bob, "order": 1}))
        .await;
    assert_eq!(
        (&made["user"], &made["user_obj"]["username"]),
        (&json!(bob), &json!("bob"))
    );
    let page = api
        .shown(&format!("{PATH}?target={}", target.as_str().unwrap()))
        .await;
    let orders: Vec<&Value> = page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["order"])
        .collect();
    assert_eq!(orders, [0, 1]);
    let none = api.shown(&format!("{PATH}?policy__isnull=false")).await;
    assert_eq!(none["pagination"]["count"], 0);
}

#[tokio::test]
async fn reference_b9_exactly_one_of_policy_group_and_user_is_bound() {
    let api = Api::start().await;
    let target = application(&api, "web").await;
    let (policy, group) = (
        policy(&api, "p", "return 1").await["pk"].clone(),
        group(&api).await,
    );
    let none = "One of 'policy', 'group', 'user' must be set.";
    let several = "Only one of 'policy', 'group', 'user' can be set.";
    for (body, says) in [
        (json!({"target": target, "order": 0}), none),
        (
            json!({"target": target, "order": 0, "policy": null, "group": "", "user": null}),
            none,
        ),
        (
            json!({"target": target, "order": 0, "policy": policy, "group": group}),
            several,
        ),
    ] {
        let (status, told) = api.post(PATH, body).await;
        assert_eq!(
            (status.as_u16(), told),
            (400, json!({"non_field_errors": [says]}))
        );
    }
    let made = api
        .made(
            PATH,
            json!({"target": target, "order": 0, "policy": policy}),
        )
        .await;
    let (status, told) = api
        .patch(&one(&made), json!({"target": target, "policy": null}))
        .await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"non_field_errors": [none]}))
    );
    let (status, other) = api.patch(&one(&made), json!({"group": group})).await;
    assert_eq!(
        (status.as_u16(), &other["policy"], &other["group"]),
        (200, &Value::Null, &group)
    );
    let (status, kept) = api.patch(&one(&made), json!({"order": 9})).await;
    assert_eq!(
        (status.as_u16(), &kept["group"], &kept["order"]),
        (200, &group, &json!(9))
    );
}

#[tokio::test]
async fn reference_b9_what_is_named_must_be_there() {
    let api = Api::start().await;
    let (target, nil) = (application(&api, "web").await, Uuid::nil());
    let policy = policy(&api, "p", "return 1").await["pk"].clone();
    for (body, field) in [
        (
            json!({"target": nil, "order": 0, "policy": policy}),
            "target",
        ),
        (
            json!({"target": target, "order": 0, "policy": nil}),
            "policy",
        ),
        (json!({"target": target, "order": 0, "group": nil}), "group"),
        (
            json!({"target": target, "order": 0, "user": 99_999}),
            "user",
        ),
        (json!({"target": target, "policy": policy}), "order"),
        (
            json!({"target": target, "order": 0, "policy": policy, "timeout": -1}),
            "timeout",
        ),
        (
            json!({"target": target, "order": 0, "policy": policy, "timeout": 99_999}),
            "timeout",
        ),
    ] {
        let (status, told) = api.post(PATH, body).await;
        assert_eq!(status, 400, "{told}");
        assert!(told[field].is_array(), "{field}: {told}");
    }
    let page = api.shown(PATH).await;
    assert!(
        page["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["policy"] != policy)
    );
}

#[tokio::test]
async fn reference_b9_a_policy_is_bound_to_a_target_once_with_one_order() {
    let api = Api::start().await;
    let target = application(&api, "web").await;
    let policy = policy(&api, "p", "return 1").await["pk"].clone();
    let body = json!({"target": target, "order": 0, "policy": policy});
    api.made(PATH, body.clone()).await;
    let (status, told) = api.post(PATH, body.clone()).await;
    assert_eq!(status, 400);
    assert!(told["non_field_errors"].is_array(), "{told}");
    let mut other = body;
    other["order"] = json!(1);
    api.made(PATH, other).await;
}

#[tokio::test]
async fn reference_b9_flows_and_their_stages_are_targets_and_read_back_identical() {
    let api = Api::start().await;
    let policy = policy(&api, "p", "return True").await["pk"].clone();
    let flow = api
        .shown("/flows/instances/default-authentication-flow/")
        .await;
    let path = format!("/flows/bindings/?target={}", flow["pk"].as_str().unwrap());
    let stage = api.shown(&path).await["results"][0].clone();
    for object in [&flow, &stage] {
        let body = json!({"target": object["pk"], "order": 0, "policy": policy});
        let made = api.made(PATH, body).await;
        assert_eq!(made["target"], object["pk"], "Terraform compares");
        let ptr = object["policybindingmodel_ptr_id"].as_str().unwrap();
        let page = api
            .shown(&format!("{PATH}?target={ptr}&policy__isnull=false"))
            .await;
        assert_eq!(page["results"][0]["pk"], made["pk"], "{page}");
        let body = json!({"target": ptr, "order": 1, "policy": policy});
        assert_eq!(
            api.made(PATH, body).await["target"],
            object["pk"],
            "as authentik answers it"
        );
    }
    let both = [&flow, &stage].map(|it| it["policybindingmodel_ptr_id"].as_str().unwrap());
    let page = api
        .shown(&format!(
            "{PATH}?target_in={}&target_in={}&search=p",
            both[0], both[1]
        ))
        .await;
    assert_eq!(page["pagination"]["count"], 4);
}

#[tokio::test]
async fn reference_a_bindings_go_with_their_policy() {
    let api = Api::start().await;
    let target = application(&api, "web").await;
    let gate = policy(&api, "gate", "return True").await;
    let made = api
        .made(
            PATH,
            json!({"target": target, "order": 0, "policy": gate["pk"]}),
        )
        .await;
    let path = format!("/policies/all/{}/", gate["pk"].as_str().unwrap());
    let used = api.shown(&format!("{path}used_by/")).await;
    assert_eq!(
        (&used[0]["pk"], &used[0]["action"]),
        (&made["pk"], &json!("cascade"))
    );
    let bound = api.shown("/policies/all/?bindings__isnull=false").await;
    let names: Vec<&Value> = bound["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert!(names.contains(&&json!("gate")), "{bound}");
    assert_eq!(api.delete(&path).await.0, 204);
    assert_eq!(api.get(&one(&made)).await.0, 404);
}
