//! A blueprint as it stands in its file (authentik's «File structure»).

use serde_json::Value;

use super::tags::is_known;
use super::yaml::{Data, Node, Wrong, parse};

/// How many entries there may be.
pub(super) const MOST_ENTRIES: usize = 2_000;

/// Names and values, in their order.
pub(super) type Pairs = Vec<(String, Node)>;

/// What is in a file.
#[derive(Debug)]
pub(super) struct Blueprint {
    /// `metadata.name`
    pub name: Option<String>,
    /// `metadata.labels`
    pub labels: Vec<(String, String)>,
    /// What `!Context` looks up.
    pub context: Pairs,
    /// What there is to be.
    pub entries: Vec<Entry>,
}

/// Something that there is to be, or not to be.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it begins.
    pub line: usize,
    /// Which entry it is, from 0.
    pub index: usize,
    /// What it is.
    pub model: Node,
    /// By what `!KeyOf` finds it.
    pub id: Option<String>,
    /// `present`, `created`, `must_created` or `absent`.
    pub state: Option<Node>,
    /// It counts where all of these are true.
    pub conditions: Vec<Node>,
    /// By what it is found.
    pub identifiers: Pairs,
    /// Its fields.
    pub attrs: Pairs,
    /// Whether it grants permissions on single objects.
    pub has_permissions: bool,
}

impl Blueprint {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it is none; with the line.
    pub(super) fn read(text: &str) -> Result<Self, Wrong> {
        let root = parse(text)?;
        known_tags(&root)?;
        let mut blueprint = Self {
            name: None,
            labels: Vec::new(),
            context: Vec::new(),
            entries: Vec::new(),
        };
        let mut version = None;
        for (name, node) in mapping(root, "A blueprint")? {
            match name.as_str() {
                "version" => version = Some(node),
                "metadata" => blueprint.describe(node)?,
                "context" => blueprint.context = optional(node, "context")?,
                "entries" => blueprint.entries = entries(node)?,
                other => {
                    let text = format!("A blueprint has no {other:?}.");
                    return Err(Wrong::at(node.line, text));
                }
            }
        }
        match version {
            Some(Node {
                data: Data::Plain(version),
                ..
            }) if version == 1 => Ok(blueprint),
            Some(node) => Err(Wrong::at(node.line, "Only version 1 is known.")),
            None => Err(Wrong::at(1, "It is no blueprint: it says no version.")),
        }
    }

    fn describe(&mut self, node: Node) -> Result<(), Wrong> {
        for (name, node) in optional(node, "metadata")? {
            match (name.as_str(), node.data) {
                ("name", Data::Plain(name)) => self.name = Some(text_of(&name)),
                ("labels", Data::Map(labels)) => {
                    let labels = labels
                        .into_iter()
                        .filter_map(|(name, label)| match label.data {
                            Data::Plain(label) => Some((name, text_of(&label))),
                            Data::List(_) | Data::Map(_) | Data::Tagged(..) => None,
                        });
                    self.labels = labels.collect();
                }
                (_, Data::Plain(_) | Data::List(_) | Data::Map(_) | Data::Tagged(..)) => {}
            }
        }
        Ok(())
    }
}

