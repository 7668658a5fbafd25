//! The filter `attributes` of people and groups: a JSON object whose keys are paths, parted by `__`, to the values that
//! they must have (API reference B3).

use serde_json::{Map, Value};

use crate::errors::Refusal;
use crate::operation::Ask;

/// The parameter.
pub const PARAMETER: &str = "attributes";

/// What attributes must be.
#[derive(Clone, Debug)]
pub struct Wanted(Map<String, Value>);

impl Wanted {
    /// As the query says; `None` where it says nothing.
    ///
    /// # Errors
    /// By the parameter, where it is no JSON object.
    pub fn of(ask: &Ask<'_>) -> Result<Option<Self>, Refusal> {
        let Some(text) = ask.query.one(PARAMETER).filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        match serde_json::from_str(text) {
            Ok(Value::Object(wanted)) => Ok(Some(Self(wanted))),
            Ok(_) => Err(Refusal::field(
                PARAMETER,
                "filter: value must be key:value mapping",
            )),
            Err(_) => Err(Refusal::field(PARAMETER, "filter: failed to parse JSON")),
        }
    }

    /// Whether these attributes are so.
    pub fn are(&self, attributes: &Map<String, Value>) -> bool {
        self.0.iter().all(|(path, value)| {
            let mut steps = path.split("__");
            let first = steps.next().and_then(|name| attributes.get(name));
            let found = steps.try_fold(first, |at, name| {
                let inner = match at? {
                    Value::Object(members) => members.get(name),
                    Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
                };
                Some(inner)
            });
            found.flatten() == Some(value)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reference_b3_attributes_are_matched_on_paths() {
        let attributes = json!({"a": {"b": [1, {"c": "x"}]}, "d": true});
        let attributes = attributes.as_object().unwrap();
        for (wanted, want) in [
            (json!({}), true),
            (json!({"d": true}), true),
            (json!({"d": true, "a__b__0": 1}), true),
            (json!({"a__b__1__c": "x"}), true),
            (json!({"a__b__1": {"c": "x"}}), true),
            (json!({"d": false}), false),
            (json!({"a__b__7": 1}), false),
            (json!({"d__e": null}), false),
            (json!({"nothing": null}), false),
        ] {
            let wanted = Wanted(wanted.as_object().unwrap().clone());
            assert_eq!(wanted.are(attributes), want, "{wanted:?}");
        }
    }
}
