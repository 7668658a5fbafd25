//! People (API reference B3).

mod accounts;
mod lists;
mod volume;

pub(super) use accounts::bound;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::harness::{Api, USER_KEY};
use crate::harness::people;

pub(crate) const USERS: &str = "/core/users/";
pub(crate) const GROUPS: &str = "/core/groups/";

/// What authentik's Terraform provider sends.
fn terraform(username: &str) -> Value {
    json!({"username": username, "name": "T. User", "is_active": true, "groups": [], "email": "", "attributes": {}, "path": "users", "type": "internal"})
}

/// The path of one of them.
pub(super) fn one(user: &Value) -> String {
    format!("{USERS}{}/", user["pk"])
}

fn field(name: &str, text: &str) -> (u16, Value) {
    (400, json!({ name: [text] }))
}

fn of((status, body): super::harness::Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

#[tokio::test]
async fn reference_d_terraforms_calls_of_a_user_read_back_what_was_written() {
    let api = Api::start().await;
    let made = api.made(USERS, terraform("tf")).await;
    let uid = people::sub(&api.bench, "tf").await;
    let want = json!({
        "pk": made["pk"], "username": "tf", "name": "T. User", "is_active": true, "last_login": null,
        "is_superuser": false, "groups": [], "groups_obj": [], "email": "", "avatar": "",
        "attributes": {}, "uid": uid, "path": "users", "type": "internal", "uuid": made["uuid"],
    });
    assert_eq!(made, want);
    assert_eq!(api.shown(&one(&made)).await, want);
    let mut body = terraform("tf2");
    body["attributes"] = json!({"a": {"b": [1, null]}});
    body["email"] = "tf@example.com".into();
    let (status, put) = api.put(&one(&made), body).await;
    assert_eq!((status.as_u16(), &put["username"]), (200, &json!("tf2")));
    assert_eq!(put["attributes"], json!({"a": {"b": [1, null]}}));
    assert_eq!(api.shown(&one(&made)).await, put);
    let listed = api.shown(&format!("{USERS}?username=tf2")).await;
    assert_eq!(listed["results"], json!([put]));
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    let missing = (404, json!({"detail": "No User matches the given query."}));
    assert_eq!(of(api.get(&one(&made)).await), missing);
    assert_eq!(of(api.delete(&one(&made)).await), missing);
    for path in ["0", "x", "-1", "99999999999999999999"] {
        assert_eq!(
            of(api.get(&format!("{USERS}{path}/")).await),
            missing,
            "{path}"
        );
    }
    api.made(USERS, terraform("tf2")).await; // the name is free
}

#[tokio::test]
async fn reference_b3_a_name_or_address_is_one_persons_and_nothing_is_half_written() {
    let api = Api::start().await;
    let unique = "This field must be unique.";
    let before = api.shown(USERS).await["pagination"]["count"].clone();
    for (body, wrong) in [
        (json!({"username": "ADA", "name": ""}), "username"),
        (
            json!({"username": "ada@example.com", "name": ""}),
            "username",
        ),
        (
            json!({"username": "x", "name": "", "email": "Bob@Example.com"}),
            "email",
        ),
    ] {
        assert_eq!(of(api.post(USERS, body).await), field(wrong, unique));
    }
    let upn = json!({"username": "x", "name": "", "attributes": {"upn": "bob"}});
    assert_eq!(
        of(api.post(USERS, upn).await),
        field("attributes", "The upn must be unique.")
    );
    assert_eq!(api.shown(USERS).await["pagination"]["count"], before);
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    assert_eq!(
        of(api.patch(&bob, json!({"username": "ada"})).await),
        field("username", unique)
    );
    assert_eq!(api.shown(&bob).await["username"], "bob");
    assert_eq!(
        api.patch(&bob, json!({"username": "Bob"})).await.0,
        200,
        "their own"
    );
}

#[tokio::test]
async fn reference_b3_what_cannot_be_is_refused_by_field() {
    let api = Api::start().await;
    let nobody = "00000000-0000-0000-0000-000000000000";
    let slash = "No leading or trailing slashes allowed.";
    let bad_name = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
    for (name, value, text) in [
        ("username", json!(""), "This field may not be blank."),
        ("username", json!("a b"), bad_name),
        (
            "username",
            json!("x".repeat(151)),
            "Ensure this field has no more than 150 characters.",
        ),
        ("email", json!("x"), "Enter a valid email address."),
        ("path", json!(""), "This field may not be blank."),
        ("path", json!("/a"), slash),
        ("path", json!("a/"), slash),
        (
            "path",
            json!("a//b"),
            "No empty segments in user path allowed.",
        ),
        ("type", json!("admin"), "\"admin\" is not a valid choice."),
        (
            "type",
            json!("internal_service_account"),
            "Setting a user to internal service account is not allowed.",
        ),
        (
            "groups",
            json!([nobody]),
            "Invalid pk \"00000000-0000-0000-0000-000000000000\" - object does not exist.",
        ),
        (
            "attributes",
            json!([]),
            "Value must be a dictionary, and not have any duplicate keys.",
        ),
        ("is_active", json!(null), "This field may not be null."),
    ] {
        let mut body = terraform("fine");
        body[name] = value;
        assert_eq!(of(api.post(USERS, body).await), field(name, text));
    }
    let (status, told) = api.post(USERS, json!({})).await;
    assert_eq!(
        (status.as_u16(), told.as_object().unwrap().len()),
        (400, 2),
        "username and name"
    );
    let listed = api.shown(&format!("{USERS}?username=fine")).await;
    assert_eq!(listed["pagination"]["count"], 0);
}

#[tokio::test]
async fn reference_b3_an_internal_service_account_stays_one() {
    let api = Api::start().await;
    let made = api.made(USERS, terraform("outpost")).await;
    people::change(&api.bench, "outpost", |user| {
        user.profile.kind = provider::user::UserKind::InternalServiceAccount;
    })
    .await;
    let text = "Can't change internal service account to other user type.";
    let told = api.patch(&one(&made), json!({"type": "internal"})).await;
    assert_eq!(of(told), field("type", text));
    let (status, kept) = api.patch(&one(&made), json!({"name": "n"})).await;
    assert_eq!(
        (status.as_u16(), &kept["type"]),
        (200, &json!("internal_service_account"))
    );
}

#[tokio::test]
async fn reference_a_put_keeps_what_is_left_out_but_groups_and_patch_keeps_all() {
    let api = Api::start().await;
    let group = api.made(GROUPS, json!({"name": "crew"})).await["pk"].clone();
    let mut body = terraform("kept");
    body["groups"] = json!([group]);
    body["attributes"] = json!({"a": 1});
    body["email"] = "kept@example.com".into();
    let made = api.made(USERS, body).await;
    assert_eq!(made["groups"], json!([group]));
    assert_eq!(made["groups_obj"][0]["name"], "crew");
    let (_, patched) = api.patch(&one(&made), json!({"name": "new"})).await;
    assert_eq!(
        (&patched["groups"], &patched["name"]),
        (&json!([group]), &json!("new"))
    );
    let (_, put) = api
        .put(&one(&made), json!({"username": "kept", "name": "newer"}))
        .await;
    assert_eq!(
        (&put["groups"], &put["name"]),
        (&json!([]), &json!("newer"))
    );
    assert_eq!(
        (&put["attributes"], &put["email"]),
        (&json!({"a": 1}), &json!("kept@example.com"))
    );
    assert_eq!(put["is_active"], true);
}

#[tokio::test]
async fn two_creations_of_one_name_at_once_make_one() {
    let api = Api::on_dynamodb_local().await;
    let at_once = (0..6).map(|_| api.post(USERS, terraform("only")));
    let mut statuses: Vec<u16> = join_all(at_once)
        .await
        .into_iter()
        .map(|it| of(it).0)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400, 400, 400]);
    let listed = api.shown(&format!("{USERS}?search=only")).await;
    assert_eq!(listed["pagination"]["count"], 1);
}

