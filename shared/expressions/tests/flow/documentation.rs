//! Policies of authentik's documentation that read, check and steer a flow.

use super::*;

fn entered(data: &Value) -> Facts {
    Facts {
        context: map(json!({ "prompt_data": data })),
        ..flow(json!({}))
    }
}

#[test]
fn passwords_must_match() {
    let source = r#"if request.context["prompt_data"]["password"] == request.context["prompt_data"]["password_repeat"]:
    return True

ak_message("Passwords don't match.")
return False"#;
    assert!(passes(
        entered(&json!({ "password": "a", "password_repeat": "a" })),
        source
    ));
    let done = run(
        entered(&json!({ "password": "a", "password_repeat": "b" })),
        source,
    );
    assert_eq!((done.truthy, done.messages.len()), (false, 1));
    assert_eq!((done.flow_context, done.prompt_data), (None, None));
}

#[test]
fn a_password_must_have_its_kinds_of_characters() {
    let source = r#"password = request.context["prompt_data"]["password"]
if len(password) < 12:
    ak_message("At least 12 characters.")
    return False
if not regex_match(password, r"[A-Z]"):
    ak_message("A capital letter is missing.")
    return False
if not regex_match(password, r"\d"):
    ak_message("A digit is missing.")
    return False
if request.user.username.lower() in password.lower():
    ak_message("It must not contain the user name.")
    return False
return True"#;
    let told = |password: &str| run(entered(&json!({ "password": password })), source).messages;
    assert_eq!(told("short"), ["At least 12 characters."]);
    assert_eq!(told("long enough 1"), ["A capital letter is missing."]);
    assert_eq!(told("Long enough now"), ["A digit is missing."]);
    assert_eq!(
        told("My name is ALICE 7"),
        ["It must not contain the user name."]
    );
    assert!(passes(
        entered(&json!({ "password": "Correct horse 7" })),
        source
    ));
}

#[test]
fn a_phone_number_must_be_of_the_region() {
    let source = r#"phone_number = regex_replace(request.context["prompt_data"]["phone"], r"\s+", "")

if phone_number.startswith("+1234"):
    return True
ak_message("Invalid phone number or missing region code")
return False"#;
    assert!(passes(entered(&json!({ "phone": "+1 234 5678" })), source));
    assert!(!passes(entered(&json!({ "phone": "+49 1234" })), source));
}

#[test]
fn enrollment_is_for_some_domains_and_takes_the_address_as_username() {
    let source = r#"allowed_domains = ["example.org", "example.net", "example.com"]

current_domain = request.context["prompt_data"]["email"].split("@")[1] if request.context.get("prompt_data", {}).get("email") else None
if current_domain in allowed_domains:
    email = request.context["prompt_data"]["email"]
    request.context["prompt_data"]["username"] = email
    return ak_is_sso_flow
else:
    ak_message("Enrollment denied for this email domain")
    return False"#;
    let context = |email: &str| json!({ "is_sso": true, "prompt_data": { "email": email } });
    let done = run(flow(context("foo@example.org")), source);
    assert!(done.truthy);
    assert_eq!(
        after(&context("foo@example.org"), source)["prompt_data"]["username"],
        "foo@example.org"
    );
    let done = run(flow(context("foo@other.org")), source);
    assert_eq!(
        (done.truthy, done.flow_context, done.messages.len()),
        (false, None, 1)
    );
}

#[test]
fn a_domain_leads_to_its_source() {
    let source = r#"# Map email domains to source slugs.
source_email_map = {
    "foo.bar.com": "entra-foo",
    "bar.baz.com": "entra-bar",
}

user_email = request.context["pending_user_identifier"]

_username, _, domain = user_email.partition("@")
source = source_email_map.get(domain)
if not source:
    return True

plan = request.context.get("flow_plan")
if not plan:
    return False

# For OIDC
# plan.redirect(f"/source/oauth/login/{source}/")
# For SAML
plan.redirect(f"/source/saml/{source}")
return False"#;
    let identified = |who: &str| flow(json!({ "pending_user_identifier": who }));
    let done = run(identified("me@bar.baz.com"), source);
    assert!(!done.truthy);
    let changes = done.flow_context.unwrap();
    assert_eq!(changes.redirect.as_deref(), Some("/source/saml/entra-bar"));
    assert!(changes.context.is_empty());
    let done = run(identified("me@example.org"), source);
    assert_eq!((done.truthy, done.flow_context), (true, None));
}

#[test]
fn superusers_come_from_the_internal_network() {
    let source = r#"from ipaddress import ip_network
pending_user = request.context.get("pending_user")
if not pending_user and request.context.get("flow_plan"):
    pending_user = request.context["flow_plan"].context.get("pending_user")
if not pending_user or not pending_user.is_superuser:
    return False
return not any(ak_client_ip in net for net in [ip_network("192.168.0.0/16")])"#;
    let mut facts = flow(json!({}));
    assert!(!passes(facts.clone(), source));
    let pending = &mut facts.flow.as_mut().unwrap().pending_user;
    pending.as_mut().unwrap().is_superuser = true;
    assert!(passes(facts.clone(), source));
    facts.client_ip = Some("192.168.1.1".to_owned());
    assert!(!passes(facts, source));
}

#[test]
fn other_values_of_the_context_are_read() {
    for (context, source) in [
        (
            json!({}),
            "return request.context[\"pending_user\"].username == \"alice\"",
        ),
        (
            json!({ "invitation_in_effect": true }),
            "return context.get('invitation_in_effect', False)",
        ),
        (
            json!({ "auth_method": "auth_mfa", "auth_method_args": { "mfa_devices": [{ "pk": 1 }], "known_device": false } }),
            "args = context[\"auth_method_args\"]\nreturn len(args[\"mfa_devices\"]) == 1 and args.get(\"known_device\") is False",
        ),
        (
            json!({ "redirect": "/if/user/" }),
            "return context[\"flow_plan\"].context[\"redirect\"] == context[\"redirect\"] == \"/if/user/\"",
        ),
        (
            json!({ "user_switch_from_user": null }),
            "plan = request.context.get(\"flow_plan\")\nreturn not bool(plan and plan.context.get(\"user_switch_from_user\"))",
        ),
    ] {
        assert!(passes(flow(context), source), "{source}");
    }
    let mut facts = flow(json!({ "geoip": "the plan's" }));
    facts.context = map(json!({ "geoip": { "continent": "EU" }, "asn": { "asn": 6939 } }));
    let source =
        "return context[\"geoip\"][\"continent\"] == \"EU\" and context[\"asn\"][\"asn\"] == 6939";
    assert!(passes(facts, source));
}

#[test]
fn logging_and_other_policies_work_in_a_flow() {
    let source = r#"ak_logger.info("flow", plan=context["flow_plan"], who=request.user)
ak_create_event("seen", context=context)
return ak_call_policy("open").passing and not ak_call_policy("shut", a=1).passing"#;
    let done = run(flow(json!({ "x": [1] })), source);
    assert!(done.truthy);
    assert_eq!(done.logs[0].data["who"], "alice");
    assert_eq!(done.events[0].data["context"]["x"], json!([1]));
    assert_eq!(done.flow_context, None);
}
