//! `!Format`, `!If`, `!Condition` and `!Enumerate`.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::python::{format, is_true};
use super::{At, Halt, Item, Resolver, items};
use crate::blueprint::yaml::{Node, Wrong};

impl Resolver<'_> {
    pub(super) fn format(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let usage = "!Format is written [text, value, …].";
        let values = items(behind, usage)?
            .iter()
            .map(|node| self.resolve(node, at))
            .collect::<Result<Vec<_>, _>>()?;
        let Some((Value::String(pattern), values)) = values.split_first() else {
            return Err(Wrong::at(behind.line, usage).into());
        };
        let made = format(pattern, values)
            .map_err(|why| Wrong::at(behind.line, std::format!("!Format: {why}.")))?;
        self.spend(made.len() + 1, behind.line)?;
        Ok(made.into())
    }

    pub(super) fn choose(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let usage = "!If is written [condition, if so, if not] or [condition].";
        let (condition, ways) = match items(behind, usage)? {
            [condition] => (condition, None),
            [condition, so, not] => (condition, Some((so, not))),
            _ => return Err(Wrong::at(behind.line, usage).into()),
        };
        let is_so = is_true(&self.resolve(condition, at)?);
        match ways {
            None => Ok(is_so.into()),
            Some((so, not)) => self.resolve(if is_so { so } else { not }, at),
        }
    }

    pub(super) fn condition(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let usage = "!Condition is written [AND, NAND, OR, NOR, XOR or XNOR, value, …].";
        let values = items(behind, usage)?
            .iter()
            .map(|node| self.resolve(node, at))
            .collect::<Result<Vec<_>, _>>()?;
        let wrong = || Wrong::at(behind.line, usage);
        let (mode, values) = values.split_first().ok_or_else(wrong)?;
        if values.is_empty() {
            return Err(wrong().into());
        }
        let mut truths = values.iter().map(is_true);
        let odd = values.iter().filter(|value| is_true(value)).count() % 2 == 1;
        let mode = mode.as_str().map(str::to_ascii_uppercase);
        let truth = match mode.as_deref() {
            Some("AND") => truths.all(|it| it),
            Some("NAND") => !truths.all(|it| it),
            Some("OR") => truths.any(|it| it),
            Some("NOR") => !truths.any(|it| it),
            Some("XOR") => odd,
            Some("XNOR") => !odd,
            Some(_) | None => return Err(wrong().into()),
        };
        Ok(truth.into())
    }

    pub(super) fn enumerate(&self, behind: &Node, at: &At) -> Result<Value, Halt> {
        let usage = "!Enumerate is written [list or mapping, SEQ or MAP, value].";
        let [over, kind, body] = items(behind, usage)? else {
            return Err(Wrong::at(behind.line, usage).into());
        };
        let wrong = || Halt::from(Wrong::at(behind.line, usage));
        let pairs: Vec<(Value, Value)> = match self.resolve(over, at)? {
            Value::Array(items) => (0_u64..).map(Value::from).zip(items).collect(),
            Value::Object(pairs) => pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(wrong());
            }
        };
        let kind = self.resolve(kind, at)?;
        let made = pairs.into_iter().map(|(index, value)| {
            let around = at.item.clone();
            let inner = At {
                item: Some(Arc::new(Item {
                    index,
                    value,
                    around,
                })),
                depth: at.depth,
            };
            self.resolve(body, &inner)
        });
        let made = made.collect::<Result<Vec<_>, _>>()?;
        match kind.as_str().map(str::to_ascii_uppercase).as_deref() {
            Some("SEQ") => Ok(made.into()),
            Some("MAP") => merged(made).map(Value::Object).map_err(|()| wrong()),
            Some(_) | None => Err(wrong()),
        }
    }
}

/// One mapping of all: each value is a mapping, or a pair of name and value.
fn merged(made: Vec<Value>) -> Result<Map<String, Value>, ()> {
    let mut all = Map::new();
    for one in made {
        match one {
            Value::Object(pairs) => all.extend(pairs),
            Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
                Ok([Value::String(name), value]) => {
                    all.insert(name, value);
                }
                Ok(_) | Err(_) => return Err(()),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(()),
        }
    }
    Ok(all)
}
