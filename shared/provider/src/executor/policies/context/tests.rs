//! What policies may put into a plan.

use serde_json::json;

use super::*;
use crate::entropy::System;
use crate::flow::password::verify;

fn changed(before: Context, set: &Value, removed: &[&str]) -> Context {
    let mut context = before;
    let changes = Changes {
        set: set.as_object().unwrap().clone(),
        removed: removed.iter().map(|&key| key.to_owned()).collect(),
    };
    change(&mut context, &changes, &System::default()).unwrap();
    context
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn what_is_unknown_is_kept_as_it_is() {
    let context = changed(
        Context::default(),
        &json!({"groups": ["a"], "x": {"y": 1}}),
        &[],
    );
    assert_eq!(
        Value::Object(context.extra.clone()),
        json!({"groups": ["a"], "x": {"y": 1}})
    );
    let context = changed(context, &json!({"x": 2}), &["groups", "never"]);
    assert_eq!(Value::Object(context.extra), json!({"x": 2}));
}

#[test]
fn a_policy_cannot_say_that_somebody_proved_something() {
    let set = json!({
        "auth_method": "password",
        "auth_method_args": {"mfa_devices": [1]},
        "is_restored": true,
        "pending_user": {"pk": 1},
        "invitation": {"pk": "x"},
        "application": {"slug": "other"},
    });
    assert_eq!(
        changed(Context::default(), &set, &["pending_user"]),
        Context::default()
    );
}

#[test]
fn a_flow_is_led_to_places_of_this_site_only() {
    let to = |to: &str| changed(Context::default(), &json!({"redirect": to}), &[]).redirect;
    assert_eq!(to("/if/user/"), Some("/if/user/".to_owned()));
    for bad in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:1",
    ] {
        assert_eq!(to(bad), None, "{bad}");
    }
    let before = Context {
        redirect: Some("/a".to_owned()),
        ..Context::default()
    };
    assert_eq!(changed(before, &json!({}), &["redirect"]).redirect, None);
}

#[test]
fn hashes_of_passwords_are_not_shown_and_outlive_a_change() {
    let hash = password::hash(&Secret::new("typed"), &System::default()).unwrap();
    let before = Context {
        prompt_data: object(&json!({"username": "ada", "password": hash})),
        ..Context::default()
    };
    assert_eq!(
        Value::Object(without_hashes(&before.prompt_data)),
        json!({"username": "ada"})
    );
    let set = json!({"prompt_data": {"username": "Ada"}});
    let context = changed(before, &set, &[]);
    assert_eq!(
        Value::Object(context.prompt_data.clone()),
        json!({"username": "Ada", "password": hash})
    );
    assert!(
        changed(context, &json!({}), &["prompt_data"])
            .prompt_data
            .is_empty()
    );
}

#[test]
fn a_password_that_a_policy_sets_is_stored_as_a_hash() {
    for set in ["secret", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"] {
        let data = json!({"prompt_data": {"password": set}});
        let context = changed(Context::default(), &data, &[]);
        let stored = context.prompt_data["password"].as_str().unwrap();
        assert_eq!(verify(&Secret::new(set), Some(stored)), Ok(true), "{set}");
    }
    let data = json!({"prompt_data": {"other": "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"}});
    assert!(
        changed(Context::default(), &data, &[])
            .prompt_data
            .is_empty()
    );
}

#[test]
fn what_would_be_too_much_changes_nothing() {
    let before = changed(Context::default(), &json!({"kept": 1}), &[]);
    let large = json!({"kept": 2, "large": "x".repeat(MOST_EXTRA)});
    assert_eq!(changed(before.clone(), &large, &[]), before);
    let long = "a".repeat(LONGEST_IDENTIFIER + 1);
    let context = changed(before, &json!({"pending_user_identifier": long}), &[]);
    assert_eq!(context.identifier, None);
}
