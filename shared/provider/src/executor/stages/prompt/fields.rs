//! The fields of a prompt as they stand for one person: what is in them at first, and what may be chosen.

use serde_json::{Map, Value};

use crate::flow::challenge::PromptField;
use crate::flow::stage::{FieldType, PromptSettings};

/// A field whose expressions have been run.
#[derive(Clone, Debug)]
pub(super) struct Field<'a> {
    pub(super) settings: &'a PromptSettings,
    /// What it holds where nothing else is said; `null` for nothing.
    pub(super) initial: Value,
    /// What stands in it while it is empty.
    pub(super) placeholder: String,
    /// What may be chosen, where something is to be chosen.
    pub(super) choices: Vec<Value>,
    /// Whether an invitation says what is in it.
    pub(super) fixed: bool,
}

impl FieldType {
    /// Whether one of several is to be chosen.
    pub(super) const fn is_choice(self) -> bool {
        matches!(self, Self::RadioButtonGroup | Self::Dropdown)
    }

    /// Whether what is in it is never sent back to the browser: passwords, and files for their size.
    const fn is_kept(self) -> bool {
        matches!(self, Self::Password | Self::File)
    }

    /// Whether what is posted for it counts.
    const fn is_filled_in(self) -> bool {
        match self {
            Self::Text
            | Self::TextArea
            | Self::Username
            | Self::Email
            | Self::Password
            | Self::Number
            | Self::Checkbox
            | Self::RadioButtonGroup
            | Self::Dropdown
            | Self::Date
            | Self::DateTime
            | Self::File
            | Self::Locale => true,
            Self::TextReadOnly
            | Self::TextAreaReadOnly
            | Self::Separator
            | Self::Hidden
            | Self::Static => false,
        }
    }
}

impl<'a> Field<'a> {
    /// With what its texts, or their expressions, said.
    pub(super) fn of(settings: &'a PromptSettings, placeholder: Value, initial: Value) -> Self {
        let is_choice = settings.r#type.is_choice();
        let (placeholder, choices) = if is_choice {
            (String::new(), choices_of(placeholder))
        } else {
            (plain(&placeholder), Vec::new())
        };
        Self {
            settings,
            initial,
            placeholder,
            choices,
            fixed: false,
        }
    }
}

impl Field<'_> {
    /// Its name in the answer.
    pub(super) fn key(&self) -> &str {
        &self.settings.field_key
    }

    /// Its kind for this person: what an invitation says cannot be changed.
    pub(super) const fn kind(&self) -> FieldType {
        match self.settings.r#type {
            FieldType::Password => FieldType::Password,
            kind if self.fixed && kind.is_filled_in() => FieldType::TextReadOnly,
            kind => kind,
        }
    }

    /// Whether it may not stay empty (release 2022.7.3: never where nothing can be filled in).
    pub(super) const fn is_required(&self) -> bool {
        let kind = self.kind();
        self.settings.required && kind.is_filled_in() && !matches!(kind, FieldType::Checkbox)
    }

    /// What it holds where nothing is posted; what cannot be changed may have it as its placeholder.
    pub(super) fn default(&self) -> Value {
        let shown_alone = matches!(self.kind(), FieldType::Hidden | FieldType::Static);
        if shown_alone && plain(&self.initial).is_empty() {
            return Value::String(self.placeholder.clone());
        }
        self.initial.clone()
    }

    /// The field in a challenge; `typed` is what was posted before and was not good.
    pub(super) fn shown(&self, typed: &Map<String, Value>) -> PromptField {
        let (settings, kind) = (self.settings, self.kind());
        let value = if kind.is_filled_in() {
            typed
                .get(self.key())
                .cloned()
                .unwrap_or_else(|| self.default())
        } else {
            self.default()
        };
        let initial_value = match kind {
            _ if kind.is_kept() => String::new(),
            FieldType::Checkbox if is_true(&value) => "true".to_owned(),
            FieldType::Checkbox => String::new(),
            FieldType::DateTime => plain(&value).trim_end_matches('Z').to_owned(), // as `datetime-local` takes it
            _ if kind.is_choice() => plain(self.chosen(&value)),
            _ => plain(&value),
        };
        let choices = kind.is_choice().then(|| {
            let shown = self.choices.iter().map(|choice| match choice {
                Value::Object(labelled) => Value::Object(labelled.clone()),
                other => Value::String(plain(other)),
            });
            shown.collect()
        });
        PromptField {
            field_key: settings.field_key.clone(),
            label: settings.label.clone(),
            r#type: kind.as_str().to_owned(),
            required: self.is_required(),
            placeholder: if kind.is_choice() {
                String::new()
            } else {
                self.placeholder.clone()
            },
            initial_value,
            order: settings.order,
            sub_text: settings.sub_text.clone(),
            choices,
        }
    }

    /// This value where it is among the choices, else the first of them (authentik: `get_initial_value`).
    pub(super) fn chosen<'v>(&'v self, value: &'v Value) -> &'v Value {
        let known = self.choices.iter().any(|choice| value_of(choice) == value);
        if known {
            return value;
        }
        self.choices.first().map_or(&Value::Null, value_of)
    }
}

impl FieldType {
    /// authentik's name of it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::TextArea => "text_area",
            Self::TextReadOnly => "text_read_only",
            Self::TextAreaReadOnly => "text_area_read_only",
            Self::Username => "username",
            Self::Email => "email",
            Self::Password => "password",
            Self::Number => "number",
            Self::Checkbox => "checkbox",
            Self::RadioButtonGroup => "radio-button-group",
            Self::Dropdown => "dropdown",
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::File => "file",
            Self::Separator => "separator",
            Self::Hidden => "hidden",
            Self::Static => "static",
            Self::Locale => "ak-locale",
        }
    }
}

/// A value as a person reads it (Python's `str`); empty for nothing.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Whether a box with this in it is ticked.
fn is_true(value: &Value) -> bool {
    !matches!(
        plain(value).to_ascii_lowercase().as_str(),
        "" | "false" | "0" | "off"
    )
}

/// What a choice stands for: one with a `label` has a `value`, too.
pub(super) fn value_of(choice: &Value) -> &Value {
    choice.get("value").unwrap_or(choice)
}

/// The choices that a placeholder gives: a list's items, else the one it is (authentik: `get_choices`).
pub(super) fn choices_of(placeholder: Value) -> Vec<Value> {
    match placeholder {
        Value::Array(choices) => choices,
        Value::Null => Vec::new(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            vec![one]
        }
    }
}
