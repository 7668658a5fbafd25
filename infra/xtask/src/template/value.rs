//! A template as YAML, and what is asked of it.

use anyhow::{Context as _, Result};
use serde_norway::{Mapping, Value};

/// A template that was read.
pub(super) struct Template(Value);

/// A function of it.
pub(super) struct Function<'a> {
    /// Its id.
    pub id: &'a str,
    /// All of it.
    pub resource: &'a Value,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let template = serde_norway::from_str(text)?;
        at(&template, &["Resources"]).context("no Resources")?;
        Ok(Self(template))
    }

    pub(super) fn at(&self, path: &[&str]) -> Option<&Value> {
        at(&self.0, path)
    }

    /// A section's members by their names.
    pub(super) fn members(&self, section: &str) -> impl Iterator<Item = (&str, &Value)> {
        let members = self.at(&[section]).and_then(Value::as_mapping);
        let members = members.into_iter().flat_map(Mapping::iter);
        members.filter_map(|(name, value)| Some((name.as_str()?, value)))
    }

    /// Resources of this type.
    pub(super) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.members("Resources")
            .filter(move |(_, it)| it.get("Type").and_then(Value::as_str) == Some(kind))
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = Function<'_>> {
        self.of_type("AWS::Serverless::Function")
            .map(|(id, resource)| Function { id, resource })
    }
}

impl<'a> Function<'a> {
    pub(super) fn property(&self, path: &[&str]) -> Option<&'a Value> {
        at(self.resource.get("Properties")?, path)
    }

    /// Its package under `functions/`, which is its name in AWS too.
    pub(super) fn name(&self) -> &'a str {
        let name = at(self.resource, &["Metadata", "BuildProperties", "Binary"]);
        name.and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether requests lead there.
    pub(super) fn has_path(&self) -> bool {
        let events = self.property(&["Events"]).and_then(Value::as_mapping);
        let mut events = events.into_iter().flat_map(Mapping::values);
        events.any(|it| it.get("Type").and_then(Value::as_str) == Some("HttpApi"))
    }
}

/// The value at a path of names.
pub(super) fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |node, key| node.get(*key))
}

/// The resource that `!Ref <resource>` or `!GetAtt <resource>.Arn` is about; of `!If`, where its condition holds.
pub(super) fn about(value: Option<&Value>) -> Option<&str> {
    let Value::Tagged(tagged) = value? else {
        return None;
    };
    match tagged.tag.to_string().as_str() {
        "!GetAtt" => tagged.value.as_str()?.strip_suffix(".Arn"),
        "!Ref" => tagged.value.as_str(),
        "!If" => about(tagged.value.as_sequence()?.get(1)),
        _ => None,
    }
}

/// Every text in it, however deep.
pub(super) fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Sequence(all) => all.iter().for_each(|it| texts(it, found)),
        Value::Mapping(all) => all.values().for_each(|it| texts(it, found)),
        Value::Tagged(tagged) => texts(&tagged.value, found),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
