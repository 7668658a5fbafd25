//! The lists: whose they are, and what they are narrowed down by.

use serde_json::{Value, json};

use super::{ACCESS, BOB, CODES, OFFLINE, REFRESH, code, of, one, only, rows, tokens};
use crate::api::harness::Api;
use crate::harness::USER;

/// To end a refresh token ends the access tokens, so it comes last.
const LISTS: [&str; 3] = [CODES, ACCESS, REFRESH];

/// Ada and bob have one of each, at two clients.
async fn both() -> Api {
    let api = Api::start().await;
    for (who, client) in [(USER, "es"), (BOB, "fast")] {
        tokens(&api, who, client, OFFLINE).await;
        code(&api, who, client, OFFLINE).await;
    }
    api
}

fn names(page: &Value) -> Vec<&str> {
    let rows = page["results"].as_array().expect("rows").iter();
    rows.map(|row| row["user"]["username"].as_str().expect("text"))
        .collect()
}

#[tokio::test]
async fn reference_b6_others_than_superusers_see_and_end_their_own_alone() {
    let api = both().await;
    let user = api.as_user();
    for list in LISTS {
        assert_eq!(rows(&api, list).await.len(), 2, "{list}");
        let (status, page) = user.get(list).await;
        assert_eq!(
            (status.as_u16(), names(&page)),
            (200, vec!["bob"]),
            "{list}"
        );
        assert_eq!(page["pagination"]["count"], 1);
        let own = page["results"][0].clone();
        assert_eq!(of(user.get(&one(list, &own)).await), (200, own.clone()));
        let path = format!("{list}?user={}", api.root.subject.pk);
        let hers = only(&api, &path).await;
        let (_, none) = user.get(&path).await;
        assert_eq!(none["pagination"]["count"], 0, "{list}");
        for path in [one(list, &hers), format!("{}used_by/", one(list, &hers))] {
            assert_eq!(user.get(&path).await.0, 404, "{path}");
        }
        assert_eq!(user.delete(&one(list, &hers)).await.0, 404, "{list}");
        assert_eq!(api.get(&one(list, &hers)).await.0, 200, "it is still there");
        assert_eq!(user.delete(&one(list, &own)).await.0, 204, "{list}");
        assert_eq!(user.get(&one(list, &own)).await.0, 404, "{list}");
        assert_eq!(api.as_nobody().get(list).await.0, 403);
    }
}

#[tokio::test]
async fn reference_b6_lists_are_narrowed_down_by_provider_and_user() {
    let api = both().await;
    let (ada, bob) = (api.root.subject.pk, api.user.subject.pk);
    for list in LISTS {
        let all = rows(&api, list).await;
        let provider = |name: &str| {
            let row = all.iter().find(|row| row["user"]["username"] == name);
            row.expect("a row")["provider"]["pk"].clone()
        };
        let (hers, his) = (provider("ada"), provider("bob"));
        assert_ne!(hers, his);
        for (query, found) in [
            (format!("user={ada}"), vec!["ada"]),
            (format!("provider={his}"), vec!["bob"]),
            (format!("provider={hers}&user={bob}"), vec![]),
            (format!("provider={his}&user={bob}"), vec!["bob"]),
            ("what=ever".to_owned(), vec!["ada", "bob"]),
        ] {
            let page = api.shown(&format!("{list}?{query}")).await;
            let mut names = names(&page);
            names.sort_unstable();
            assert_eq!(names, found, "{list}?{query}");
        }
        let choice = "Select a valid choice. That choice is not one of the available choices.";
        for (query, name, text) in [
            ("user=x", "user", "Enter a number."),
            ("provider=x", "provider", "Enter a number."),
            ("user=999999", "user", choice),
            ("provider=999999", "provider", choice),
        ] {
            let told = of(api.get(&format!("{list}?{query}")).await);
            assert_eq!(told, (400, json!({ name: [text] })), "{list}?{query}");
        }
    }
}

#[tokio::test]
async fn reference_b6_lists_come_in_pages_in_the_order_of_providers() {
    let api = both().await;
    for list in LISTS {
        let all = rows(&api, list).await;
        let pks: Vec<u64> = all
            .iter()
            .map(|row| row["provider"]["pk"].as_u64().expect("a number"))
            .collect();
        assert!(pks.is_sorted(), "{list}: {pks:?}");
        for (page, row) in (1..).zip(&all) {
            let told = api.shown(&format!("{list}?page_size=1&page={page}")).await;
            assert_eq!(told["results"], json!([row]), "{list}");
            assert_eq!(told["pagination"]["count"], 2, "{list}");
        }
        assert_eq!(api.get(&format!("{list}?page_size=1&page=3")).await.0, 404);
        let turned = api.shown(&format!("{list}?ordering=-provider")).await;
        assert_eq!(turned["results"], json!([all[1], all[0]]), "{list}");
        let ends = api.shown(&format!("{list}?ordering=-expires")).await;
        let ends: Vec<&str> = ends["results"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row["expires"].as_str().expect("text"))
            .collect();
        assert!(ends.is_sorted_by(|one, other| one >= other), "{ends:?}");
    }
}

#[tokio::test]
async fn reference_b6_what_is_no_number_of_one_is_not_there() {
    let api = both().await;
    for list in LISTS {
        for key in ["0", "-1", "x", "1", "257", "99999999999", "2147483647"] {
            let path = format!("{list}{key}/");
            assert_eq!(api.get(&path).await.0, 404, "{path}");
            assert_eq!(api.delete(&path).await.0, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn reference_b6_what_a_client_got_that_is_gone_is_left_out() {
    let api = both().await;
    let before = rows(&api, ACCESS).await;
    let app = before
        .iter()
        .find(|row| row["user"]["username"] == "bob")
        .expect("his");
    let slug = app["provider"]["assigned_application_slug"].as_str();
    let path = format!("/core/applications/{}/", slug.expect("text"));
    assert_eq!(api.delete(&path).await.0, 204);
    for list in LISTS {
        let page = api.shown(list).await;
        assert_eq!(names(&page), ["ada"], "{list}");
        assert_eq!(page["pagination"]["count"], 1, "{list}");
    }
    assert_eq!(api.get(&one(ACCESS, app)).await.0, 404);
}
