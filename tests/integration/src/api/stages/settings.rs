//! What may be set of stages, and what becomes of what may not (API reference B12).

use provider::flow::stage::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{flow, list, one, with};
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

#[tokio::test]
async fn what_authentik_has_and_is_not_here_is_answered_as_it_is_there_at_first() {
    let api = Api::start().await;
    let body = json!({"name": "mail", "host": "smtp.example", "port": 587, "password": "secret", "token_expiry": 45});
    let made = api.made(&list("email"), body).await;
    let fields = [
        "use_global_settings",
        "host",
        "port",
        "from_address",
        "token_expiry",
    ];
    let fields = fields.map(|field| made[field].clone());
    let expected = [
        json!(true),
        json!("localhost"),
        json!(25),
        json!("system@authentik.local"),
        json!(45),
    ];
    assert_eq!(fields, expected);
    assert!(made.get("password").is_none());
    let classes = json!(["static", "totp", "webauthn", "duo", "sms"]);
    let made = api
        .made(
            &list("authenticator/validate"),
            json!({"name": "all", "device_classes": classes}),
        )
        .await;
    assert_eq!(
        made["device_classes"],
        json!(["static", "totp", "webauthn"]),
        "nobody can have the others"
    );
    assert_eq!(made["last_auth_threshold"], "seconds=0");
    let path = one("authenticator/validate", &made);
    for span in ["hours=1", "seconds=0"] {
        let (_, changed) = api.patch(&path, json!({"last_auth_threshold": span})).await;
        assert_eq!(changed["last_auth_threshold"], span);
    }
    let made = api
        .made(
            &list("authenticator/totp"),
            json!({"name": "app", "digits": 6, "friendly_name": null}),
        )
        .await;
    assert_eq!(
        (&made["digits"], &made["friendly_name"]),
        (&json!("6"), &Value::Null)
    );
}

#[tokio::test]
async fn a_redirect_leads_to_an_address_or_into_a_flow() {
    let api = Api::start().await;
    let target = flow(&api, "default-recovery-flow").await;
    let into = json!({"name": "on", "mode": "flow", "target_flow": target, "keep_context": false});
    let made = api.made(&list("redirect"), into).await;
    assert_eq!(
        (&made["target_flow"], &made["keep_context"]),
        (&target, &json!(false))
    );
    let change = json!({"mode": "static", "target_static": "https://there.example/"});
    let (status, changed) = api.patch(&one("redirect", &made), change).await;
    assert_eq!(
        (status.as_u16(), &changed["target_flow"]),
        (200, &Value::Null),
        "{changed}"
    );
    assert_eq!(changed["target_static"], "https://there.example/");
}

#[tokio::test]
async fn the_private_key_of_a_captcha_is_sealed_and_never_shown() {
    let api = Api::start().await;
    let secret = "keep this to yourself";
    let body = json!({"name": "robots", "public_key": "site", "private_key": secret});
    let made = api.made(&list("captcha"), body.clone()).await;
    assert!(made.get("private_key").is_none(), "{made}");
    let id = Uuid::parse_str(made["pk"].as_str().unwrap()).unwrap();
    let stored = async || {
        let tenant = &api.bench.seeded.tenant.id;
        let config = api.bench.backend.stores.config();
        let kind = provider::ports::ObjectKind::Stage;
        let found = config
            .get(tenant, kind, &id.to_string())
            .await
            .unwrap()
            .unwrap();
        assert!(!found.body.to_string().contains(secret));
        match serde_json::from_value(found.body["settings"].clone()).unwrap() {
            Settings::Captcha(its) => its.private_key,
            other => panic!("{other:?}"),
        }
    };
    let first = stored().await;
    let (status, _) = api.put(&one("captcha", &made), body.clone()).await;
    assert_eq!(status, 200);
    assert_eq!(stored().await, first, "the same key is left as it is");
    let (_, changed) = api
        .patch(&one("captcha", &made), json!({"interactive": true}))
        .await;
    assert_eq!(changed["interactive"], true);
    assert_eq!(stored().await, first);
    let (status, _) = api
        .patch(&one("captcha", &made), json!({"private_key": "another"}))
        .await;
    assert_eq!(status, 200);
    assert_ne!(stored().await, first);
}
