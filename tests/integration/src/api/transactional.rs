//! `/core/transactional/applications/` (API reference B7): all of it is made, or nothing.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::harness::Api;
use super::{applications, providers};

const PATH: &str = "/core/transactional/applications/";

async fn wanted(api: &Api, name: &str) -> Value {
    json!({
        "app": {"name": name, "slug": name},
        "provider_model": "authentik_providers_oauth2.oauth2provider",
        "provider": providers::wanted(api, name).await,
        "policy_bindings": [{"user": api.user.subject.pk, "order": 0}],
    })
}

/// How many providers and applications there are.
async fn counts(api: &Api) -> (Value, Value) {
    let count = |path: String| async move { api.shown(&path).await["pagination"]["count"].clone() };
    let applications = format!("{}?superuser_full_list=true", applications::PATH);
    (
        count(providers::PATH.to_owned()).await,
        count(applications).await,
    )
}

#[tokio::test]
async fn reference_b7_application_provider_and_bindings_are_made_together() {
    let api = Api::start().await;
    let (status, told) = api.put(PATH, wanted(&api, "whole").await).await;
    assert_eq!(
        (status.as_u16(), told),
        (200, json!({"applied": true, "logs": []}))
    );
    let application = api.shown(&format!("{}whole/", applications::PATH)).await;
    let provider = &application["provider_obj"];
    assert_eq!(
        (&provider["name"], &provider["pk"]),
        (&json!("whole"), &application["provider"])
    );
    let access = format!("{}whole/check_access/", applications::PATH);
    assert_eq!(api.shown(&access).await["passing"], false);
    assert_eq!(api.as_user().get(&access).await.1["passing"], true);
    let bound = api
        .shown(&format!(
            "/policies/bindings/?target={}",
            application["pk"].as_str().unwrap()
        ))
        .await;
    let binding = &bound["results"][0];
    assert_eq!(
        (&binding["timeout"], &binding["enabled"]),
        (&json!(30), &json!(true)),
        "{bound}"
    );
}

#[tokio::test]
async fn reference_b7_each_part_says_what_is_wrong_with_it_and_nothing_is_written() {
    let api = Api::start().await;
    let before = counts(&api).await;
    let nowhere = "7f1f2e1e-7d8b-4f0f-9d3c-0123456789ab";
    let required = "This field is required.";
    for (pointer, value, told) in [
        (
            "/app/name",
            json!(""),
            json!({"app": {"name": ["This field may not be blank."]}}),
        ),
        (
            "/app/slug",
            json!("web"),
            json!({"app": {"slug": ["Another application has this slug: web."]}}),
        ),
        (
            "/provider/name",
            json!("web"),
            json!({"provider": {"name": ["Another provider has this name: web."]}}),
        ),
        (
            "/provider/authorization_flow",
            json!(nowhere),
            json!({"provider": {"authorization_flow": [format!("Invalid pk \"{nowhere}\" - object does not exist.")]}}),
        ),
        (
            "/provider",
            json!({"name": "x", "redirect_uris": []}),
            json!({"provider": {
                "authorization_flow": [required],
                "invalidation_flow": [required],
            }}),
        ),
        (
            "/provider",
            json!(1),
            json!({"provider": {
                "non_field_errors": ["Invalid data. Expected a dictionary, but got int."],
            }}),
        ),
        (
            "/provider_model",
            json!("authentik_providers_ldap.ldapprovider"),
            json!({"provider_model": ["\"authentik_providers_ldap.ldapprovider\" is not a valid choice."]}),
        ),
        (
            "/policy_bindings/0",
            json!({"user": 1}),
            json!({"policy_bindings": [{"order": [required]}]}),
        ),
        (
            "/policy_bindings/0",
            json!({"order": 0}),
            json!({"policy_bindings": [{"non_field_errors": ["One of 'policy', 'group' or 'user' must be set."]}]}),
        ),
        (
            "/policy_bindings",
            json!([{"user": api.user.subject.pk, "order": 0}, {"policy": nowhere, "order": 1}]),
            json!({"policy_bindings": [{}, {"policy": [format!("There is no policy {nowhere}.")]}]}),
        ),
        (
            "/policy_bindings/0/user",
            json!(999_999),
            json!({"policy_bindings": [{"user": ["Invalid pk \"999999\" - object does not exist."]}]}),
        ),
    ] {
        let mut body = wanted(&api, "part").await;
        *body.pointer_mut(pointer).expect("a part") = value;
        let (status, found) = api.put(PATH, body.clone()).await;
        assert_eq!((status.as_u16(), &found), (400, &told), "{body}");
    }
    assert_eq!(counts(&api).await, before);
    let (status, told) = api.put(PATH, json!({})).await;
    let all = json!({"app": [required], "provider_model": [required], "provider": [required]});
    assert_eq!((status.as_u16(), told), (400, all));
}

#[tokio::test]
async fn reference_b7_two_parts_that_are_wrong_are_told_at_once() {
    let api = Api::start().await;
    let mut body = wanted(&api, "web").await;
    body["app"]["slug"] = json!("web");
    let (status, told) = api.put(PATH, body).await;
    assert_eq!(status, 400);
    assert_eq!(
        told["app"]["slug"],
        json!(["Another application has this slug: web."])
    );
    assert_eq!(
        told["provider"]["name"],
        json!(["Another provider has this name: web."])
    );
}

#[tokio::test]
async fn reference_b7_only_superusers_may() {
    let api = Api::start().await;
    let body = wanted(&api, "mine").await;
    assert_eq!(api.as_user().put(PATH, body.clone()).await.0, 403);
    assert_eq!(api.as_nobody().put(PATH, body).await.0, 403);
    assert_eq!(api.post(PATH, json!({})).await.0, 405);
}

#[tokio::test]
async fn of_two_of_one_name_one_is_made_whole_and_none_of_the_other() {
    let api = Api::on_dynamodb_local().await;
    let before = counts(&api).await;
    let body = wanted(&api, "racing").await;
    let answers = join_all((0..3).map(|_| api.put(PATH, body.clone()))).await;
    let made = answers.iter().filter(|(status, _)| *status == 200).count();
    assert_eq!(made, 1, "{answers:?}");
    let more = |count: &Value| json!(count.as_u64().unwrap() + 1);
    assert_eq!(counts(&api).await, (more(&before.0), more(&before.1)));
    let bindings = api.shown("/policies/bindings/?page_size=1000").await;
    let application = api.shown(&format!("{}racing/", applications::PATH)).await;
    let rows = bindings["results"].as_array().unwrap().iter();
    assert_eq!(
        rows.filter(|it| it["target"] == application["pk"]).count(),
        1
    );
}
