//! YAML as blueprints have it: with tags and lines, and no larger than it looks. Scalars are what YAML 1.2's core schema
//! says; `yes` and `no` stay texts, which flags take as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use saphyr_parser::{Event, Parser, Span};
use serde_json::Value;

mod scalar;
mod size;

use scalar::{own, scalar};
use size::{Size, measure};

/// How deep lists and mappings may be nested.
const DEEPEST: usize = 32;

/// How many values there may be, those counted again that an alias repeats.
const MOST_NODES: usize = 200_000;

/// How many bytes of text there may be, counted likewise.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// A value in the file.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Where it begins, from 1.
    pub line: usize,
    /// What it is.
    pub data: Data,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Data {
    /// Null, true, false, a number or a text.
    Plain(Value),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in its order.
    Map(Vec<(String, Node)>),
    /// What stands behind one of authentik's tags, such as `Find`.
    Tagged(String, Box<Node>),
}

/// What is wrong with a blueprint, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub text: String,
}

impl Wrong {
    /// In this line.
    pub(super) fn at(line: usize, text: impl Into<String>) -> Self {
        Self {
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}", self.line, self.text)
    }
}

/// A list or mapping that is not yet at its end.
struct Open {
    line: usize,
    anchor: usize,
    tag: Option<String>,
    inside: Inside,
}

enum Inside {
    List(Vec<Node>),
    Map(Mapping),
}

/// A mapping that is not yet at its end.
#[derive(Default)]
struct Mapping {
    pairs: Vec<(String, Node)>,
    names: BTreeSet<String>,
    /// The name whose value comes next.
    name: Option<String>,
}

#[derive(Default)]
struct Loader {
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, Size)>,
    nodes: usize,
    bytes: usize,
    done: Option<Node>,
}

/// The one document of a text.
///
/// # Errors
/// Where it is no YAML, more than one document, or too large or too deep once aliases are followed.
pub(super) fn parse(text: &str) -> Result<Node, Wrong> {
    let mut loader = Loader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Wrong::at(error.marker().line(), format!("No YAML: {}.", error.info()))
        })?;
        loader.take(event, span)?;
    }
    loader
        .done
        .ok_or_else(|| Wrong::at(1, "There is nothing in it."))
}

impl Loader {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Wrong> {
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) if self.done.is_some() => {
                Err(Wrong::at(line, "There is a second document in it."))
            }
            Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd => Ok(()),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).map(|(_, size)| *size);
                let text = "This alias stands for nothing that is complete.";
                let size = known.ok_or_else(|| Wrong::at(line, text))?;
                if self.open.len() + size.depth > DEEPEST {
                    return Err(too_deep(line));
                }
                self.count(size, line)?; // before it is repeated
                let node = self.anchors.get(&anchor).map(|(node, _)| node.clone());
                node.map_or(Ok(()), |node| self.put(node))
            }
            Event::Scalar(text, style, anchor, tag) => {
                let data = Data::Plain(scalar(&text, style, tag.as_deref(), line)?);
                let tag = own(tag.as_deref());
                self.close(Node { line, data }, anchor, tag)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(line, anchor, own(tag.as_deref()), Inside::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let inside = Inside::Map(Mapping::default());
                self.begin(line, anchor, own(tag.as_deref()), inside)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Ok(());
                };
                let data = match open.inside {
                    Inside::List(items) => Data::List(items),
                    Inside::Map(pairs) => Data::Map(pairs.pairs),
                };
                let line = open.line;
                self.close(Node { line, data }, open.anchor, open.tag)
            }
        }
    }

    fn begin(
        &mut self,
        line: usize,
        anchor: usize,
        tag: Option<String>,
        inside: Inside,
    ) -> Result<(), Wrong> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(line));
        }
        self.open.push(Open {
            line,
            anchor,
            tag,
            inside,
        });
        Ok(())
    }

    fn close(&mut self, node: Node, anchor: usize, tag: Option<String>) -> Result<(), Wrong> {
        let line = node.line;
        let text = match &node.data {
            Data::Plain(Value::String(text)) => text.len(),
            Data::Plain(_) | Data::List(_) | Data::Map(_) | Data::Tagged(..) => 0,
        };
        let own = Size {
            nodes: 1,
            bytes: text + tag.as_ref().map_or(0, String::len),
            depth: 0,
        };
        self.count(own, line)?;
        let node = match tag {
            Some(tag) => Node {
                line,
                data: Data::Tagged(tag, Box::new(node)),
            },
            None => node,
        };
        if anchor != 0 {
            let size = measure(&node);
            self.count(size, line)?; // it is kept beside
            self.anchors.insert(anchor, (node.clone(), size));
        }
        self.put(node)
    }

    fn count(&mut self, more: Size, line: usize) -> Result<(), Wrong> {
        self.nodes = self.nodes.saturating_add(more.nodes);
        self.bytes = self.bytes.saturating_add(more.bytes);
        if self.nodes > MOST_NODES {
            let text = format!("There are more than {MOST_NODES} values in it.");
            return Err(Wrong::at(line, text));
        }
        if self.bytes > MOST_BYTES {
            let text = format!("Its texts come to more than {MOST_BYTES} bytes.");
            return Err(Wrong::at(line, text));
        }
        Ok(())
    }

    fn put(&mut self, node: Node) -> Result<(), Wrong> {
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.done = Some(node),
            Some(Inside::List(items)) => items.push(node),
            Some(Inside::Map(pairs)) => match pairs.name.take() {
                None => pairs.name = Some(name(&node)?),
                Some(name) => pairs.insert(name, node)?,
            },
        }
        Ok(())
    }
}

impl Mapping {
    /// Each name once. `<<` fills in what the mapping does not have so far (YAML 1.1's merge key).
    fn insert(&mut self, name: String, node: Node) -> Result<(), Wrong> {
        let line = node.line;
        match node.data {
            Data::Map(merged) if name == "<<" => {
                for (name, node) in merged {
                    if self.names.insert(name.clone()) {
                        self.pairs.push((name, node));
                    }
                }
                Ok(())
            }
            data if self.names.insert(name.clone()) => {
                self.pairs.push((name, Node { line, data }));
                Ok(())
            }
            Data::Plain(_) | Data::List(_) | Data::Map(_) | Data::Tagged(..) => {
                let text = format!("{name:?} stands twice in the same mapping.");
                Err(Wrong::at(line, text))
            }
        }
    }
}

fn name(node: &Node) -> Result<String, Wrong> {
    match &node.data {
        Data::Plain(Value::String(text)) => Ok(text.clone()),
        Data::Plain(other) => Ok(other.to_string()),
        Data::List(_) | Data::Map(_) | Data::Tagged(..) => {
            Err(Wrong::at(node.line, "Names in a mapping are plain texts."))
        }
    }
}

fn too_deep(line: usize) -> Wrong {
    let text = format!("Lists and mappings are nested more than {DEEPEST} deep.");
    Wrong::at(line, text)
}

#[cfg(test)]
mod tests;
