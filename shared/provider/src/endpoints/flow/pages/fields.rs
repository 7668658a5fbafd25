//! The fields of a prompt (OpenID Connect Core §3.1.2.3 leaves open what is asked), as a page shows them.

use serde_json::Value;

use crate::flow::challenge::{Errors, Prompt, PromptField};
use crate::locale::{Locale, Texts};
use crate::pages::{Choice, Field, Widget};

/// The largest file, in bytes: as base64 in a form it has to fit into a request with the rest.
const LARGEST_FILE: usize = 32 * 1024;

/// The fields in their order. The person begins at the first that is wrong, else at the first there is.
pub(super) fn fields(texts: Texts, its: &Prompt, errors: &Errors) -> Vec<Field> {
    let mut fields: Vec<Field> = its
        .fields
        .iter()
        .enumerate()
        .map(|(number, field)| shown(texts, (number, field), errors))
        .collect();
    let wrong = fields.iter().position(|field| field.error.is_some());
    let first = wrong.or_else(|| fields.iter().position(is_filled_in));
    if let Some(field) = first.and_then(|at| fields.get_mut(at)) {
        field.focused = true;
    }
    fields
}

fn shown(texts: Texts, (number, field): (usize, &PromptField), errors: &Errors) -> Field {
    let error = errors
        .about(&field.field_key)
        .first()
        .map(|said| texts.said(said));
    let value = match field.r#type.as_str() {
        "static" | "separator" if field.initial_value.is_empty() => &field.placeholder,
        _ => &field.initial_value,
    };
    Field {
        number,
        key: field.field_key.clone(),
        label: texts.said(&field.label),
        value: value.clone(),
        placeholder: placeholder(texts, field),
        hint: texts.said(&field.sub_text),
        required: field.required,
        focused: false,
        error,
        widget: widget(texts, field),
    }
}

/// A placeholder that only says what the label says is left out: it would vanish when it is needed.
fn placeholder(texts: Texts, field: &PromptField) -> String {
    if field.placeholder == field.label {
        return String::new();
    }
    texts.said(&field.placeholder)
}

fn is_filled_in(field: &Field) -> bool {
    match field.widget {
        Widget::Line { read_only, .. } | Widget::Lines { read_only } => !read_only,
        Widget::Checkbox { .. }
        | Widget::Radio { .. }
        | Widget::Choice { .. }
        | Widget::File { .. } => true,
        Widget::Static | Widget::Separator | Widget::Hidden => false,
    }
}

fn widget(texts: Texts, field: &PromptField) -> Widget {
    let line = |kind, autocomplete| Widget::Line {
        kind,
        autocomplete,
        read_only: false,
    };
    match field.r#type.as_str() {
        "text_area" => Widget::Lines { read_only: false },
        "text_area_read_only" => Widget::Lines { read_only: true },
        "text_read_only" => Widget::Line {
            kind: "text",
            autocomplete: "off",
            read_only: true,
        },
        "username" => line("text", "username"),
        "email" => line("email", "email"),
        "password" => line("password", "new-password"),
        "number" => line("number", "off"),
        "date" => line("date", "off"),
        "date-time" => line("datetime-local", "off"),
        "checkbox" => Widget::Checkbox {
            checked: field.initial_value == "true",
        },
        "radio-button-group" => Widget::Radio {
            choices: choices(field),
        },
        "dropdown" => Widget::Choice {
            choices: choices(field),
        },
        "ak-locale" => Widget::Choice {
            choices: locales(texts, &field.initial_value),
        },
        "file" => Widget::File { most: LARGEST_FILE },
        "separator" => Widget::Separator,
        "hidden" => Widget::Hidden,
        "static" => Widget::Static,
        _ => line("text", autocomplete(&field.field_key)),
    }
}

/// What browsers may fill in, by the names that authentik's own blueprints give.
fn autocomplete(key: &str) -> &'static str {
    match key {
        "name" => "name",
        "username" => "username",
        "email" => "email",
        _ => "on",
    }
}

fn choices(field: &PromptField) -> Vec<Choice> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let choices = field.choices.iter().flatten();
    choices
        .map(|choice| {
            let value = text(choice.get("value").unwrap_or(choice));
            Choice {
                label: choice.get("label").map_or_else(|| value.clone(), text),
                chosen: value == field.initial_value,
                value,
            }
        })
        .collect()
}

fn locales(texts: Texts, chosen: &str) -> Vec<Choice> {
    let automatic = Choice {
        value: String::new(),
        label: texts.get("locale-automatic"),
        chosen: chosen.is_empty(),
    };
    let named = Locale::ALL.into_iter().map(|locale| Choice {
        value: locale.tag().to_owned(),
        label: locale.name().to_owned(),
        chosen: Locale::parse(chosen) == Some(locale),
    });
    std::iter::once(automatic).chain(named).collect()
}
