//! Rules of `authorization_details`.

use super::*;
use serde_json::json;

fn metadata() -> Metadata {
    Metadata {
        authorization_details_types: vec![DetailsType {
            name: "payment".to_owned(),
            description: "Pay from your account".to_owned(),
            required: vec!["amount".to_owned()],
            fields: vec!["creditor".to_owned()],
        }],
        ..Metadata::default()
    }
}

#[test]
fn rfc9396_2_details_of_a_registered_type_are_taken_as_they_are() {
    let text = r#"[{"type":"payment","amount":{"value":"5","currency":"EUR"},"actions":["read"],"identifier":"x"}]"#;
    let read = parse(&metadata(), Some(text)).unwrap();
    assert_eq!(
        Value::Array(read),
        serde_json::from_str::<Value>(text).unwrap()
    );
    assert!(parse(&metadata(), None).unwrap().is_empty());
}

#[test]
fn rfc9396_5_what_is_unknown_incomplete_or_of_another_form_is_refused() {
    let many = format!("[{}]", [r#"{"type":"payment","amount":1}"#; 21].join(","));
    let long = format!(
        r#"[{{"type":"payment","amount":"{}"}}]"#,
        "9".repeat(LONGEST)
    );
    for bad in [
        "{}",
        "[]",
        "[",
        "[1]",
        r#"[{"amount":1}]"#,
        r#"[{"type":7,"amount":1}]"#,
        r#"[{"type":"other","amount":1}]"#,
        r#"[{"type":"payment"}]"#,
        r#"[{"type":"payment","amount":1,"surprise":1}]"#,
        r#"[{"type":"payment","amount":1,"actions":"read"}]"#,
        r#"[{"type":"payment","amount":1,"actions":[1]}]"#,
        r#"[{"type":"payment","amount":1,"identifier":1}]"#,
        r#"[{"type":"payment","amount":1,"amount":2}]"#,
        &many,
        &long,
    ] {
        let refused = parse(&metadata(), Some(bad)).expect_err(bad);
        assert!(matches!(refused, RequestFault::Details(_)), "{bad}");
    }
}

#[test]
fn rfc9396_13_a_person_reads_every_field() {
    let details = [json!({
        "actions": ["read", "pay"],
        "amount": {"currency": "EUR", "value": 5},
        "creditor": [{"name": "Bob"}, {"name": "Eve"}],
        "type": "payment",
    })];
    let (name, text) = readable(&metadata(), &details).remove(0);
    assert_eq!(name, "payment");
    assert_eq!(
        text,
        "Pay from your account: actions: read, pay; amount.currency: EUR; amount.value: 5; \
         creditor 1.name: Bob; creditor 2.name: Eve"
    );
}
