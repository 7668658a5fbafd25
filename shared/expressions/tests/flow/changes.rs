//! What a policy changed comes back, and nothing else does.

use expressions::script::PendingUser;

use super::*;

#[test]
fn release_2022_7_changes_of_context_are_not_reflected() {
    let context = json!({ "a": 1, "prompt_data": { "email": "a@b.c" } });
    for source in [
        "context[\"a\"] = 2\nreturn context[\"a\"] == 2",
        "request.context[\"b\"] = 2\nreturn \"b\" in context",
        "context.pop(\"a\")\nreturn True",
        "context[\"prompt_data\"] = {}\nreturn True",
        "request.context[\"pending_user\"] = None\nreturn True",
        "context[\"flow_plan\"] = None\nreturn True",
    ] {
        let done = run(flow(context.clone()), source);
        assert!(done.truthy, "{source}");
        assert_eq!(done.flow_context, None, "{source}");
    }
}

#[test]
fn release_2022_7_changes_of_the_flow_plan_are_reflected() {
    let context = json!({ "a": 1, "b": { "c": [1, 2], "d": 3 }, "e": [], "f": 0 });
    for (source, key, wanted) in [
        ("plan.context[\"a\"] = 2", "a", json!(2)),
        (
            "plan.context[\"new\"] = {\"x\": (1, 2)}",
            "new",
            json!({ "x": [1, 2] }),
        ),
        (
            "plan.context[\"b\"][\"c\"].append(3)",
            "b",
            json!({ "c": [1, 2, 3], "d": 3 }),
        ),
        ("plan.context.update(a=5)", "a", json!(5)),
        ("plan.context.update({\"b\": None})", "b", json!(null)),
        (
            "plan.context.setdefault(\"g\", []).append(1)",
            "g",
            json!([1]),
        ),
        (
            "plan.context.setdefault(\"e\", []).append(1)",
            "e",
            json!([1]),
        ),
        ("del plan.context[\"b\"][\"c\"]", "b", json!({ "d": 3 })),
        (
            "plan.context[\"b\"] |= {\"d\": 4}",
            "b",
            json!({ "c": [1, 2], "d": 4 }),
        ),
        ("plan.context[\"a\"] += 1", "a", json!(2)),
        ("plan.context = {**plan.context, \"a\": 9}", "a", json!(9)),
        ("plan.context[\"a\"] = True", "a", json!(true)),
        ("plan.context[\"f\"] = 0.0", "f", json!(0.0)),
        (
            "plan.context[\"s\"] = {\"y\", \"x\"}",
            "s",
            json!(["x", "y"]),
        ),
        ("plan.context[\"n\"] = {1: \"a\"}", "n", json!({ "1": "a" })),
    ] {
        let source = format!("plan = context[\"flow_plan\"]\n{source}\nreturn True");
        let mut expected = context.clone();
        expected[key] = wanted;
        assert_eq!(after(&context, &source), expected, "{source}");
        let changes = changed(flow(context.clone()), &source);
        assert_eq!(changes.context.set.len(), 1, "{source}");
        assert_eq!(changes.pending_user, PendingUser::Unchanged);
    }
}

#[test]
fn removed_keys_are_told() {
    for source in [
        "del context[\"flow_plan\"].context[\"redirect_stage_target\"]\nreturn True",
        "context[\"flow_plan\"].context.pop(\"redirect_stage_target\", None)\nreturn True",
    ] {
        let changes = changed(
            flow(json!({ "redirect_stage_target": "ak-flow://x", "a": null })),
            source,
        );
        assert_eq!(changes.context.removed, ["redirect_stage_target"]);
        assert!(changes.context.set.is_empty());
    }
    let source = "context[\"flow_plan\"].context.clear()\nreturn True";
    let changes = changed(flow(json!({ "a": 1, "b": 2 })), source);
    assert_eq!(changes.context.removed, ["a", "b"]);
    assert_eq!(changes.pending_user, PendingUser::Removed);
}

#[test]
fn a_plan_that_is_only_read_or_set_to_the_same_is_unchanged() {
    let context = json!({ "a": [1, { "b": 1.5 }], "c": null, "application": { "slug": "x", "name": "X", "pk": "", "group": "", "meta_launch_url": "" } });
    for source in [
        "return context[\"flow_plan\"].context[\"a\"][1][\"b\"] == 1.5",
        "plan = context[\"flow_plan\"]\nplan.context[\"a\"] = [1, {\"b\": 1.5}]\nreturn True",
        "p = context[\"flow_plan\"].context\np[\"t\"] = 1\ndel p[\"t\"]\nreturn True",
        "p = context[\"flow_plan\"].context\np[\"pending_user\"] = request.user\nreturn True",
        "p = context[\"flow_plan\"].context\np[\"pending_user\"] = ak_user_by(username=\"alice\")\nreturn True",
        "return context[\"flow_plan\"].context[\"application\"].slug == \"x\"",
    ] {
        let context = map(context.clone());
        let facts = flow_with(json!({}), |flow| flow.context = context);
        let facts = without_empty_key(facts);
        let done = run(facts, source);
        assert!(done.truthy, "{source}");
        assert_eq!(done.flow_context, None, "{source}");
    }
}

/// An application has a UUID.
fn without_empty_key(mut facts: Facts) -> Facts {
    let flow = facts.flow.as_mut().unwrap();
    flow.context["application"]["pk"] = json!("66666666-6666-4666-8666-666666666666");
    facts
}

