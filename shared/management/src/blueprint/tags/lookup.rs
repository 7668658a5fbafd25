//! `!KeyOf`, `!Find`, `!Context` and `!Env`.

use serde_json::Value;

use super::{At, Environment, Halt, Miss, Resolver, items, text};
use crate::blueprint::models;
use crate::blueprint::yaml::{Data, Node, Wrong};

impl Resolver<'_> {
    pub(super) fn key_of(&self, behind: &Node) -> Result<Value, Halt> {
        let id = text(behind, "!KeyOf names the id of an entry.")?;
        let key = self.finder.key_of(id);
        key.ok_or_else(|| {
            let text = format!("!KeyOf {id}: no entry before this one has that id.");
            Wrong::at(behind.line, text).into()
        })
    }

    pub(super) fn find(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let line = behind.line;
        let usage = "!Find is written [model, [field, value], …].";
        let (model, conditions) = match items(behind, usage)? {
            [model, conditions @ ..] if !conditions.is_empty() => (model, conditions),
            _ => return Err(Wrong::at(line, usage).into()),
        };
        let name = self.resolve(model, at)?;
        let model = name.as_str().and_then(models::named);
        let model = model.ok_or_else(|| {
            let text = format!("!Find: there is no model {name} here.");
            Wrong::at(line, text)
        })?;
        let mut fields = Vec::with_capacity(conditions.len());
        for condition in conditions {
            let [field, value] = items(condition, usage)? else {
                return Err(Wrong::at(condition.line, usage).into());
            };
            let field = self.resolve(field, at)?;
            let field = field
                .as_str()
                .ok_or_else(|| Wrong::at(condition.line, usage))?;
            fields.push((field.to_owned(), self.resolve(value, at)?));
        }
        match self.finder.find(model, &fields) {
            Ok(key) => Ok(key.unwrap_or_default()),
            Err(Miss::Ask(query)) => Err(Halt::Ask(query)),
            Err(Miss::Wrong(text)) => Err(Wrong::at(line, format!("!Find: {text}")).into()),
        }
    }

    pub(super) fn context(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let (name, default) = with_default(behind, "Context")?;
        if let Some(value) = self.given.get(name) {
            return self.counted(value, behind.line);
        }
        match self.context.iter().find(|(known, _)| known == name) {
            Some((_, node)) => self.resolve(node, at),
            None => default.map_or(Ok(Value::Null), |node| self.resolve(node, at)),
        }
    }

    /// Where nothing is set and no default is given, authentik goes on with null. Here it is an error, lest a secret be
    /// made up in its place.
    pub(super) fn env(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let (name, default) = with_default(behind, "Env")?;
        let set = match self.environment {
            Environment::Closed => None,
            Environment::Of(variables) => variables.get(name).filter(|value| !value.is_empty()),
        };
        match (set, default) {
            (Some(value), _) => {
                self.spend(value.len() + 1, behind.line)?;
                Ok(value.as_str().into())
            }
            (None, Some(default)) => self.resolve(default, at),
            (None, None) => {
                let why = match self.environment {
                    Environment::Closed => {
                        "has no default, and the API reads no environment variables. Give one: [name, default], or use \
                         !Context"
                    }
                    Environment::Of(_) => "is not set and has no default",
                };
                let text = format!("!Env {name} {why}.");
                Err(Wrong::at(behind.line, text).into())
            }
        }
    }
}

/// `name` or `[name, default]`.
fn with_default<'n>(node: &'n Node, tag: &str) -> Result<(&'n str, Option<&'n Node>), Wrong> {
    let usage = format!("!{tag} is written as a name or as [name, default].");
    match &node.data {
        Data::List(items) => match items.as_slice() {
            [name] => Ok((text(name, &usage)?, None)),
            [name, default] => Ok((text(name, &usage)?, Some(default))),
            _ => Err(Wrong::at(node.line, usage)),
        },
        Data::Plain(_) | Data::Map(_) | Data::Tagged(..) => Ok((text(node, &usage)?, None)),
    }
}
