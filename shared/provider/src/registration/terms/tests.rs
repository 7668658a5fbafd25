use serde_json::{Value, json};

use super::*;
use crate::client::RegistrationMode;
use crate::policy::PolicySet;
use crate::scripts::testing::client;

fn template() -> Client {
    let mut template = client(Vec::new(), PolicySet::default());
    template.scopes = Scopes::parse("openid email").unwrap();
    template
}

fn checked(extra: &Value, template: &Client) -> Result<Asked, RegistrationFault> {
    let mut body = json!({"redirect_uris": ["https://a.example/cb"]});
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    let mut asked = Asked::read(body.as_object().unwrap(), None)?;
    check(&mut asked, template)?;
    Ok(asked)
}

fn refused(extra: &Value, template: &Client) -> &'static str {
    match checked(extra, template).unwrap_err() {
        RegistrationFault::Metadata(member, _) => member,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_signing_algorithm_a_client_that_of_its_issuer() {
    let template = template();
    let issuers = template.signing.algorithm().as_str();
    for member in [
        "id_token_signed_response_alg",
        "userinfo_signed_response_alg",
        "introspection_signed_response_alg",
        "authorization_signed_response_alg",
    ] {
        assert!(checked(&json!({ member: issuers }), &template).is_ok());
        for other in ["none", "ES512"] {
            assert_eq!(refused(&json!({ member: other }), &template), member);
        }
    }
}

#[test]
fn programs_get_no_accounts_by_registering() {
    for grant in [
        "client_credentials",
        "password",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:openid:params:grant-type:ciba",
    ] {
        let wanted = json!({"grant_types": ["authorization_code", grant]});
        assert_eq!(refused(&wanted, &template()), "grant_types", "{grant}");
    }
}

#[test]
fn the_issuers_own_limits_count() {
    let mut template = template();
    template.metadata.grant_types = Some(vec!["authorization_code".to_owned()]);
    template.metadata.response_types = Some(vec!["code".to_owned()]);
    let more = json!({"grant_types": ["authorization_code", "refresh_token"]});
    assert_eq!(refused(&more, &template), "grant_types");
    template.metadata.grant_types = None;
    let hybrid = json!({"grant_types": ["authorization_code", "implicit"],
        "response_types": ["code id_token"]});
    assert_eq!(refused(&hybrid, &template), "response_types");
    template.metadata.profile = crate::client::Profile::Fapi2Security;
    let by_secret = checked(&json!({}), &template).unwrap_err();
    assert_eq!(by_secret.code(), protocol::ErrorCode::InvalidClientMetadata);
    assert!(
        by_secret
            .to_string()
            .starts_with("token_endpoint_auth_method")
    );
}

#[test]
fn scopes_are_cut_to_those_of_the_issuer() {
    let asked = checked(&json!({"scope": "openid mcp:read"}), &template()).unwrap();
    assert_eq!(asked.scopes, Some(Scopes::parse("openid").unwrap()));
    assert_eq!(refused(&json!({"scope": "mcp:read"}), &template()), "scope");
    assert_eq!(checked(&json!({}), &template()).unwrap().scopes, None);
}

#[test]
fn oidc_core_8_1_pairwise_subjects_over_several_hosts_need_a_sector_identifier() {
    let uris = json!(["https://a.example/cb", "https://b.example/cb"]);
    let several = json!({"subject_type": "pairwise", "redirect_uris": uris});
    assert_eq!(refused(&several, &template()), "sector_identifier_uri");
    assert!(checked(&json!({"subject_type": "pairwise"}), &template()).is_ok());
}

#[test]
fn rfc8252_7_3_loopback_makes_a_native_client() {
    let tool = json!({"redirect_uris": ["http://127.0.0.1:33418/"]});
    let asked = checked(&tool, &template()).unwrap();
    assert_eq!(asked.metadata.application_type.as_deref(), Some("native"));
    assert_eq!(
        checked(&json!({}), &template())
            .unwrap()
            .metadata
            .application_type,
        None
    );
}

#[test]
fn names_can_be_shown() {
    for bad in ["  ", "a\nb", "Editor \u{202e}", "Acme (acme.example)"] {
        assert_eq!(
            refused(&json!({"client_name": bad}), &template()),
            "client_name"
        );
    }
}

#[test]
fn at_an_issuer_of_pairwise_subjects_there_are_no_others() {
    let mut template = template();
    template.metadata.subject_type = Some(SubjectType::Pairwise);
    for said in [json!({}), json!({"subject_type": "public"})] {
        let asked = checked(&said, &template).unwrap();
        assert_eq!(asked.metadata.subject_type, Some(SubjectType::Pairwise));
    }
    let uris = json!({"redirect_uris": ["https://a.example/cb", "https://b.example/cb"]});
    assert_eq!(refused(&uris, &template), "sector_identifier_uri");
}

/// CIBA Core §7 lets a client reach people who have never come to it.
#[test]
fn whoever_registers_openly_has_nobody_asked() {
    let ciba = "urn:openid:params:grant-type:ciba";
    let mut template = template();
    template.metadata.grant_types = Some(vec!["authorization_code".to_owned(), ciba.to_owned()]);
    let wanted = json!({"grant_types": ["authorization_code", ciba], "backchannel_token_delivery_mode": "poll"});
    for (mode, good) in [
        (RegistrationMode::Open, false),
        (RegistrationMode::Closed, false),
        (RegistrationMode::Token, true),
    ] {
        let registration = template.metadata.registration.get_or_insert_default();
        registration.mode = mode;
        let checked = checked(&wanted, &template);
        assert_eq!(checked.is_ok(), good, "{mode:?}");
    }
}
