//! Codes, refresh tokens and access tokens (API reference B6).

mod lists;
mod successor;
mod volume;

use protocol::Seconds;
use serde_json::{Value, json};

use super::harness::{Answer, Api};
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{claims, member, text};

const CODES: &str = "/oauth2/authorization_codes/";
const REFRESH: &str = "/oauth2/refresh_tokens/";
const ACCESS: &str = "/oauth2/access_tokens/";

const OFFLINE: &str = "openid profile offline_access";
const BOB: (&str, &str) = ("bob", "bobs own password");

fn of((status, body): Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

/// A code of this person for this client.
async fn code(api: &Api, who: (&str, &str), client: &str, scope: &str) -> String {
    let mut browser = Browser::new(&api.bench);
    browser.user = who;
    let back = browser.authorize(client, scope, &[("nonce", "n")]).await;
    back.param("code").expect("a code")
}

/// And what it is redeemed for.
async fn tokens(api: &Api, who: (&str, &str), client: &str, scope: &str) -> Value {
    let code = code(api, who, client, scope).await;
    Exchange::code(&api.bench, client, &code).tokens().await
}

/// The rows of a list.
async fn rows(api: &Api, path: &str) -> Vec<Value> {
    let page = api.shown(path).await;
    let rows = page["results"].as_array().expect("rows").clone();
    assert_eq!(page["pagination"]["count"], rows.len(), "{path}");
    rows
}

/// The only row of a list.
async fn only(api: &Api, path: &str) -> Value {
    let mut rows = rows(api, path).await;
    assert_eq!(rows.len(), 1, "{path}: {rows:?}");
    rows.remove(0)
}

fn one(list: &str, row: &Value) -> String {
    format!("{list}{}/", row["pk"])
}

/// What was recorded of a removal.
async fn recorded(api: &Api, model: &str, row: &Value) {
    let context = api.removed().await;
    assert_eq!(context["app"], "authentik_providers_oauth2");
    assert_eq!(context["model_name"], model);
    assert_eq!(context["pk"], row["pk"].to_string());
}

#[tokio::test]
async fn reference_b6_a_code_is_listed_until_it_is_redeemed() {
    let api = Api::start().await;
    let code = code(&api, BOB, "fast", OFFLINE).await;
    let row = only(&api, CODES).await;
    let user = format!("/core/users/{}/", api.user.subject.pk);
    let want = json!({
        "pk": row["pk"],
        "provider": row["provider"],
        "user": api.shown(&user).await,
        "is_expired": false,
        "expires": row["expires"],
        "scope": ["openid", "profile", "offline_access"],
    });
    assert_eq!(row, want);
    assert_eq!(api.shown(&one(CODES, &row)).await, row);
    let mut provider = api.shown("/providers/oauth2/?client_id=fast").await["results"][0].clone();
    provider["client_secret"] = json!("");
    assert_eq!(row["provider"], provider, "all but the secret");
    assert!(!row.to_string().contains(&code));
    let used_by = format!("{}used_by/", one(CODES, &row));
    assert_eq!(api.shown(&used_by).await, json!([]));

    Exchange::code(&api.bench, "fast", &code).tokens().await;
    assert!(rows(&api, CODES).await.is_empty());
    let told = (
        404,
        json!({"detail": "No AuthorizationCode matches the given query."}),
    );
    assert_eq!(of(api.get(&one(CODES, &row)).await), told);
    assert_eq!(of(api.delete(&one(CODES, &row)).await), told);
}

#[tokio::test]
async fn reference_b6_a_code_is_not_listed_past_its_time() {
    let api = Api::start().await;
    code(&api, BOB, "fast", OFFLINE).await;
    let row = only(&api, CODES).await;
    api.bench.wait(Seconds(60));
    assert!(rows(&api, CODES).await.is_empty());
    assert_eq!(api.get(&one(CODES, &row)).await.0, 404);
}

#[tokio::test]
async fn reference_b6_a_code_that_is_removed_cannot_be_redeemed() {
    let api = Api::start().await;
    let code = code(&api, BOB, "fast", OFFLINE).await;
    let row = only(&api, CODES).await;
    assert_eq!(of(api.delete(&one(CODES, &row)).await), (204, Value::Null));
    let answer = api.bench.redeem("fast", &code).await;
    assert_eq!(answer.status(), 400, "{}", text(&answer));
    assert!(text(&answer).contains("invalid_grant"));
    assert_eq!(api.delete(&one(CODES, &row)).await.0, 404, "once");
    recorded(&api, "authorizationcode", &row).await;
}

#[tokio::test]
async fn reference_b6_a_refresh_token_goes_with_all_that_came_of_its_grant() {
    let api = Api::start().await;
    let tokens = tokens(&api, BOB, "fast", OFFLINE).await;
    let row = only(&api, REFRESH).await;
    assert_eq!(api.shown(&one(REFRESH, &row)).await, row);
    assert_eq!(row["revoked"], false);
    let shown = row.to_string();
    for secret in ["access_token", "refresh_token", "id_token"] {
        assert!(!shown.contains(member(&tokens, secret)), "{secret}");
    }
    assert_eq!(
        of(api.delete(&one(REFRESH, &row)).await),
        (204, Value::Null)
    );
    let refreshed = api
        .bench
        .refresh("fast", member(&tokens, "refresh_token"))
        .await;
    assert_eq!(refreshed.status(), 400, "{}", text(&refreshed));
    let told = api.bench.userinfo(member(&tokens, "access_token")).await;
    assert_eq!(told.status(), 401);
    for list in [REFRESH, ACCESS] {
        assert!(rows(&api, list).await.is_empty(), "{list}");
    }
    assert_eq!(api.delete(&one(REFRESH, &row)).await.0, 404, "once");
    recorded(&api, "refreshtoken", &row).await;
}

#[tokio::test]
async fn reference_b6_an_access_token_that_is_removed_works_no_more_and_its_grant_goes_on() {
    let api = Api::start().await;
    let tokens = tokens(&api, BOB, "fast", OFFLINE).await;
    let row = only(&api, ACCESS).await;
    assert_eq!(api.shown(&one(ACCESS, &row)).await, row);
    let used_by = format!("{}used_by/", one(ACCESS, &row));
    assert_eq!(api.shown(&used_by).await, json!([]));
    let token = member(&tokens, "access_token");
    assert_eq!(api.bench.userinfo(token).await.status(), 200);
    assert_eq!(of(api.delete(&one(ACCESS, &row)).await), (204, Value::Null));
    assert_eq!(api.bench.userinfo(token).await.status(), 401);
    assert!(rows(&api, ACCESS).await.is_empty());
    assert_eq!(api.delete(&one(ACCESS, &row)).await.0, 404, "once");
    recorded(&api, "accesstoken", &row).await;
    let refreshed = api
        .bench
        .refresh("fast", member(&tokens, "refresh_token"))
        .await;
    assert_eq!(refreshed.status(), 200, "{}", text(&refreshed));
    only(&api, ACCESS).await;
}

#[tokio::test]
async fn reference_b6_a_refresh_token_is_listed_once_however_often_it_is_used() {
    let api = Api::start().await;
    let tokens = tokens(&api, BOB, "fast", OFFLINE).await;
    let row = only(&api, REFRESH).await;
    api.bench.wait(Seconds(100));
    let refreshed = api
        .bench
        .refresh("fast", member(&tokens, "refresh_token"))
        .await;
    assert_eq!(refreshed.status(), 200);
    let again = only(&api, REFRESH).await;
    assert_eq!(again["pk"], row["pk"]);
    assert_ne!(again["expires"], row["expires"]);
    assert_eq!(rows(&api, ACCESS).await.len(), 2, "both work");
}

#[tokio::test]
async fn reference_b6_id_token_is_text_of_what_the_id_token_says() {
    let api = Api::start().await;
    let tokens = tokens(&api, BOB, "fast", OFFLINE).await;
    let said = claims(member(&tokens, "id_token"));
    for list in [ACCESS, REFRESH] {
        let row = only(&api, list).await;
        let told = row["id_token"].as_str().expect("text");
        assert!(told.contains("\n  \"iss\": "), "for people: {told}");
        let told: Value = serde_json::from_str(told).expect("JSON");
        for name in [
            "iss",
            "sub",
            "aud",
            "iat",
            "auth_time",
            "acr",
            "amr",
            "nonce",
        ] {
            assert_eq!(told[name], said[name], "{list} {name}");
        }
    }
    let row = only(&api, ACCESS).await;
    let told: Value = serde_json::from_str(row["id_token"].as_str().unwrap()).unwrap();
    assert_eq!(told["exp"], said["exp"]);
}

#[tokio::test]
async fn reference_b6_what_ends_with_its_person_or_session_is_not_listed() {
    let api = Api::start().await;
    tokens(&api, BOB, "fast", OFFLINE).await;
    tokens(&api, BOB, "fast", "openid").await;
    assert_eq!(rows(&api, ACCESS).await.len(), 2);
    let (_, sessions) = api.get("/core/authenticated_sessions/").await;
    for session in sessions["results"].as_array().expect("sessions") {
        let path = session["uuid"].as_str().expect("text");
        let path = format!("/core/authenticated_sessions/{path}/");
        assert_eq!(api.delete(&path).await.0, 204);
    }
    let row = only(&api, ACCESS).await;
    assert_eq!(row["scope"][2], "offline_access", "the other has ended");
    let bob = format!("/core/users/{}/", api.user.subject.pk);
    let (status, told) = api.patch(&bob, json!({"is_active": false})).await;
    assert_eq!(status, 200, "{told}");
    for list in [ACCESS, REFRESH, CODES] {
        assert!(rows(&api, list).await.is_empty(), "{list}");
    }
}
