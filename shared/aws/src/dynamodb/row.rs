//! Items, to and from the types they keep.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use protocol::Timestamp;
use provider::ports::{Outcome, PortError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::dynamodb::schema::{FORM, FORMS, Key, LPK, LSK, PK, Place, SK, TTL, V};

/// An item with all its attributes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row(pub(crate) HashMap<String, AttributeValue>);

impl Row {
    /// The fields of `content` as attributes beside the key.
    ///
    /// # Errors
    /// Where the content is no map of its own, or has a field that would take a key's place.
    pub(crate) fn write(key: &Key, content: &impl Serialize) -> Outcome<Self> {
        let broken = || PortError::Corrupt(format!("{key}: cannot be written as an item"));
        let mut attributes: HashMap<String, AttributeValue> =
            serde_dynamo::to_item(content).map_err(|_| broken())?;
        if attributes.contains_key(LPK) || attributes.contains_key(LSK) {
            return Err(broken());
        }
        let own = [
            (PK, text(&key.pk)),
            (SK, text(&key.sk)),
            (V, number(FORM.into())),
        ];
        for (name, value) in own {
            if attributes.insert(name.to_owned(), value).is_some() {
                return Err(broken());
            }
        }
        Ok(Self(attributes))
    }

    /// May be swept away from then on.
    pub(crate) fn until(self, ttl: Timestamp) -> Self {
        self.with(TTL, number(ttl.unix()))
    }

    /// Stands there in the index of lists.
    pub(crate) fn listed(self, place: Place) -> Self {
        self.with(LPK, text(place.lpk)).with(LSK, text(place.lsk))
    }

    /// With one more attribute, or another value of it.
    pub(crate) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Reads the content back.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it is not what it must be. The text has the key and never a value: an
    /// item holds password hashes and addresses.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Outcome<T> {
        let key = self.key();
        let corrupt = |why: &str| PortError::Corrupt(format!("{key}: {why}"));
        match self.0.get(V) {
            Some(AttributeValue::N(form))
                if form.parse().is_ok_and(|form| FORMS.contains(&form)) => {}
            Some(_) => return Err(corrupt("of another form than this version reads")),
            None => return Err(corrupt("has no form")),
        }
        serde_dynamo::from_item(self.0).map_err(|error| corrupt(&harmless(&error.to_string())))
    }

    /// A text attribute.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_s().ok().map(String::as_str)
    }

    /// A number attribute.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_n().ok()?.parse().ok()
    }

    /// Where it is.
    pub(crate) fn key(&self) -> Key {
        let part = |name| self.text(name).unwrap_or("?").to_owned();
        Key {
            pk: part(PK),
            sk: part(SK),
        }
    }
}

/// What of a reading error can be logged: which field is missing, but not what stands in one.
fn harmless(error: &str) -> String {
    if error.starts_with("missing field") {
        error.to_owned()
    } else {
        "an attribute is not of its type or form".to_owned()
    }
}

/// A key as attributes.
pub(crate) fn attributes(key: &Key) -> HashMap<String, AttributeValue> {
    HashMap::from([
        (PK.to_owned(), text(&key.pk)),
        (SK.to_owned(), text(&key.sk)),
    ])
}

/// A string.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A whole number.
pub(crate) fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A count, which may be larger than any `i64`.
pub(crate) fn count(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A moment.
pub(crate) fn moment(value: Timestamp) -> AttributeValue {
    number(value.unix())
}

/// Anything that serde can write.
///
/// # Errors
/// Where it cannot.
pub(crate) fn value(of: &impl Serialize) -> Outcome<AttributeValue> {
    serde_dynamo::to_attribute_value(of)
        .map_err(|_| PortError::Corrupt("a value cannot be written as an attribute".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Thing {
        colour: String,
        size: u64,
    }

    fn key() -> Key {
        Key {
            pk: "T#a#THING#1".into(),
            sk: "THING".into(),
        }
    }

    fn thing() -> Thing {
        Thing {
            colour: "a secret colour".into(),
            size: u64::MAX,
        }
    }

    #[test]
    fn an_item_reads_back_what_was_written() {
        let row = Row::write(&key(), &thing())
            .unwrap()
            .until(Timestamp::from_unix(9));
        assert_eq!((row.key(), row.number(TTL)), (key(), Some(9)));
        assert_eq!(row.read::<Thing>().unwrap(), thing());
    }

    #[test]
    fn content_cannot_take_the_place_of_a_key() {
        let content = HashMap::from([("pk", 1)]);
        assert!(matches!(
            Row::write(&key(), &content),
            Err(PortError::Corrupt(_))
        ));
    }

    #[test]
    fn an_unreadable_item_is_named_and_its_values_are_not() {
        let row = Row::write(&key(), &thing()).unwrap();
        let mut missing = row.clone();
        missing.0.remove("size");
        let rows = [
            (missing, "T#a#THING#1/THING: missing field `size`"),
            (
                row.clone().with("size", text("a secret colour")),
                "T#a#THING#1/THING: an attribute is not of its type or form",
            ),
            (
                row.with(V, number(2)),
                "T#a#THING#1/THING: of another form than this version reads",
            ),
        ];
        for (row, want) in rows {
            assert_eq!(row.read::<Thing>(), Err(PortError::Corrupt(want.into())));
        }
    }
}
