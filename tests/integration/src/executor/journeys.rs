//! Whole journeys in JSON, and what stands on the way (API reference C1, C2).

use http::header::CONTENT_TYPE;
use protocol::Seconds;
use serde_json::json;

use super::{CSRF, FLOW, Program, SESSION, SIGN_IN, leads_to};
use crate::harness::browser::{authorize_path, location};
use crate::harness::proxy::Failure;
use crate::harness::{self, Bench, USER, header, text};

#[tokio::test]
async fn reference_c1_a_sign_in_in_json_from_the_first_look_to_the_end() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench).to("/application/o/authorize/?client_id=fast");
    let first = program.get(&program.path(SIGN_IN)).await;
    assert_eq!(header(&first, "content-type"), "application/json");
    assert_eq!(header(&first, "cache-control"), "no-store");
    let challenge = harness::json(&first);
    let expected = json!({
        "component": "ak-stage-identification",
        "user_fields": challenge["user_fields"],
        "password_fields": false,
        "allow_show_password": false,
        "flow_designation": "authentication",
        "primary_action": "Log in",
        "sources": [],
        "show_source_labels": false,
        "flow_info": {
            "title": challenge["flow_info"]["title"],
            "background": challenge["flow_info"]["background"],
            "cancel_url": "/flows/-/cancel/?next=%2Fapplication%2Fo%2Fauthorize%2F%3Fclient_id%3Dfast",
            "layout": "stacked",
        },
    });
    let mut shown = challenge.clone();
    let urls = ["enroll_url", "recovery_url", "passwordless_url"]; // as the stage is set
    for url in urls {
        shown.as_object_mut().unwrap().remove(url);
    }
    assert_eq!(shown, expected);
    let mut fields: Vec<_> = challenge["user_fields"].as_array().unwrap().clone();
    fields.sort_by_key(ToString::to_string);
    assert_eq!(json!(fields), json!(["email", "username"]));

    let uid = json!({ "component": "ak-stage-identification", "uid_field": "ada" });
    let good = program.post(SIGN_IN, &uid).await;
    assert_eq!(good.status(), 302);
    assert_eq!(location(&good), Some(program.path(SIGN_IN)));
    let password = program.look(SIGN_IN).await;
    assert_eq!(password["component"], "ak-stage-password");
    assert_eq!(
        (&password["pending_user"], &password["pending_user_avatar"]),
        (&json!("ada"), &json!(""))
    );
    assert_eq!(password.get("response_errors"), None);

    let wrong = program.post(SIGN_IN, &json!({ "password": "wrong" })).await;
    assert_eq!(wrong.status(), 200);
    let wrong = harness::json(&wrong);
    assert_eq!(wrong["component"], "ak-stage-password");
    assert_eq!(wrong["response_errors"]["password"][0]["code"], "invalid");
    assert!(wrong["flow_info"].is_object());

    let end = program.post(SIGN_IN, &json!({ "password": USER.1 })).await;
    assert_eq!(end.status(), 200);
    assert_eq!(
        leads_to(&harness::json(&end)),
        "/application/o/authorize/?client_id=fast"
    );
    assert!(program.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn a_sign_in_that_leads_nowhere_in_particular_ends_at_ones_own_account() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    let end = program.sign_in(USER.0, USER.1).await;
    assert_eq!(leads_to(&end), "/if/user/");
    let again = program.look(SIGN_IN).await;
    assert_eq!(
        leads_to(&again),
        "/if/user/",
        "who is signed in is not asked again"
    );
}

#[tokio::test]
async fn reference_c1_a_good_answer_leads_to_the_very_same_address_byte_for_byte() {
    let bench = Bench::embedded().await;
    for path in [
        "/api/v3/flows/executor/default-authentication-flow/?query=next%3d%2Fa%252fb",
        "/api/v3/flows/executor/default-authentication-flow/?x=1&query=next=/a+b",
        "/api/v3/flows/executor/default-authentication-flow?query=",
    ] {
        let mut program = Program::new(&bench);
        let mut request = program.posting(SIGN_IN, &json!({ "uid_field": "ada" }));
        *request.uri_mut() = path.parse().expect("a path");
        let answer = program.send(request).await;
        if path.contains("a+b") {
            assert_eq!(
                answer.status(),
                200,
                "a blank is no part of an address: {}",
                text(&answer)
            );
            continue;
        }
        assert_eq!(
            (answer.status().as_u16(), location(&answer).as_deref()),
            (302, Some(path))
        );
    }
}

#[tokio::test]
async fn reference_c1_the_first_look_writes_nothing_and_sets_the_cookies() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    bench.forget_calls();
    let first = program.get(&program.path(SIGN_IN)).await;
    let writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
    let (calls, _) = bench.take_calls();
    assert!(
        calls.iter().all(|call| !writes.contains(&call.as_str())),
        "{calls:?}"
    );
    let sets: Vec<String> = first
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|set| set.to_str().unwrap().split_once('=').unwrap())
        .map(|(name, rest)| format!("{name}{}", &rest[rest.find(';').unwrap()..]))
        .collect();
    let expected = [
        "latchkey_flow; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax",
        "authentik_csrf; Path=/; Max-Age=1800; SameSite=Lax",
    ];
    assert_eq!(sets, expected);
}

