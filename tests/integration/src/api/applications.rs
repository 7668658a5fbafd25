//! `/core/applications/` (API reference B2, §D).

mod access;
mod icon;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::harness::Api;
use super::providers::{self, mappings};
use crate::harness::{json as body_of, member, text};

pub(super) const PATH: &str = "/core/applications/";

fn wanted(slug: &str) -> Value {
    json!({"name": slug, "slug": slug})
}

fn one(slug: &str) -> String {
    format!("{PATH}{slug}/")
}

#[tokio::test]
async fn reference_b2_an_application_is_made_shown_changed_and_removed() {
    let api = Api::start().await;
    let made = api.made(PATH, wanted("wiki")).await;
    let expected = json!({
        "pk": made["pk"],
        "name": "wiki",
        "slug": "wiki",
        "provider": null,
        "provider_obj": null,
        "backchannel_providers": [],
        "backchannel_providers_obj": [],
        "launch_url": null,
        "open_in_new_tab": false,
        "meta_launch_url": "",
        "meta_icon": null,
        "meta_description": "",
        "meta_publisher": "",
        "policy_engine_mode": "any",
        "group": "",
    });
    assert_eq!(made, expected);
    assert_eq!(api.shown(&one("wiki")).await, made, "read straight after");
    let (status, changed) = api.patch(&one("wiki"), json!({"group": "Texts"})).await;
    assert_eq!((status.as_u16(), &changed["group"]), (200, &json!("Texts")));
    let (status, renamed) = api.put(&one("wiki"), wanted("texts")).await;
    assert_eq!(
        (status.as_u16(), &renamed["pk"]),
        (200, &made["pk"]),
        "{renamed}"
    );
    assert_eq!(renamed["group"], "Texts", "what is left out stays");
    assert_eq!(api.get(&one("wiki")).await.0, 404);
    let metrics = api.shown(&format!("{}metrics/", one("texts"))).await;
    let counts = metrics.as_array().unwrap().iter();
    assert!(counts.map(|it| &it["y_cord"]).all(|it| it == 0), "nobody");
    assert_eq!(api.delete(&one("texts")).await.0, 204);
    let (status, told) = api.get(&one("texts")).await;
    let gone = json!({"detail": "No Application matches the given query."});
    assert_eq!((status.as_u16(), told), (404, gone));
}

#[tokio::test]
async fn reference_b2_what_is_wrong_is_said_by_field() {
    let api = Api::start().await;
    let taken = api.shown(&one("web")).await["provider"].clone();
    let slug = "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.";
    for (field, value, told) in [
        ("name", json!(""), "This field may not be blank."),
        ("slug", json!("a b"), slug),
        (
            "slug",
            json!("token"),
            "This name has a meaning in URLs of its own: choose another.",
        ),
        (
            "slug",
            json!("a".repeat(51)),
            "Ensure this field has no more than 50 characters.",
        ),
        (
            "slug",
            json!("web"),
            "Another application has this slug: web.",
        ),
        ("provider", json!(999_999), "There is no provider 999999."),
        (
            "provider",
            taken,
            "Application web has this provider already.",
        ),
        (
            "backchannel_providers",
            json!([999_999]),
            "There is no provider 999999.",
        ),
        (
            "policy_engine_mode",
            json!("most"),
            "\"most\" is not a valid choice.",
        ),
        (
            "meta_launch_url",
            json!("javascript:alert(1)"),
            "Is not an absolute URL that may be a link.",
        ),
    ] {
        let mut body = wanted("fine");
        body[field] = value;
        let (status, found) = api.post(PATH, body.clone()).await;
        assert_eq!(
            (status.as_u16(), &found),
            (400, &json!({field: [told]})),
            "{body}"
        );
    }
    assert_eq!(api.get(&one("fine")).await.0, 404);
}

