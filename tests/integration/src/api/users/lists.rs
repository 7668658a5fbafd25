//! The list of people: filters, search, order.

use protocol::Seconds;
use serde_json::{Value, json};

use super::{GROUPS, USERS, field, of, terraform};
use crate::api::harness::Api;
use crate::executor::Program;

/// Three people of the test beside those of the fixture, two of whom are in groups.
async fn with_three() -> Api {
    let api = Api::start().await;
    let top = api
        .made(GROUPS, json!({"name": "top", "is_superuser": true}))
        .await;
    let crew = api
        .made(GROUPS, json!({"name": "crew", "parent": top["pk"]}))
        .await;
    for (name, path, attributes, groups) in [
        (
            "zz-one",
            "a",
            json!({"team": {"floor": 1}}),
            json!([crew["pk"]]),
        ),
        (
            "zz-two",
            "a/b",
            json!({"team": {"floor": 2}}),
            json!([top["pk"]]),
        ),
        ("zz-three", "ab", json!({}), json!([])),
    ] {
        let mut body = terraform(name);
        body["name"] = format!("Test {name}").into();
        body["email"] = format!("{name}@example.org").into();
        (body["path"], body["attributes"], body["groups"]) = (path.into(), attributes, groups);
        body["is_active"] = (name != "zz-two").into();
        body["type"] = if name == "zz-three" {
            "external"
        } else {
            "internal"
        }
        .into();
        api.made(USERS, body).await;
    }
    api
}

/// The names of the test's people that a query finds.
async fn found(api: &Api, query: &str) -> Vec<String> {
    let list = api.shown(&format!("{USERS}?search=zz-&{query}")).await;
    let rows = list["results"].as_array().expect("rows").iter();
    rows.map(|row| row["username"].as_str().expect("text").replace("zz-", ""))
        .collect()
}

#[tokio::test]
async fn reference_b3_lists_are_narrowed_down() {
    let api = with_three().await;
    let crew = api.shown(&format!("{GROUPS}?name=crew")).await["results"][0]["pk"].clone();
    let crew = crew.as_str().unwrap();
    let two = api.shown(&format!("{USERS}?username=zz-two")).await["results"][0]["uuid"].clone();
    for (query, names) in [
        ("", vec!["one", "three", "two"]),
        ("is_active=false", vec!["two"]),
        ("is_superuser=true", vec!["one", "two"]),
        ("is_superuser=false", vec!["three"]),
        ("type=external&type=service_account", vec!["three"]),
        ("path=a", vec!["one"]),
        ("path_startswith=a/", vec!["two"]),
        ("path_startswith=a", vec!["one", "three", "two"]),
        ("name=Test+zz-one", vec!["one"]),
        ("username=zz-two", vec!["two"]),
        ("username=ZZ-two", vec![]),
        ("username=zz-two@example.org", vec![]),
        ("email=zz-two@example.org", vec!["two"]),
        ("email=zz-two", vec![]),
        ("username=zz-two&is_active=true", vec![]),
        (&format!("uuid={}", two.as_str().unwrap()), vec!["two"]),
        (&format!("groups_by_pk={crew}"), vec!["one"]),
        ("groups_by_name=crew&groups_by_name=top", vec!["one", "two"]),
        ("attributes=%7B%22team__floor%22%3A1%7D", vec!["one"]),
        ("attributes=%7B%7D", vec!["one", "three", "two"]),
        ("ordering=-username", vec!["two", "three", "one"]),
        ("ordering=-path,username", vec!["three", "two", "one"]),
        ("ordering=-pk", vec!["three", "two", "one"]),
        ("ordering=nothing", vec!["one", "three", "two"]),
    ] {
        assert_eq!(found(&api, query).await, names, "{query}");
    }
}

#[tokio::test]
async fn reference_b3_search_looks_into_several_fields() {
    let api = with_three().await;
    let two = api.shown(&format!("{USERS}?username=zz-two")).await["results"][0]["uuid"].clone();
    let part = two.as_str().unwrap().split_at(20).1.to_owned();
    for (search, count) in [
        ("EXAMPLE.org", 3),
        ("test+two", 1),
        (&*part, 1),
        ("zz-+false", 1),
        ("nothing", 0),
    ] {
        let list = api.shown(&format!("{USERS}?search={search}")).await;
        assert_eq!(list["pagination"]["count"], count, "{search}");
    }
}

#[tokio::test]
async fn reference_b3_what_cannot_be_asked_is_told() {
    let api = with_three().await;
    let other = "00000000-0000-0000-0000-000000000000";
    let choice =
        |text: &str| format!("Select a valid choice. {text} is not one of the available choices.");
    for (name, value, text) in [
        ("attributes", "x", "filter: failed to parse JSON".to_owned()),
        (
            "attributes",
            "[]",
            "filter: value must be key:value mapping".to_owned(),
        ),
        ("groups_by_pk", other, choice(other)),
        ("groups_by_pk", "x", "Enter a valid UUID.".to_owned()),
        ("groups_by_name", "nobody", choice("nobody")),
        ("type", "admin", choice("admin")),
        ("uuid", "x", "Enter a valid UUID.".to_owned()),
    ] {
        let told = api.get(&format!("{USERS}?{name}={value}")).await;
        assert_eq!(of(told), field(name, &text));
    }
}

#[tokio::test]
async fn reference_b3_groups_are_left_out_where_they_are_not_wanted() {
    let api = with_three().await;
    let list = api.shown(&format!("{USERS}?username=zz-one")).await;
    let whole = &list["results"][0];
    assert_eq!(whole["groups_obj"][0]["parent_name"], "top");
    assert_eq!(whole["is_superuser"], true);
    let list = api
        .shown(&format!("{USERS}?username=zz-one&include_groups=false"))
        .await;
    assert_eq!(list["results"][0]["groups_obj"], Value::Null);
    assert_eq!(list["results"][0]["groups"], whole["groups"]);
    assert_eq!(list["results"][0]["is_superuser"], true);
}

#[tokio::test]
async fn reference_b3_the_list_is_in_order_of_the_last_sign_in_where_that_is_asked_for() {
    let api = Api::start().await;
    Program::new(&api.bench)
        .sign_in("bob", "bobs own password")
        .await;
    api.bench.wait(Seconds(5));
    Program::new(&api.bench)
        .sign_in("ada", "correct horse battery")
        .await;
    for (order, names) in [
        ("last_login", ["bob", "ada"]),
        ("-last_login", ["ada", "bob"]),
    ] {
        let list = api.shown(&format!("{USERS}?ordering={order}")).await;
        let rows = list["results"].as_array().unwrap().iter();
        let rows = rows.filter(|row| !row["last_login"].is_null());
        let found: Vec<&str> = rows.map(|row| row["username"].as_str().unwrap()).collect();
        assert_eq!(found, names, "{order}");
    }
}

#[tokio::test]
async fn reference_b3_paths_are_listed_once_and_in_order() {
    let api = with_three().await;
    let all = api.shown(&format!("{USERS}paths/")).await;
    let paths = all["paths"].as_array().unwrap();
    assert!(paths.contains(&json!("a/b")) && paths.is_sorted_by_key(|path| path.as_str()));
    assert_eq!(paths.iter().filter(|path| **path == "users").count(), 1);
    let some = api.shown(&format!("{USERS}paths/?search=zz-")).await;
    assert_eq!(some["paths"], json!(["a", "a/b", "ab"]));
}
