//! What may be set of stages (API reference B12).

use provider::flow::stage::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{flow, list, one};
use crate::api::harness::Api;

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
