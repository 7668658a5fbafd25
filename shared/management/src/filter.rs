//! What a list is narrowed down by (API reference A: filters are exact unless said, repeated ones mean OR, unknown ones
//! are passed over, malformed ones are refused).

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::errors::{Errors, Refusal};
use crate::form::truth;
use crate::operation::Ask;
use crate::shape::Choice;

/// A row of a list, as it is compared: the fields of an object without those of others.
pub type Row = Map<String, Value>;

/// A query parameter that narrows a list down.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// Its name.
    pub name: &'static str,
    /// The field of the row that it looks at.
    pub field: &'static str,
    /// What it asks.
    pub test: Test,
    /// What its values look like.
    pub form: Form,
}

/// What a filter asks of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// It is the value.
    Is,
    /// It is one of the values; of a field that is a list, one of them is in it.
    Among,
    /// It is null, or is not.
    IsNull,
    /// It begins with the value.
    Begins,
}

/// What the values of a filter look like.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any text.
    Text,
    /// A UUID.
    Uuid,
    /// A whole number.
    Int,
    /// True or false; anything else counts as not given.
    Bool,
    /// One of these words.
    Choice(&'static Choice),
    /// A moment.
    DateTime,
}

impl Filter {
    /// A filter of the field with its own name.
    pub const fn exact(name: &'static str, form: Form) -> Self {
        Self {
            name,
            field: name,
            test: Test::Is,
            form,
        }
    }

    /// The same of another field.
    #[must_use]
    pub const fn of(mut self, field: &'static str) -> Self {
        self.field = field;
        self
    }

    /// With another question.
    #[must_use]
    pub const fn asks(mut self, test: Test) -> Self {
        self.test = test;
        self
    }

    /// `…__isnull`.
    pub const fn is_null(name: &'static str, field: &'static str) -> Self {
        Self {
            name,
            field,
            test: Test::IsNull,
            form: Form::Bool,
        }
    }
}

/// A filter with what was given for it.
struct Given<'a> {
    filter: &'a Filter,
    values: Vec<Value>,
}

/// The rows that pass all filters that were given.
///
/// # Errors
/// [`Refusal::Invalid`] by the parameters that are malformed.
pub fn narrow(rows: Vec<Row>, filters: &[Filter], ask: &Ask<'_>) -> Result<Vec<Row>, Refusal> {
    let mut errors = Errors::default();
    let given: Vec<Given<'_>> = filters
        .iter()
        .filter_map(|filter| {
            Some(Given {
                filter,
                values: values(filter, ask, &mut errors)?,
            })
        })
        .collect();
    errors.check()?;
    let passes = |row: &Row| given.iter().all(|given| given.passes(row));
    Ok(rows.into_iter().filter(passes).collect())
}

fn values(filter: &Filter, ask: &Ask<'_>, errors: &mut Errors) -> Option<Vec<Value>> {
    let texts = ask.query.all(filter.name).filter(|text| !text.is_empty());
    let texts: Vec<&str> = match filter.test {
        Test::Among => texts.collect(),
        Test::Is | Test::IsNull | Test::Begins => texts.rev().take(1).collect(),
    };
    let read = texts.into_iter().map(|text| parse(filter.form, text));
    let mut values = Vec::new();
    for value in read {
        match value {
            Ok(Some(value)) => values.push(value),
            Ok(None) => {}
            Err(text) => errors.add(filter.name, text),
        }
    }
    (!values.is_empty()).then_some(values)
}

/// A value in its form; `None` for what counts as not given.
fn parse(form: Form, text: &str) -> Result<Option<Value>, String> {
    match form {
        Form::Text => Ok(Some(text.into())),
        Form::Uuid => match Uuid::parse_str(text) {
            Ok(id) => Ok(Some(id.to_string().into())),
            Err(_) => Err("Enter a valid UUID.".to_owned()),
        },
        Form::Int => match text.parse::<i64>() {
            Ok(number) => Ok(Some(number.into())),
            Err(_) => Err("Enter a number.".to_owned()),
        },
        Form::Bool => Ok(truth(&text.into()).map(Value::Bool)),
        Form::Choice(choice) if choice.values.contains(&text) => Ok(Some(text.into())),
        Form::Choice(_) => Err(format!(
            "Select a valid choice. {text} is not one of the available choices."
        )),
        Form::DateTime => match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(moment) => Ok(Some(crate::wire::moment_of(moment.timestamp()).into())),
            Err(_) => Err("Enter a valid date/time.".to_owned()),
        },
    }
}

impl Given<'_> {
    fn passes(&self, row: &Row) -> bool {
        let field = row.get(self.filter.field).unwrap_or(&Value::Null);
        self.values.iter().any(|value| match self.filter.test {
            Test::Is => is(field, value),
            Test::Among => match field {
                Value::Array(items) => items.iter().any(|item| is(item, value)),
                single => is(single, value),
            },
            Test::IsNull => field.is_null() == (*value == Value::Bool(true)),
            Test::Begins => match (field.as_str(), value.as_str()) {
                (Some(text), Some(start)) => text.starts_with(start),
                _ => false,
            },
        })
    }
}

/// Whether a field is this value; a list is where it has it, as in Django.
fn is(field: &Value, value: &Value) -> bool {
    match field {
        Value::Array(items) => items.contains(value),
        other => other == value,
    }
}
