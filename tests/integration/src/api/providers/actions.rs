//! What can be asked of a provider beside, and providers of every type (API reference B1, §E).

use serde_json::{Value, json};

use super::{ALL, PATH, one, provider_of, wanted};
use crate::api::harness::Api;
use crate::harness::{json as body_of, people};

#[tokio::test]
async fn reference_b1_setup_urls_are_those_that_discovery_tells() {
    let api = Api::start().await;
    let web = provider_of(&api, "web").await;
    let urls = api.shown(&format!("{}setup_urls/", one(&web))).await;
    let told = api
        .bench
        .get("/application/o/web/.well-known/openid-configuration")
        .await;
    let told = body_of(&told);
    for (ours, theirs) in [
        ("issuer", "issuer"),
        ("authorize", "authorization_endpoint"),
        ("token", "token_endpoint"),
        ("user_info", "userinfo_endpoint"),
        ("logout", "end_session_endpoint"),
        ("jwks", "jwks_uri"),
    ] {
        assert_eq!(urls[ours], told[theirs], "{ours}");
    }
    let info = urls["provider_info"].as_str().unwrap();
    assert!(
        info.ends_with("/application/o/web/.well-known/openid-configuration"),
        "{info}"
    );
}

#[tokio::test]
async fn reference_e_setup_urls_without_an_application_are_empty_and_not_null() {
    let api = Api::start().await;
    let made = api.made(PATH, wanted(&api, "alone").await).await;
    let urls = api.shown(&format!("{}setup_urls/", one(&made))).await;
    for empty in ["issuer", "provider_info", "logout", "jwks"] {
        assert_eq!(urls[empty], "", "{urls}");
    }
    assert!(
        urls["token"]
            .as_str()
            .unwrap()
            .ends_with("/application/o/token/"),
        "{urls}"
    );
    api.patch(&one(&made), json!({"issuer_mode": "global"}))
        .await;
    let urls = api.shown(&format!("{}setup_urls/", one(&made))).await;
    assert!(
        urls["issuer"].as_str().unwrap().starts_with("http"),
        "{urls}"
    );
}

#[tokio::test]
async fn reference_b1_a_preview_has_the_claims_of_an_id_token() {
    let api = Api::start().await;
    let web = provider_of(&api, "web").await;
    let path = format!("{}preview_user/", one(&web));
    let own = api.shown(&path).await["preview"].clone();
    assert_eq!(
        (&own["preferred_username"], &own["aud"]),
        (&json!("ada"), &json!("web"))
    );
    assert_eq!(own["email"], "ada@example.com", "{own}");
    assert_eq!(own["sub"], json!(people::sub(&api.bench, "ada").await));
    let tokens = api
        .bench
        .tokens("web", "openid email profile offline_access")
        .await;
    let claims = crate::harness::claims(crate::harness::member(&tokens, "id_token"));
    for (name, value) in claims.as_object().unwrap() {
        let differs = [
            "exp",
            "iat",
            "auth_time",
            "acr",
            "amr",
            "at_hash",
            "nonce",
            "sid",
        ];
        if !differs.contains(&name.as_str()) {
            assert_eq!(&own[name], value, "{name}");
        }
    }
    let bob = api.user.subject.pk;
    let bobs = api.shown(&format!("{path}?for_user={bob}")).await["preview"].clone();
    assert_eq!(bobs["preferred_username"], "bob");
    for (bad, text) in [
        ("x", "for_user must be numerical"),
        ("999999", "User not found"),
    ] {
        let (status, told) = api.get(&format!("{path}?for_user={bad}")).await;
        assert_eq!((status.as_u16(), told), (400, json!({"for_user": [text]})));
    }
    let alone = api.made(PATH, wanted(&api, "alone").await).await;
    let preview = api.shown(&format!("{}preview_user/", one(&alone))).await;
    assert_eq!(preview["preview"]["iss"], Value::Null, "{preview}");
    assert_eq!(preview["preview"]["aud"], alone["client_id"]);
}

#[tokio::test]
async fn reference_b1_all_providers_are_shown_by_their_common_fields() {
    let api = Api::start().await;
    let alone = api.made(PATH, wanted(&api, "alone").await).await;
    let path = format!("{ALL}{}/", alone["pk"]);
    let shown = api.shown(&path).await;
    assert_eq!(
        (&shown["name"], shown.get("client_secret")),
        (&json!("alone"), None)
    );
    let free = api.shown(&format!("{ALL}?application__isnull=true")).await;
    assert_eq!(free["results"], json!([shown]));
    let backchannel = api.shown(&format!("{ALL}?backchannel=true")).await;
    assert_eq!(backchannel["results"], json!([]));
    let found = api.shown(&format!("{ALL}?search=elliptic")).await;
    assert_eq!(
        found["results"][0]["assigned_application_slug"], "es",
        "{found}"
    );
    let types = api.shown(&format!("{ALL}types/")).await;
    assert_eq!(types[0]["model_name"], "oauth2provider");
    assert_eq!(api.post(ALL, json!({})).await.0, 405);
    assert_eq!(api.put(&path, json!({})).await.0, 405);
    assert_eq!(api.delete(&path).await.0, 204);
    assert_eq!(api.get(&one(&alone)).await.0, 404);
}

#[tokio::test]
async fn reference_a_used_by_names_the_application_and_providers_by_their_numbers() {
    let api = Api::start().await;
    let web = provider_of(&api, "web").await;
    let mut body = wanted(&api, "trusting").await;
    body["jwt_federation_providers"] = json!([web["pk"]]);
    let trusting = api.made(PATH, body).await;
    let used = api.shown(&format!("{}used_by/", one(&web))).await;
    let application = api.shown("/core/applications/web/").await;
    let keys: Vec<&Value> = used
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["pk"])
        .collect();
    assert!(keys.contains(&&application["pk"]), "{used}");
    assert!(keys.contains(&&json!(trusting["pk"].to_string())), "{used}");
    let application = api.shown(&format!("{ALL}{}/used_by/", web["pk"])).await;
    assert_eq!(application, used);
}
