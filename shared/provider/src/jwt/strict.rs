//! JSON objects in which no member is named twice (RFC 7519 §4, RFC 8725 §2.4): what one reader takes from the first and
//! another from the last of two is not believed at all.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads an object; `None` where it is none, where a member stands twice anywhere in it, or where it is nested deeper
/// than 128 levels.
pub fn object(json: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice::<Strict>(json).ok()?.0 {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Reads a list, as strictly.
pub fn list(json: &[u8]) -> Option<Vec<Value>> {
    match serde_json::from_slice::<Strict>(json).ok()?.0 {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Once).map(Self)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7519_4_no_member_is_named_twice() {
        for twice in [
            r#"{"aud":"a","aud":"b"}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[{"b":1,"\u0062":2}]}"#,
        ] {
            assert!(object(twice.as_bytes()).is_none(), "{twice}");
        }
        let plain = r#"{"a":[1,-2,0.5,"x",null,true,{"b":{}}],"b":"a"}"#;
        let read = Value::Object(object(plain.as_bytes()).unwrap());
        assert_eq!(read, serde_json::from_str::<Value>(plain).unwrap());
    }

    #[test]
    fn only_objects_are_read_and_none_that_is_too_deep() {
        for other in ["[]", "1", "", "{", "{}x", "null"] {
            assert!(object(other.as_bytes()).is_none(), "{other}");
        }
        let deep = |levels: usize| {
            let open = r#"{"a":"#.repeat(levels);
            format!("{open}1{}", "}".repeat(levels))
        };
        assert!(object(deep(100).as_bytes()).is_some());
        assert!(object(deep(100_000).as_bytes()).is_none());
    }
}
