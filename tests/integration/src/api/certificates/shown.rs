//! What is shown of a pair, and what is not.

use http::Method;
use protocol::Seconds;
use provider::event::Action;
use serde_json::{Value, json};

use super::{EC, EC_KEY, PATH, generated, imported, one};
use crate::api::harness::{Api, ROOT_KEY};
use crate::harness::{header, text};

#[tokio::test]
async fn reference_b10_a_generated_pair_is_shown_with_its_certificate_and_never_with_its_key() {
    let api = Api::start().await;
    let made = generated(&api, "shown", "ecdsa").await;
    assert_eq!(api.shown(&one(&made)).await, made);
    let days = |days: i64| management::wire::moment(api.bench.now() + Seconds(days * 86_400));
    assert_eq!(made["cert_expiry"], days(365));
    for field in ["fingerprint_sha256", "fingerprint_sha1"] {
        let text = made[field].as_str().unwrap();
        let hex = |pair: &str| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok();
        assert!(
            text.split(':').all(hex) && *text == text.to_lowercase(),
            "{text}"
        );
    }
    let pem = api.shown(&format!("{}view_certificate/", one(&made))).await;
    let pem = pem["data"].as_str().unwrap();
    assert!(
        pem.starts_with("-----BEGIN CERTIFICATE-----\n")
            && pem.ends_with("\n-----END CERTIFICATE-----")
    );
    let key = api.shown(&format!("{}view_private_key/", one(&made))).await;
    assert_eq!(key, json!({"data": ""}));
    let again = api
        .made(PATH, json!({"name": "again", "certificate_data": pem}))
        .await;
    for field in [
        "fingerprint_sha256",
        "fingerprint_sha1",
        "cert_expiry",
        "cert_subject",
    ] {
        assert_eq!(again[field], made[field], "read as it was written");
    }
    assert_eq!(again["private_key_available"], false);
}

#[tokio::test]
async fn reference_b10_each_look_at_a_pair_is_recorded() {
    let api = Api::start().await;
    let made = generated(&api, "seen", "ecdsa").await;
    for what in ["view_certificate", "view_private_key"] {
        api.shown(&format!("{}{what}/", one(&made))).await;
    }
    let events = api.bench.backend.stores.events();
    let recorded = events.recent(&api.bench.seeded.tenant.id, None, 100, api.bench.now());
    let recorded = recorded.await.unwrap().events;
    let looks = recorded
        .iter()
        .filter(|event| event.action == Action::SecretView);
    let mut types: Vec<&Value> = looks.map(|event| &event.context["type"]).collect();
    types.sort_by_key(ToString::to_string);
    assert_eq!(types, ["certificate", "private_key"]);
}

#[tokio::test]
async fn reference_b10_with_download_a_file_is_answered() {
    let api = Api::start().await;
    let made = imported(&api, "a \"name\"\n", EC, EC_KEY).await;
    let url = made["certificate_download_url"].as_str().unwrap();
    assert_eq!(
        url,
        format!("/api/v3{}view_certificate/?download", one(&made))
    );
    let answer = api.bench.send({
        let mut request = crate::harness::request(Method::GET, url, "");
        let key = format!("Bearer {ROOT_KEY}");
        request
            .headers_mut()
            .insert("authorization", key.parse().unwrap());
        request
    });
    let answer = answer.await;
    assert_eq!(
        (answer.status().as_u16(), text(&answer)),
        (200, EC.trim().to_owned())
    );
    assert_eq!(header(&answer, "content-type"), "application/x-pem-file");
    let disposition = header(&answer, "content-disposition");
    assert_eq!(
        disposition,
        "attachment; filename=\"a _name__certificate.pem\""
    );
}

#[tokio::test]
async fn reference_b10_without_details_there_are_none() {
    let api = Api::start().await;
    let made = imported(&api, "plain", EC, "").await;
    let page = api
        .shown(&format!("{PATH}?include_details=false&name=plain"))
        .await;
    let mut expected = made;
    for field in [
        "fingerprint_sha256",
        "fingerprint_sha1",
        "cert_expiry",
        "cert_subject",
        "private_key_type",
    ] {
        expected[field] = Value::Null;
    }
    assert_eq!(page["results"], json!([expected]));
    let with_key = api.shown(&format!("{PATH}?has_key=true")).await;
    let rows = with_key["results"].as_array().unwrap();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["private_key_available"] == true));
    assert!(
        rows.iter().all(|row| row["cert_expiry"].is_string()),
        "null crashes Terraform's"
    );
    let without = api.shown(&format!("{PATH}?has_key=false&name=plain")).await;
    assert_eq!(without["pagination"]["count"], 1);
}
