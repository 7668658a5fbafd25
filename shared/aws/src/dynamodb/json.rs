//! What others nest as they like, as text in an attribute: a table's values nest 32 levels deep, have no empty
//! names, and count less far than JSON does.
//!
//! For `#[serde(with = "json")]`.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serializer};
use serde_json::{Map, Value};

/// Writes it as text.
pub(crate) fn serialize<S: Serializer>(
    value: &Map<String, Value>,
    to: S,
) -> Result<S::Ok, S::Error> {
    let text = serde_json::to_string(value).map_err(S::Error::custom)?;
    to.serialize_str(&text)
}

/// Reads it back. What does not read is not shown: it may be somebody's.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Map<String, Value>, D::Error> {
    let text = String::deserialize(from)?;
    serde_json::from_str(&text).map_err(|_| D::Error::custom("is no JSON object"))
}
