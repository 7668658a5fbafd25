//! The policies of authentik's default and example flows, word for word.

use super::*;

/// Of `default-authentication-flow`, at the password stage.
const PASSWORD_STAGE: &str = r#"flow_plan = request.context.get("flow_plan")
if not flow_plan:
    return True
# If the user does not have a backend attached to it, they haven't
# been authenticated yet and we need the password stage
return not hasattr(flow_plan.context.get("pending_user"), "backend")"#;

/// Of `default-user-settings-flow`, a validation policy of its prompts.
const USER_SETTINGS: &str = r#"from authentik.core.models import (
    USER_ATTRIBUTE_CHANGE_EMAIL,
    USER_ATTRIBUTE_CHANGE_NAME,
    USER_ATTRIBUTE_CHANGE_USERNAME
)
prompt_data = request.context.get("prompt_data")

if not request.user.group_attributes(request.http_request).get(
    USER_ATTRIBUTE_CHANGE_EMAIL, request.http_request.tenant.default_user_change_email
):
    if prompt_data.get("email") != request.user.email:
        ak_message("Not allowed to change email address.")
        return False

if not request.user.group_attributes(request.http_request).get(
    USER_ATTRIBUTE_CHANGE_NAME, request.http_request.tenant.default_user_change_name
):
    if prompt_data.get("name") != request.user.name:
        ak_message("Not allowed to change name.")
        return False

if not request.user.group_attributes(request.http_request).get(
    USER_ATTRIBUTE_CHANGE_USERNAME, request.http_request.tenant.default_user_change_username
):
    if prompt_data.get("username") != request.user.username:
        ak_message("Not allowed to change username.")
        return False

return True"#;

#[test]
fn the_password_stage_is_skipped_for_whom_the_identification_stage_has_authenticated() {
    assert!(passes(flow(json!({})), PASSWORD_STAGE));
    let authenticated = flow_with(json!({}), |flow| {
        flow.pending_user_backend = Some("authentik.core.auth.InbuiltBackend".to_owned());
    });
    assert!(!passes(authenticated.clone(), PASSWORD_STAGE));
    let source = "return request.user.backend == \"authentik.core.auth.InbuiltBackend\"";
    assert!(passes(authenticated, source));
    assert!(passes(Facts::default(), PASSWORD_STAGE));
    let nobody = flow_with(json!({}), |flow| flow.pending_user = None);
    assert!(passes(nobody, PASSWORD_STAGE));
}

#[test]
fn the_authenticator_stage_is_skipped_after_a_passkey() {
    let source = r#"flow_plan = request.context.get("flow_plan")
if not flow_plan:
    return True
return not (flow_plan.context.get("auth_method") == "auth_webauthn_pwl")"#;
    assert!(passes(flow(json!({ "auth_method": "password" })), source));
    assert!(!passes(
        flow(json!({ "auth_method": "auth_webauthn_pwl" })),
        source
    ));
    assert!(passes(flow(json!({})), source));
}

#[test]
fn a_source_flow_is_for_those_who_come_from_a_source() {
    for (context, told, wanted) in [
        (json!({ "is_sso": true }), false, true),
        (json!({ "is_sso": false }), true, false),
        (json!({}), true, true),
        (json!({}), false, false),
    ] {
        let mut facts = flow(context);
        facts.is_sso_flow = told;
        assert_eq!(passes(facts, "return ak_is_sso_flow"), wanted);
    }
}

#[test]
fn enrollment_asks_for_a_username_where_the_source_gave_none() {
    let source = "return 'username' not in context.get('prompt_data', {})";
    assert!(passes(
        flow(json!({ "prompt_data": { "email": "a@b.c" } })),
        source
    ));
    assert!(!passes(
        flow(json!({ "prompt_data": { "username": "a" } })),
        source
    ));
    assert!(passes(flow(json!({})), source));
}

#[test]
fn user_settings_change_what_the_tenant_or_an_attribute_allows() {
    let with = |entered: Value| Facts {
        context: map(json!({ "prompt_data": entered })),
        ..flow(json!({}))
    };
    let entered = |email: &str, name: &str, username: &str| json!({ "email": email, "name": name, "username": username });
    let same = entered("alice@example.org", "", "alice");
    assert!(passes(with(same), USER_SETTINGS));
    let name = entered("alice@example.org", "New Name", "alice");
    assert!(passes(with(name), USER_SETTINGS));
    let email = || with(entered("new@example.org", "", "alice"));
    let done = run(email(), USER_SETTINGS);
    assert_eq!(
        (done.truthy, done.messages),
        (
            false,
            vec!["Not allowed to change email address.".to_owned()]
        )
    );
    let mut allowed = email();
    let attributes = json!({ "goauthentik.io/user/can-change-email": true });
    let pending = allowed.flow.as_mut().unwrap().pending_user.as_mut();
    pending.unwrap().attributes = map(attributes);
    assert!(passes(allowed, USER_SETTINGS));
    let mut allowed = email();
    allowed.tenant.default_user_change_email = true;
    assert!(passes(allowed, USER_SETTINGS));
}

#[test]
fn the_second_factor_is_not_for_app_passwords() {
    let source = "return context.get(\"auth_method\") != \"app_password\"";
    assert!(!passes(
        flow(json!({ "auth_method": "app_password" })),
        source
    ));
    assert!(passes(flow(json!({})), source));
}

#[test]
fn recovery_skips_the_identification_after_the_link() {
    let source = "return bool(request.context.get('is_restored', True))";
    assert!(passes(flow(json!({})), source));
    assert!(passes(flow(json!({ "is_restored": "key" })), source));
    assert!(!passes(flow(json!({ "is_restored": null })), source));
}

#[test]
fn an_administrator_is_another_than_the_user_it_is_about() {
    let source = r#"actor_uuid = str(getattr(request.http_request.user, "pk", ""))
target_uuid = str(getattr(request.user, "pk", ""))
return bool(target_uuid) and target_uuid != actor_uuid"#;
    for (actor, wanted) in [
        (Some(user(7, "alice")), false),
        (Some(user(1, "akadmin")), true),
        (None, true),
    ] {
        let mut facts = flow(json!({}));
        facts.user = actor;
        assert_eq!(passes(facts, source), wanted);
    }
}
