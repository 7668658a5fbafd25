//! The tags of authentik's blueprints: values that are looked up or put together when the file is applied.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value};

use super::file::Pairs;
use super::models::Model;
use super::yaml::{Data, Node, Wrong};

mod logic;
mod lookup;
mod python;

use python::is_true;

/// authentik's tags, but `!File`: no file is ever read.
const KNOWN: [&str; 10] = [
    "KeyOf",
    "Find",
    "Context",
    "Env",
    "Format",
    "If",
    "Condition",
    "Enumerate",
    "Index",
    "Value",
];

/// How deep tags lead to others.
const DEEPEST: usize = 64;

/// How much there may be of values in a whole run, once they are put together: each counts one, and each byte of a text.
/// The largest file comes to less, however often its entries are looked at.
const MOST: usize = 32 * 1024 * 1024;

/// Whether a tag is one of authentik's that are taken.
pub(super) fn is_known(tag: &str) -> bool {
    KNOWN.contains(&tag)
}

/// Why a value is not there.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Halt {
    /// Something is wrong with it.
    Wrong(Wrong),
    /// This has to be looked up first.
    Ask(Query),
}

impl From<Wrong> for Halt {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

/// A question for a store of its own: the first object of a model whose fields are so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Query {
    /// The model's name.
    pub model: &'static str,
    /// Names and values of fields.
    pub fields: Vec<(String, Value)>,
}

/// Finds objects.
pub(super) trait Finder {
    /// The key of the first object whose fields are so.
    ///
    /// # Errors
    /// Where it has to be looked up first, or a field is none; without a line.
    fn find(
        &self,
        model: &'static Model,
        fields: &[(String, Value)],
    ) -> Result<Option<Value>, Miss>;

    /// The key of the entry with this id.
    fn key_of(&self, id: &str) -> Option<Value>;
}

/// Why nothing can be said.
#[derive(Debug)]
pub(super) enum Miss {
    /// This has to be looked up first.
    Ask(Query),
    /// It cannot be asked so.
    Wrong(String),
}

/// Where `!Env` looks.
#[derive(Clone, PartialEq, Eq)]
pub enum Environment {
    /// Nowhere: only defaults count. A server's environment is nobody's who calls it.
    Closed,
    /// Among these variables, of whoever runs the command.
    Of(BTreeMap<String, String>),
}

/// There are secrets in it.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("Closed"),
            Self::Of(variables) => write!(f, "Of({} variables)", variables.len()),
        }
    }
}

/// What values are made of.
pub(super) struct Resolver<'a> {
    /// What `!Context` looks up: what was given with the request, before what the file says.
    pub given: &'a Map<String, Value>,
    /// What the file says.
    pub context: &'a Pairs,
    /// Where `!Env` looks.
    pub environment: &'a Environment,
    /// Finds objects.
    pub finder: &'a dyn Finder,
    /// How much of [`MOST`] is used up.
    pub spent: &'a AtomicUsize,
}

/// Where in the file a value is: what is counted through, innermost last, and how deep it is.
#[derive(Clone, Default)]
struct At {
    item: Option<Arc<Item>>,
    depth: usize,
}

/// What is counted through, and what is around it.
struct Item {
    index: Value,
    value: Value,
    around: Option<Arc<Item>>,
}

