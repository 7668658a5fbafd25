//! Groups (API reference B4).

use futures_util::future::join_all;
use provider::config::Bound;
use provider::group::GroupId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::{Answer, Api};
use super::users::{GROUPS, USERS, bound};
use crate::harness::people;

/// What authentik's Terraform provider sends.
fn terraform(name: &str) -> Value {
    json!({"name": name, "is_superuser": false, "parent": "", "users": [], "roles": [], "attributes": {}})
}

fn one(group: &Value) -> String {
    format!("{GROUPS}{}/", group["pk"].as_str().expect("a pk"))
}

fn of((status, body): Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

fn field(name: &str, text: &str) -> (u16, Value) {
    (400, json!({ name: [text] }))
}

/// So many new people.
async fn people_of(api: &Api, many: usize) -> Vec<Value> {
    let mut pks = Vec::new();
    for number in 0..many {
        let body = json!({"username": format!("p{number}"), "name": ""});
        pks.push(api.made(USERS, body).await["pk"].clone());
    }
    pks
}

#[tokio::test]
async fn reference_d_terraforms_calls_of_a_group_read_back_what_was_written() {
    let api = Api::start().await;
    let made = api.made(GROUPS, terraform("tf")).await;
    let pk = Uuid::parse_str(made["pk"].as_str().unwrap()).unwrap();
    let num_pk: u64 = pk.as_u128().to_string()[..5].parse().unwrap();
    let mut want = json!({
        "pk": pk, "num_pk": num_pk, "name": "tf", "is_superuser": false, "parent": null, "parent_name": null,
        "users": [], "users_obj": [], "attributes": {}, "roles": [], "roles_obj": [],
    });
    assert_eq!(made, want);
    want["users_obj"] = Value::Null;
    let short = format!("{}?include_users=false", one(&made));
    assert_eq!(api.shown(&short).await, want);
    let parent = api.made(GROUPS, json!({"name": "parent"})).await;
    let body = json!({"name": "tf2", "is_superuser": true, "parent": parent["pk"], "users": [api.user.subject.pk], "attributes": {"a": 1}});
    let (status, put) = api.put(&one(&made), body).await;
    assert_eq!((status.as_u16(), &put["name"]), (200, &json!("tf2")));
    assert_eq!(
        (&put["parent_name"], &put["attributes"]),
        (&json!("parent"), &json!({"a": 1}))
    );
    let member = json!([{
        "pk": api.user.subject.pk, "username": "bob", "name": "Bob", "is_active": true, "last_login": null,
        "email": "bob@example.com", "attributes": {}, "uid": people::sub(&api.bench, "bob").await,
    }]);
    assert_eq!(
        (&put["users"], &put["users_obj"]),
        (&json!([api.user.subject.pk]), &member)
    );
    assert_eq!(api.shown(&one(&made)).await, put);
    assert_eq!(
        api.shown(&format!("{GROUPS}?name=tf2")).await["results"],
        json!([put])
    );
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    let missing = (404, json!({"detail": "No Group matches the given query."}));
    assert_eq!(of(api.get(&short).await), missing);
    assert_eq!(of(api.delete(&one(&made)).await), missing);
    assert_eq!(of(api.get(&format!("{GROUPS}x/")).await), missing);
}

#[tokio::test]
async fn reference_b4_what_cannot_be_is_refused_by_field() {
    let api = Api::start().await;
    let made = api.made(GROUPS, terraform("one")).await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let missing = |pk: &str| format!("Invalid pk \"{pk}\" - object does not exist.");
    for (name, value, text) in [
        ("name", json!(""), "This field may not be blank.".to_owned()),
        (
            "name",
            json!("one"),
            "This field must be unique.".to_owned(),
        ),
        ("parent", json!(nobody), missing(nobody)),
        ("parent", json!("x"), "Must be a valid UUID.".to_owned()),
        ("users", json!([999_999]), missing("999999")),
        ("roles", json!([nobody]), missing(nobody)),
    ] {
        let mut body = terraform("fine");
        body[name] = value;
        assert_eq!(of(api.post(GROUPS, body).await), field(name, &text));
    }
    assert_eq!(
        api.shown(&format!("{GROUPS}?name=fine")).await["pagination"]["count"],
        0
    );
    let other = api.made(GROUPS, terraform("other")).await;
    assert_eq!(
        of(api.patch(&one(&other), json!({"name": "one"})).await),
        field("name", "This field must be unique.")
    );
    assert_eq!(api.shown(&one(&other)).await["name"], "other");
    assert_eq!(api.shown(&one(&made)).await["name"], "one");
}

#[tokio::test]
async fn groups_make_no_circle_and_end_at_twenty_levels() {
    let api = Api::start().await;
    let mut chain = vec![api.made(GROUPS, terraform("level0")).await];
    for level in 1..=20 {
        let parent = &chain.last().unwrap()["pk"];
        let body = json!({"name": format!("level{level}"), "parent": parent});
        chain.push(api.made(GROUPS, body).await);
    }
    let deep = json!({"name": "level21", "parent": chain[20]["pk"]});
    let told = field("parent", "Groups can be 20 levels deep at most.");
    assert_eq!(of(api.post(GROUPS, deep).await), told);
    let top = api.made(GROUPS, terraform("top")).await;
    let under = json!({"parent": top["pk"]});
    assert_eq!(of(api.patch(&one(&chain[0]), under).await), told);
    let itself = json!({"parent": chain[0]["pk"]});
    let text = "Cannot set group as parent of itself.";
    assert_eq!(
        of(api.patch(&one(&chain[0]), itself).await),
        field("parent", text)
    );
    let below = json!({"parent": chain[5]["pk"]});
    let text = "Cannot set a group as parent that is below this one.";
    assert_eq!(
        of(api.patch(&one(&chain[0]), below).await),
        field("parent", text)
    );
    assert_eq!(
        api.patch(&one(&chain[5]), json!({"parent": ""})).await.1["parent"],
        Value::Null
    );
}

#[tokio::test]
async fn two_groups_that_become_each_others_parent_at_once_make_no_circle() {
    let api = Api::on_dynamodb_local().await;
    let (a, b) = (
        api.made(GROUPS, terraform("a")).await,
        api.made(GROUPS, terraform("b")).await,
    );
    let under = [(&a, &b), (&b, &a)];
    let at_once = under.map(|(child, parent)| {
        let path = one(child);
        let body = json!({"parent": parent["pk"]});
        let api = &api;
        async move { api.patch(&path, body).await }
    });
    let mut statuses: Vec<u16> = join_all(at_once)
        .await
        .into_iter()
        .map(|it| of(it).0)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[tokio::test]
async fn reference_b4_put_without_users_empties_the_group_and_patch_does_not() {
    let api = Api::start().await;
    let pks = people_of(&api, 3).await;
    let made = api
        .made(GROUPS, json!({"name": "crew", "users": pks}))
        .await;
    assert_eq!(made["users"], json!(pks));
    let (_, patched) = api.patch(&one(&made), json!({"name": "crew2"})).await;
    assert_eq!(patched["users"], json!(pks));
    assert_eq!(
        api.shown(&format!("{USERS}{}/", pks[0])).await["groups_obj"][0]["name"],
        "crew2"
    );
    let (_, fewer) = api
        .patch(&one(&made), json!({"users": [pks[2], pks[1], pks[1]]}))
        .await;
    assert_eq!(fewer["users"], json!([pks[1], pks[2]]));
    let (_, put) = api.put(&one(&made), json!({"name": "crew2"})).await;
    assert_eq!((&put["users"], &put["users_obj"]), (&json!([]), &json!([])));
    assert_eq!(
        api.shown(&format!("{USERS}{}/", pks[1])).await["groups"],
        json!([])
    );
}

#[tokio::test]
async fn more_people_than_one_transaction_takes_join_and_leave() {
    let api = Api::start().await;
    let pks = people_of(&api, 45).await;
    let made = api
        .made(GROUPS, json!({"name": "crowd", "users": pks}))
        .await;
    assert_eq!(made["users"].as_array().unwrap().len(), 45);
    let (_, changed) = api
        .patch(&one(&made), json!({"users": &pks[40..], "name": "few"}))
        .await;
    assert_eq!(changed["users"].as_array().unwrap().len(), 5);
    assert_eq!(changed["users_obj"][0]["username"], "p40");
    let user = api.shown(&format!("{USERS}{}/", pks[41])).await;
    assert_eq!(user["groups_obj"][0]["name"], "few");
}

#[tokio::test]
async fn reference_b4_one_joins_and_leaves_and_twice_is_as_once() {
    let api = Api::on_dynamodb_local().await;
    let made = api.made(GROUPS, terraform("crew")).await;
    let add = format!("{}add_user/", one(&made));
    let remove = format!("{}remove_user/", one(&made));
    let bob = json!({"pk": api.user.subject.pk});
    let twice = (0..2).map(|_| api.post(&add, bob.clone()));
    for (status, told) in join_all(twice).await {
        assert_eq!((status.as_u16(), told), (204, Value::Null));
    }
    assert_eq!(
        api.shown(&one(&made)).await["users"],
        json!([api.user.subject.pk])
    );
    assert_eq!(
        people::user(&api.bench, "bob").await.subject.groups.len(),
        1
    );
    let unknown = (404, json!({"detail": "No User matches the given query."}));
    assert_eq!(of(api.post(&add, json!({"pk": 999_999})).await), unknown);
    assert_eq!(of(api.post(&remove, json!({"pk": 999_999})).await), unknown);
    assert_eq!(
        of(api.post(&add, json!({})).await),
        field("pk", "This field is required.")
    );
    for _ in 0..2 {
        assert_eq!(api.post(&remove, bob.clone()).await.0, 204);
    }
    assert_eq!(api.shown(&one(&made)).await["users"], json!([]));
    let gone = format!("{GROUPS}00000000-0000-0000-0000-000000000000/add_user/");
    assert_eq!(api.post(&gone, bob).await.0, 404);
}

#[tokio::test]
async fn reference_b3_members_of_a_group_below_a_superuser_group_are_superusers_at_once() {
    let api = Api::start().await;
    let top = api.made(GROUPS, terraform("top")).await;
    let body = json!({"name": "crew", "parent": top["pk"], "users": [api.user.subject.pk]});
    api.made(GROUPS, body).await;
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    for is_superuser in [false, true, false] {
        api.patch(&one(&top), json!({ "is_superuser": is_superuser }))
            .await;
        assert_eq!(api.shown(&bob).await["is_superuser"], is_superuser);
    }
}

#[tokio::test]
async fn reference_b4_a_group_that_is_removed_is_in_no_binding_and_has_no_children() {
    let api = Api::start().await;
    let body = json!({"name": "top", "users": [api.user.subject.pk]});
    let top = api.made(GROUPS, body).await;
    let child = api
        .made(GROUPS, json!({"name": "child", "parent": top["pk"]}))
        .await;
    let id = GroupId(Uuid::parse_str(top["pk"].as_str().unwrap()).unwrap());
    let binding = bound(&api, Bound::Group(id)).await;
    let used = api.shown(&format!("{}used_by/", one(&top))).await;
    assert_eq!(used[0]["pk"], binding.to_string());
    assert_eq!(
        (&used[1]["name"], &used[1]["action"]),
        (&json!("child"), &json!("set_null"))
    );
    assert_eq!(api.delete(&one(&top)).await.0, 204);
    let config = api.bench.backend.stores.config();
    let kind = provider::ports::ObjectKind::Binding;
    let found = config
        .get(&api.bench.seeded.tenant.id, kind, &binding.to_string())
        .await;
    assert!(found.unwrap().is_none());
    let child = api.shown(&one(&child)).await;
    assert_eq!(
        (&child["parent"], &child["parent_name"]),
        (&Value::Null, &Value::Null)
    );
    let bob = api.shown(&format!("{USERS}{}/", api.user.subject.pk)).await;
    assert_eq!(
        (&bob["groups"], &bob["groups_obj"]),
        (&json!([]), &json!([]))
    );
    let listed = api.shown(&format!("{USERS}?username=bob")).await;
    assert_eq!(listed["results"], json!([bob]));
}

#[tokio::test]
async fn reference_b4_lists_are_narrowed_down() {
    let api = Api::start().await;
    let (ada, bob) = (api.root.subject.pk, api.user.subject.pk);
    for (name, users, attributes) in [
        ("zz-a", json!([ada, bob]), json!({"x": {"y": 1}})),
        ("zz-b", json!([bob]), json!({})),
        ("zz-c", json!([]), json!({"x": 2})),
    ] {
        let body = json!({"name": name, "users": users, "attributes": attributes, "is_superuser": name == "zz-c"});
        api.made(GROUPS, body).await;
    }
    for (query, names) in [
        ("", vec!["zz-a", "zz-b", "zz-c"]),
        (&*format!("members_by_pk={ada}"), vec!["zz-a"]),
        (
            &format!("members_by_pk={ada}&members_by_pk={bob}"),
            vec!["zz-a", "zz-b"],
        ),
        ("members_by_username=bob", vec!["zz-a", "zz-b"]),
        ("is_superuser=true", vec!["zz-c"]),
        ("name=zz-b", vec!["zz-b"]),
        ("attributes=%7B%22x__y%22%3A1%7D", vec!["zz-a"]),
        ("ordering=-name", vec!["zz-c", "zz-b", "zz-a"]),
    ] {
        let list = api.shown(&format!("{GROUPS}?search=zz-&{query}")).await;
        let rows = list["results"].as_array().unwrap().iter();
        let found: Vec<&str> = rows.map(|row| row["name"].as_str().unwrap()).collect();
        assert_eq!(found, names, "{query}");
    }
    let choice =
        |text: &str| format!("Select a valid choice. {text} is not one of the available choices.");
    for (name, value, text) in [
        ("members_by_pk", "999999", choice("999999")),
        ("members_by_pk", "x", "Enter a number.".to_owned()),
        ("members_by_username", "nobody", choice("nobody")),
        ("attributes", "x", "filter: failed to parse JSON".to_owned()),
    ] {
        let told = api.get(&format!("{GROUPS}?{name}={value}")).await;
        assert_eq!(of(told), field(name, &text));
    }
}

#[tokio::test]
async fn groups_are_for_superusers_alone() {
    let api = Api::start().await;
    let made = one(&api.made(GROUPS, terraform("crew")).await);
    let user = api.as_user();
    assert_eq!(user.get(GROUPS).await.0, 403);
    assert_eq!(user.get(&made).await.0, 403);
    assert_eq!(
        user.patch(&made, json!({"is_superuser": true})).await.0,
        403
    );
    let own = json!({"pk": api.user.subject.pk});
    assert_eq!(user.post(&format!("{made}add_user/"), own).await.0, 403);
    assert_eq!(user.delete(&made).await.0, 403);
}
