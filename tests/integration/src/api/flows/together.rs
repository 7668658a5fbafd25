//! Flows with what names them and what is bound to them (API reference B11).

use protocol::Seconds;
use serde_json::json;

use super::{BINDINGS, FLOWS, flow, named, one};
use crate::api::harness::Api;
use crate::harness::browser::Browser;

#[tokio::test]
async fn what_a_brand_names_is_neither_renamed_nor_removed_nor_for_something_else() {
    let api = Api::start().await;
    let path = one("default-authentication-flow");
    let brand = "rand localhost:8000 has it as its flow_authentication.";
    for (change, field) in [
        (json!({"slug": "moved"}), "slug"),
        (json!({"designation": "recovery"}), "designation"),
    ] {
        let (status, told) = api.patch(&path, change).await;
        assert_eq!(status, 400, "{told}");
        assert!(told[field].to_string().contains(brand), "{told}");
    }
    let (status, told) = api.delete(&path).await;
    assert_eq!(status, 400);
    assert!(
        told["non_field_errors"].to_string().contains(brand),
        "{told}"
    );
    // with another in its place it is free
    api.made(FLOWS, flow("other", "authentication")).await;
    let brands = api.shown("/core/brands/").await;
    let brand = brands["results"][0]["brand_uuid"].as_str().unwrap();
    let other = api.shown(&one("other")).await;
    let (status, told) = api
        .patch(
            &format!("/core/brands/{brand}/"),
            json!({"flow_authentication": other["pk"]}),
        )
        .await;
    assert_eq!(status, 200, "{told}");
    let (status, renamed) = api.patch(&path, json!({"slug": "moved"})).await;
    assert_eq!(status, 200, "{renamed}");
}

#[tokio::test]
async fn providers_and_stages_follow_a_renamed_flow_and_hold_on_to_it() {
    let api = Api::start().await;
    let path = one("default-provider-authorization-implicit-consent");
    let (status, told) = api.delete(&path).await;
    assert_eq!(status, 400);
    assert!(
        told["non_field_errors"][0]
            .as_str()
            .unwrap()
            .contains("s in use by provider"),
        "{told}"
    );
    let (status, told) = api.patch(&path, json!({"slug": "implicit"})).await;
    assert_eq!(status, 200, "{told}");
    let mut browser = Browser::new(&api.bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    let stage = api.made("/stages/identification/", json!({
        "name": "leads on", "recovery_flow": api.shown(&one("default-recovery-flow")).await["pk"],
    }));
    let stage = stage.await;
    let (status, _) = api
        .patch(&one("default-enrollment-flow"), json!({"slug": "join"}))
        .await;
    assert_eq!(status, 200);
    let again = api
        .shown(&format!(
            "/stages/identification/{}/",
            stage["pk"].as_str().unwrap()
        ))
        .await;
    assert_eq!(again, stage);
}

#[tokio::test]
async fn a_flow_made_by_the_api_alone_signs_somebody_in() {
    let api = Api::start().await;
    let made = api.made(FLOWS, flow("front-door", "authentication")).await;
    let password = api.made(
        "/stages/password/",
        json!({
            "name": "word", "backends": ["authentik.core.auth.InbuiltBackend"],
        }),
    );
    let password = password.await;
    let who = api
        .made(
            "/stages/identification/",
            json!({"name": "who", "user_fields": ["username"]}),
        )
        .await;
    let login = api
        .made(
            "/stages/user_login/",
            json!({"name": "in", "session_duration": "hours=1"}),
        )
        .await;
    for (order, stage) in [who, password, login].iter().enumerate() {
        api.made(
            BINDINGS,
            json!({"target": made["pk"], "stage": stage["pk"], "order": order}),
        )
        .await;
    }
    let brands = api.shown("/core/brands/").await;
    let brand = brands["results"][0]["brand_uuid"].as_str().unwrap();
    let brand = format!("/core/brands/{brand}/");
    let (status, told) = api
        .patch(&brand, json!({"flow_authentication": made["pk"]}))
        .await;
    assert_eq!(status, 200, "{told}");
    api.bench.wait(Seconds(31)); // so long a brand may be kept
    let mut browser = Browser::new(&api.bench);
    let back = browser.authorize("fast", "openid", &[]).await;
    assert!(back.param("code").is_some(), "{}", back.url);
    let pages = ["ak-stage-identification", "ak-stage-password"];
    assert_eq!(
        browser.pages.get(..2).unwrap(),
        pages,
        "{:?}",
        browser.pages
    );
}

#[tokio::test]
async fn reference_b11_policies_are_bound_to_either_id_of_a_flow_and_of_a_stage_in_it() {
    let api = Api::start().await;
    let made = api.made(FLOWS, flow("own", "authentication")).await;
    let stage = named(&api, "/stages/all/", "default-authentication-login").await;
    let bound = json!({"target": made["pk"], "stage": stage, "order": 0});
    let bound = api.made(BINDINGS, bound).await;
    let policy = json!({"name": "yes", "expression": "return True"});
    let policy = api.made("/policies/expression/", policy).await;
    for object in [&made, &bound] {
        for (order, id) in ["policybindingmodel_ptr_id", "pk"].into_iter().enumerate() {
            let body = json!({"target": object[id], "policy": policy["pk"], "order": order});
            let binding = api.made("/policies/bindings/", body).await;
            assert_eq!(binding["target"], object["pk"], "as authentik answers");
        }
    }
    let shown = api.shown(&one("own")).await;
    assert_eq!(shown["policies"], json!([policy["pk"], policy["pk"]]));
    let query = format!("{BINDINGS}?policies={}", policy["pk"].as_str().unwrap());
    assert_eq!(api.shown(&query).await["results"], json!([bound]));
    let diagram = api.shown(&format!("{}diagram/", one("own"))).await;
    let diagram = diagram["diagram"].as_str().unwrap();
    for part in [
        "flow_pre --Binding 0--> flow_policy_0",
        "--Policy passed--> stage_0",
    ] {
        assert!(diagram.contains(part), "{diagram}");
    }
}
