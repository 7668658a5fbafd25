//! The evaluator by itself.

use serde_json::{Value, json};

use super::*;

const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/t";

fn need(action: &str, resource: &str, facts: &[(&str, &[&str])]) -> Need {
    let texts = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    Need {
        action: action.to_owned(),
        resource: resource.to_owned(),
        facts: facts
            .iter()
            .map(|(k, v)| ((*k).to_owned(), texts(v)))
            .collect(),
    }
}

fn decided(all: &Value, need: &Need) -> Decision {
    let document = json!({"Statement": all});
    decide(&statements("p", &document).unwrap(), need).unwrap()
}

fn allowed(all: &Value, need: &Need) -> bool {
    matches!(decided(all, need), Decision::Allowed(_))
}

#[test]
fn what_is_listed_is_allowed_and_nothing_else() {
    let policy = json!({"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": TABLE});
    assert!(allowed(&policy, &need("dynamodb:GetItem", TABLE, &[])));
    assert!(
        allowed(&policy, &need("DynamoDB:getitem", TABLE, &[])),
        "case"
    );
    for (action, resource) in [
        ("dynamodb:PutItem", TABLE.to_owned()),
        ("dynamodb:GetItem", format!("{TABLE}x")),
        ("dynamodb:GetItem", format!("{TABLE}/index/I")),
        ("dynamodb:GetItems", TABLE.to_owned()),
    ] {
        let decision = decided(&policy, &need(action, &resource, &[]));
        assert_eq!(decision, Decision::NotAllowed, "{action} {resource}");
    }
}

#[test]
fn the_right_that_allowed_is_named() {
    let policy = json!([
        {"Effect": "Allow", "Action": "kms:Sign", "Resource": "arn:1"},
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:Sign"], "Resource": ["arn:2", "arn:*"]},
    ]);
    let Decision::Allowed(rights) = decided(&policy, &need("kms:Sign", "arn:2", &[])) else {
        panic!("it is allowed")
    };
    let named: Vec<_> = rights
        .iter()
        .map(|it| (it.statement, it.resource.as_str()))
        .collect();
    assert_eq!(named, [(1, "arn:2"), (1, "arn:*")]);
}

#[test]
fn a_deny_wins_wherever_it_stands() {
    let deny = json!({"Effect": "Deny", "Action": "dynamodb:*", "Resource": format!("{TABLE}*")});
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    for policy in [json!([deny, allow]), json!([allow, deny])] {
        let decision = decided(&policy, &need("dynamodb:GetItem", TABLE, &[]));
        assert_eq!(decision, Decision::Denied("p".to_owned()));
        assert!(allowed(&policy, &need("kms:Sign", TABLE, &[])));
    }
}

