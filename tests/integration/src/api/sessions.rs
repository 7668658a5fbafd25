//! Sessions (API reference B6: `core/authenticated_sessions`).

use http::HeaderName;
use http::header::{COOKIE, USER_AGENT};
use protocol::Seconds;
use serde_json::{Value, json};
use uuid::Uuid;

use super::harness::{Answer, Api, Client};
use crate::executor::{CSRF, Program};
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{USER, member};

const SESSIONS: &str = "/core/authenticated_sessions/";
const BOB: (&str, &str) = ("bob", "bobs own password");
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

fn of((status, body): Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

fn one(row: &Value) -> String {
    format!("{SESSIONS}{}/", row["uuid"].as_str().expect("text"))
}

/// Signs in, and gets tokens that end with the session.
async fn signed_in(api: &Api, who: (&str, &str)) -> Value {
    let mut browser = Browser::new(&api.bench);
    browser.user = who;
    let back = browser.authorize("fast", "openid", &[]).await;
    let code = back.param("code").expect("a code");
    Exchange::code(&api.bench, "fast", &code).tokens().await
}

/// The rows of a list.
async fn rows(client: &Client<'_>, query: &str) -> Vec<Value> {
    let (status, page) = client.get(&format!("{SESSIONS}{query}")).await;
    assert_eq!(status, 200, "{page}");
    let rows = page["results"].as_array().expect("rows").clone();
    assert_eq!(page["pagination"]["count"], rows.len(), "{query}");
    rows
}

#[tokio::test]
async fn reference_b6_a_session_has_all_that_strict_clients_ask_for() {
    let api = Api::start().await;
    let tenant = &api.bench.seeded.tenant.id;
    signed_in(&api, BOB).await;
    let people = api.bench.backend.stores.people();
    let stored = people.sessions(tenant, &api.user, api.bench.now()).await;
    let stored = stored.expect("reads").remove(0);
    let row = rows(&api.as_root(), "").await.remove(0);
    let moment = |at: protocol::Timestamp| at.rfc3339().replace('Z', ".000000Z");
    let want = json!({
        "uuid": stored.id.to_string(),
        "current": false,
        "user_agent": {
            "device": {"brand": "", "family": "Other", "model": ""},
            "os": {"family": "Other", "major": "", "minor": "", "patch": "", "patch_minor": ""},
            "user_agent": {"family": "Other", "major": "", "minor": "", "patch": ""},
            "string": stored.user_agent,
        },
        "geo_ip": null,
        "asn": null,
        "user": api.user.subject.pk,
        "last_ip": stored.address.unwrap_or_default(),
        "last_user_agent": stored.user_agent,
        "last_used": moment(stored.auth_time),
        "expires": moment(stored.expires),
    });
    assert_eq!(row, want);
    assert_eq!(api.shown(&one(&row)).await, row);
    let used_by = format!("{}used_by/", one(&row));
    assert_eq!(api.shown(&used_by).await, json!([]));
    let left = stored.expires.unix() - api.bench.now().unix();
    api.bench.wait(Seconds(left));
    assert_eq!(api.get(&one(&row)).await.0, 404);
    assert!(rows(&api.as_root(), "").await.is_empty());
}

#[tokio::test]
async fn reference_b6_a_session_that_is_removed_is_signed_out() {
    let api = Api::start().await;
    let tokens = signed_in(&api, BOB).await;
    let row = rows(&api.as_root(), "").await.remove(0);
    let access = member(&tokens, "access_token");
    assert_eq!(api.bench.userinfo(access).await.status(), 200);
    assert_eq!(of(api.delete(&one(&row)).await), (204, Value::Null));
    assert_eq!(api.bench.userinfo(access).await.status(), 401);
    let told = (
        404,
        json!({"detail": "No AuthenticatedSession matches the given query."}),
    );
    assert_eq!(of(api.get(&one(&row)).await), told);
    assert_eq!(of(api.delete(&one(&row)).await), told);
    let context = api.removed().await;
    assert_eq!(context["app"], "authentik_core");
    assert_eq!(context["model_name"], "authenticatedsession");
    let id = context["pk"]
        .as_str()
        .and_then(|id| Uuid::parse_str(id).ok());
    assert_eq!(id, Uuid::parse_str(row["uuid"].as_str().unwrap()).ok());
}

#[tokio::test]
async fn reference_b6_others_than_superusers_see_and_end_their_own_sessions_alone() {
    let api = Api::start().await;
    signed_in(&api, BOB).await;
    signed_in(&api, USER).await;
    let (user, root) = (api.as_user(), api.as_root());
    let hers = rows(&root, "?user__username=ada").await.remove(0);
    let own = rows(&user, "").await;
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["user"], api.user.subject.pk);
    assert!(rows(&user, "?user__username=ada").await.is_empty());
    assert_eq!(user.get(&one(&hers)).await.0, 404);
    assert_eq!(user.delete(&one(&hers)).await.0, 404);
    assert_eq!(root.get(&one(&hers)).await.0, 200, "it is still there");
    assert_eq!(user.get(&one(&own[0])).await.0, 200);
    assert_eq!(user.delete(&one(&own[0])).await.0, 204);
    assert!(rows(&user, "").await.is_empty());
    assert_eq!(api.as_nobody().get(SESSIONS).await.0, 403);
    for key in [Uuid::nil().to_string(), "x".to_owned()] {
        assert_eq!(api.get(&format!("{SESSIONS}{key}/")).await.0, 404, "{key}");
    }
}

