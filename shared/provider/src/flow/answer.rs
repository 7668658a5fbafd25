//! What a person says to a challenge: the same names from a form and from JSON.

use protocol::Params;
use serde_json::{Map, Value};

/// Most fields of an answer.
const MOST_FIELDS: usize = 100;

/// An answer's fields.
#[derive(Clone, Default, PartialEq)]
pub struct Answer(Map<String, Value>);

impl Answer {
    /// Of a form. What is repeated counts as its last, as in a browser's own reading of check boxes.
    pub fn of_form(form: &Params) -> Self {
        let pairs = form.pairs().take(MOST_FIELDS);
        Self(
            pairs
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }

    /// Of a JSON object; `None` for any other value.
    pub fn of_json(body: &[u8]) -> Option<Self> {
        match serde_json::from_slice(body).ok()? {
            Value::Object(fields) if fields.len() <= MOST_FIELDS => Some(Self(fields)),
            _ => None,
        }
    }

    /// A field as text; a number counts as its digits.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A field as a yes or no: a check box that is sent says yes.
    pub fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => !matches!(text.as_str(), "" | "false" | "0" | "off"),
            Some(Value::Number(number)) => number.as_u64() != Some(0),
            Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
        }
    }

    /// A field as an object; text is read as JSON, as a script puts it into a form.
    pub fn object(&self, name: &str) -> Option<Value> {
        match self.0.get(name)? {
            Value::Object(object) => Some(Value::Object(object.clone())),
            Value::String(text) => serde_json::from_str(text).ok().filter(Value::is_object),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        }
    }

    /// Whether there is such a field at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Whether a field is there and says that it has no value.
    pub fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(Value::is_null)
    }
}

impl std::fmt::Debug for Answer {
    /// Names alone: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
