//! Reads a request's body by the shape that it must have (API reference A, errors; Django REST framework's fields).

use chrono::DateTime;
use protocol::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::errors::{Errors, Refusal, WHOLE};
use crate::shape::{Field, Form as Worded, Kind, Presence, Shape, Text};

/// What a request does with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// POST: makes one.
    Create,
    /// PUT: as on creation, but what is optional and left out stays as it is (API reference A).
    Replace,
    /// PATCH: what is left out stays as it is.
    Change,
}

/// The fields that were given, each as its description wants it.
#[derive(Clone, Debug)]
pub struct Form {
    /// What the request does.
    pub mode: Mode,
    /// What is wrong with them; noted further as they are compared with what there is.
    pub errors: Errors,
    /// The id that a new object is to have, where that is known; blueprints know it.
    pub id: Option<Uuid>,
    /// The same of what goes by numbers.
    pub number: Option<u64>,
    given: Map<String, Value>,
}

impl Form {
    /// Reads a body. What is no field of the shape is passed over, as in authentik.
    ///
    /// # Errors
    /// Where it is no JSON object. What is wrong with fields is noted in [`Form::errors`].
    pub fn read(shape: &Shape, body: &[u8], mode: Mode) -> Result<Self, Refusal> {
        let body = if body.is_empty() {
            Value::Object(Map::new()) // as DRF takes it
        } else {
            let parsed = serde_json::from_slice(body);
            parsed.map_err(|error| Refusal::Malformed(format!("JSON parse error - {error}")))?
        };
        match body {
            Value::Object(body) => Ok(Self::of(shape, body, mode)),
            other => Err(Refusal::field(WHOLE, not_a_dictionary(&other))),
        }
    }

    /// The same of what has been parsed.
    pub fn of(shape: &Shape, mut body: Map<String, Value>, mode: Mode) -> Self {
        let mut form = Self {
            mode,
            errors: Errors::default(),
            id: None,
            number: None,
            given: Map::new(),
        };
        for field in shape.fields {
            if field.input == Presence::Absent {
                continue;
            }
            match body.remove(field.name) {
                None if mode == Mode::Change || field.input == Presence::Optional => {}
                None => form.errors.add(field.name, "This field is required."),
                Some(value) => match read(field, value) {
                    Ok(value) => {
                        form.given.insert(field.name.to_owned(), value);
                    }
                    Err(Wrong::Text(text)) => form.errors.add(field.name, text),
                    Err(Wrong::Nested(value)) => form.errors.nest(field.name, value),
                },
            }
        }
        form
    }

    /// All fields that were given, and well.
    pub const fn given(&self) -> &Map<String, Value> {
        &self.given
    }

    /// Whether a field was given, and well.
    pub fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// A field, where it was given.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.given.get(name)?).ok()
    }

    /// A text, where it was given and is not null.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name)?.as_str()
    }

    /// A moment: `None` where it was not given, `Some(None)` for null.
    pub fn moment(&self, name: &str) -> Option<Option<Timestamp>> {
        let value = self.given.get(name)?;
        let moment = value
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        Some(moment.map(|moment| Timestamp::from_unix(moment.timestamp())))
    }

    /// Puts a field, where it was given, into its place.
    pub fn set<T: DeserializeOwned>(&mut self, name: &str, place: &mut T) {
        let Some(value) = self.given.get(name) else {
            return;
        };
        match T::deserialize(value) {
            Ok(value) => *place = value,
            Err(_) => self.errors.add(name, "Not a valid value."),
        }
    }

    /// Notes that a field names an object that does not exist (DRF `PrimaryKeyRelatedField`).
    pub fn missing(&mut self, name: &str, key: &impl std::fmt::Display) {
        self.errors.add(name, missing(key));
    }
}

/// `Invalid pk "…" - object does not exist.`
pub fn missing(key: &impl std::fmt::Display) -> String {
    format!("Invalid pk \"{key}\" - object does not exist.")
}

/// `Invalid data. Expected a dictionary, but got …`
pub fn not_a_dictionary(value: &Value) -> String {
    format!(
        "Invalid data. Expected a dictionary, but got {}.",
        kind_of(value)
    )
}

/// What is wrong with a value.
#[derive(Debug)]
enum Wrong {
    Text(String),
    Nested(Value),
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::Text(text.into()))
}

/// A value as the field wants it: texts cut, numbers as numbers.
fn read(field: &Field, value: Value) -> Result<Value, Wrong> {
    // An empty text in a nullable reference counts as null (API reference A).
    let reference = matches!(field.kind, Kind::Uuid | Kind::Int(..) | Kind::DateTime);
    if field.nullable && (value.is_null() || (reference && value == "")) {
        return Ok(Value::Null);
    }
    if value.is_null() && !matches!(field.kind, Kind::Any) {
        return wrong("This field may not be null.");
    }
    value_of(&field.kind, value)
}

