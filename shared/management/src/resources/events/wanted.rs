//! Which events are asked for (API reference B14; authentik's `EventsFilter`).

use provider::event::Event;
use serde_json::Value;
use uuid::Uuid;

use super::shape;
use crate::filter::{Filter, Form, Row};
use crate::operation::Ask;

/// What events are narrowed down by.
pub const FILTERS: &[Filter] = &[
    Filter::exact("action", Form::Text),
    Filter::exact("brand_name", Form::Text),
    Filter::exact("client_ip", Form::Text),
    Filter::exact("context_authorized_app", Form::Text),
    Filter::exact("context_model_app", Form::Text),
    Filter::exact("context_model_name", Form::Text),
    Filter::exact("context_model_pk", Form::Text),
    Filter::exact("username", Form::Text),
];

/// Which events are asked for: a value for each of [`FILTERS`], and words.
pub struct Wanted {
    given: Vec<(&'static str, String)>,
    words: Vec<String>,
}

impl Wanted {
    /// As the query says.
    pub fn of(ask: &Ask<'_>) -> Self {
        let given = FILTERS.iter().filter_map(|filter| {
            let value = ask.query.one(filter.name)?;
            (!value.is_empty()).then(|| (filter.name, value.to_owned()))
        });
        let words = ask.query.one("search").unwrap_or_default();
        Self {
            given: given.collect(),
            words: words.split_whitespace().map(str::to_lowercase).collect(),
        }
    }

    /// Whether it is one of those.
    pub fn admits(&self, event: &Event) -> bool {
        self.given
            .iter()
            .all(|(name, value)| passes(event, name, value))
            && self.is_found(event)
    }

    /// Whether each word is in one of the fields that authentik searches.
    fn is_found(&self, event: &Event) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let row = shape::row(event);
        let fields = ["pk", "user", "action", "app", "context", "client_ip"];
        let texts = fields.iter().filter_map(|field| row.get(*field));
        let texts = texts.map(|value| match value {
            Value::String(text) => text.to_lowercase(),
            other => other.to_string().to_lowercase(),
        });
        let texts: Vec<String> = texts.collect();
        let found = |word: &String| texts.iter().any(|text| text.contains(word));
        self.words.iter().all(found)
    }
}

fn passes(event: &Event, name: &str, value: &str) -> bool {
    let in_context = |path: &[&str]| {
        let found = path.iter().try_fold(None, |at: Option<&Value>, name| {
            let next = at.map_or_else(|| event.context.get(*name), |at| at.get(*name));
            next.map(Some)
        });
        found.flatten().is_some_and(|found| same(found, value))
    };
    match name {
        "action" => {
            let action = shape::name(&event.action).to_lowercase();
            action.contains(&value.to_lowercase())
        }
        "brand_name" => event.brand.as_ref().is_some_and(|it| it.name == value),
        "client_ip" => event.client_ip.as_deref() == Some(value),
        "context_authorized_app" => in_context(&["authorized_application", "pk"]),
        "context_model_app" => in_context(&["model", "app"]),
        "context_model_name" => in_context(&["model", "model_name"]),
        "context_model_pk" => in_context(&["model", "pk"]),
        "username" => event.user.as_ref().is_some_and(|it| it.username == value),
        _ => true, // a name is one of FILTERS
    }
}

/// Whether a field has this value: a UUID with or without dashes, a number also as text.
pub fn same(field: &Value, value: &str) -> bool {
    match field {
        Value::String(text) => text == value || undashed(text) == undashed(value),
        Value::Number(number) => number.to_string() == value,
        Value::Bool(truth) => truth.to_string() == value.to_ascii_lowercase(),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A UUID without dashes.
fn undashed(text: &str) -> String {
    Uuid::parse_str(text).map_or_else(|_| text.to_owned(), |id| id.simple().to_string())
}

/// Whether a field of a row, named as Django does (`context__authorized_application__pk`), has this value. `None` where
/// there is no such field in events.
pub fn looked_up(row: &Row, path: &str, value: &Value) -> Option<bool> {
    let mut names = path.split("__");
    let field = row.get(names.next()?)?;
    let found = names.try_fold(field, |at, name| at.get(name));
    Some(found.is_some_and(|found| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        found == value || same(found, &text)
    }))
}
