//! Pairs that providers sign with and encrypt to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Seconds;
use serde_json::{Value, json};

use super::{EC, EC_KEY, PATH, RSA, RSA_KEY, generated, imported, one, provider, signs};
use crate::api::harness::Api;
use crate::harness::member;

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
async fn rfc7517_4_7_to_4_9_the_key_set_shows_the_certificates_of_the_pairs_that_a_provider_uses() {
    let api = Api::start().await;
    let signing = imported(&api, "signing", EC, EC_KEY).await;
    let encryption = imported(&api, "encryption", RSA, "").await;
    let body = json!({"signing_key": signing["pk"], "encryption_key": encryption["pk"]});
    let (status, told) = api.patch(&provider(&api, "web").await, body).await;
    assert_eq!(status, 200, "{told}");
    let keys = jwks(&api).await;
    for (key, pem, pair) in [(&keys[0], EC, &signing), (&keys[1], RSA, &encryption)] {
        assert_eq!(key["x5c"], json!([bare(pem)]));
        for (thumbprint, fingerprint) in [("x5t", "sha1"), ("x5t#S256", "sha256")] {
            let bytes = URL_SAFE_NO_PAD.decode(member(key, thumbprint)).unwrap();
            let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(pair[format!("fingerprint_{fingerprint}")], hex.join(":"));
        }
    }
    let other = json!({"certificate_data": RSA, "key_data": RSA_KEY});
    assert_eq!(api.patch(&one(&signing), other).await.0, 200);
    api.bench.wait(Seconds(31)); // as long as a function may remember a client
    assert_eq!(jwks(&api).await[0]["x5c"], json!([bare(RSA)]));
}

/// What is between the lines of a PEM text (RFC 7468 §2).
fn bare(pem: &str) -> String {
    pem.lines()
        .filter(|line| !line.starts_with("-----"))
        .collect()
}

async fn jwks(api: &Api) -> Value {
    let set = crate::harness::json(&api.bench.get("/application/o/web/jwks/").await);
    set["keys"].clone()
}
