//! Clients that registered themselves, as superusers see them.

use http::StatusCode;
use provider::client::{Registration, RegistrationMode};
use serde_json::json;

use super::harness::Api;
use crate::harness::{Bench, configure, member};
use crate::register::{plain, registered};

const PATH: &str = "/latchkey/registered_clients/";

async fn start() -> Api {
    let bench = Bench::embedded().await;
    configure::client(&bench, "web", |client| {
        client.metadata.registration = Some(Registration {
            mode: RegistrationMode::Open,
            ..Registration::default()
        });
    })
    .await;
    Api::over(bench).await
}

#[tokio::test]
async fn superusers_see_and_remove_clients_that_registered() {
    let api = Box::pin(start()).await;
    let (one, two) = (
        registered(&api.bench, &plain()).await,
        registered(&api.bench, &plain()).await,
    );
    let (status, list) = api.get(PATH).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(list["pagination"]["count"], 2);
    let (_, page) = api.get(&format!("{PATH}?page=2&page_size=1")).await;
    assert_eq!(page["results"].as_array().map(Vec::len), Some(1));
    let at = |client| format!("{PATH}{}/", member(client, "client_id"));
    let (_, shown) = api.get(&at(&one)).await;
    assert_eq!(
        (&shown["name"], &shown["application"]),
        (&json!("My Tool"), &json!("web"))
    );
    assert!(!shown.to_string().contains(member(&one, "client_secret")));
    assert_eq!(api.delete(&at(&one)).await.0, StatusCode::NO_CONTENT);
    assert_eq!(api.get(&at(&one)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(api.delete(&at(&one)).await.0, StatusCode::NOT_FOUND);
    assert_eq!(api.get(&at(&two)).await.0, StatusCode::OK);
}

#[tokio::test]
async fn nobody_else_does() {
    let api = Box::pin(start()).await;
    let one = registered(&api.bench, &plain()).await;
    let at = format!("{PATH}{}/", member(&one, "client_id"));
    for path in [PATH, &at] {
        assert_eq!(api.as_user().get(path).await.0, StatusCode::FORBIDDEN);
        assert_eq!(api.as_nobody().get(path).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(api.as_user().delete(&at).await.0, StatusCode::FORBIDDEN);
    assert_eq!(
        api.get("/latchkey/registered_clients/web/").await.0,
        StatusCode::NOT_FOUND
    );
}
