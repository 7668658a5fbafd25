//! `/crypto/certificatekeypairs/` (API reference B10, D).

use http::Method;
use protocol::Seconds;
use provider::event::Action;
use serde_json::{Value, json};

use super::harness::Api;
use crate::harness::jwt::verified;
use crate::harness::{header, member, text};

const PATH: &str = "/crypto/certificatekeypairs/";

macro_rules! pem {
    ($name:literal) => {
        include_str!(concat!(
            "../../../../shared/aws/src/kms/keyring/tests/",
            $name,
            ".pem"
        ))
    };
}

const EC: &str = pem!("ec");
const EC_KEY: &str = pem!("ec-key");
const RSA: &str = pem!("rsa");
const RSA_KEY: &str = pem!("rsa-key");

fn one(pair: &Value) -> String {
    format!("{PATH}{}/", pair["pk"].as_str().expect("a key"))
}

async fn generated(api: &Api, name: &str, alg: &str) -> Value {
    let body = json!({"common_name": name, "validity_days": 365, "subject_alt_name": "a.example, *.b.example", "alg": alg});
    let (status, made) = api.post(&format!("{PATH}generate/"), body).await;
    assert_eq!(status, 200, "{made}");
    made
}

async fn imported(api: &Api, name: &str, certificate: &str, key: &str) -> Value {
    let body = json!({"name": name, "certificate_data": certificate, "key_data": key});
    api.made(PATH, body).await
}

/// The provider of an application.
async fn provider(api: &Api, slug: &str) -> String {
    let application = api.shown(&format!("/core/applications/{slug}/")).await;
    format!("/providers/oauth2/{}/", application["provider"])
}

/// That an application's tokens are signed with this pair from now on.
async fn signs(api: &Api, slug: &str, pair: &Value) {
    let (status, told) = api
        .patch(
            &provider(api, slug).await,
            json!({"signing_key": pair["pk"]}),
        )
        .await;
    assert_eq!(status, 200, "{told}");
    let tokens = api.bench.tokens(slug, "openid").await;
    let claims = verified(&api.bench, slug, member(&tokens, "id_token")).await;
    assert_eq!(claims["aud"], slug);
}

#[tokio::test]
async fn reference_b10_a_key_made_here_signs_a_token_at_once() {
    let api = Api::start().await;
    for (slug, alg, kind) in [("web", "ecdsa", "ec"), ("es", "rsa", "rsa")] {
        let made = generated(&api, &format!("made {alg}"), alg).await;
        assert_eq!(
            (&made["private_key_available"], &made["private_key_type"]),
            (&json!(true), &json!(kind))
        );
        assert_eq!(made["cert_subject"], format!("CN=made {alg}"));
        signs(&api, slug, &made).await;
    }
}

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
        let key = format!("Bearer {}", super::harness::ROOT_KEY);
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
async fn reference_d_a_pair_is_brought_changed_and_removed_as_terraform_does() {
    let api = Api::start().await;
    let made = imported(&api, "brought", &format!("{EC}\n"), EC_KEY).await;
    assert_eq!(
        made["cert_subject"],
        r"CN=ec.example,O=Ada & Söhne\, Ltd,C=DE"
    );
    assert_eq!(
        (&made["private_key_available"], &made["managed"]),
        (&json!(true), &Value::Null)
    );
    let view = api.shown(&format!("{}view_certificate/", one(&made))).await;
    assert_eq!(view, json!({"data": EC.trim()}), "no newline at the end");
    let body = json!({"name": "renamed", "certificate_data": EC, "key_data": EC_KEY});
    let (status, put) = api.put(&one(&made), body).await;
    assert_eq!((status.as_u16(), &put["name"]), (200, &json!("renamed")));
    let without = json!({"name": "renamed", "certificate_data": EC});
    let (status, put) = api.put(&one(&made), without).await;
    assert_eq!(
        (status.as_u16(), &put["private_key_available"]),
        (200, &json!(true)),
        "it is kept"
    );
    let page = api
        .shown(&format!("{PATH}?include_details=true&name=renamed"))
        .await;
    assert_eq!(page["results"], json!([put]));
    signs(&api, "web", &made).await;
    let used = api.shown(&format!("{}used_by/", one(&made))).await;
    assert_eq!(used[0]["model_name"], "oauth2provider");
    assert_eq!(api.delete(&one(&made)).await.0, 204);
    assert_eq!(api.get(&one(&made)).await.0, 404);
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
            (pem!("small"), ""),
            certificate,
            "Its RSA key has less than 2048 bits.",
        ),
        (
            (pem!("other-curve"), ""),
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
            (EC, pem!("ec-key-encrypted")),
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
async fn a_pairs_certificate_and_key_stay_together() {
    let api = Api::start().await;
    let made = imported(&api, "pair", EC, EC_KEY).await;
    signs(&api, "web", &made).await;
    let says = "It does not belong to the private key of this pair. Give key_data as well.";
    let (status, told) = api
        .patch(&one(&made), json!({"certificate_data": RSA}))
        .await;
    assert_eq!(
        (status.as_u16(), told),
        (400, json!({"certificate_data": [says]}))
    );
    let (status, told) = api.patch(&one(&made), json!({"key_data": RSA_KEY})).await;
    let says = "This private key does not belong to the certificate.";
    assert_eq!((status.as_u16(), told), (400, json!({"key_data": [says]})));
    let (status, told) = api.patch(&one(&made), json!({"key_data": ""})).await;
    assert_eq!(status, 400, "a provider signs with it: {told}");
    assert!(told["key_data"].is_array(), "{told}");
    let both = json!({"certificate_data": RSA, "key_data": RSA_KEY});
    let (status, told) = api.patch(&one(&made), both).await;
    assert_eq!(
        (status.as_u16(), &told["private_key_type"]),
        (200, &json!("rsa"))
    );
    api.bench.wait(Seconds(31)); // as long as a function may remember a client
    signs(&api, "web", &made).await;
}

#[tokio::test]
async fn tokens_are_encrypted_to_what_somebody_brought_and_not_to_what_nobody_could_open() {
    let api = Api::start().await;
    let path = provider(&api, "web").await;
    let encrypts = async |pair: &Value| {
        api.patch(&path, json!({"encryption_key": pair["pk"]}))
            .await
    };
    let certificate = imported(&api, "certificate", RSA, "").await;
    let pair = imported(&api, "pair", RSA, RSA_KEY).await;
    for good in [&certificate, &pair] {
        let (status, told) = encrypts(good).await;
        assert_eq!(status, 200, "{told}");
    }
    let tokens = api.bench.tokens("web", "openid").await;
    assert_eq!(
        member(&tokens, "id_token").split('.').count(),
        5,
        "RFC 7516 §7.1"
    );
    for bad in [
        generated(&api, "made", "rsa").await,
        imported(&api, "elliptic", EC, EC_KEY).await,
    ] {
        let (status, told) = encrypts(&bad).await;
        assert_eq!(status, 400);
        assert!(told["encryption_key"].is_array(), "{told}");
    }
    let (status, told) = api
        .patch(&path, json!({"signing_key": certificate["pk"]}))
        .await;
    assert_eq!(status, 400);
    assert!(told["signing_key"].is_array(), "{told}");
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
