use serde_json::{Value, json};

use super::*;

fn read(value: &Value) -> Result<Asked, RegistrationFault> {
    Asked::read(value.as_object().unwrap(), None)
}

#[test]
fn rfc7591_2_what_is_left_out_has_its_default() {
    let asked = read(&json!({"redirect_uris": ["https://a.example/cb"]})).unwrap();
    let metadata = &asked.metadata;
    assert_eq!(
        metadata.token_endpoint_auth_method,
        Some(AuthMethod::ClientSecretBasic)
    );
    assert_eq!(
        metadata.grant_types.as_deref(),
        Some(&["authorization_code".to_owned()][..])
    );
    assert_eq!(
        metadata.response_types.as_deref(),
        Some(&["code".to_owned()][..])
    );
}

#[test]
fn rfc7591_2_members_that_are_not_known_are_ignored() {
    let plain = json!({"redirect_uris": ["https://a.example/cb"]});
    let more = json!({"redirect_uris": ["https://a.example/cb"], "moon": {"phase": 3},
        "client_name#ja": "x", "profile": "fapi2_security", "registration": {"mode": "open"},
        "further_secrets": [], "token_exchange": {"impersonation": true}, "resources": ["https://x.example/"]});
    assert_eq!(read(&plain).unwrap(), read(&more).unwrap());
}

#[test]
fn rfc7592_2_2_null_counts_as_left_out() {
    let plain = json!({"redirect_uris": ["https://a.example/cb"]});
    let null = json!({"redirect_uris": ["https://a.example/cb"], "client_name": null, "jwks": null,
        "grant_types": null, "default_max_age": null, "dpop_bound_access_tokens": null});
    assert_eq!(read(&plain).unwrap(), read(&null).unwrap());
}

#[test]
fn a_member_of_another_type_is_invalid_client_metadata() {
    for (name, value) in [
        ("client_name", json!(7)),
        ("client_name", json!("x".repeat(5_000))),
        ("redirect_uris", json!("https://a.example/cb")),
        ("redirect_uris", json!([7])),
        ("redirect_uris", json!(vec!["https://a.example/cb"; 101])),
        ("grant_types", json!({"a": 1})),
        ("default_max_age", json!("60")),
        ("default_max_age", json!(-1)),
        ("dpop_bound_access_tokens", json!("true")),
        ("token_endpoint_auth_method", json!("magic")),
        ("token_endpoint_auth_method", json!(1)),
        ("subject_type", json!("secret")),
        ("scope", json!("a  \u{e4}")),
        ("software_statement", json!({})),
        ("backchannel_token_delivery_mode", json!("push")),
    ] {
        let fault = read(&json!({ name: value })).unwrap_err();
        assert!(
            matches!(fault, RegistrationFault::Metadata(its, _) if its == name),
            "{name}: {fault:?}"
        );
    }
}

#[test]
fn rfc7591_3_2_2_a_bad_redirect_uri_is_named_so() {
    for bad in [
        "/cb",
        "https://a.example/cb#x",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ] {
        let fault = read(&json!({"redirect_uris": [bad]})).unwrap_err();
        assert!(
            matches!(fault, RegistrationFault::Redirect(_)),
            "{bad}: {fault:?}"
        );
    }
}

#[test]
fn rfc7591_2_1_grants_without_the_authorization_endpoint_have_no_response_types() {
    let responses = |grants: Value| {
        let asked = read(&json!({ "grant_types": grants })).unwrap();
        asked.metadata.response_types.unwrap()
    };
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    assert!(responses(json!([device])).is_empty());
    for grants in [json!(["implicit"]), json!(["authorization_code", device])] {
        assert_eq!(responses(grants), ["code"]);
    }
}