#[test]
fn wildcards_are_those_of_iam() {
    for (pattern, text, fits) in [
        ("*", "", true),
        ("key/*", "key/1", true),
        ("key/*", "key/", true),
        ("key/*", "key", false),
        ("a*c*e", "abcde", true),
        ("a*c*e", "abcd", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("a*", "ba", false),
        ("*:log-group:/x/*", "arn:log-group:/x/y:log-stream:z", true),
        ("a.c", "abc", false),
    ] {
        assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
    }
}

#[test]
fn conditions_hold_of_what_the_request_has() {
    let with = |condition: Value, facts: &[(&str, &[&str])]| {
        let policy =
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition});
        allowed(&policy, &need("kms:Sign", "x", facts))
    };
    let (tag, days) = (
        "aws:ResourceTag/a",
        "kms:ScheduleKeyDeletionPendingWindowInDays",
    );
    let (one, two): (&[(&str, &[&str])], &[(&str, &[&str])]) = (&[(tag, &["1"])], &[(tag, &["2"])]);
    for (condition, facts, holds) in [
        (json!({"StringEquals": {tag: "1"}}), one, true),
        (json!({"StringEquals": {tag: ["0", "1"]}}), one, true),
        (json!({"StringEquals": {tag: "1"}}), two, false),
        (json!({"StringEquals": {tag: "1"}}), &[], false),
        (json!({"StringEqualsIfExists": {tag: "1"}}), &[], true),
        (json!({"StringNotEquals": {tag: "1"}}), &[], true),
        (json!({"StringNotEquals": {tag: "1"}}), one, false),
        (json!({"StringLike": {tag: "?"}}), two, true),
        (json!({"Null": {tag: "false"}}), one, true),
        (json!({"Null": {tag: "false"}}), &[], false),
        (json!({"Null": {tag: "true"}}), &[], true),
        (
            json!({"Null": {tag: "false"}, "StringNotEquals": {tag: "1"}}),
            one,
            false,
        ),
        (
            json!({"NumericGreaterThanEquals": {days: 30}}),
            &[(days, &["30"])],
            true,
        ),
        (
            json!({"NumericGreaterThanEquals": {days: 30}}),
            &[(days, &["7"])],
            false,
        ),
        (json!({"NumericGreaterThanEquals": {days: 30}}), &[], false),
    ] {
        assert_eq!(
            with(condition.clone(), facts),
            holds,
            "{condition} {facts:?}"
        );
    }
    let keys = "dynamodb:LeadingKeys";
    let all = json!({"ForAllValues:StringLike": {keys: "T#*"}});
    assert!(with(all.clone(), &[(keys, &["T#1", "T#2"])]));
    assert!(!with(all, &[(keys, &["T#1", "U#2"])]));
    let any = json!({"ForAnyValue:StringLike": {keys: "T#*"}});
    assert!(with(any, &[(keys, &["T#1", "U#2"])]));
}

#[test]
fn what_is_not_known_is_refused_and_not_guessed() {
    let read = |statement: Value| statements("p", &json!({"Statement": [statement]})).map(drop);
    let with = |condition: Value| {
        read(json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}))
    };
    for (outcome, named) in [
        (
            with(json!({"StringEquals": {"aws:SourceVpc": "x"}})),
            "aws:SourceVpc",
        ),
        (
            with(json!({"IpAddress": {"kms:KeySpec": "x"}})),
            "IpAddress",
        ),
        (
            with(json!({"ForSome:StringEquals": {"kms:KeySpec": "x"}})),
            "ForSome",
        ),
        (
            read(json!({"Effect": "Allow", "NotAction": "*", "Resource": "*"})),
            "NotAction",
        ),
        (
            read(json!({"Effect": "allow", "Action": "*", "Resource": "*"})),
            "Effect",
        ),
        (
            read(json!({"Effect": "Allow", "Action": "*"})),
            "without effect",
        ),
    ] {
        let error = format!("{:#}", outcome.unwrap_err());
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn a_keys_own_policy_leaves_it_to_the_account_or_not() {
    let (account, role) = ("arn:aws:iam::1:root", "arn:aws:iam::1:role/r");
    let said = |all: Value| {
        let statements = statements("k", &json!({"Statement": all})).unwrap();
        of_key(&statements, (account, role), &need("kms:Sign", "k", &[])).unwrap()
    };
    let statement = |effect: &str, who: &str, action: &str| json!({"Effect": effect, "Principal": {"AWS": who}, "Action": action, "Resource": "*"});
    let root = statement("Allow", account, "kms:*");
    assert_eq!(said(json!([root])), KeyPolicy::Delegates);
    assert_eq!(
        said(json!([statement("Allow", account, "kms:Describe*")])),
        KeyPolicy::Silent
    );
    assert_eq!(
        said(json!([statement("Allow", role, "kms:Sign")])),
        KeyPolicy::Allows
    );
    assert_eq!(
        said(json!([root, statement("Deny", role, "kms:Sign")])),
        KeyPolicy::Refuses
    );
    assert_eq!(
        said(json!([statement(
            "Allow",
            "arn:aws:iam::1:role/other",
            "*"
        )])),
        KeyPolicy::Silent
    );
}