fn text_of(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn entries(node: Node) -> Result<Vec<Entry>, Wrong> {
    let line = node.line;
    let items = match node.data {
        Data::List(items) => items,
        Data::Plain(Value::Null) => Vec::new(),
        Data::Plain(_) | Data::Map(_) | Data::Tagged(..) => {
            return Err(Wrong::at(line, "entries is a list."));
        }
    };
    if items.len() > MOST_ENTRIES {
        let text = format!(
            "There are {} entries, and {MOST_ENTRIES} is the most.",
            items.len()
        );
        return Err(Wrong::at(line, text));
    }
    items
        .into_iter()
        .enumerate()
        .map(|(index, node)| entry(index, node))
        .collect()
}

fn entry(index: usize, node: Node) -> Result<Entry, Wrong> {
    let line = node.line;
    let mut model = None;
    let mut entry = Entry {
        line,
        index,
        model: Node {
            line,
            data: Data::Plain(Value::Null),
        },
        id: None,
        state: None,
        conditions: Vec::new(),
        identifiers: Vec::new(),
        attrs: Vec::new(),
        has_permissions: false,
    };
    for (name, node) in mapping(node, "An entry")? {
        match name.as_str() {
            "model" => model = Some(node),
            "id" => entry.id = id(&node)?,
            "state" => entry.state = Some(node),
            "conditions" => entry.conditions = list(node, "conditions")?,
            "identifiers" => entry.identifiers = optional(node, "identifiers")?,
            "attrs" => entry.attrs = optional(node, "attrs")?,
            "permissions" => entry.has_permissions = !list(node, "permissions")?.is_empty(),
            other => {
                let text = format!("An entry has no {other:?}.");
                return Err(Wrong::at(node.line, text));
            }
        }
    }
    entry.model = model.ok_or_else(|| Wrong::at(line, "This entry says no model."))?;
    Ok(entry)
}

fn id(node: &Node) -> Result<Option<String>, Wrong> {
    match &node.data {
        Data::Plain(Value::Null) => Ok(None),
        Data::Plain(id) => Ok(Some(text_of(id))),
        Data::List(_) | Data::Map(_) | Data::Tagged(..) => {
            Err(Wrong::at(node.line, "id is a text."))
        }
    }
}

fn list(node: Node, what: &str) -> Result<Vec<Node>, Wrong> {
    match node.data {
        Data::List(items) => Ok(items),
        Data::Plain(Value::Null) => Ok(Vec::new()),
        Data::Plain(_) | Data::Map(_) | Data::Tagged(..) => {
            Err(Wrong::at(node.line, format!("{what} is a list.")))
        }
    }
}

/// A mapping, or nothing.
fn optional(node: Node, what: &str) -> Result<Pairs, Wrong> {
    match node.data {
        Data::Plain(Value::Null) => Ok(Vec::new()),
        Data::Plain(_) | Data::List(_) | Data::Map(_) | Data::Tagged(..) => mapping(node, what),
    }
}

fn mapping(node: Node, what: &str) -> Result<Pairs, Wrong> {
    match node.data {
        Data::Map(pairs) => Ok(pairs),
        Data::Plain(_) | Data::List(_) | Data::Tagged(..) => {
            Err(Wrong::at(node.line, format!("{what} is a mapping.")))
        }
    }
}

/// Tags are known before anything is done with what stands behind them.
fn known_tags(node: &Node) -> Result<(), Wrong> {
    match &node.data {
        Data::Plain(_) => Ok(()),
        Data::List(items) => items.iter().try_for_each(known_tags),
        Data::Map(pairs) => pairs.iter().try_for_each(|(_, node)| known_tags(node)),
        Data::Tagged(tag, _) if !is_known(tag) => {
            let text = format!("The tag !{tag} is not taken here.");
            Err(Wrong::at(node.line, text))
        }
        Data::Tagged(_, inner) => known_tags(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Blueprint::read(text).expect_err("refused").to_string()
    }

    #[test]
    fn a_file_has_a_version_and_entries() {
        let text = "version: 1\nmetadata:\n  name: Ours\n  labels:\n    a: b\ncontext: {x: 1}\nentries:\n- model: m\n  id: one\n  identifiers: {pk: 1}\n  attrs:\n  conditions: []\n  permissions: []\n  state: present\n";
        let blueprint = Blueprint::read(text).expect("a blueprint");
        assert_eq!(blueprint.name.as_deref(), Some("Ours"));
        assert_eq!(blueprint.labels, [("a".to_owned(), "b".to_owned())]);
        let entry = &blueprint.entries[0];
        assert_eq!((entry.line, entry.id.as_deref()), (8, Some("one")));
        assert_eq!((entry.identifiers.len(), entry.attrs.len()), (1, 0));
        assert!(!entry.has_permissions);
    }

    #[test]
    fn what_is_wrong_has_its_line() {
        for (text, expected) in [
            (
                "entries: []",
                "Line 1: It is no blueprint: it says no version.",
            ),
            ("version: 2", "Line 1: Only version 1 is known."),
            ("[]", "Line 1: A blueprint is a mapping."),
            ("version: 1\nentries: {}", "Line 2: entries is a list."),
            (
                "version: 1\nentries:\n- id: a",
                "Line 3: This entry says no model.",
            ),
            (
                "version: 1\nentries:\n- model: m\n  stat: absent",
                "Line 4: An entry has no \"stat\".",
            ),
            (
                "version: 1\nentries:\n- model: m\n  attrs:\n    a: !File /etc/passwd",
                "Line 5: The tag !File is not taken here.",
            ),
            (
                "version: 1\nelse: 1",
                "Line 2: A blueprint has no \"else\".",
            ),
        ] {
            assert_eq!(refused(text), expected);
        }
    }

    #[test]
    fn entries_are_counted() {
        let mut text = "version: 1\nentries:\n".to_owned();
        text.push_str(&"- model: m\n".repeat(MOST_ENTRIES + 1));
        assert!(refused(&text).contains("2000 is the most"));
    }
}
