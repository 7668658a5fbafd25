//! What is refused, and how.

use protocol::Seconds;
use serde_json::json;

use super::{
    EC, EC_KEY, ENCRYPTED, OTHER_CURVE, PATH, RSA, RSA_KEY, SMALL, generated, imported, one,
};
use crate::api::harness::Api;

#[tokio::test]
async fn reference_b10_what_cannot_be_used_is_refused_by_its_field() {
    let api = Api::start().await;
    let (certificate, key) = ("certificate_data", "key_data");
    for (given, field, says) in [
        (
            ("x", ""),
            certificate,
            "This is no X.509 certificate in PEM (BEGIN CERTIFICATE).",
        ),
        (
            (&*format!("{EC}{EC_KEY}"), ""),
            certificate,
            "There is a private key in it. Give that as key_data.",
        ),
        (
            (SMALL, ""),
            certificate,
            "Its RSA key has less than 2048 bits.",
        ),
        (
            (OTHER_CURVE, ""),
            certificate,
            "Its key is neither an RSA key nor one on P-256, P-384, P-521 or Ed25519.",
        ),
        (
            (EC, "x"),
            key,
            "This is no private key in PEM (BEGIN PRIVATE KEY).",
        ),
        (
            (EC, RSA_KEY),
            key,
            "This private key does not belong to the certificate.",
        ),
        (
            (EC, ENCRYPTED),
            key,
            "This private key is encrypted. Give it without a passphrase.",
        ),
    ] {
        let body = json!({"name": "never", "certificate_data": given.0, "key_data": given.1});
        let (status, told) = api.post(PATH, body).await;
        assert_eq!((status.as_u16(), told), (400, json!({ field: [says] })));
    }
    let none = api.shown(&format!("{PATH}?name=never")).await;
    assert_eq!(none["pagination"]["count"], 0);
}

#[tokio::test]
async fn an_expired_certificate_is_not_taken_but_one_that_has_expired_since_can_be_renamed() {
    let api = Api::start().await;
    let made = imported(&api, "ages", EC, EC_KEY).await;
    api.bench.wait(Seconds(36_001 * 86_400));
    let (status, told) = api
        .post(PATH, json!({"name": "late", "certificate_data": RSA}))
        .await;
    assert_eq!(status, 400);
    let says = told["certificate_data"][0].as_str().unwrap();
    assert!(says.starts_with("This certificate expired at 2"), "{says}");
    let body = json!({"name": "aged", "certificate_data": EC});
    let (status, told) = api.put(&one(&made), body).await;
    assert_eq!(
        (status.as_u16(), &told["name"]),
        (200, &json!("aged")),
        "{told}"
    );
}

#[tokio::test]
async fn reference_b10_what_is_to_be_generated_is_looked_at_before_a_key_is_made() {
    let api = Api::start().await;
    generated(&api, "taken", "ecdsa").await;
    api.bench.forget_calls();
    for (body, field) in [
        (json!({"validity_days": 1}), "common_name"),
        (
            json!({"common_name": "x".repeat(65), "validity_days": 1}),
            "common_name",
        ),
        (
            json!({"common_name": "taken", "validity_days": 1}),
            "common_name",
        ),
        (json!({"common_name": "x"}), "validity_days"),
        (
            json!({"common_name": "x", "validity_days": 0}),
            "validity_days",
        ),
        (
            json!({"common_name": "x", "validity_days": 99_999}),
            "validity_days",
        ),
        (
            json!({"common_name": "x", "validity_days": 1, "alg": "dsa"}),
            "alg",
        ),
        (
            json!({"common_name": "x", "validity_days": 1, "subject_alt_name": "a b"}),
            "subject_alt_name",
        ),
    ] {
        let (status, told) = api.post(&format!("{PATH}generate/"), body).await;
        assert_eq!(status, 400, "{told}");
        assert!(told[field].is_array(), "{field}: {told}");
    }
    let (_, kms) = api.bench.take_calls();
    assert_eq!(kms, Vec::<String>::new());
    assert_eq!(
        api.as_user()
            .post(&format!("{PATH}generate/"), json!({}))
            .await
            .0,
        403
    );
}