#[tokio::test]
async fn changes_at_once_are_all_made() {
    let api = Api::on_dynamodb_local().await;
    let made = one(&api.made(USERS, terraform("busy")).await);
    let changes = [
        json!({"name": "n"}),
        json!({"path": "p"}),
        json!({"attributes": {"a": 1}}),
    ];
    let at_once = changes.map(|body| api.patch(&made, body));
    for (status, told) in join_all(at_once).await {
        assert_eq!(status, 200, "{told}");
    }
    let shown = api.shown(&made).await;
    assert_eq!((&shown["name"], &shown["path"]), (&json!("n"), &json!("p")));
    assert_eq!(shown["attributes"], json!({"a": 1}));
}

#[tokio::test]
async fn reference_b3_who_is_made_inactive_loses_every_session_and_token_rests() {
    let api = Api::start().await;
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    assert_eq!(api.as_user().get("/core/users/me/").await.0, 200);
    let (status, shown) = api.patch(&bob, json!({"is_active": false})).await;
    assert_eq!((status.as_u16(), &shown["is_active"]), (200, &json!(false)));
    let generation = people::user(&api.bench, "bob").await.subject.generation;
    assert_eq!(generation, api.user.subject.generation + 1);
    assert_eq!(api.with_key(USER_KEY).get("/core/users/me/").await.0, 403);
    api.patch(&bob, json!({"is_active": true})).await;
    assert_eq!(
        people::user(&api.bench, "bob").await.subject.generation,
        generation
    );
    assert_eq!(
        api.as_user().get("/core/users/me/").await.0,
        200,
        "as in authentik"
    );
}

