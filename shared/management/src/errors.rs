//! Why a request is refused, in the words and shapes that authentik's clients know (API reference A: Django REST
//! framework's).

use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use provider::config::{Problems, SaveError};
use provider::dpop::challenge;
use provider::fault::{Fault, Transport};
use provider::http::{Call, Response, api, encode};
use provider::ports::{ObjectKind, PortError};
use serde_json::{Map, Value, json};

/// Where what concerns an object as a whole stands.
pub const WHOLE: &str = "non_field_errors";

/// What is wrong with a request, by field: lists of texts, and of what is nested the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Map<String, Value>);

/// Why a request is refused.
#[derive(Debug)]
pub enum Refusal {
    /// 400: something is wrong with these fields.
    Invalid(Errors),
    /// 400 with `detail`: it is not JSON, and the like.
    Malformed(String),
    /// 403: who calls may not, or nobody said who calls.
    Denied(&'static str),
    /// 401, or as the fault has it, with a challenge: a token is bound to a key that is not proved (RFC 9449 §7.1).
    Challenge(Fault),
    /// 404: there is none of this model with that key, or this caller may not know.
    NotFound(&'static str),
    /// 404: there is no such page of the list.
    NoPage,
    /// 409: somebody else changed it at the same time.
    Conflict,
    /// 501 and the like: this says what instead.
    Other(StatusCode, String),
    /// What every endpoint may run into.
    Fault(Fault),
}

impl Errors {
    /// Nothing wrong so far.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong with this field.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        let list = self.0.entry(field).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(Value::String(text.into()));
        }
    }

    /// Notes what is wrong with what is nested in a field.
    pub fn nest(&mut self, field: &str, value: Value) {
        self.0.insert(field.to_owned(), value);
    }

    /// One thing that is wrong.
    pub fn one(field: &str, text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, text);
        errors
    }

    /// As JSON.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// Refused, where something is wrong.
    ///
    /// # Errors
    /// [`Refusal::Invalid`].
    pub fn check(self) -> Result<(), Refusal> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(self))
        }
    }

    /// What a change of configuration was refused for. What concerns another object than the one that was asked about
    /// is told as a whole.
    pub fn of_problems(problems: &Problems, kind: ObjectKind, id: &str) -> Self {
        let mut errors = Self::default();
        for problem in &problems.0 {
            if problem.kind == kind && problem.id == id {
                errors.add(problem.field, sentence(&problem.message));
            } else {
                errors.add(WHOLE, sentence(&problem.to_string()));
            }
        }
        errors
    }
}

/// With a capital and a full stop, as authentik's are.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    let mut sentence: String = first.into_iter().flatten().chain(letters).collect();
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

impl Refusal {
    /// The field is wrong.
    pub fn field(field: &str, text: impl Into<String>) -> Self {
        Self::Invalid(Errors::one(field, text))
    }

    /// What a save was refused for, of the object that was asked about.
    pub fn of_save(error: SaveError, kind: ObjectKind, id: &str) -> Self {
        match error {
            SaveError::Wrong(problems) => Self::Invalid(Errors::of_problems(&problems, kind, id)),
            SaveError::Conflict(_) => Self::Conflict,
            SaveError::Port(error) => Self::Fault(error.into()),
        }
    }

    /// As an answer.
    pub fn respond(&self) -> Response {
        let detail = api::detail;
        match self {
            Self::Invalid(errors) => {
                encode::json(StatusCode::BAD_REQUEST, &errors.clone().into_value())
            }
            Self::Malformed(text) => detail(StatusCode::BAD_REQUEST, text),
            Self::Denied(text) => detail(StatusCode::FORBIDDEN, text),
            Self::NotFound(model) => {
                let text = format!("No {model} matches the given query.");
                detail(StatusCode::NOT_FOUND, &text)
            }
            Self::NoPage => detail(StatusCode::NOT_FOUND, "Invalid page."),
            Self::Conflict => {
                let text = "It was changed by somebody else at the same time. Try again.";
                detail(StatusCode::CONFLICT, text)
            }
            Self::Other(status, text) => detail(*status, text),
            Self::Challenge(fault) | Self::Fault(fault) => api::fault(fault),
        }
    }

    /// The same with a challenge, where it is one.
    pub fn answer(&self, call: &Call<'_>) -> Response {
        let mut response = self.respond();
        if let Self::Challenge(fault) = self {
            let asking = challenge(call, fault);
            *response.status_mut() = asking.status();
            for words in asking.headers().get_all(WWW_AUTHENTICATE) {
                response
                    .headers_mut()
                    .append(WWW_AUTHENTICATE, words.clone());
            }
        }
        response
    }
}

impl From<PortError> for Refusal {
    fn from(error: PortError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Transport> for Refusal {
    fn from(fault: Transport) -> Self {
        Self::Fault(fault.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_sentences() {
        assert_eq!(sentence("may not be blank"), "May not be blank.");
        assert_eq!(sentence("Why?"), "Why?");
    }

    #[test]
    fn reference_a_a_field_has_a_list_of_texts() {
        let mut errors = Errors::one("name", "One.");
        errors.add("name", "Two.");
        assert_eq!(errors.into_value(), json!({"name": ["One.", "Two."]}));
    }
}
