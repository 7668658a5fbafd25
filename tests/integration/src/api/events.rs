//! Events (API reference B14).

use protocol::Seconds;
use provider::entropy::System;
use provider::event::{Action, Actor, Event, id_at};
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::Api;
use crate::harness::encode;

const EVENTS: &str = "/events/events/";

/// Something that happened so long ago, as the store has it.
fn ago(api: &Api, span: Seconds, action: Action) -> Event {
    let now = api.bench.now();
    let at = protocol::Timestamp::from_unix(now.unix() - span.0);
    Event {
        id: id_at(at, &System::default()),
        action,
        at,
        app: "test".to_owned(),
        user: Some(Actor::from(&api.user.subject)),
        client_id: None,
        client_ip: Some("192.0.2.7".to_owned()),
        brand: None,
        context: serde_json::Map::new(),
    }
}

async fn record(api: &Api, events: &[Event]) {
    let store = api.bench.backend.stores.events();
    let tenant = &api.bench.seeded.tenant.id;
    for some in events.chunks(100) {
        store.record(tenant, some).await.expect("writes");
    }
}

/// The `app`s of the events that a query finds.
async fn apps(api: &Api, query: &str) -> Vec<String> {
    let found = api.shown(&format!("{EVENTS}?{query}")).await;
    let rows = found["results"].as_array().expect("rows");
    rows.iter()
        .map(|row| row["app"].as_str().expect("text").to_owned())
        .collect()
}

fn named(event: Event, app: &str) -> Event {
    Event {
        app: app.to_owned(),
        ..event
    }
}

#[tokio::test]
async fn reference_b14_an_event_is_shown_as_clients_know_it() {
    let api = Api::start().await;
    let group = api.made("/core/groups/", json!({"name": "g"})).await;
    let page = api.shown(EVENTS).await;
    assert_eq!(page["pagination"]["count"], 1);
    let event = &page["results"][0];
    assert_eq!(event["action"], "model_created");
    assert_eq!(event["app"], "api");
    let subject = &api.root.subject;
    let user = json!({"pk": subject.pk, "email": subject.email, "username": "ada"});
    assert_eq!(event["user"], user);
    let pk = group["pk"].as_str().unwrap().replace('-', "");
    let model = json!({"app": "authentik_core", "model_name": "group", "pk": pk, "name": "g"});
    assert_eq!(event["context"], json!({"model": model}));
    assert_eq!(event["brand"]["model_name"], "brand");
    assert_eq!(event["brand"]["name"], "Default brand");
    let (created, expires) = (&event["created"], &event["expires"]);
    let at = |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap();
    assert_eq!((at(expires) - at(created)).num_days(), 365);

    let one = format!("{EVENTS}{}/", event["pk"].as_str().unwrap());
    assert_eq!(
        api.get(&one).await,
        (200.try_into().unwrap(), event.clone())
    );
}

#[tokio::test]
async fn reference_b14_events_are_for_superusers() {
    let api = Api::start().await;
    for path in ["", "actions/", "volume/", "per_month/", "top_per_user/"] {
        let path = format!("{EVENTS}{path}");
        assert_eq!(api.as_user().get(&path).await.0, 403, "{path}");
        assert_eq!(api.as_nobody().get(&path).await.0, 403, "{path}");
    }
}

#[tokio::test]
async fn reference_b14_events_are_listed_newest_first_or_in_the_order_asked_for() {
    let api = Api::start().await;
    let event = |days: i64, app: &str| named(ago(&api, Seconds::days(days), Action::Login), app);
    record(
        &api,
        &[
            event(40, "b"),
            event(0, "c"),
            event(364, "a"),
            event(366, "gone"),
        ],
    )
    .await;
    assert_eq!(apps(&api, "").await, ["c", "b", "a"]);
    assert_eq!(apps(&api, "page_size=2&page=2").await, ["a"]);
    assert_eq!(apps(&api, "ordering=created").await, ["a", "b", "c"]);
    assert_eq!(apps(&api, "ordering=-app&page_size=1").await, ["c"]);
    assert_eq!(api.get(&format!("{EVENTS}?page=2")).await.0, 404);
}