#[tokio::test]
async fn nobody_takes_the_last_superuser_away_from_a_tenant() {
    let api = Api::start().await;
    let me = format!("{USERS}{}/", api.root.subject.pk);
    let others = api.shown(&format!("{USERS}?is_superuser=true")).await;
    for other in others["results"].as_array().unwrap() {
        if other["username"] != "ada" {
            let (status, _) = api.patch(&one(other), json!({"is_active": false})).await;
            assert_eq!(status, 200, "somebody is left");
        }
    }
    let text =
        "Nobody would be left who can administer this. Make somebody else a superuser first.";
    let told = field("non_field_errors", text);
    let group = api.root.subject.groups.last().unwrap().id.0;
    let group = format!("{GROUPS}{group}/");
    assert_eq!(of(api.patch(&me, json!({"is_active": false})).await), told);
    assert_eq!(of(api.patch(&me, json!({"groups": []})).await), told);
    assert_eq!(of(api.delete(&me).await), told);
    assert_eq!(
        of(api.patch(&group, json!({"is_superuser": false})).await),
        told
    );
    assert_eq!(of(api.patch(&group, json!({"users": []})).await), told);
    let account = json!({"pk": api.root.subject.pk});
    assert_eq!(
        of(api.post(&format!("{group}remove_user/"), account).await),
        told
    );
    assert_eq!(of(api.delete(&group).await), told);
    assert_eq!(api.shown(&me).await["is_superuser"], true);
    let bob = json!({"pk": api.user.subject.pk});
    assert_eq!(api.post(&format!("{group}add_user/"), bob).await.0, 204);
    assert_eq!(api.patch(&me, json!({"is_active": false})).await.0, 200);
}

#[tokio::test]
async fn what_is_done_with_people_is_for_superusers_alone() {
    let api = Api::start().await;
    let user = api.as_user();
    let own = format!("{USERS}{}/", api.user.subject.pk);
    for path in [
        USERS,
        &own,
        &format!("{USERS}paths/"),
        &format!("{own}used_by/"),
    ] {
        assert_eq!(user.get(path).await.0, 403, "{path}");
    }
    for path in [
        USERS,
        &format!("{USERS}service_account/"),
        &format!("{own}set_password/"),
        &format!("{own}recovery/"),
    ] {
        assert_eq!(user.post(path, json!({})).await.0, 403, "{path}");
    }
    assert_eq!(user.patch(&own, json!({"name": "x"})).await.0, 403);
    assert_eq!(user.delete(&own).await.0, 403);
    assert_eq!(api.as_nobody().get("/core/users/me/").await.0, 403);
}
