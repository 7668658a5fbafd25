//! Whether what was filled in is good, field by field. Nothing here reads or writes anything: see `prompt.rs` for what
//! has to be looked up.

use serde_json::{Map, Value};

use super::fields::{Field, plain, value_of};
use super::{file, text};
use crate::flow::answer::Answer;
use crate::flow::challenge::Errors;
use crate::flow::stage::FieldType;

/// The longest line, in characters.
const LONGEST_LINE: usize = 2_000;
/// The longest text of several lines, in characters.
const LONGEST_TEXT: usize = 10_000;
/// The longest password, in bytes: each is hashed, which takes longer the longer it is.
const LONGEST_PASSWORD: usize = 1_024;

/// Why a value is not good: words, and their code in the API (Django REST framework's).
pub(in crate::executor::stages) struct Wrong(
    pub(in crate::executor::stages) &'static str,
    pub(in crate::executor::stages) &'static str,
);

/// What was given for a field.
enum Given {
    /// Nothing at all.
    Absent,
    /// It was left empty.
    Blank,
    /// This.
    Text(String),
}

/// The values by field, or what is wrong with them. Passwords are in it as they were typed.
pub(super) fn check(fields: &[Field<'_>], answer: &Answer) -> Result<Map<String, Value>, Errors> {
    let (mut values, mut errors) = (Map::new(), Errors::default());
    for field in fields {
        match value(field, answer) {
            Ok(Some(value)) => {
                values.insert(field.key().to_owned(), value);
            }
            Ok(None) => {}
            Err(Wrong(code, said)) => errors.add(field.key(), code, said),
        }
    }
    if errors.is_empty() && !passwords_match(fields, &values) {
        errors = Errors::whole("The passwords are not the same. Type the same one twice.");
    }
    if errors.is_empty() {
        Ok(values)
    } else {
        Err(errors)
    }
}

/// What may be shown again of an answer that was not good.
pub(super) fn typed(fields: &[Field<'_>], answer: &Answer) -> Map<String, Value> {
    let mut typed = Map::new();
    for field in fields {
        let text = match field.kind() {
            FieldType::Password | FieldType::File => None,
            FieldType::Checkbox => Some(answer.flag(field.key()).to_string()),
            _ => answer.text(field.key()),
        };
        if let Some(text) = text.filter(|text| text.len() <= LONGEST_TEXT) {
            typed.insert(field.key().to_owned(), Value::String(text));
        }
    }
    typed
}

fn passwords_match(fields: &[Field<'_>], values: &Map<String, Value>) -> bool {
    let passwords = fields
        .iter()
        .filter(|field| field.kind() == FieldType::Password);
    let mut given = passwords.map(|field| values.get(field.key()));
    let first = given.next();
    given.all(|other| Some(other) == first)
}

/// The value of a field; `None` where it has none and keeps what it had.
fn value(field: &Field<'_>, answer: &Answer) -> Result<Option<Value>, Wrong> {
    let kind = field.kind();
    match kind {
        FieldType::Separator => return Ok(None),
        FieldType::TextReadOnly
        | FieldType::TextAreaReadOnly
        | FieldType::Hidden
        | FieldType::Static => return Ok(Some(empty_for_nothing(field.default()))),
        FieldType::Checkbox => return Ok(Some(answer.flag(field.key()).into())),
        FieldType::Text
        | FieldType::TextArea
        | FieldType::Username
        | FieldType::Email
        | FieldType::Password
        | FieldType::Number
        | FieldType::RadioButtonGroup
        | FieldType::Dropdown
        | FieldType::Date
        | FieldType::DateTime
        | FieldType::File
        | FieldType::Locale => {}
    }
    match given(kind, field.key(), answer)? {
        Given::Text(text) => parsed(field, text).map(Some),
        Given::Absent if !plain(&field.initial).is_empty() && kind != FieldType::Password => {
            Ok(Some(as_initial(field)))
        }
        Given::Absent if field.is_required() => Err(Wrong("required", "Fill this in.")),
        Given::Absent => Ok(None),
        Given::Blank if field.is_required() && kind != FieldType::Locale => {
            Err(Wrong("blank", "Fill this in."))
        }
        Given::Blank => Ok(left_empty(kind)),
    }
}

/// Policies and expressions never meet `null` where there is a text.
fn empty_for_nothing(value: Value) -> Value {
    if value.is_null() {
        Value::String(String::new())
    } else {
        value
    }
}

fn as_initial(field: &Field<'_>) -> Value {
    if field.kind().is_choice() {
        return field.chosen(&field.initial).clone();
    }
    field.initial.clone()
}

/// What a field that was left empty holds: text is empty, anything else is nothing; a file or a password that is not
/// given stays what it was.
const fn left_empty(kind: FieldType) -> Option<Value> {
    match kind {
        FieldType::Username | FieldType::Password | FieldType::File => None,
        FieldType::Number
        | FieldType::Date
        | FieldType::DateTime
        | FieldType::RadioButtonGroup
        | FieldType::Dropdown => Some(Value::Null),
        FieldType::Text
        | FieldType::TextArea
        | FieldType::TextReadOnly
        | FieldType::TextAreaReadOnly
        | FieldType::Email
        | FieldType::Checkbox
        | FieldType::Separator
        | FieldType::Hidden
        | FieldType::Static
        | FieldType::Locale => Some(Value::String(String::new())),
    }
}

/// Blanks around lines are dropped, but not around free text and passwords (authentik: `trim_whitespace`).
fn given(kind: FieldType, key: &str, answer: &Answer) -> Result<Given, Wrong> {
    if !answer.has(key) {
        return Ok(Given::Absent);
    }
    let Some(given) = answer.text(key) else {
        return if answer.is_null(key) {
            Ok(Given::Blank)
        } else {
            Err(Wrong("invalid", "This is not a text."))
        };
    };
    let given = match kind {
        FieldType::Text | FieldType::TextArea | FieldType::Password => given,
        _ => given.trim().to_owned(),
    };
    Ok(if given.is_empty() {
        Given::Blank
    } else {
        Given::Text(given)
    })
}

fn parsed(field: &Field<'_>, given: String) -> Result<Value, Wrong> {
    match field.kind() {
        FieldType::Username | FieldType::Email if plain(&field.initial) == given => {
            Ok(given.into())
        }
        FieldType::Username => text::username(given).map(Value::String),
        FieldType::Email => text::email(given).map(Value::String),
        FieldType::Password => {
            let longest = Wrong("max_length", "This is too long for a password.");
            if given.len() <= LONGEST_PASSWORD {
                Ok(given.into())
            } else {
                Err(longest)
            }
        }
        FieldType::Number => text::number(&given),
        FieldType::Date => text::date(&given),
        FieldType::DateTime => text::moment(&given),
        FieldType::File => file::read(given),
        FieldType::Locale => text::language(&given),
        FieldType::RadioButtonGroup | FieldType::Dropdown => {
            let mut values = field.choices.iter().map(value_of);
            let chosen = values.find(|value| plain(value) == given);
            chosen
                .cloned()
                .ok_or(Wrong("invalid_choice", "Choose one of what is offered."))
        }
        FieldType::TextArea => text::bounded(given, LONGEST_TEXT, true),
        FieldType::Text
        | FieldType::TextReadOnly
        | FieldType::TextAreaReadOnly
        | FieldType::Checkbox
        | FieldType::Separator
        | FieldType::Hidden
        | FieldType::Static => text::bounded(given, LONGEST_LINE, false),
    }
}
