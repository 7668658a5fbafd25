//! What may not be set of stages, and what is said of it (API reference B12).

use serde_json::json;

use super::{list, with};
use crate::api::harness::Api;

/// Kind, what is set, the field that is wrong, and what is said of it.
const WRONG: &[(&str, &str, &str, &str)] = &[
    (
        "user_login",
        r#"{"session_duration": "soon"}"#,
        "session_duration",
        "",
    ),
    (
        "user_login",
        r#"{"network_binding": "bind_asn"}"#,
        "network_binding",
        "not bound to networks",
    ),
    (
        "user_login",
        r#"{"geoip_binding": "bind_continent"}"#,
        "geoip_binding",
        "not bound to networks",
    ),
    (
        "consent",
        r#"{"consent_expire_in": "seconds=0"}"#,
        "consent_expire_in",
        "less than a second",
    ),
    (
        "authenticator/totp",
        r#"{"digits": 7}"#,
        "digits",
        "\"7\" is not a valid choice.",
    ),
    (
        "authenticator/totp",
        "{}",
        "digits",
        "This field is required.",
    ),
    (
        "authenticator/static",
        r#"{"token_count": 1000}"#,
        "token_count",
        "Is 1 to 50.",
    ),
    (
        "authenticator/static",
        r#"{"token_length": 4}"#,
        "token_length",
        "Is 8 to 100.",
    ),
    (
        "authenticator/validate",
        r#"{"webauthn_allowed_device_types": ["00000000-0000-0000-0000-000000000000"]}"#,
        "webauthn_allowed_device_types",
        "leave it empty",
    ),
    (
        "authenticator/validate",
        r#"{"device_classes": ["sms"]}"#,
        "device_classes",
        "Needs at least one.",
    ),
    (
        "authenticator/validate",
        r#"{"configuration_stages": ["00000000-0000-0000-0000-000000000000"]}"#,
        "configuration_stages",
        "object does not exist",
    ),
    (
        "authenticator/webauthn",
        r#"{"device_type_restrictions": ["00000000-0000-0000-0000-000000000000"]}"#,
        "device_type_restrictions",
        "leave it empty",
    ),
    (
        "authenticator/webauthn",
        r#"{"user_verification": "maybe"}"#,
        "user_verification",
        "not a valid choice",
    ),
    (
        "identification",
        r#"{"sources": ["00000000-0000-0000-0000-000000000000"]}"#,
        "sources",
        "leave it empty",
    ),
    (
        "identification",
        r#"{"password_stage": "00000000-0000-0000-0000-000000000000"}"#,
        "password_stage",
        "object does not exist",
    ),
    ("password", "{}", "backends", "This field is required."),
    (
        "password",
        r#"{"backends": ["authentik.sources.ldap.auth.LDAPBackend"]}"#,
        "backends",
        "InbuiltBackend",
    ),
    (
        "email",
        r#"{"use_global_settings": false}"#,
        "use_global_settings",
        "only true is possible",
    ),
    (
        "email",
        r#"{"token_expiry": 0}"#,
        "token_expiry",
        "less than a second",
    ),
    (
        "email",
        r#"{"template": "email/own.html"}"#,
        "template",
        "There is no such text",
    ),
    (
        "captcha",
        r#"{"public_key": "p"}"#,
        "private_key",
        "This field is required.",
    ),
    (
        "captcha",
        r#"{"public_key": "p", "private_key": "k", "api_url": "http://captcha.example/"}"#,
        "api_url",
        "https URL",
    ),
    (
        "prompt/stages",
        r#"{"fields": ["00000000-0000-0000-0000-000000000000"]}"#,
        "fields",
        "object does not exist",
    ),
    (
        "user_write",
        r#"{"create_users_group": "00000000-0000-0000-0000-000000000000"}"#,
        "create_users_group",
        "object does not exist",
    ),
    (
        "redirect",
        r#"{"mode": "flow"}"#,
        "target_flow",
        "This field is required.",
    ),
    (
        "redirect",
        r#"{"mode": "flow", "target_flow": null}"#,
        "target_flow",
        "may not be null",
    ),
    (
        "redirect",
        r#"{"mode": "flow", "target_flow": "00000000-0000-0000-0000-000000000000"}"#,
        "target_flow",
        "object does not exist",
    ),
    (
        "redirect",
        r#"{"mode": "static"}"#,
        "target_static",
        "Is neither a path",
    ),
    (
        "redirect",
        r#"{"mode": "static", "target_static": "javascript:alert(1)"}"#,
        "target_static",
        "Is neither a path",
    ),
];

#[tokio::test]
async fn what_is_wrong_with_a_stage_is_said_by_field() {
    let api = Api::start().await;
    for (kind, body, field, why) in WRONG {
        let body = serde_json::from_str(body).expect("JSON");
        let (status, told) = api
            .post(&list(kind), with(body, &json!({"name": "wrong"})))
            .await;
        assert_eq!(status, 400, "{kind}: {told}");
        let fields: Vec<&String> = told.as_object().unwrap().keys().collect();
        assert_eq!(fields, [field], "{told}");
        let texts = told[field].as_array().unwrap();
        assert_eq!(texts.len(), 1, "{told}");
        assert!(texts[0].as_str().unwrap().contains(why), "{told}");
    }
    assert_eq!(
        api.shown("/stages/all/?name=wrong").await["results"],
        json!([])
    );
}