fn value_of(kind: &Kind, value: Value) -> Result<Value, Wrong> {
    match kind {
        Kind::Text(text) => worded(text, value),
        Kind::Int(least, most) => whole(*least, *most, &value),
        Kind::Float => match number(&value) {
            Some(number) => Ok(number.into()),
            None => wrong("A valid number is required."),
        },
        Kind::Bool => {
            truth(&value).map_or_else(|| wrong("Must be a valid boolean."), |it| Ok(it.into()))
        }
        Kind::Uuid => match value.as_str().map(Uuid::parse_str) {
            Some(Ok(id)) => Ok(id.to_string().into()),
            Some(Err(_)) | None => wrong("Must be a valid UUID."),
        },
        Kind::DateTime => match value.as_str().map(DateTime::parse_from_rfc3339) {
            Some(Ok(_)) => Ok(value),
            Some(Err(_)) | None => wrong(
                "Datetime has wrong format. Use one of these formats instead: \
                 YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
            ),
        },
        Kind::Choice(choice) => match value.as_str() {
            Some(word) if choice.values.contains(&word) => Ok(value),
            Some(word) => wrong(format!("\"{word}\" is not a valid choice.")),
            // authentik's digits are numbers
            None if choice.values.contains(&value.to_string().as_str()) => {
                Ok(value.to_string().into())
            }
            None => wrong(format!("\"{value}\" is not a valid choice.")),
        },
        Kind::Object if value.is_object() => Ok(value),
        Kind::Object => wrong("Value must be a dictionary, and not have any duplicate keys."),
        Kind::Any => Ok(value),
        Kind::List(of) => items(of, value),
        Kind::Nested(shape) => nested(shape, value),
    }
}

fn worded(rules: &Text, value: Value) -> Result<Value, Wrong> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(), // as DRF's CharField
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            return wrong("Not a valid string.");
        }
    };
    let text = if rules.verbatim {
        text
    } else {
        text.trim().to_owned()
    };
    if text.is_empty() {
        return if rules.blank {
            Ok(text.into())
        } else {
            wrong("This field may not be blank.")
        };
    }
    if text.contains('\0') {
        return wrong("Null characters are not allowed.");
    }
    if text.chars().count() > rules.longest {
        return wrong(format!(
            "Ensure this field has no more than {} characters.",
            rules.longest
        ));
    }
    let (good, why) = match rules.form {
        Worded::Plain => (true, ""),
        Worded::Slug => (
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
            "Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.",
        ),
        Worded::Email => (
            provider::mail::Address::parse(&text).is_some(),
            "Enter a valid email address.",
        ),
        Worded::Url => (
            url::Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")),
            "Enter a valid URL.",
        ),
    };
    if good { Ok(text.into()) } else { wrong(why) }
}

fn whole(least: i64, most: i64, value: &Value) -> Result<Value, Wrong> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(), // as DRF's IntegerField
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    match number {
        None => wrong("A valid integer is required."),
        Some(number) if number < least => wrong(format!(
            "Ensure this value is greater than or equal to {least}."
        )),
        Some(number) if number > most => wrong(format!(
            "Ensure this value is less than or equal to {most}."
        )),
        Some(number) => Ok(number.into()),
    }
}

fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// What DRF takes for true and false.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    let word = match value {
        Value::Bool(truth) => return Some(*truth),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.to_ascii_lowercase(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    match word.as_str() {
        "true" | "1" | "t" | "y" | "yes" | "on" => Some(true),
        "false" | "0" | "f" | "n" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn items(of: &Kind, value: Value) -> Result<Value, Wrong> {
    let Value::Array(items) = value else {
        let text = format!(
            "Expected a list of items but got type \"{}\".",
            kind_of(&value)
        );
        return wrong(text);
    };
    let mut read = Vec::with_capacity(items.len());
    let (mut texts, mut maps, mut good) = (Vec::new(), Vec::new(), true);
    for item in items {
        match value_of(of, item) {
            Ok(item) => {
                read.push(item);
                maps.push(Value::Object(Map::new()));
            }
            Err(Wrong::Text(text)) => {
                good = false;
                texts.push(Value::String(text));
            }
            Err(Wrong::Nested(map)) => {
                good = false;
                maps.push(map);
            }
        }
    }
    match (good, texts.is_empty()) {
        (true, _) => Ok(Value::Array(read)),
        (false, true) => Err(Wrong::Nested(Value::Array(maps))), // a map for each, empty for good ones
        (false, false) => Err(Wrong::Nested(Value::Array(texts))),
    }
}

fn nested(shape: &Shape, value: Value) -> Result<Value, Wrong> {
    match value {
        Value::Object(body) => {
            let form = Form::of(shape, body, Mode::Create);
            if form.errors.is_empty() {
                Ok(Value::Object(form.given))
            } else {
                Err(Wrong::Nested(form.errors.into_value()))
            }
        }
        other => Err(Wrong::Nested(
            Errors::one(WHOLE, not_a_dictionary(&other)).into_value(),
        )),
    }
}

/// What Python calls it.
const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

#[cfg(test)]
mod tests;
