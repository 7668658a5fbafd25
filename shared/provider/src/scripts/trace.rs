//! What expressions leave behind: log lines and events, bounded and without what looks like a secret.

use serde_json::{Map, Value};

use crate::event::Action;
use crate::script::{Script, ScriptEvent, ScriptLog};

/// Most events one request's expressions may leave; one write takes a hundred.
pub(super) const MOST_EVENTS: usize = 50;

/// Most texts of `ak_message` one policy may show.
pub(super) const MOST_MESSAGES: usize = 10;

/// The longest text of `ak_message`, of a log line and of an exception, in characters.
pub(crate) const LONGEST_MESSAGE: usize = 500;

/// How much of an expression an event quotes, in characters.
const LONGEST_EXCERPT: usize = 4_000;

/// How much data one event or log line may carry, in bytes of JSON.
pub const LARGEST_DATA: usize = 8 * 1024;

/// Most log lines of one run that are passed on.
pub(super) const MOST_LOGS: usize = 50;

/// How deep data is looked into; what lies deeper is left out.
const DEEPEST: usize = 8;

/// Words in a name that say its value is a secret (authentik hides such values too).
const SECRETS: [&str; 11] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "key",
    "cookie",
    "authorization",
    "signature",
    "assertion",
    "verifier",
];

/// What stands in the place of a secret.
const HIDDEN: &str = "********************";

/// The text, or its beginning.
pub(super) fn bounded(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text.to_owned(),
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned() + "…",
    }
}

/// As much of an expression as an event quotes.
pub(super) fn excerpt(source: &str) -> String {
    bounded(source, LONGEST_EXCERPT)
}

/// Whether a value of this name must not be written down.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRETS.iter().any(|word| name.contains(word))
}

/// `ak_create_event`: authentik prefixes what is not one of its own actions, so that a script cannot pass off
/// an event as a login.
pub(super) fn custom(asked: &ScriptEvent) -> (Action, Map<String, Value>) {
    let name = bounded(&asked.action, 100);
    (
        Action::Custom(format!("custom_{name}")),
        presentable(&asked.data),
    )
}

/// `ak_logger`: at the level it was given.
pub(super) fn log(script: &Script, lines: &[ScriptLog]) {
    for line in lines.iter().take(MOST_LOGS) {
        let (expression, text) = (script.name.as_str(), bounded(&line.text, LONGEST_MESSAGE));
        let data = Value::Object(presentable(&line.data));
        match line.level.as_str() {
            "debug" => tracing::debug!(event = "expression_log", expression, %data, "{text}"),
            "warning" => tracing::warn!(event = "expression_log", expression, %data, "{text}"),
            "error" => tracing::error!(event = "expression_log", expression, %data, "{text}"),
            _ => tracing::info!(event = "expression_log", expression, %data, "{text}"),
        }
    }
    if lines.len() > MOST_LOGS {
        let (expression, lines) = (script.name.as_str(), lines.len());
        tracing::warn!(
            event = "expression_log",
            expression,
            lines,
            "more lines than are passed on"
        );
    }
}

/// Without what looks like a secret, and no larger than it may be.
pub fn presentable(data: &Map<String, Value>) -> Map<String, Value> {
    let clean = cleansed(data, DEEPEST);
    let size = serde_json::to_string(&clean).map_or(usize::MAX, |text| text.len());
    if size <= LARGEST_DATA {
        return clean;
    }
    let notice = format!("{size} bytes are more than an event holds");
    Map::from_iter([("left_out".to_owned(), Value::from(notice))])
}

fn cleansed(data: &Map<String, Value>, deepest: usize) -> Map<String, Value> {
    let entry = |(name, value): (&String, &Value)| {
        let shown = if is_secret(name) {
            HIDDEN.into()
        } else {
            cleansed_value(value, deepest)
        };
        (bounded(name, LONGEST_MESSAGE), shown)
    };
    data.iter().map(entry).collect()
}

fn cleansed_value(value: &Value, deepest: usize) -> Value {
    match (value, deepest.checked_sub(1)) {
        (Value::Object(_) | Value::Array(_), None) => Value::Null,
        (Value::Object(map), Some(left)) => Value::Object(cleansed(map, left)),
        (Value::Array(items), Some(left)) => items
            .iter()
            .map(|item| cleansed_value(item, left))
            .collect(),
        (other, _) => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(action: &str, data: Value) -> ScriptEvent {
        let Value::Object(data) = data else {
            panic!("an object")
        };
        ScriptEvent {
            action: action.into(),
            data,
        }
    }

    #[test]
    fn a_script_cannot_pass_off_an_event_as_another_kind() {
        let (action, _) = custom(&asked("login", json!({})));
        assert_eq!(
            serde_json::to_value(&action).unwrap(),
            json!("custom_login")
        );
        assert_eq!(
            serde_json::from_value::<Action>(json!("custom_login")).unwrap(),
            action
        );
    }

    #[test]
    fn what_looks_like_a_secret_is_not_written_down() {
        let data =
            json!({"user": "ada", "API_KEY": "k", "deep": [{"client_secret": {"x": 1}, "n": 2}]});
        let (_, shown) = custom(&asked("x", data));
        let wanted =
            json!({"user": "ada", "API_KEY": HIDDEN, "deep": [{"client_secret": HIDDEN, "n": 2}]});
        assert_eq!(Value::Object(shown), wanted);
    }

    #[test]
    fn data_is_bounded_in_size_and_depth() {
        let (_, shown) = custom(&asked("x", json!({"text": "x".repeat(LARGEST_DATA)})));
        assert_eq!(shown.keys().collect::<Vec<_>>(), ["left_out"]);
        let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
        let (_, shown) = custom(&asked("x", json!({"deep": deep})));
        assert!(Value::Object(shown).to_string().len() < 40);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(bounded("äöü", 3), "äöü");
        assert_eq!(bounded("äöü", 2), "äö…");
    }
}
