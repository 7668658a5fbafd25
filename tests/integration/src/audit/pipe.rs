//! As much of `EventBridge` Pipes as the template uses: event patterns, input templates and paths. What is not evaluated here is
//! refused, so that the template cannot say more than is shown.

use serde_json::Value;
use serde_norway::Value as Yaml;

/// A pipe as the template describes it.
pub(super) struct Pipe {
    pattern: Value,
    template: String,
    source: String,
    kind: String,
}

impl Pipe {
    /// The one that carries events.
    pub(super) fn of_the_template() -> Self {
        let text = include_str!("../../../../infra/template.yaml");
        let template: Yaml = serde_norway::from_str(text).expect("YAML");
        let pipe = &template["Resources"]["AuditPipe"]["Properties"];
        let source = &pipe["SourceParameters"]["FilterCriteria"]["Filters"];
        let filters = source.as_sequence().expect("filters");
        assert_eq!(filters.len(), 1, "any of several would be enough");
        let target = &pipe["TargetParameters"];
        let bus = &target["EventBridgeEventBusParameters"];
        let said = |value: &Yaml| value.as_str().expect("text").to_owned();
        Self {
            pattern: serde_json::from_str(&said(&filters[0]["Pattern"])).expect("a pattern"),
            template: said(&target["InputTemplate"]),
            source: said(&bus["Source"]),
            kind: said(&bus["DetailType"]),
        }
    }

    /// Whether its filter lets this through.
    pub(super) fn admits(&self, event: &Value) -> bool {
        matches(&self.pattern, Some(event))
    }

    /// What it puts on the bus: `source`, `detail-type` and `detail`.
    pub(super) fn sends(&self, event: &Value) -> (String, String, Value) {
        let kind = at(&self.kind, event).as_str().expect("text").to_owned();
        (self.source.clone(), kind, filled(&self.template, event))
    }
}

/// Every member of the pattern has to match; of a list, one is enough.
fn matches(pattern: &Value, event: Option<&Value>) -> bool {
    match pattern {
        Value::Object(members) => members
            .iter()
            .all(|(name, pattern)| matches(pattern, event.and_then(|event| event.get(name)))),
        Value::Array(rules) => rules.iter().any(|rule| holds(rule, event)),
        other => panic!("{other} is no pattern: values stand in lists"),
    }
}

/// A rule of a leaf. A pipe has fewer operators than a bus: `wildcard` is not among them.
fn holds(rule: &Value, value: Option<&Value>) -> bool {
    let Value::Object(operator) = rule else {
        return value == Some(rule);
    };
    let (name, operand) = operator.iter().next().expect("an operator");
    assert_eq!(operator.len(), 1, "{rule}");
    let text = value.and_then(Value::as_str);
    let part = || operand.as_str().expect("text");
    match name.as_str() {
        "prefix" => text.is_some_and(|text| text.starts_with(part())),
        "suffix" => text.is_some_and(|text| text.ends_with(part())),
        // Of leaves alone.
        "exists" => {
            let leaf = value.is_some_and(|it| !it.is_object() && !it.is_array());
            operand.as_bool().expect("true or false") == leaf
        }
        other => panic!("the operator {other} is not evaluated here"),
    }
}

/// The template with each `<$.path>`, which stands where a value does, as the JSON that is there.
fn filled(template: &str, event: &Value) -> Value {
    let mut parts = template.split('<');
    let mut text = parts.next().expect("a beginning").to_owned();
    for part in parts {
        let (path, rest) = part.split_once('>').expect("a closed variable");
        assert!(
            text.ends_with([':', ',', '[']),
            "{path} stands where a value does"
        );
        text.push_str(&at(path, event).to_string());
        text.push_str(rest);
    }
    serde_json::from_str(&text).expect("JSON")
}

/// What is at a path. What a pipe makes of one that leads nowhere is not relied on.
fn at<'a>(path: &str, event: &'a Value) -> &'a Value {
    let names = path.strip_prefix("$.").expect("a path");
    names.split('.').fold(event, |value, name| {
        value
            .get(name)
            .unwrap_or_else(|| panic!("{path}: nothing there"))
    })
}

#[test]
#[should_panic(expected = "wildcard")]
fn an_operator_that_a_pipe_does_not_have_is_refused() {
    holds(&serde_json::json!({"wildcard": "T#*#EVENTS"}), None);
}

#[test]
fn patterns_are_evaluated_as_eventbridge_does() {
    let pattern = serde_json::json!({"a": {"b": [{"prefix": "x"}, "y"]}, "c": [{"exists": true}]});
    for (event, want) in [
        (serde_json::json!({"a": {"b": "xx"}, "c": 1}), true),
        (serde_json::json!({"a": {"b": "y"}, "c": 1, "d": 2}), true),
        (serde_json::json!({"a": {"b": "y"}}), false),
        (serde_json::json!({"a": {"b": "z"}, "c": 1}), false),
        (serde_json::json!({"a": "x", "c": 1}), false),
        (serde_json::json!({"a": {"b": "x"}, "c": {"d": 1}}), false),
    ] {
        assert_eq!(matches(&pattern, Some(&event)), want, "{event}");
    }
}
