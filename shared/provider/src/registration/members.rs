//! Members of a JSON object, read by name. A member that is `null` counts as left out (RFC 7592 §2.2).

use protocol::Seconds;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::RegistrationFault;

/// How many entries a list may have.
const MOST: usize = 100;

/// The longest text, in bytes.
const LONGEST: usize = 4_096;

/// What a client said.
pub(super) struct Members<'a>(pub(super) &'a Map<String, Value>);

type Read<T> = Result<T, RegistrationFault>;

const fn wrong<T>(name: &'static str, must: &'static str) -> Read<T> {
    Err(RegistrationFault::Metadata(name, must))
}

impl Members<'_> {
    /// A value of any kind.
    pub(super) fn any(&self, name: &'static str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text; an empty one counts as left out.
    pub(super) fn text(&self, name: &'static str) -> Read<Option<String>> {
        match self.any(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) if text.len() <= LONGEST && !text.contains('\0') => {
                Ok(Some(text.clone()))
            }
            Some(_) => wrong(name, "a text of at most 4096 bytes"),
        }
    }

    /// A list of texts.
    pub(super) fn texts(&self, name: &'static str) -> Read<Option<Vec<String>>> {
        let must = "an array of at most 100 texts";
        let Some(value) = self.any(name) else {
            return Ok(None);
        };
        let Value::Array(items) = value else {
            return wrong(name, must);
        };
        let texts = items.iter().map(|item| match item {
            Value::String(text) if text.len() <= LONGEST => Some(text.clone()),
            _ => None,
        });
        match texts.collect::<Option<Vec<String>>>() {
            Some(texts) if texts.len() <= MOST => Ok(Some(texts)),
            Some(_) | None => wrong(name, must),
        }
    }

    /// A truth value.
    pub(super) fn flag(&self, name: &'static str) -> Read<bool> {
        match self.any(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => wrong(name, "true or false"),
        }
    }

    /// A number of seconds.
    pub(super) fn seconds(&self, name: &'static str) -> Read<Option<Seconds>> {
        match self.any(name).map(Value::as_i64) {
            None => Ok(None),
            Some(Some(seconds)) if seconds >= 0 => Ok(Some(Seconds(seconds))),
            Some(_) => wrong(name, "a whole number of seconds"),
        }
    }

    /// One of several words.
    pub(super) fn word<T: DeserializeOwned>(
        &self,
        name: &'static str,
        must: &'static str,
    ) -> Read<Option<T>> {
        match self.any(name) {
            None => Ok(None),
            Some(word) => match T::deserialize(word) {
                Ok(word) => Ok(Some(word)),
                Err(_) => wrong(name, must),
            },
        }
    }
}