#[tokio::test]
async fn reference_d_terraforms_bodies_make_change_and_read_back_the_same() {
    let api = Api::start().await;
    let body = json!({
        "name": "Grafana",
        "slug": "grafana",
        "provider": null,
        "backchannel_providers": [],
        "open_in_new_tab": false,
        "meta_launch_url": "",
        "meta_description": "",
        "meta_publisher": "",
        "policy_engine_mode": "any",
        "group": "",
    });
    let made = api.made(PATH, body.clone()).await;
    let icon = json!({"url": "https://cdn.example/grafana.svg"});
    let (status, answer) = api
        .post(&format!("{}set_icon_url/", one("grafana")), icon)
        .await;
    assert_eq!((status.as_u16(), answer), (200, Value::Null));
    let read = api.shown(&one("grafana")).await;
    assert_eq!(
        (&read["meta_icon"], &read["pk"]),
        (&json!("https://cdn.example/grafana.svg"), &made["pk"])
    );
    let provider = api
        .made(providers::PATH, providers::wanted(&api, "grafana").await)
        .await;
    let mut second = body;
    second["provider"] = provider["pk"].clone();
    let (status, put) = api.put(&one("grafana"), second.clone()).await;
    assert_eq!(status, 200, "{put}");
    for (field, value) in second.as_object().unwrap() {
        assert_eq!(&put[field], value, "{field}");
    }
    assert_eq!(
        put["meta_icon"], "https://cdn.example/grafana.svg",
        "it stays"
    );
    assert_eq!(put["provider_obj"]["assigned_application_slug"], "grafana");
    let read = api.shown(&providers::one(&provider)).await;
    assert_eq!(read["assigned_application_name"], "Grafana");
    // Terraform removes the application before its provider; the other way round it stays without.
    assert_eq!(api.delete(&providers::one(&provider)).await.0, 204);
    assert_eq!(api.shown(&one("grafana")).await["provider"], Value::Null);
}

#[tokio::test]
async fn reference_b2_a_client_of_the_api_can_be_used_at_once() {
    let api = Api::start().await;
    let mut body = providers::wanted(&api, "fresh").await;
    body["property_mappings"] = mappings(&api, &["openid", "email", "profile"]).await;
    let provider = api.made(providers::PATH, body).await;
    let id = provider["client_id"].as_str().unwrap();
    let secret = provider["client_secret"].as_str().unwrap();
    let form = [("grant_type", "client_credentials"), ("scope", "openid")];
    let refused = api
        .bench
        .post_as((id, secret), "/application/o/token/", &form)
        .await;
    assert_eq!(
        refused.status(),
        401,
        "without an application it is no client: {}",
        text(&refused)
    );
    let mut body = wanted("fresh");
    body["provider"] = provider["pk"].clone();
    api.made(PATH, body).await;
    api.bench.wait(protocol::Seconds(30)); // for how long instances remember what is not there
    let code = api.bench.code(id, "openid email", &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("redirect_uri", crate::harness::CALLBACK),
    ];
    let answer = api
        .bench
        .post_as((id, secret), "/application/o/token/", &form)
        .await;
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    let claims = crate::harness::claims(member(&body_of(&answer), "id_token"));
    assert_eq!(claims["email"], "ada@example.com");
}

#[tokio::test]
async fn reference_b2_backchannel_providers_are_one_applications() {
    let api = Api::start().await;
    let provider = api
        .made(providers::PATH, providers::wanted(&api, "back").await)
        .await;
    let mut body = wanted("front");
    body["backchannel_providers"] = json!([provider["pk"]]);
    let made = api.made(PATH, body.clone()).await;
    assert_eq!(made["backchannel_providers_obj"][0]["name"], "back");
    let shown = api.shown(&providers::one(&provider)).await;
    assert_eq!(shown["assigned_backchannel_application_slug"], "front");
    assert_eq!(shown["assigned_application_slug"], "");
    body["slug"] = json!("second");
    let (status, told) = api.post(PATH, body).await;
    let text = "Application front has this provider already.";
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"backchannel_providers": [text]}))
    );
    assert_eq!(api.delete(&providers::one(&provider)).await.0, 204);
    assert_eq!(
        api.shown(&one("front")).await["backchannel_providers"],
        json!([])
    );
}

#[tokio::test]
async fn of_two_that_want_one_slug_one_is_made() {
    let api = Api::on_dynamodb_local().await;
    let answers = join_all((0..4).map(|_| api.post(PATH, wanted("racing")))).await;
    let made = answers.iter().filter(|(status, _)| *status == 201).count();
    assert_eq!(made, 1, "{answers:?}");
    let told = json!({"slug": ["Another application has this slug: racing."]});
    let others = answers.iter().filter(|(status, _)| *status != 201);
    for (status, body) in others {
        assert_eq!((status.as_u16(), body), (400, &told));
    }
}
