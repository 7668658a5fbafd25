//! Who sees which applications, and where they start (API reference B2).

use serde_json::{Value, json};

use super::{PATH, one, wanted};
use crate::api::harness::Api;

fn slugs(page: &Value) -> Vec<&str> {
    let rows = page["results"].as_array().expect("rows").iter();
    rows.map(|row| row["slug"].as_str().expect("a slug"))
        .collect()
}

/// Lets only this user in.
async fn only_for(api: &Api, slug: &str, user: u64) {
    let target = api.shown(&one(slug)).await["pk"].clone();
    let body = json!({"policy": null, "group": null, "user": user, "target": target, "order": 0});
    api.made("/policies/bindings/", body).await;
}

#[tokio::test]
async fn reference_b2_a_list_shows_what_the_caller_may_use() {
    let api = Api::start().await;
    api.made(PATH, wanted("for-ada")).await;
    api.made(PATH, wanted("for-bob")).await;
    only_for(&api, "for-ada", api.root.subject.pk).await;
    only_for(&api, "for-bob", api.user.subject.pk).await;
    let page = api.shown(&format!("{PATH}?search=for")).await;
    assert_eq!(
        (slugs(&page), &page["pagination"]["count"]),
        (vec!["for-ada"], &json!(2))
    );
    let full = api
        .shown(&format!("{PATH}?search=for&superuser_full_list=true"))
        .await;
    assert_eq!(slugs(&full), ["for-ada", "for-bob"]);
    let (_, own) = api
        .as_user()
        .get(&format!("{PATH}?search=for&superuser_full_list=true"))
        .await;
    assert_eq!(slugs(&own), ["for-bob"], "which only superusers get");
    let bobs = api
        .shown(&format!(
            "{PATH}?search=for&for_user={}",
            api.user.subject.pk
        ))
        .await;
    assert_eq!(slugs(&bobs), ["for-bob"]);
    let other = format!("{PATH}?for_user={}", api.root.subject.pk);
    let (status, told) = api.as_user().get(&other).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"for_user": ["User not found"]}))
    );
    assert_eq!(api.as_user().get(&one("for-bob")).await.0, 403);
    assert_eq!(api.as_nobody().get(PATH).await.0, 403);
    assert_eq!(api.as_user().post(PATH, wanted("mine")).await.0, 403);
}

#[tokio::test]
async fn reference_b2_a_launch_url_names_the_viewer_and_is_asked_for() {
    let api = Api::start().await;
    let mut body = wanted("zen-started");
    body["meta_launch_url"] = json!("https://a.example/%(username)s");
    api.made(PATH, body).await;
    api.made(PATH, wanted("zen-standing")).await;
    assert_eq!(
        api.shown(&one("zen-started")).await["launch_url"],
        "https://a.example/ada"
    );
    let (_, page) = api
        .as_user()
        .get(&format!("{PATH}?search=zen-sta&only_with_launch_url=true"))
        .await;
    assert_eq!(slugs(&page), ["zen-started"]);
    assert_eq!(page["results"][0]["launch_url"], "https://a.example/bob");
    assert_eq!(
        api.shown(&one("web")).await["launch_url"],
        "https://rp.example"
    );
}

#[tokio::test]
async fn reference_b2_check_access_says_who_may_come_in() {
    let api = Api::start().await;
    api.made(PATH, wanted("for-bob")).await;
    only_for(&api, "for-bob", api.user.subject.pk).await;
    let path = format!("{}check_access/", one("for-bob"));
    let may = |passing: bool| json!({"passing": passing, "messages": [], "log_messages": []});
    assert_eq!(api.shown(&path).await, may(false));
    let of = |pk: u64| format!("{path}?for_user={pk}");
    assert_eq!(api.shown(&of(api.user.subject.pk)).await, may(true));
    let (status, own) = api.as_user().get(&of(api.root.subject.pk)).await;
    assert_eq!(
        (status.as_u16(), own),
        (200, may(true)),
        "only superusers ask about others"
    );
    let (status, told) = api.get(&format!("{path}?for_user=x")).await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"for_user": ["for_user must be numerical"]}))
    );
    assert_eq!(
        api.get(&format!("{}check_access/", one("nowhere"))).await.0,
        404
    );
    assert_eq!(api.as_nobody().get(&path).await.0, 403);
}
