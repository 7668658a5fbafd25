//! A client's secret changes (`rotate_secret`, which authentik has not).

use futures_util::future::join_all;
use protocol::Seconds;
use serde_json::{Value, json};

use super::{one, provider_of};
use crate::api::harness::Api;
use crate::harness::exchange::Exchange;
use crate::harness::{Bench, basic, member};

async fn is_good(bench: &Bench, secret: &str) -> bool {
    let asked = Exchange::of(bench, "web").with("grant_type", "client_credentials");
    let asked = asked.authorization(&basic("web", secret));
    asked.send().await.status() == 200
}

async fn rotated(api: &Api, keep: &Value) -> String {
    let path = one(&provider_of(api, "web").await);
    let (status, told) = api
        .post(&format!("{path}rotate_secret/"), keep.clone())
        .await;
    assert_eq!(status, 200, "{told}");
    api.bench.wait(Seconds(30));
    member(&told, "client_secret").to_owned()
}

#[tokio::test]
async fn the_previous_secret_is_good_as_long_as_is_said_and_the_new_one_at_once() {
    let api = Api::start().await;
    let new = rotated(&api, &json!({"keep_previous": "minutes=2"})).await;
    assert_eq!(new.len(), 128);
    for secret in ["web-secret", &new] {
        assert!(is_good(&api.bench, secret).await);
    }
    api.bench.wait(Seconds(89));
    assert!(is_good(&api.bench, "web-secret").await);
    api.bench.wait(Seconds(1));
    assert!(!is_good(&api.bench, "web-secret").await);
    assert!(is_good(&api.bench, &new).await);
}

#[tokio::test]
async fn without_a_word_the_previous_secret_ends_at_once_and_those_that_ended_are_forgotten() {
    let api = Api::start().await;
    let kept = rotated(&api, &json!({"keep_previous": "minutes=1"})).await;
    api.bench.wait(Seconds(60));
    let last = rotated(&api, &json!({})).await;
    for (secret, good) in [("web-secret", false), (&kept, false), (&last, true)] {
        assert_eq!(is_good(&api.bench, secret).await, good);
    }
    let shown = provider_of(&api, "web").await;
    assert_eq!(shown["client_secret"], json!(last));
    assert!(shown["client_metadata"].get("further_secrets").is_none());
    let path = "/events/events/?action=secret_rotate";
    let events = api.shown(path).await;
    assert_eq!(
        events["results"].as_array().map(Vec::len),
        Some(2),
        "{events}"
    );
    assert!(!events.to_string().contains(&last));
}

#[tokio::test]
async fn of_changes_at_the_same_time_each_secret_is_good() {
    let api = Api::start().await;
    let path = format!("{}rotate_secret/", one(&provider_of(&api, "web").await));
    let keep = json!({"keep_previous": "hours=1"});
    let answers = join_all((0..3).map(|_| api.post(&path, keep.clone()))).await;
    api.bench.wait(Seconds(30));
    for (status, told) in &answers {
        assert_eq!(*status, 200, "{told}");
        assert!(is_good(&api.bench, member(told, "client_secret")).await);
    }
    assert!(is_good(&api.bench, "web-secret").await);
}

#[tokio::test]
async fn a_time_that_is_none_and_a_public_client_are_refused() {
    let api = Api::start().await;
    for (client, keep, field) in [
        ("web", json!({"keep_previous": "soon"}), "keep_previous"),
        (
            "spa",
            json!({"keep_previous": "days=1"}),
            "non_field_errors",
        ),
    ] {
        let path = one(&provider_of(&api, client).await);
        let (status, told) = api.post(&format!("{path}rotate_secret/"), keep).await;
        assert_eq!(status, 400, "{told}");
        assert!(told.get(field).is_some(), "{told}");
    }
    assert!(is_good(&api.bench, "web-secret").await);
}
