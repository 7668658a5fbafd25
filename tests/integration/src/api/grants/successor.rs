//! A provider that goes by the `client_id` of another: what people gave to the first is not the second's.

use protocol::Seconds;
use serde_json::{Value, json};

use super::super::harness::Api;
use super::{ACCESS, BOB, CODES, OFFLINE, REFRESH, code, rows, tokens};
use crate::harness::exchange::Exchange;
use crate::harness::{member, text};

const CONSENTS: &str = "/core/user_consent/";

/// Puts another provider in the place of a client's, with the same `client_id` and secret.
async fn succeed(api: &Api, client: &str) {
    let list = format!("/providers/oauth2/?client_id={client}");
    let mut provider = api.shown(&list).await["results"][0].clone();
    let former = format!("/providers/oauth2/{}/", provider["pk"]);
    let (status, told) = api.patch(&former, json!({"client_id": "former"})).await;
    assert_eq!(status, 200, "{told}");
    provider["name"] = json!("Its successor");
    let made = api.made("/providers/oauth2/", provider).await;
    let application = format!("/core/applications/{client}/");
    let (status, told) = api
        .patch(&application, json!({"provider": made["pk"]}))
        .await;
    assert_eq!(status, 200, "{told}");
    api.bench.wait(Seconds(31)); // until when the former may be known
}

#[tokio::test]
async fn another_provider_with_the_same_client_id_inherits_nothing() {
    let api = Api::start().await;
    let bench = &api.bench;
    let given = tokens(&api, BOB, "web", OFFLINE).await;
    let unspent = code(&api, BOB, "web", OFFLINE).await;
    let access = member(&given, "access_token");
    assert_eq!(bench.userinfo(access).await.status(), 200);
    for list in [CODES, REFRESH, ACCESS, CONSENTS] {
        assert_eq!(rows(&api, list).await.len(), 1, "{list}");
    }

    succeed(&api, "web").await;
    let told = bench.redeem("web", &unspent).await;
    assert!(text(&told).contains("invalid_grant"), "{}", text(&told));
    let told = bench.refresh("web", member(&given, "refresh_token")).await;
    assert!(text(&told).contains("invalid_grant"), "{}", text(&told));
    assert_eq!(bench.userinfo(access).await.status(), 401);
    for token in ["access_token", "refresh_token"] {
        let asked = Exchange::of(bench, "web").with("token", member(&given, token));
        let told = asked.send_to("/application/o/introspect/").await;
        assert_eq!(text(&told), r#"{"active":false}"#, "{token}");
    }
    for list in [CODES, REFRESH, ACCESS, CONSENTS] {
        assert_eq!(rows(&api, list).await, [] as [Value; 0], "{list}");
    }

    let given = tokens(&api, BOB, "web", OFFLINE).await;
    let access = member(&given, "access_token");
    assert_eq!(bench.userinfo(access).await.status(), 200, "of its own");
}
