//! A blueprint as YAML. What YAML 1.1 would take for something else than text, such as `yes` or `1:30`, is quoted: it is
//! what authentik reads.

use http::StatusCode;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;
use serde_saphyr::{Tagged, ser_options, to_string_with_options};

use crate::errors::Refusal;

/// The mark of a file that was made (authentik: `LABEL_AUTHENTIK_GENERATED`).
const GENERATED: &str = "blueprints.goauthentik.io/generated";

/// A value in an entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// As JSON has it.
    Plain(Value),
    /// Several.
    List(Vec<Node>),
    /// `!KeyOf`: the key of what the entry with this id makes.
    KeyOf(String),
    /// `!Find`: the key of the object of this model whose field has this value.
    Find(String, (String, String)),
}

/// Fields, in their order.
pub(super) type Fields = Vec<(String, Node)>;

/// An entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    /// What it is one of.
    pub(super) model: &'static str,
    /// By what others name it; `None` where nobody may.
    pub(super) id: Option<String>,
    /// Whether it is left alone where it is there already (`state: created`).
    pub(super) once: bool,
    /// By what it is found.
    pub(super) identifiers: Fields,
    /// What else there is to say.
    pub(super) attrs: Fields,
}

impl Node {
    /// The ids of the entries that it names.
    pub(super) fn names(&self) -> Vec<&str> {
        match self {
            Self::KeyOf(id) => vec![id],
            Self::List(items) => items.iter().flat_map(Self::names).collect(),
            Self::Plain(_) | Self::Find(..) => Vec::new(),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(value) => value.serialize(to),
            Self::List(items) => items.serialize(to),
            Self::KeyOf(id) => Tagged(id, Some("!KeyOf".to_owned())).serialize(to),
            Self::Find(model, condition) => {
                Tagged((model, condition), Some("!Find".to_owned())).serialize(to)
            }
        }
    }
}

/// Fields as a mapping.
struct Mapping<'a>(&'a Fields);

impl Serialize for Mapping<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, node)| (name, node)))
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("model", self.model)?;
        if let Some(id) = &self.id {
            map.serialize_entry("id", id)?;
        }
        if self.once {
            map.serialize_entry("state", "created")?;
        }
        map.serialize_entry("identifiers", &Mapping(&self.identifiers))?;
        map.serialize_entry("attrs", &Mapping(&self.attrs))?;
        map.end()
    }
}

/// A whole file.
#[derive(Serialize)]
struct Blueprint<'a> {
    version: u8,
    metadata: Metadata<'a>,
    entries: &'a [Entry],
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: &'a str,
    labels: Value,
}

/// The file with this name and these entries.
///
/// # Errors
/// Never in practice: everything here can be written as YAML.
pub(super) fn file(name: &str, entries: &[Entry]) -> Result<String, Refusal> {
    let blueprint = Blueprint {
        version: 1,
        metadata: Metadata {
            name,
            labels: serde_json::json!({ GENERATED: "true" }),
        },
        entries,
    };
    // Lines are not broken where the text has no end of line.
    let options = ser_options! { folded_wrap_chars: usize::MAX };
    to_string_with_options(&blueprint, options)
        .map_err(|error| Refusal::Other(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

#[cfg(test)]
mod tests;
