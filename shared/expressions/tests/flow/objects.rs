//! The objects of a flow: plan, users, application, authenticators.

use super::*;

#[test]
fn the_plan_has_its_fields() {
    let source = r#"plan = context["flow_plan"]
return (
    plan.flow_pk.startswith("5b1c") and plan.slug == "default-authentication-flow" and plan.title == "Welcome"
    and plan.designation == "authentication" and plan.has_stages and len(plan.bindings) == 2
    and plan.bindings[0].stage.name == "default-authentication-password" and request.context["flow_plan"] is plan
    and str(plan) == f"FlowPlan(flow_pk='{plan.flow_pk}')" and plan
)"#;
    assert!(passes(flow(json!({})), source));
    let source = "return context[\"flow_plan\"].insert_stage(1)";
    assert_eq!(raised(flow(json!({})), source), "AttributeError");
}

#[test]
fn the_request_is_about_the_pending_user() {
    let mut facts = flow(json!({ "pending_user": { "pk": 99 } }));
    facts.user = Some(user(1, "akadmin"));
    let source = r#"pending = request.context["pending_user"]
return (
    request.user is pending and context["flow_plan"].context["pending_user"] is pending and pending.pk == 7
    and request.http_request.user.username == "akadmin" and request.user.get_username() == "alice"
)"#;
    assert!(passes(facts.clone(), source));
    facts.flow.as_mut().unwrap().pending_user = None;
    let source = "return request.user.username == \"akadmin\" and \"pending_user\" not in context and \"pending_user\" not in context[\"flow_plan\"].context";
    assert!(passes(facts, source));
}

#[test]
fn the_pending_users_groups_are_known() {
    let mut facts = flow(json!({}));
    let uuid = "11111111-1111-4111-8111-111111111111".to_owned();
    facts.groups.insert(
        uuid.clone(),
        GroupFacts {
            uuid: uuid.clone(),
            name: "staff".to_owned(),
            ..GroupFacts::default()
        },
    );
    let pending = &mut facts.flow.as_mut().unwrap().pending_user;
    pending.as_mut().unwrap().groups = vec![uuid.clone()];
    let source = r#"plan = request.context["flow_plan"]
plan.context["groups"] = request.user.ak_groups.all()
plan.context["by"] = request.user
return ak_is_group_member(context["pending_user"], name="staff")"#;
    let done = run(facts, source);
    assert!(done.truthy);
    let set = done.flow_context.unwrap().context.set;
    assert_eq!(set["groups"], json!([{ "pk": uuid, "name": "staff" }]));
    assert_eq!(
        set["by"],
        json!({ "pk": 7, "username": "alice", "name": "" })
    );
}

#[test]
fn rows_of_the_context_are_objects() {
    let context = json!({
        "application": {
            "pk": "66666666-6666-4666-8666-666666666666", "slug": "gitea", "name": "Gitea", "group": "",
            "meta_launch_url": ""
        },
        "invitation": { "pk": "x", "name": "for-bob", "fixed_data": { "email": "bob@example.org" } },
        "source": { "slug": "github", "name": "GitHub" },
    });
    let source = r#"plan = context["flow_plan"].context
return (
    context["application"].slug == "gitea" and plan["application"] == context["application"]
    and context["invitation"].fixed_data["email"] == "bob@example.org" and str(context["invitation"]) == "for-bob"
    and context["source"].slug == "github" and hasattr(context["source"], "name")
)"#;
    assert!(passes(flow(context.clone()), source));
    let source = "plan = context[\"flow_plan\"].context\nplan[\"app\"] = plan[\"application\"]\nplan[\"source\"] = \"none\"\nreturn True";
    let set = changed(flow(context), source).context.set;
    assert_eq!(
        Value::Object(set),
        json!({
            "app": { "pk": "66666666-6666-4666-8666-666666666666", "slug": "gitea", "name": "Gitea" },
            "source": "none",
        })
    );
}

/// alice with these authenticators.
fn with_devices(kinds: &[&str]) -> Facts {
    flow_with(json!({}), |flow| {
        let pending = flow.pending_user.as_mut().unwrap();
        pending.authenticators = kinds.iter().map(|&kind| kind.to_owned()).collect();
    })
}

#[test]
fn authenticators_are_known_by_kind() {
    let source = r#"user = request.context.get("pending_user")

if not user or not user.pk:
    return False

has_totp = ak_user_has_authenticator(user, "totp")
has_webauthn = ak_user_has_authenticator(user, device_type="webauthn")

if not (has_totp or has_webauthn):
    return False

return not ak_user_has_authenticator(user, "static")"#;
    for (kinds, wanted) in [
        (&[] as &[&str], false),
        (&["totp"], true),
        (&["webauthn", "duo"], true),
        (&["totp", "static"], false),
        (
            &["authentik_stages_authenticator_webauthn.WebAuthnDevice"],
            true,
        ),
        (&["TOTPDevice", "StaticDevice"], false),
    ] {
        assert_eq!(passes(with_devices(kinds), source), wanted, "{kinds:?}");
    }
    let any = "return ak_user_has_authenticator(request.user)";
    assert!(passes(with_devices(&["sms"]), any));
    assert!(!passes(with_devices(&[]), any));
}

#[test]
fn two_types_of_authenticator_are_counted() {
    let source = r#"from authentik.stages.authenticator import devices_for_user

pending_user = request.context.get("pending_user")
if not pending_user or not pending_user.pk:
    return False

device_types = {
    device.__class__.__name__.lower().replace("device", "")
    for device in devices_for_user(pending_user, confirmed=True)
}

return len(device_types) >= 2"#;
    assert!(!passes(with_devices(&["totp", "totp"]), source));
    assert!(passes(with_devices(&["totp", "static"]), source));
    assert!(passes(with_devices(&["webauthn", "totp"]), source));
}
