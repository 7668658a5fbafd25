//! Request objects at the endpoint that requests are pushed to (RFC 9126 §3).

use serde_json::json;

use super::{asked, object, signing, with};
use crate::assertions::Elsewhere;
use crate::harness::exchange::Exchange;
use crate::par::{PAR, error, name, visit};

#[tokio::test]
async fn rfc9126_3_an_object_can_be_pushed_and_nothing_beside_it_counts() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, |_| {}).await;
    let request = object(&key, &asked(&bench));
    let pushing = Exchange::of(&bench, "fast")
        .with("request", &request)
        .with("state", "outside")
        .with("redirect_uri", "https://evil.example/");
    let name = name(&pushing.send_to(PAR).await);
    let back = visit(&bench, "fast", &name).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    assert_eq!(back.param("state").as_deref(), Some("inside"));
}

#[tokio::test]
async fn rfc9126_3_an_object_of_another_client_or_too_late_is_refused() {
    let key = Elsewhere::new("k");
    let bench = signing(&key, |_| {}).await;
    let now = bench.now().unix();
    for (what, value) in [("client_id", json!("web")), ("exp", json!(now))] {
        let request = object(&key, &with(asked(&bench), what, value));
        let pushing = Exchange::of(&bench, "fast").with("request", &request);
        let answer = pushing.send_to(PAR).await;
        assert_eq!(error(&answer), "invalid_request_object", "{what}");
    }
}