#[tokio::test]
async fn reference_b6_the_session_that_calls_is_the_current_one() {
    let api = Api::start().await;
    signed_in(&api, USER).await;
    let mut program = Program::new(&api.bench);
    program.sign_in(USER.0, USER.1).await;
    let csrf = program.cookies[CSRF].clone();
    let cookies = program.cookies.iter();
    let cookies: Vec<String> = cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let browser = api.as_nobody().with(COOKIE, cookies.join("; "));
    let all = rows(&browser, "").await;
    let mut current: Vec<bool> = all
        .iter()
        .map(|row| row["current"].as_bool().expect("a flag"))
        .collect();
    current.sort_unstable();
    assert_eq!(current, [false, true]);
    let here = all.iter().find(|row| row["current"] == true).unwrap();
    let signing_out = browser
        .clone()
        .with(HeaderName::from_static("x-authentik-csrf"), csrf);
    assert_eq!(signing_out.delete(&one(here)).await.0, 204);
    assert_eq!(browser.get(SESSIONS).await.0, 403, "signed out");
}

#[tokio::test]
async fn reference_b6_sessions_are_narrowed_down_searched_and_in_order_of_people() {
    let api = Api::start().await;
    signed_in(&api, BOB).await;
    signed_in(&api, USER).await;
    let mut browser = Browser::new(&api.bench);
    browser.user = BOB;
    let path = crate::harness::browser::authorize_path("fast", "openid", &[]);
    let mut page = browser.get(&path).await;
    while let Some(to) = crate::harness::browser::location(&page) {
        page = browser.get(&to).await;
    }
    page = browser.answer(&page).await;
    while let Some(to) = crate::harness::browser::location(&page) {
        page = browser.get(&to).await;
    }
    let html = crate::harness::text(&page);
    let csrf = crate::harness::browser::field(&html, "csrf").expect("a field");
    let mut form = crate::harness::form_post(
        &crate::harness::browser::attribute(&html, "<form", "action"),
        &[
            ("csrf", &csrf),
            ("component", "ak-stage-password"),
            ("password", BOB.1),
        ],
    );
    form.headers_mut()
        .insert(USER_AGENT, FIREFOX.parse().unwrap());
    browser.send(form).await;

    let root = api.as_root();
    let (ada, bob) = (api.root.subject.pk, api.user.subject.pk);
    let users = |rows: &[Value]| -> Vec<u64> {
        let rows = rows.iter();
        rows.map(|row| row["user"].as_u64().expect("a number"))
            .collect()
    };
    let encoded = crate::harness::encode(&[("last_user_agent", FIREFOX)]);
    for (query, found) in [
        ("", vec![ada, bob, bob]),
        ("?ordering=-user__username", vec![bob, bob, ada]),
        ("?user__username=bob", vec![bob, bob]),
        ("?user__username=nobody", vec![]),
        ("?search=firefox", vec![bob]),
        ("?search=ada", vec![ada]),
        ("?last_ip=203.0.113.99", vec![]),
        (&*format!("?{encoded}"), vec![bob]),
    ] {
        assert_eq!(users(&rows(&root, query).await), found, "{query}");
    }
    let fox = rows(&root, "?search=firefox").await.remove(0);
    assert_eq!(fox["user_agent"]["user_agent"]["family"], "Firefox");
    assert_eq!(fox["user_agent"]["os"]["family"], "Linux");
    assert_eq!(fox["user_agent"]["string"], FIREFOX);
    let page = api.shown(&format!("{SESSIONS}?page_size=2&page=2")).await;
    assert_eq!(page["pagination"]["count"], 3);
    assert_eq!(page["results"][0]["user"], bob);
}
