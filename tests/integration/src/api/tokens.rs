//! Tokens (API reference B5).

use futures_util::future::join_all;
use protocol::Seconds;
use provider::event::Action;
use serde_json::{Value, json};

use super::harness::{Answer, Api, USER_KEY};
use super::users::{GROUPS, USERS};

const TOKENS: &str = "/core/tokens/";

fn of((status, body): Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

fn field(name: &str, text: &str) -> (u16, Value) {
    (400, json!({ name: [text] }))
}

fn one(name: &str) -> String {
    format!("{TOKENS}{name}/")
}

/// A moment from now, as the API writes it.
fn moment(api: &Api, seconds: i64) -> String {
    let text = (api.bench.now() + Seconds(seconds)).rfc3339();
    text.replace('Z', ".000000Z")
}

async fn key_of(api: &Api, name: &str) -> String {
    let shown = api.shown(&format!("{}view_key/", one(name))).await;
    shown["key"].as_str().expect("a key").to_owned()
}

#[tokio::test]
async fn reference_d_terraforms_calls_of_a_token_read_back_what_was_written() {
    let api = Api::start().await;
    let body = json!({"identifier": "tf", "user": api.user.subject.pk, "description": "", "intent": "api", "expiring": true});
    let made = api.made(TOKENS, body).await;
    let user = api.shown(&format!("{USERS}{}/", api.user.subject.pk)).await;
    let want = json!({
        "pk": made["pk"], "managed": null, "identifier": "tf", "intent": "api", "user": api.user.subject.pk,
        "user_obj": user, "description": "", "expires": moment(&api, 86_400), "expiring": true,
    });
    assert_eq!(made, want);
    assert_eq!(api.shown(&one("tf")).await, want);
    let key = key_of(&api, "tf").await;
    assert_eq!(key.len(), 60);
    let me = api.with_key(&key).get("/core/users/me/").await.1;
    assert_eq!(me["user"]["username"], "bob", "it calls as its user");
    let body = json!({"identifier": "tf2", "user": api.user.subject.pk, "description": "d", "intent": "app_password", "expiring": false});
    let (status, put) = api.put(&one("tf"), body).await;
    assert_eq!(
        (status.as_u16(), &put["intent"]),
        (200, &json!("app_password"))
    );
    assert_eq!(
        (&put["pk"], &put["expires"], &put["expiring"]),
        (&made["pk"], &Value::Null, &json!(false))
    );
    assert_eq!(api.get(&one("tf")).await.0, 404);
    assert_eq!(api.shown(&one("tf2")).await, put);
    assert_eq!(key_of(&api, "tf2").await, key, "the key stays");
    assert_eq!(
        api.with_key(&key).get("/core/users/me/").await.0,
        403,
        "it calls no more"
    );
    assert_eq!(
        api.shown(&format!("{TOKENS}?identifier=tf2")).await["results"],
        json!([put])
    );
    assert_eq!(
        api.shown(&format!("{}used_by/", one("tf2"))).await,
        json!([])
    );
    assert_eq!(api.delete(&one("tf2")).await.0, 204);
    let missing = (404, json!({"detail": "No Token matches the given query."}));
    assert_eq!(of(api.get(&one("tf2")).await), missing);
    assert_eq!(of(api.delete(&one("tf2")).await), missing);
}

#[tokio::test]
async fn reference_b5_what_cannot_be_is_refused_by_field() {
    let api = Api::start().await;
    api.made(TOKENS, json!({"identifier": "one"})).await;
    for (name, value, text) in [
        ("identifier", json!("one"), "This field must be unique."),
        ("identifier", json!(""), "This field may not be blank."),
        (
            "identifier",
            json!("a b"),
            "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.",
        ),
        ("intent", json!("recovery"), "Invalid intent recovery"),
        (
            "intent",
            json!("verification"),
            "Invalid intent verification",
        ),
        ("intent", json!("x"), "\"x\" is not a valid choice."),
        (
            "user",
            json!(999_999),
            "Invalid pk \"999999\" - object does not exist.",
        ),
    ] {
        let mut body = json!({"identifier": "fine"});
        body[name] = value;
        assert_eq!(of(api.post(TOKENS, body).await), field(name, text));
    }
    assert_eq!(api.get(&one("fine")).await.0, 404);
    api.made(TOKENS, json!({"identifier": "two"})).await;
    let told = api.patch(&one("two"), json!({"identifier": "one"})).await;
    assert_eq!(of(told), field("identifier", "This field must be unique."));
}

#[tokio::test]
async fn reference_b5_an_api_tokens_end_cannot_be_chosen() {
    let api = Api::start().await;
    let body = json!({"identifier": "t", "expires": "2099-01-01T00:00:00Z"});
    let made = api.made(TOKENS, body).await;
    assert_eq!(made["expires"], moment(&api, 86_400));
    api.bench.wait(Seconds(100));
    let (_, same) = api.patch(&one("t"), json!({"description": "d"})).await;
    assert_eq!(same["expires"], moment(&api, 86_300), "it stays");
    let (_, again) = api.patch(&one("t"), json!({"expires": null})).await;
    assert_eq!(again["expires"], moment(&api, 86_400));
    api.bench.wait(Seconds(86_400));
    assert_eq!(api.get(&one("t")).await.0, 404, "it is over");
    assert_eq!(
        api.shown(&format!("{TOKENS}?identifier=t")).await["pagination"]["count"],
        0
    );
    api.made(TOKENS, json!({"identifier": "t"})).await; // and in nobody's way
}

#[tokio::test]
async fn reference_b5_an_app_password_does_not_outlive_the_longest_life() {
    let api = Api::start().await;
    let body = |name: &str, seconds| json!({"identifier": name, "intent": "app_password", "user": api.user.subject.pk, "expires": moment(&api, seconds)});
    let made = api.made(TOKENS, body("short", 3_600)).await;
    assert_eq!(made["expires"], moment(&api, 3_600));
    let (status, told) = api.post(TOKENS, body("long", 86_401)).await;
    assert_eq!(status, 400, "{told}");
    let told = told["expires"][0].as_str().unwrap();
    assert!(
        told.starts_with("Token expires exceeds maximum lifetime ("),
        "{told}"
    );
    let group = json!({"name": "long", "users": [api.user.subject.pk], "attributes": {"goauthentik.io/user/token-maximum-lifetime": "days=10"}});
    api.made(GROUPS, group).await;
    let made = api.made(TOKENS, body("long", 864_000)).await;
    assert_eq!(made["expires"], moment(&api, 864_000));
    assert_eq!(api.post(TOKENS, body("longer", 864_001)).await.0, 400);
}

#[tokio::test]
async fn reference_a_others_than_superusers_see_and_handle_their_own_alone() {
    let api = Api::start().await;
    let (ada, user) = (api.root.subject.pk, api.as_user());
    api.made(TOKENS, json!({"identifier": "hers"})).await;
    let body =
        json!({"identifier": "his", "user": ada, "expiring": false, "intent": "app_password"});
    let (status, made) = user.post(TOKENS, body).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["user"], &made["expiring"]),
        (&json!(api.user.subject.pk), &json!(true))
    );
    let (_, listed) = user.get(TOKENS).await;
    let rows = listed["results"].as_array().unwrap().iter();
    let names: Vec<&str> = rows
        .map(|row| row["identifier"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["his", "user-api"]);
    let hers = one("hers");
    for path in [
        hers.clone(),
        format!("{hers}view_key/"),
        format!("{hers}used_by/"),
    ] {
        assert_eq!(user.get(&path).await.0, 404, "{path}");
    }
    assert_eq!(user.patch(&hers, json!({"description": "x"})).await.0, 404);
    assert_eq!(user.delete(&hers).await.0, 404);
    let (_, kept) = user
        .patch(&one("his"), json!({"user": ada, "expiring": false}))
        .await;
    assert_eq!(
        (&kept["user"], &kept["expiring"]),
        (&json!(api.user.subject.pk), &json!(true))
    );
    assert_eq!(user.get(&format!("{}view_key/", one("his"))).await.0, 200);
    assert_eq!(
        user.post(&format!("{}set_key/", one("his")), json!({"key": "x"}))
            .await
            .0,
        403
    );
    assert_eq!(user.delete(&one("his")).await.0, 204);
    let bob = format!("{USERS}{}/", api.user.subject.pk);
    api.patch(
        &bob,
        json!({"attributes": {"goauthentik.io/user/token-expires": false}}),
    )
    .await;
    let (_, lasting) = user.post(TOKENS, json!({"identifier": "lasting"})).await;
    assert_eq!(
        (&lasting["expiring"], &lasting["expires"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn reference_b5_that_a_key_was_looked_at_is_recorded() {
    let api = Api::start().await;
    api.made(TOKENS, json!({"identifier": "t"})).await;
    let key = key_of(&api, "t").await;
    let events = api.bench.backend.stores.events();
    let events = events
        .recent(&api.bench.seeded.tenant.id, None, 10, api.bench.now())
        .await
        .unwrap();
    let seen = events
        .events
        .iter()
        .find(|event| event.action == Action::SecretView)
        .expect("recorded");
    assert_eq!(seen.context["model"]["name"], "t");
    assert!(!format!("{events:?}").contains(&key));
    let told = api.get("/core/tokens/root-api/view_key/").await;
    let text =
        "The key of this token was shown once when it was made. Set another one to see it here.";
    assert_eq!(
        of(told),
        (404, json!({"detail": text})),
        "one that was made elsewhere"
    );
}

#[tokio::test]
async fn reference_b5_a_key_is_replaced_by_a_given_one() {
    let api = Api::start().await;
    api.made(TOKENS, json!({"identifier": "t"})).await;
    let before = key_of(&api, "t").await;
    let path = format!("{}set_key/", one("t"));
    assert_eq!(
        api.post(&path, json!({"key": "a key of one's own"}))
            .await
            .0,
        204
    );
    assert_eq!(key_of(&api, "t").await, "a key of one's own");
    assert_eq!(api.with_key("a key of one's own").get(USERS).await.0, 200);
    assert_eq!(api.with_key(&before).get(USERS).await.0, 403);
    assert_eq!(
        of(api.post(&path, json!({"key": ""})).await),
        field("key", "This field may not be blank.")
    );
    let told = field("key", "This key cannot be used. Choose another one.");
    assert_eq!(of(api.post(&path, json!({"key": USER_KEY})).await), told);
    assert_eq!(
        api.with_key(USER_KEY).get("/core/users/me/").await.1["user"]["username"],
        "bob"
    );
    assert_eq!(key_of(&api, "t").await, "a key of one's own");
    assert_eq!(
        api.post("/core/tokens/root-api/set_key/", json!({"key": "seen"}))
            .await
            .0,
        204
    );
    let again = api
        .with_key("seen")
        .get("/core/tokens/root-api/view_key/")
        .await;
    assert_eq!(
        again.1,
        json!({"key": "seen"}),
        "from now on it can be shown"
    );
}

#[tokio::test]
async fn two_creations_of_one_identifier_at_once_make_one() {
    let api = Api::on_dynamodb_local().await;
    let at_once = (0..5).map(|_| api.post(TOKENS, json!({"identifier": "only"})));
    let mut statuses: Vec<u16> = join_all(at_once)
        .await
        .into_iter()
        .map(|it| of(it).0)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400, 400]);
    assert_eq!(
        api.shown(&format!("{TOKENS}?identifier=only")).await["pagination"]["count"],
        1
    );
}

#[tokio::test]
async fn reference_b5_lists_are_narrowed_down() {
    let api = Api::start().await;
    let bob = api.user.subject.pk;
    for body in [
        json!({"identifier": "zz-b", "user": bob, "description": "of the Build"}),
        json!({"identifier": "zz-a", "intent": "app_password", "expiring": false}),
        json!({"identifier": "zz-c", "managed": "m"}),
    ] {
        api.made(TOKENS, body).await;
    }
    let day = moment(&api, 86_400);
    for (query, names) in [
        ("search=zz", vec!["zz-a", "zz-b", "zz-c"]),
        ("search=zz+bob", vec!["zz-b"]),
        ("search=build", vec!["zz-b"]),
        ("search=app_password", vec!["zz-a"]),
        ("user__username=bob", vec!["user-api", "zz-b"]),
        ("user__username=nobody", vec![]),
        ("intent=app_password&identifier=zz-a", vec!["zz-a"]),
        ("expiring=false&search=zz", vec!["zz-a"]),
        ("managed=m", vec!["zz-c"]),
        ("description=of+the+Build", vec!["zz-b"]),
        (&*format!("expires={day}"), vec!["zz-b", "zz-c"]),
        (
            "search=zz&ordering=-identifier",
            vec!["zz-c", "zz-b", "zz-a"],
        ),
    ] {
        let list = api.shown(&format!("{TOKENS}?{query}")).await;
        let rows = list["results"].as_array().unwrap().iter();
        let found: Vec<&str> = rows
            .map(|row| row["identifier"].as_str().unwrap())
            .collect();
        // The installation has an app password of its own.
        let found: Vec<&str> = found
            .into_iter()
            .filter(|name| !name.contains("robot"))
            .collect();
        assert_eq!(found, names, "{query}");
    }
    assert_eq!(api.get(&format!("{TOKENS}?intent=x")).await.0, 400);
}