#[tokio::test]
async fn an_answer_before_the_first_look_counts_and_brings_the_cookies() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    let asked = program.answer(SIGN_IN, json!({ "uid_field": "ada" })).await;
    assert_eq!(asked["component"], "ak-stage-password");
    assert!(program.cookies.contains_key(FLOW) && program.cookies.contains_key(CSRF));
    let end = program.answer(SIGN_IN, json!({ "password": USER.1 })).await;
    assert_eq!(leads_to(&end), "/if/user/");
}

#[tokio::test]
async fn reference_c1_consent_is_given_in_json_with_the_token_of_the_challenge() {
    let bench = Bench::embedded().await;
    let next = authorize_path("web", "openid email", &[]);
    let mut program = Program::new(&bench).to(&next);
    let end = program.sign_in(USER.0, USER.1).await;
    let asked = program.get(leads_to(&end)).await;
    let to = location(&asked).expect("to consent");
    let (path, query) = to.split_once('?').expect("a query");
    assert_eq!(
        path,
        "/if/flow/default-provider-authorization-explicit-consent/"
    );
    query.clone_into(&mut program.query);
    let consent = "default-provider-authorization-explicit-consent";
    let challenge = program.look(consent).await;
    assert_eq!(challenge["component"], "ak-stage-consent");
    assert_eq!(challenge["header_text"], "You're about to sign into Web.");
    assert_eq!(challenge["additional_permissions"], json!([]));
    assert_eq!(challenge["permissions"][0]["id"], "email");
    let again = program.answer(consent, json!({ "token": "another" })).await;
    assert_eq!(again["component"], "ak-stage-consent");
    let end = program
        .answer(consent, json!({ "token": challenge["token"] }))
        .await;
    let back = program.get(leads_to(&end)).await;
    let back = location(&back).expect("to the client");
    assert!(back.starts_with("https://rp.example/cb?code="), "{back}");
}

#[tokio::test]
async fn reference_c1_a_sign_out_takes_place_in_the_request_that_reaches_it() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.sign_in(USER.0, USER.1).await;
    let end = program.look("default-invalidation-flow").await;
    assert_eq!(leads_to(&end), "/");
    assert!(!program.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn reference_c1_what_is_no_answer_is_refused_as_rest_framework_refuses_it() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    let unknown = program
        .get("/api/v3/flows/executor/no-such-flow/?query=")
        .await;
    let told = (unknown.status().as_u16(), text(&unknown));
    assert_eq!(
        told,
        (
            404,
            r#"{"detail":"No Flow matches the given query."}"#.to_owned()
        )
    );
    let answer = json!({ "uid_field": "ada" });
    for other in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let mut request = program.posting(SIGN_IN, &answer);
        request
            .headers_mut()
            .insert(CONTENT_TYPE, other.parse().unwrap());
        let refused = program.send(request).await;
        assert_eq!(refused.status(), 415, "{other}");
        assert_eq!(
            text(&refused),
            r#"{"detail":"Unsupported media type in request."}"#
        );
    }
    for broken in ["", "{", "[]", "null", "\"x\""] {
        let mut request = program.posting(SIGN_IN, &answer);
        *request.body_mut() = broken.into();
        let refused = program.send(request).await;
        assert_eq!(refused.status(), 400, "{broken}");
        assert!(harness::json(&refused)["detail"].is_string());
    }
    let mut request = program.posting(SIGN_IN, &answer);
    *request.method_mut() = http::Method::PUT;
    let refused = program.send(request).await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "allow")),
        (405, "GET, POST, HEAD")
    );
    assert!(harness::json(&refused)["detail"].is_string());
}

#[tokio::test]
async fn reference_c3_next_never_leads_to_another_site() {
    let bench = Bench::embedded().await;
    for place in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "evil",
    ] {
        let mut program = Program::new(&bench).to(place);
        let denied = program.look(SIGN_IN).await;
        assert_eq!(denied["component"], "ak-stage-access-denied", "{place}");
        assert_eq!(denied["error_message"], "Invalid next URL");
        assert!(!denied.to_string().contains("evil"), "{denied}");
    }
}

#[tokio::test]
async fn reference_c1_a_failure_of_ours_is_a_challenge_with_its_reference() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.look(SIGN_IN).await;
    bench.dynamodb.fail("BatchGetItem", Failure::Broken, 20);
    let broken = program.get(&program.path(SIGN_IN)).await;
    bench.dynamodb.heal();
    assert_eq!(broken.status(), 200);
    let broken = harness::json(&broken);
    assert_eq!(broken["component"], "ak-stage-flow-error");
    assert!(!broken["request_id"].as_str().unwrap().is_empty());
    assert!(broken["flow_info"]["cancel_url"].is_string());
}

#[tokio::test]
async fn a_session_that_ended_is_asked_to_sign_in_again() {
    let bench = Bench::embedded().await;
    let mut program = Program::new(&bench);
    program.sign_in(USER.0, USER.1).await;
    bench.wait(Seconds::days(14));
    let challenge = program.look(SIGN_IN).await;
    assert_eq!(challenge["component"], "ak-stage-identification");
}