#[test]
fn a_policy_that_does_not_pass_has_changed_the_plan_all_the_same() {
    let source = r#"email = request.context["prompt_data"]["email"]
# Direct set username to email
request.context["prompt_data"]["username"] = email
return False"#;
    let context = json!({ "prompt_data": { "email": "foo@example.org" } });
    let done = run(flow(context.clone()), source);
    assert!(!done.truthy);
    assert_eq!(
        after(&context, source),
        json!({ "prompt_data": { "email": "foo@example.org", "username": "foo@example.org" } })
    );
}

#[test]
fn a_policy_that_raises_has_changed_nothing() {
    let source = "context[\"flow_plan\"].context[\"a\"] = 1\nraise ValueError(\"no\")";
    assert_eq!(raised(flow(json!({})), source), "ValueError");
}

#[test]
fn the_pending_user_becomes_another() {
    let source = r#"request.context["flow_plan"].context["pending_user"] = ak_user_by(username="guest")
return True"#;
    let guest = PendingUser::Became {
        pk: 9,
        uuid: "00000000-0000-4000-8000-000000000009".to_owned(),
    };
    assert_eq!(changed(flow(json!({})), source).pending_user, guest);
    let nobody = flow_with(json!({}), |flow| flow.pending_user = None);
    let changes = changed(nobody, source);
    assert_eq!(changes.pending_user, guest);
    assert!(changes.context.is_empty());
}

#[test]
fn a_changed_address_is_verified_for_the_one_who_is_signed_in() {
    let source = r#"current_email = request.user.email
new_email = request.context["prompt_data"]["email"]

if new_email == "":
  return False

if new_email == current_email:
  return False

context["flow_plan"].context["pending_user"] = request.user
request.context["flow_plan"].context["email"] = request.context["prompt_data"]["email"]

ak_message("Waiting for email verification.")

return True"#;
    let mut facts = flow_with(
        json!({ "prompt_data": { "email": "new@example.org" } }),
        |flow| flow.pending_user = None,
    );
    facts.user = Some(user(7, "alice"));
    let changes = changed(facts, source);
    assert!(matches!(
        changes.pending_user,
        PendingUser::Became { pk: 7, .. }
    ));
    assert_eq!(
        Value::Object(changes.context.set),
        json!({ "email": "new@example.org" })
    );
}

#[test]
fn a_user_who_is_not_stored_has_no_key_and_can_be_dropped() {
    let source = r#"email = request.user.email.lower()
if not request.user.pk:
    context["flow_plan"].context.pop("pending_user", None)
context["flow_plan"].context["prompt_data"] = {"username": email, "email": email}
return True"#;
    let unknown = flow_with(json!({}), |flow| {
        flow.pending_user = Some(UserFacts {
            email: "New@Example.org".to_owned(),
            ..UserFacts::default()
        });
    });
    let changes = changed(unknown, source);
    assert_eq!(changes.pending_user, PendingUser::Removed);
    assert_eq!(
        changes.context.set["prompt_data"],
        json!({ "username": "new@example.org", "email": "new@example.org" })
    );
    let changes = changed(flow(json!({})), source);
    assert_eq!(changes.pending_user, PendingUser::Unchanged);
}

#[test]
fn none_or_the_anonymous_user_is_no_pending_user() {
    for nobody in ["None", "http_request.user"] {
        let source =
            format!("context[\"flow_plan\"].context[\"pending_user\"] = {nobody}\nreturn True");
        let changes = changed(flow(json!({})), &source);
        assert_eq!(changes.pending_user, PendingUser::Removed);
        assert!(changes.context.is_empty());
    }
}

#[test]
fn what_a_validation_policy_changes_in_the_entered_data_comes_back_apart_from_the_plan() {
    let facts = || Facts {
        context: map(json!({ "prompt_data": { "email": "A@B.C", "csrf": "x" } })),
        ..flow(json!({ "prompt_data": { "earlier": 1 } }))
    };
    let source = r#"data = request.context["prompt_data"]
data["username"] = data["email"].lower()
del data["csrf"]
return True"#;
    let done = run(facts(), source);
    let changes = done.prompt_data.unwrap();
    assert_eq!(Value::Object(changes.set), json!({ "username": "a@b.c" }));
    assert_eq!(changes.removed, ["csrf"]);
    assert_eq!(done.flow_context, None);
    let source = "context[\"flow_plan\"].context[\"prompt_data\"][\"earlier\"] += 1\nreturn True";
    let done = run(facts(), source);
    assert_eq!(done.prompt_data, None);
    assert_eq!(
        done.flow_context.unwrap().context.set["prompt_data"],
        json!({ "earlier": 2 })
    );
}

#[test]
fn the_documented_keys_are_set() {
    for (source, key, wanted) in [
        (
            "request.context[\"flow_plan\"].context[\"consent_header\"] = \"Are you OK?\"\nreturn True",
            "consent_header",
            "Are you OK?",
        ),
        (
            "context[\"flow_plan\"].context[\"redirect_stage_target\"] = \"ak-flow://other\"\nreturn True",
            "redirect_stage_target",
            "ak-flow://other",
        ),
        (
            "context['flow_plan'].context['deny_message'] = f'Not you, {request.user}'\nreturn True",
            "deny_message",
            "Not you, alice",
        ),
    ] {
        assert_eq!(after(&json!({}), source)[key], wanted);
    }
}

#[test]
fn outside_of_a_flow_there_is_no_plan_and_no_change() {
    let mut facts = flow(json!({}));
    facts.flow = None;
    facts.context = map(json!({ "prompt_data": {} }));
    let source = "context[\"prompt_data\"][\"a\"] = 1\nreturn \"flow_plan\" not in context and \"pending_user\" not in context";
    let done = run(facts, source);
    assert!(done.truthy);
    assert_eq!((done.flow_context, done.prompt_data), (None, None));
}