impl Resolver<'_> {
    /// A value with all tags resolved.
    ///
    /// # Errors
    /// What is wrong, with the line.
    pub(super) fn value(&self, node: &Node) -> Result<Value, Halt> {
        self.resolve(node, &At::default())
    }

    /// Named values, in their order.
    ///
    /// # Errors
    /// As [`Resolver::value`].
    pub(super) fn pairs(&self, pairs: &Pairs) -> Result<Map<String, Value>, Halt> {
        let at = At::default();
        let pairs = pairs
            .iter()
            .map(|(name, node)| Ok((name.clone(), self.resolve(node, &at)?)));
        pairs.collect()
    }

    /// Whether all conditions are true.
    ///
    /// # Errors
    /// As [`Resolver::value`].
    pub(super) fn all_true(&self, conditions: &[Node]) -> Result<bool, Halt> {
        for condition in conditions {
            if !is_true(&self.value(condition)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn spend(&self, cost: usize, line: usize) -> Result<(), Halt> {
        let spent = self.spent.fetch_add(cost, Ordering::Relaxed);
        if spent.saturating_add(cost) > MOST {
            return Err(Wrong::at(line, "Its values grow too large.").into());
        }
        Ok(())
    }

    fn resolve(&self, node: &Node, at: &At) -> Result<Value, Halt> {
        let line = node.line;
        if at.depth > DEEPEST {
            let text = format!("Tags lead to tags more than {DEEPEST} deep.");
            return Err(Wrong::at(line, text).into());
        }
        let inner = At {
            depth: at.depth + 1,
            ..at.clone()
        };
        match &node.data {
            Data::Plain(value) => self.counted(value, line),
            Data::List(items) => {
                self.spend(1, line)?;
                items.iter().map(|it| self.resolve(it, &inner)).collect()
            }
            Data::Map(pairs) => {
                let names = pairs.iter().map(|(name, _)| name.len());
                self.spend(names.sum::<usize>() + 1, line)?;
                let pairs = pairs
                    .iter()
                    .map(|(name, it)| Ok((name.clone(), self.resolve(it, &inner)?)));
                Ok(Value::Object(pairs.collect::<Result<_, Halt>>()?))
            }
            Data::Tagged(tag, behind) => self.tag(tag, behind, &inner),
        }
    }

    /// A value that is used once more.
    fn counted(&self, value: &Value, line: usize) -> Result<Value, Halt> {
        self.spend(size(value), line)?;
        Ok(value.clone())
    }

    fn tag(&self, tag: &str, behind: &Node, at: &At) -> Result<Value, Halt> {
        match tag {
            "KeyOf" => self.key_of(behind),
            "Find" => self.find(behind, at),
            "Context" => self.context(behind, at),
            "Env" => self.env(behind, at),
            "Format" => self.format(behind, at),
            "If" => self.choose(behind, at),
            "Condition" => self.condition(behind, at),
            "Enumerate" => self.enumerate(behind, at),
            "Index" => self.counted(&counted(behind, at)?.index, behind.line),
            "Value" => self.counted(&counted(behind, at)?.value, behind.line),
            other => {
                let text = format!("The tag !{other} is not taken here.");
                Err(Wrong::at(behind.line, text).into())
            }
        }
    }
}

/// How much a value counts.
fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
        Value::String(text) => 1 + text.len(),
        Value::Array(items) => items.iter().map(size).sum::<usize>() + 1,
        Value::Object(pairs) => {
            let sizes = pairs.iter().map(|(name, value)| name.len() + size(value));
            sizes.sum::<usize>() + 1
        }
    }
}

fn text<'n>(node: &'n Node, usage: &str) -> Result<&'n str, Wrong> {
    match &node.data {
        Data::Plain(Value::String(text)) => Ok(text),
        Data::Plain(_) | Data::List(_) | Data::Map(_) | Data::Tagged(..) => {
            Err(Wrong::at(node.line, usage))
        }
    }
}

fn items<'n>(node: &'n Node, usage: &str) -> Result<&'n [Node], Wrong> {
    match &node.data {
        Data::List(items) => Ok(items),
        Data::Plain(_) | Data::Map(_) | Data::Tagged(..) => Err(Wrong::at(node.line, usage)),
    }
}

/// The index and the value of what is counted through, so many levels up.
fn counted<'a>(behind: &Node, at: &'a At) -> Result<&'a Item, Halt> {
    let up = match &behind.data {
        Data::Plain(up) => up.as_u64().and_then(|up| usize::try_from(up).ok()),
        Data::List(_) | Data::Map(_) | Data::Tagged(..) => None,
    };
    let around = |item: &&'a Item| item.around.as_deref();
    let mut items = std::iter::successors(at.item.as_deref(), around);
    up.and_then(|up| items.nth(up)).ok_or_else(|| {
        let text = "!Index and !Value name how many !Enumerate they look up, from 0.";
        Wrong::at(behind.line, text).into()
    })
}

#[cfg(test)]
pub(super) mod tests;
