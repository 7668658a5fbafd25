use serde_json::{Value, json};

use super::*;

fn members(value: Value) -> Vec<&'static str> {
    let metadata: Metadata = serde_json::from_value(value).unwrap();
    wrong(&metadata).into_iter().map(|it| it.member).collect()
}

fn key() -> Value {
    json!({"keys": [{"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}]})
}

#[test]
fn nothing_said_is_nothing_wrong() {
    assert!(members(json!({})).is_empty());
}

#[test]
fn requests_are_signed_by_a_key_and_never_by_none() {
    for member in ["backchannel_authentication_request_signing_alg"] {
        for alg in ["none", "HS256", "ES256K", ""] {
            assert_eq!(members(json!({ member: alg })), [member], "{alg}");
        }
        assert!(members(json!({ member: "PS256" })).is_empty());
    }
}

#[test]
fn rfc7591_2_1_grant_types_and_response_types_go_together() {
    for (grants, types, bad) in [
        (json!(["authorization_code"]), json!(["code"]), vec![]),
        (json!(["implicit"]), json!(["id_token"]), vec![]),
        (json!(["implicit"]), json!(["code"]), vec!["grant_types"]),
        (
            json!(["authorization_code"]),
            json!(["code", "id_token"]),
            vec!["grant_types"],
        ),
        (
            json!(["authorization_code", "implicit"]),
            json!(["id_token code"]),
            vec![],
        ),
        (
            json!(["authorization_code"]),
            json!([]),
            vec!["response_types"],
        ),
        (json!(["magic"]), json!([]), vec!["grant_types"]),
        (
            json!(["implicit"]),
            json!(["code code"]),
            vec!["response_types", "grant_types"],
        ),
    ] {
        let found = members(json!({"grant_types": grants, "response_types": types}));
        assert_eq!(found, bad, "{grants} {types}");
    }
}

#[test]
fn oidc_registration_2_enc_needs_alg_and_alg_needs_keys() {
    let enc = "id_token_encrypted_response_enc";
    let alg = "id_token_encrypted_response_alg";
    assert_eq!(members(json!({ enc: "A256GCM" })), [enc]);
    assert_eq!(members(json!({ alg: "RSA-OAEP-256" })), [alg]);
    assert_eq!(members(json!({ alg: "RSA1_5", "jwks": key() })), [alg]);
    assert!(members(json!({ alg: "ECDH-ES", enc: "A256GCM", "jwks": key() })).is_empty());
}

#[test]
fn urls_are_https_without_credentials_and_fragment() {
    for bad in [
        "http://a.example/x",
        "https://u:p@a.example/x",
        "https://a.example/x#y",
        "javascript:alert(1)",
        "https://a;report-uri/x",
        "https://a,b/x",
        "https://*/x",
        "/x",
        "",
    ] {
        assert_eq!(members(json!({"logo_uri": bad})), ["logo_uri"], "{bad}");
        assert_eq!(members(json!({"jwks_uri": bad})), ["jwks_uri"], "{bad}");
    }
    assert!(members(json!({"jwks_uri": "http://127.0.0.1:9/x"})).is_empty());
}

#[test]
fn oidc_registration_2_logins_begin_and_sectors_are_named_at_https_on_loopback_too() {
    for member in ["initiate_login_uri", "sector_identifier_uri"] {
        for bad in [
            "http://127.0.0.1:9/x",
            "http://localhost/x",
            "http://[::1]/x",
            "http://a.example/x",
        ] {
            assert_eq!(members(json!({ member: bad })), [member], "{bad}");
        }
        for good in [
            "https://localhost.emobix.co.uk:8443/x",
            "https://localhost:8443/x",
        ] {
            assert!(members(json!({ member: good })).is_empty(), "{good}");
        }
    }
}

#[test]
fn ciba_4_ping_needs_an_endpoint_to_be_told_at() {
    let ping = json!({"backchannel_token_delivery_mode": "ping"});
    assert_eq!(members(ping), ["backchannel_client_notification_endpoint"]);
}

#[test]
fn it_is_bounded() {
    let many: Vec<String> = (0..101).map(|at| format!("c{at}")).collect();
    assert_eq!(members(json!({ "contacts": many })), ["contacts"]);
    let long = "x".repeat(1_001);
    assert_eq!(members(json!({ "software_id": long })), ["software_id"]);
    let list = json!({ "request_uris": (0..100).map(|at| format!("https://a.example/{}{at}", "x".repeat(2_000))).collect::<Vec<_>>() });
    assert_eq!(members(list), ["client_metadata"]);
}