#[tokio::test]
async fn reference_b14_events_are_narrowed_down_and_searched() {
    let api = Api::start().await;
    let id = Uuid::from_u128(10);
    let of = ("authentik_core", "group");
    let one = ago(&api, Seconds(1), Action::LoginFailed).of(of, &id.to_string(), "g");
    let mut two = ago(&api, Seconds(2), Action::Custom("custom_Door".to_owned()));
    two.user = Some(Actor::from(&api.root.subject));
    two = two.with("where", json!({"city": "Bärn"}));
    let mut three = ago(&api, Seconds(3), Action::Login);
    three.client_ip = Some("2001:db8::1".to_owned());
    three.user = None;
    three = three.of(("authentik_core", "user"), "12", "x");
    record(
        &api,
        &[named(one, "one"), named(two, "two"), named(three, "three")],
    )
    .await;
    let dashes = format!("context_model_pk={id}");
    let hex = format!("context_model_pk={}", id.simple());
    for (query, expected) in [
        ("action=login", &["one", "three"][..]),
        ("action=LOGIN_FAILED", &["one"]),
        ("action=door", &["two"]),
        ("username=ada", &["two"]),
        ("username=ad", &[]),
        ("client_ip=2001%3Adb8%3A%3A1", &["three"]),
        (
            "context_model_name=group&context_model_app=authentik_core",
            &["one"],
        ),
        ("context_model_pk=12", &["three"]),
        (dashes.as_str(), &["one"]),
        (hex.as_str(), &["one"]),
        ("search=b%C3%A4rn%20custom_", &["two"]),
        ("search=192.0.2.7", &["one", "two"]),
        ("search=nothing", &[]),
        ("brand_name=x", &[]),
        ("no_such_filter=x", &["one", "two", "three"]),
    ] {
        assert_eq!(apps(&api, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn reference_b14_what_clients_do_not_know_is_custom_with_its_name_in_the_context() {
    let api = Api::start().await;
    record(&api, &[ago(&api, Seconds(0), Action::TokenRevoked)]).await;
    let page = api.shown(EVENTS).await;
    let event = &page["results"][0];
    assert_eq!(event["action"], "custom_");
    assert_eq!(event["context"]["custom_action"], "token_revoked");
}

#[tokio::test]
async fn reference_b14_an_authorization_names_its_application() {
    let api = Api::start().await;
    api.bench.tokens("web", "openid").await;
    let app = api.shown("/core/applications/web/").await;
    let pk = app["pk"].as_str().unwrap();
    let found = api
        .shown(&format!(
            "{EVENTS}?context_authorized_app={}",
            pk.replace('-', "")
        ))
        .await;
    assert_eq!(found["pagination"]["count"], 1);
    let context = &found["results"][0]["context"];
    assert_eq!(context["authorized_application"]["name"], "Web");
    assert_eq!(context["client_id"], "web");

    let top = api
        .shown(&format!(
            "{EVENTS}top_per_user/?action=authorize_application"
        ))
        .await;
    let expected = json!([{
        "application": context["authorized_application"],
        "counted_events": 1,
        "unique_users": 1,
    }]);
    assert_eq!(top, expected);
    let none = api.shown(&format!("{EVENTS}top_per_user/")).await;
    assert_eq!(none, json!([]), "sign-ins name no application");
    let few = format!("{EVENTS}top_per_user/?action=authorize_application&top_n=");
    assert_eq!(api.shown(&format!("{few}0")).await, json!([]));
    assert_eq!(api.get(&format!("{few}x")).await.0, 400);

    let month = json!({"context__authorized_application__pk": pk.replace('-', "")});
    let month = [
        ("action", "authorize_application"),
        ("query", &month.to_string()),
    ];
    let month = format!("{EVENTS}per_month/?{}", encode(&month));
    assert_eq!(counted(&api.shown(&month).await), 1);
    let metrics = api.shown("/core/applications/web/metrics/").await;
    assert_eq!(
        (counted(&metrics), metrics[0]["y_cord"].as_i64()),
        (1, Some(1))
    );
    let other = api.shown("/core/applications/fast/metrics/").await;
    assert_eq!(counted(&other), 0);
    let ada = format!("/core/users/{}/metrics/", api.root.subject.pk);
    let ada = api.shown(&ada).await;
    let counts = ["logins", "logins_failed", "authorizations"].map(|name| counted(&ada[name]));
    assert_eq!(counts, [1, 0, 1]);
}

/// How many there are in all parts.
fn counted(coordinates: &Value) -> i64 {
    let points = coordinates.as_array().expect("points").iter();
    points
        .map(|point| point["y_cord"].as_i64().expect("a number"))
        .sum()
}

#[tokio::test]
async fn reference_b14_volume_and_month_count_by_time() {
    let api = Api::start().await;
    let logins = [0, 7 * 3_600, 9 * 3_600, 6 * 86_400, 8 * 86_400, 29 * 86_400];
    let mut events = logins
        .map(|age| ago(&api, Seconds(age), Action::Login))
        .to_vec();
    events.push(ago(&api, Seconds(1), Action::Logout));
    record(&api, &events).await;
    let volume = api.shown(&format!("{EVENTS}volume/")).await;
    assert_eq!(
        (volume.as_array().unwrap().len(), counted(&volume)),
        (21, 5)
    );
    let now = api.bench.now().unix() * 1_000;
    let eight_hours = 8 * 3_600 * 1_000;
    assert_eq!(volume[0], json!({"x_cord": now, "y_cord": 3}));
    assert_eq!(volume[1], json!({"x_cord": now - eight_hours, "y_cord": 1}));
    let logouts = api.shown(&format!("{EVENTS}volume/?action=logout")).await;
    assert_eq!(counted(&logouts), 1);
    let month = api.shown(&format!("{EVENTS}per_month/")).await;
    assert_eq!((month.as_array().unwrap().len(), counted(&month)), (30, 5));
    let by_address = json!({"client_ip": "192.0.2.8"}).to_string();
    let by_address = format!("{EVENTS}per_month/?{}", encode(&[("query", &by_address)]));
    assert_eq!(counted(&api.shown(&by_address).await), 0);
    for bad in ["x", "[]", "%7B%22password%22%3A1%7D"] {
        let path = format!("{EVENTS}per_month/?query={bad}");
        assert_eq!(api.get(&path).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn reference_b14_actions_are_told_with_their_values() {
    let api = Api::start().await;
    let actions = api.shown(&format!("{EVENTS}actions/")).await;
    let actions = actions.as_array().unwrap();
    assert_eq!(actions.len(), 27);
    assert_eq!(
        (&actions[1]["name"], &actions[1]["component"]),
        (&json!("Login Failed"), &json!("login_failed"))
    );
    assert_eq!(actions[26]["name"], "Custom Prefix");
}

#[tokio::test]
async fn an_event_that_is_made_is_by_who_made_it_and_without_secrets() {
    let api = Api::start().await;
    let body = json!({
        "action": "secret_rotate",
        "app": "my.app",
        "user": {"pk": 1, "username": "somebody else"},
        "brand": {"name": "another"},
        "client_ip": "2001:DB8::1",
        "context": {"message": "rotated", "password": "hunter2", "deep": {"api_key": "k"}},
    });
    let made = api.made(EVENTS, body).await;
    assert_eq!(made["action"], "secret_rotate");
    assert_eq!(made["user"]["username"], "ada");
    assert_eq!(made["brand"]["name"], "Default brand");
    assert_eq!(made["client_ip"], "2001:db8::1");
    let hidden = "********************";
    let context = json!({"message": "rotated", "password": hidden, "deep": {"api_key": hidden}});
    assert_eq!(made["context"], context);
    let one = format!("{EVENTS}{}/", made["pk"].as_str().unwrap());
    assert_eq!(api.shown(&one).await, made);

    let refused = [
        (json!({"app": "a"}), "action"),
        (json!({"action": "login"}), "app"),
        (json!({"action": "custom_x", "app": "a"}), "action"),
        (
            json!({"action": "login", "app": "a", "client_ip": "x"}),
            "client_ip",
        ),
        (
            json!({"action": "login", "app": "a", "context": [1]}),
            "context",
        ),
        (
            json!({"action": "login", "app": "a", "context": {"x": "x".repeat(9_000)}}),
            "context",
        ),
    ];
    for (body, field) in refused {
        let (status, told) = api.post(EVENTS, body).await;
        assert_eq!(status, 400, "{told}");
        assert!(told.get(field).is_some(), "{field}: {told}");
    }
}

#[tokio::test]
async fn reference_b14_what_happened_is_not_changed() {
    let api = Api::start().await;
    let made = api
        .made(EVENTS, json!({"action": "login", "app": "a"}))
        .await;
    let one = format!("{EVENTS}{}/", made["pk"].as_str().unwrap());
    let expected = json!({"non_field_errors": ["you may not edit an existing event"]});
    let put = api.put(&one, json!({"action": "logout", "app": "a"})).await;
    let patch = api.patch(&one, json!({"app": "b"})).await;
    for (status, told) in [put, patch] {
        assert_eq!((status.as_u16(), &told), (400, &expected));
    }
    assert_eq!(api.shown(&one).await, made);
    let nothing = format!("{EVENTS}{}/", Uuid::from_u128(1));
    assert_eq!(api.patch(&nothing, json!({})).await.0, 404);
}

#[tokio::test]
async fn an_event_is_removed_and_that_it_was_is_recorded() {
    let api = Api::start().await;
    let made = api
        .made(EVENTS, json!({"action": "login", "app": "a"}))
        .await;
    let pk = made["pk"].as_str().unwrap();
    let one = format!("{EVENTS}{pk}/");
    assert_eq!(api.delete(&one).await.0, 204);
    assert_eq!(api.delete(&one).await.0, 404);
    assert_eq!(api.get(&one).await.0, 404);
    let left = api.shown(EVENTS).await;
    assert_eq!(left["pagination"]["count"], 1);
    let record = &left["results"][0];
    assert_eq!(
        (&record["action"], &record["user"]["username"]),
        (&json!("model_deleted"), &json!("ada"))
    );
    let model = json!({
        "app": "authentik_events",
        "model_name": "event",
        "pk": pk.replace('-', ""),
        "name": "login",
    });
    assert_eq!(record["context"]["model"], model);
}

#[tokio::test]
async fn a_list_of_events_costs_a_request_for_each_megabyte_and_one_at_least() {
    let api = Api::start().await;
    let calls = async |path: &str| {
        api.bench.forget_calls();
        api.shown(path).await;
        let (mut calls, _) = api.bench.take_calls();
        calls.sort();
        calls
    };
    api.shown(EVENTS).await; // what is kept in memory is
    let mut known = calls(&format!("{EVENTS}actions/")).await;
    let spread: Vec<Event> = (0..50)
        .map(|week| ago(&api, Seconds::days(week * 7), Action::Login))
        .collect();
    record(&api, &spread).await;
    known.push("Query".to_owned());
    known.sort();
    assert_eq!(calls(EVENTS).await, known);
    assert_eq!(calls(&format!("{EVENTS}?search=nothing")).await, known);

    let large: Vec<Event> = (0..24)
        .map(|_| ago(&api, Seconds(0), Action::Login).with("text", "x".repeat(100 * 1024)))
        .collect();
    for some in large.chunks(8) {
        record(&api, some).await;
    }
    let found = api.shown(&format!("{EVENTS}?page_size=1")).await;
    assert_eq!(found["pagination"]["count"], 74);
    let count = calls(&format!("{EVENTS}?page_size=1")).await.len();
    assert!(
        (known.len() + 2..=known.len() + 3).contains(&count),
        "{count}"
    );
}
