//! Placeholders and initial values of prompts that are expressions.

use super::*;

fn prompt(facts: Facts, source: &str) -> Value {
    run_as(Kind::Prompt, facts, source)
        .unwrap_or_else(|why| panic!("{why}\n{source}"))
        .value
}

#[test]
fn an_initial_value_is_the_users() {
    assert_eq!(
        prompt(flow(json!({})), "return user.email"),
        "alice@example.org"
    );
    // Of authentik's default-user-settings-flow.
    let source = "try:\n    return user.username\nexcept:\n    return ''";
    assert_eq!(prompt(flow(json!({})), source), "alice");
    let locale = r#"try:
    return user.attributes.get("settings", {}).get("locale", "")
except:
    return ''"#;
    assert_eq!(prompt(flow(json!({})), locale), "");
    assert_eq!(
        prompt(Facts::default(), "return user.is_authenticated"),
        json!(false)
    );
}

#[test]
fn a_placeholder_is_a_list_of_choices() {
    let source = r#"return [
    "first option",
    42,
    {"label": "another option", "value": "some value"},
]"#;
    assert_eq!(
        prompt(flow(json!({})), source),
        json!(["first option", 42, { "label": "another option", "value": "some value" }])
    );
    assert_eq!(
        prompt(flow(json!({})), "return (\"a\", \"b\")"),
        json!(["a", "b"])
    );
    assert_eq!(
        prompt(flow(json!({})), "return {\"b\", \"a\"}"),
        json!(["a", "b"])
    );
    assert_eq!(prompt(flow(json!({})), "pass"), json!(null));
}

#[test]
fn the_prompt_context_is_what_was_entered_so_far() {
    let source = "return prompt_context.get(\"email\", \"\").split(\"@\")[0]";
    let entered = json!({ "prompt_data": { "email": "bob@example.org" } });
    assert_eq!(prompt(flow(entered.clone()), source), "bob");
    assert_eq!(prompt(flow(json!({})), source), "");
    let mut preview = flow(entered);
    preview.context = map(json!({ "prompt_context": { "email": "eve@example.org" } }));
    assert_eq!(prompt(preview, source), "eve");
    let source =
        "return request.context[\"prompt_context\"] is prompt_context and request.user is user";
    assert_eq!(prompt(flow(json!({})), source), json!(true));
}

#[test]
fn a_prompt_sees_the_request() {
    let source = "return f\"{http_request.method} {request.http_request.path}\"";
    assert_eq!(
        prompt(flow(json!({})), source),
        "GET /api/v3/flows/executor/default-authentication-flow/"
    );
    let mut facts = flow(json!({}));
    facts.tenant.branding_title = "Latchkey".to_owned();
    let source = "return f\"Welcome to {request.http_request.brand.branding_title}!\"";
    assert_eq!(prompt(facts, source), "Welcome to Latchkey!");
}

#[test]
fn a_prompt_has_neither_plan_nor_messages() {
    for source in [
        "return context",
        "return ak_message(\"x\")",
        "return provider",
    ] {
        match run_as(Kind::Prompt, flow(json!({})), source) {
            Err(Failure::Raised { kind, .. }) => assert_eq!(kind, "NameError"),
            other => panic!("{source}: {other:?}"),
        }
    }
    let source = "prompt_context[\"a\"] = 1\nreturn \"flow_plan\" in request.context";
    let done = run_as(Kind::Prompt, flow(json!({ "prompt_data": {} })), source).unwrap();
    assert_eq!((done.value, done.flow_context), (json!(false), None));
}

#[test]
fn what_has_no_form_in_json_is_no_value() {
    for source in ["return len", "return float(\"nan\")", "return b\"x\""] {
        assert!(
            matches!(
                run_as(Kind::Prompt, flow(json!({})), source),
                Err(Failure::Raised { .. })
            ),
            "{source}"
        );
    }
}
