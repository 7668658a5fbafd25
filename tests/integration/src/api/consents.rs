//! Consents (API reference B6).

use protocol::Seconds;
use serde_json::{Value, json};

use super::harness::{Answer, Api};
use crate::harness::browser::Browser;
use crate::harness::exchange::Exchange;
use crate::harness::{USER, member};

const CONSENTS: &str = "/core/user_consent/";
const BOB: (&str, &str) = ("bob", "bobs own password");

fn of((status, body): Answer) -> (u16, Value) {
    (status.as_u16(), body)
}

fn one(row: &Value) -> String {
    format!("{CONSENTS}{}/", row["pk"])
}

/// Tokens of the client that keeps what people agree to.
async fn agreed(api: &Api, who: (&str, &str)) -> Value {
    let mut browser = Browser::new(&api.bench);
    browser.user = who;
    let back = browser.authorize("web", "openid offline_access", &[]).await;
    let code = back.param("code").expect("a code");
    Exchange::code(&api.bench, "web", &code).tokens().await
}

fn names(page: &Value) -> Vec<&str> {
    let rows = page["results"].as_array().expect("rows").iter();
    rows.map(|row| row["user"]["username"].as_str().expect("text"))
        .collect()
}

#[tokio::test]
async fn reference_b6_a_consent_has_its_person_and_application_whole() {
    let api = Api::start().await;
    agreed(&api, BOB).await;
    let page = api.shown(CONSENTS).await;
    assert_eq!(page["pagination"]["count"], 1, "{page}");
    let row = page["results"][0].clone();
    let user = format!("/core/users/{}/", api.user.subject.pk);
    let want = json!({
        "pk": row["pk"],
        "expires": row["expires"],
        "expiring": true,
        "user": api.shown(&user).await,
        "application": api.shown("/core/applications/web/").await,
        "permissions": "openid offline_access",
    });
    assert_eq!(row, want);
    assert_eq!(api.shown(&one(&row)).await, row);
    let used_by = format!("{}used_by/", one(&row));
    assert_eq!(api.shown(&used_by).await, json!([]));
    let ends = chrono::DateTime::parse_from_rfc3339(row["expires"].as_str().unwrap()).unwrap();
    let left = ends.timestamp() - api.bench.now().unix();
    api.bench.wait(Seconds(left - 1));
    assert_eq!(api.get(&one(&row)).await.0, 200);
    api.bench.wait(Seconds(1));
    assert_eq!(api.get(&one(&row)).await.0, 404);
    assert_eq!(api.shown(CONSENTS).await["pagination"]["count"], 0);
}

#[tokio::test]
async fn reference_b6_a_consent_that_is_removed_takes_back_what_came_of_it() {
    let api = Api::start().await;
    let tokens = agreed(&api, BOB).await;
    let row = api.shown(CONSENTS).await["results"][0].clone();
    let access = member(&tokens, "access_token");
    assert_eq!(api.bench.userinfo(access).await.status(), 200);
    assert_eq!(of(api.delete(&one(&row)).await), (204, Value::Null));
    assert_eq!(api.bench.userinfo(access).await.status(), 401);
    let refreshed = api.bench.refresh("web", member(&tokens, "refresh_token"));
    assert_eq!(refreshed.await.status(), 400);
    let told = (
        404,
        json!({"detail": "No UserConsent matches the given query."}),
    );
    assert_eq!(of(api.get(&one(&row)).await), told);
    assert_eq!(of(api.delete(&one(&row)).await), told);
    let context = api.removed().await;
    assert_eq!(context["app"], "authentik_core");
    assert_eq!(context["model_name"], "userconsent");
    assert_eq!(context["pk"], row["pk"].to_string());

    let mut browser = Browser::new(&api.bench);
    browser.user = BOB;
    browser.authorize("web", "openid offline_access", &[]).await;
    let pages = browser.take_pages();
    assert!(
        pages.contains(&"consent".to_owned()),
        "asked again: {pages:?}"
    );
    let again = api.shown(CONSENTS).await["results"][0].clone();
    assert_eq!(again["pk"], row["pk"], "the same person and application");
}

#[tokio::test]
async fn release_2022_7_3_people_see_and_take_back_their_own_consents() {
    let api = Api::start().await;
    agreed(&api, BOB).await;
    agreed(&api, USER).await;
    let user = api.as_user();
    let (_, page) = user.get(CONSENTS).await;
    assert_eq!(names(&page), ["bob"]);
    let own = one(&page["results"][0]);
    let path = format!("{CONSENTS}?user={}", api.root.subject.pk);
    let hers = one(&api.shown(&path).await["results"][0]);
    assert_eq!(user.get(&hers).await.0, 404);
    assert_eq!(user.delete(&hers).await.0, 404);
    assert_eq!(api.get(&hers).await.0, 200, "it is still there");
    assert_eq!(user.get(&own).await.0, 200);
    assert_eq!(user.delete(&own).await.0, 204);
    assert_eq!(user.get(&own).await.0, 404);
    assert_eq!(api.as_nobody().get(CONSENTS).await.0, 403);
}

#[tokio::test]
async fn reference_b6_consents_are_narrowed_down_and_searched() {
    let api = Api::start().await;
    agreed(&api, BOB).await;
    agreed(&api, USER).await;
    let web = api.shown("/core/applications/web/").await["pk"].clone();
    let fast = api.shown("/core/applications/fast/").await["pk"].clone();
    let (web, fast) = (web.as_str().unwrap(), fast.as_str().unwrap());
    let bob = api.user.subject.pk;
    for (query, found) in [
        (format!("application={web}"), vec!["ada", "bob"]),
        (format!("application={fast}"), vec![]),
        (format!("user={bob}"), vec!["bob"]),
        (format!("user={bob}&application={web}"), vec!["bob"]),
        ("search=AD".to_owned(), vec!["ada"]),
        ("search=nobody".to_owned(), vec![]),
    ] {
        let page = api.shown(&format!("{CONSENTS}?{query}")).await;
        let mut names = names(&page);
        names.sort_unstable();
        assert_eq!(names, found, "{query}");
    }
    let choice = "Select a valid choice. That choice is not one of the available choices.";
    let nil = uuid::Uuid::nil();
    for (query, name, text) in [
        (
            "application=x".to_owned(),
            "application",
            "Enter a valid UUID.",
        ),
        (format!("application={nil}"), "application", choice),
        ("user=x".to_owned(), "user", "Enter a number."),
        ("user=999999".to_owned(), "user", choice),
    ] {
        let told = of(api.get(&format!("{CONSENTS}?{query}")).await);
        assert_eq!(told, (400, json!({ name: [text] })), "{query}");
    }
    let page = api
        .shown(&format!(
            "{CONSENTS}?page_size=1&page=2&ordering=application"
        ))
        .await;
    assert_eq!(page["pagination"]["total_pages"], 2);
    assert_eq!(names(&page).len(), 1);
}
