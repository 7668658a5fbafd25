//! `CloudFormation`'s functions, as far as the template uses them. What is not known is refused by its name.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use regex::Regex;
use serde_json::{Map, Value};

use crate::translate::Parameters;
use crate::{ACCOUNT, REGION, STACK};

/// What a resource is called by others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// What `Ref` gives.
    pub(crate) reference: String,
    /// What `Fn::GetAtt` gives.
    pub(crate) attributes: BTreeMap<String, String>,
}

/// A template whose names are being filled in.
pub(crate) struct Scope<'a> {
    template: &'a Value,
    parameters: Parameters,
    made: BTreeMap<String, Names>,
}

impl<'a> Scope<'a> {
    /// With these parameters and the defaults of the others.
    ///
    /// # Errors
    /// Where one is unknown, missing, or not as the template wants it.
    pub(crate) fn new(template: &'a Value, given: &Parameters) -> anyhow::Result<Self> {
        let declared = object(&template["Parameters"]);
        for name in given.keys() {
            ensure!(declared.contains_key(name), "no parameter {name}");
        }
        let mut parameters = Parameters::new();
        for (name, declaration) in declared {
            let default = || text(&declaration["Default"]);
            let value = given.get(name).cloned().or_else(default);
            let value = value.with_context(|| format!("parameter {name} has no value"))?;
            fits(name, declaration, &value)?;
            parameters.insert(name.clone(), value);
        }
        let scope = Self {
            template,
            parameters,
            made: BTreeMap::new(),
        };
        scope.rules()?;
        Ok(scope)
    }

    /// From now on a resource has these names.
    pub(crate) fn name(&mut self, id: &str, names: Names) {
        self.made.insert(id.to_owned(), names);
    }

    /// Whether the thing with this optional `Condition` is there.
    pub(crate) fn is_there(&self, thing: &Value) -> anyhow::Result<bool> {
        let name = thing.get("Condition").and_then(Value::as_str);
        name.map_or(Ok(true), |name| self.condition(name))
    }

    /// The value with every function replaced by what it gives. Members that are `AWS::NoValue` are left out.
    pub(crate) fn resolve(&self, value: &Value) -> anyhow::Result<Value> {
        match value {
            Value::Array(all) => {
                let all = all.iter().map(|one| self.resolve(one));
                let all = all.collect::<anyhow::Result<Vec<_>>>()?;
                Ok(all.into_iter().filter(|one| !one.is_null()).collect())
            }
            Value::Object(members) => match function(members) {
                Some((name, argument)) => self.call(name, argument),
                None => self.members(members),
            },
            other => Ok(other.clone()),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> anyhow::Result<Value> {
        let mut all = Map::new();
        for (name, value) in members {
            let value = self.resolve(value).with_context(|| name.clone())?;
            if !value.is_null() {
                all.insert(name.clone(), value);
            }
        }
        Ok(Value::Object(all))
    }

    fn call(&self, name: &str, argument: &Value) -> anyhow::Result<Value> {
        let list = || argument.as_array().context("a list is expected");
        Ok(match name {
            "Ref" => self.reference(argument.as_str().context("Ref of a name")?)?,
            "Fn::GetAtt" => self.attribute(&path(argument)?)?.into(),
            "Fn::Sub" => self.substituted(argument)?.into(),
            "Fn::If" => {
                let [condition, yes, no] = list()?.as_slice() else {
                    bail!("Fn::If has three parts")
                };
                let name = condition.as_str().context("Fn::If names a condition")?;
                self.resolve(if self.condition(name)? { yes } else { no })?
            }
            "Fn::Join" => {
                let [between, parts] = list()?.as_slice() else {
                    bail!("Fn::Join has two parts")
                };
                let parts = self.resolve(parts)?;
                let parts = parts.as_array().context("Fn::Join of a list")?;
                let parts: Vec<String> = parts.iter().filter_map(text).collect();
                parts.join(between.as_str().unwrap_or_default()).into()
            }
            "Fn::Select" => {
                let [at, list] = list()?.as_slice() else {
                    bail!("Fn::Select has two parts")
                };
                let at: usize = text(&self.resolve(at)?).context("an index")?.parse()?;
                let list = self.resolve(list)?;
                list.get(at).cloned().context("Fn::Select beyond the end")?
            }
            "Fn::Split" => {
                let [at, whole] = list()?.as_slice() else {
                    bail!("Fn::Split has two parts")
                };
                let whole = text(&self.resolve(whole)?).context("Fn::Split of a text")?;
                let at = at.as_str().context("Fn::Split at a text")?;
                whole.split(at).map(Value::from).collect()
            }
            "Fn::FindInMap" => {
                let keys = self.resolve(argument)?;
                let keys: Vec<String> = keys
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(text)
                    .collect();
                let pointer = format!("/Mappings/{}", keys.join("/"));
                let found = self.template.pointer(&pointer);
                found.with_context(|| format!("no {pointer}"))?.clone()
            }
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                let members = Map::from_iter([(name.to_owned(), argument.clone())]);
                self.truth(&Value::Object(members))?.into()
            }
            other => bail!("{other} is not known here"),
        })
    }

    fn reference(&self, name: &str) -> anyhow::Result<Value> {
        let pseudo = match name {
            "AWS::NoValue" => return Ok(Value::Null),
            "AWS::Region" => Some(REGION),
            "AWS::AccountId" => Some(ACCOUNT),
            "AWS::Partition" => Some("aws"),
            "AWS::StackName" => Some(STACK),
            "AWS::URLSuffix" => Some("amazonaws.com"),
            _ => None,
        };
        let stack = || {
            let arn = format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/1");
            (name == "AWS::StackId").then_some(arn)
        };
        let made = || self.made.get(name).map(|made| made.reference.clone());
        let known = pseudo.map(str::to_owned).or_else(stack);
        let known = known.or_else(|| self.parameters.get(name).cloned());
        let known = known.or_else(made);
        let known = known.with_context(|| format!("Ref {name}: there is no such thing"))?;
        // A parameter that is a list is one text, with commas.
        let kind = self.template["Parameters"][name]["Type"].as_str();
        if kind.is_some_and(|kind| kind.starts_with("List<") || kind == "CommaDelimitedList") {
            return Ok(known.split(',').map(|it| Value::from(it.trim())).collect());
        }
        Ok(known.into())
    }

    fn attribute(&self, (name, attribute): &(String, String)) -> anyhow::Result<String> {
        let made = self.made.get(name);
        let made = made.with_context(|| format!("GetAtt {name}: there is no such resource"))?;
        let found = made.attributes.get(attribute).cloned();
        found.with_context(|| format!("GetAtt {name}.{attribute}: it has no such attribute"))
    }

    fn substituted(&self, argument: &Value) -> anyhow::Result<String> {
        let (text, own) = match argument {
            Value::String(text) => (text.as_str(), None),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(own)] => (text.as_str(), Some(own)),
                _ => bail!("Fn::Sub of a text and its names"),
            },
            _ => bail!("Fn::Sub of a text"),
        };
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, after) = after.split_once('}').context("Fn::Sub without an end")?;
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str(&format!("${{{literal}}}"));
                continue;
            }
            let value = match own.and_then(|own| own.get(name)) {
                Some(value) => self.resolve(value)?,
                None => match name.split_once('.') {
                    Some((id, attribute)) => self
                        .attribute(&(id.to_owned(), attribute.to_owned()))?
                        .into(),
                    None => self.reference(name)?,
                },
            };
            out += &crate::intrinsics::text(&value).with_context(|| format!("${{{name}}}"))?;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn condition(&self, name: &str) -> anyhow::Result<bool> {
        let condition = self.template["Conditions"].get(name);
        self.truth(condition.with_context(|| format!("no condition {name}"))?)
    }

    fn truth(&self, value: &Value) -> anyhow::Result<bool> {
        let members = value.as_object().context("a condition is a function")?;
        let (name, argument) = members.iter().next().context("an empty condition")?;
        let all = || argument.as_array().into_iter().flatten();
        Ok(match name.as_str() {
            "Condition" => self.condition(argument.as_str().context("a name")?)?,
            "Fn::Equals" => match all().collect::<Vec<_>>().as_slice() {
                [one, other] => text(&self.resolve(one)?) == text(&self.resolve(other)?),
                _ => bail!("Fn::Equals has two parts"),
            },
            "Fn::Not" => !self.truth(all().next().context("Fn::Not of nothing")?)?,
            "Fn::And" => all().try_fold(true, |so_far, one| {
                Ok::<_, anyhow::Error>(so_far & self.truth(one)?)
            })?,
            "Fn::Or" => all().try_fold(false, |so_far, one| {
                Ok::<_, anyhow::Error>(so_far | self.truth(one)?)
            })?,
            other => bail!("{other} is no condition that is known here"),
        })
    }

    /// The template's own rules about its parameters.
    fn rules(&self) -> anyhow::Result<()> {
        for (name, rule) in object(&self.template["Rules"]) {
            let applies = rule.get("RuleCondition").map(|it| self.truth(it));
            if !applies.transpose()?.unwrap_or(true) {
                continue;
            }
            for assertion in rule["Assertions"].as_array().into_iter().flatten() {
                ensure!(
                    self.truth(&assertion["Assert"])?,
                    "rule {name}: {}",
                    assertion["AssertDescription"]
                );
            }
        }
        Ok(())
    }
}

/// The names that a value asks for, of parameters and of resources alike.
pub(crate) fn asked_for(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| asked_for(one, into)),
        Value::Object(members) => {
            match function(members) {
                Some(("Ref", name)) => into.extend(name.as_str().map(str::to_owned)),
                Some(("Fn::GetAtt", to)) => into.extend(path(to).ok().map(|(name, _)| name)),
                Some(("Fn::Sub", to)) => {
                    let text = to.as_str().or_else(|| to.get(0)?.as_str());
                    for name in text.unwrap_or_default().split("${").skip(1) {
                        let name = name.split(['}', '.']).next().unwrap_or_default();
                        into.push(name.to_owned());
                    }
                }
                _ => {}
            }
            members.values().for_each(|one| asked_for(one, into));
        }
        _ => {}
    }
}

/// A text, number or truth as text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Members, or none.
pub(crate) fn object(value: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

fn function(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, argument) = members.iter().next().filter(|_| members.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

fn path(argument: &Value) -> anyhow::Result<(String, String)> {
    let (name, attribute) = match argument {
        Value::String(text) => text
            .split_once('.')
            .context("GetAtt of a resource.attribute")?,
        other => {
            let name = other.get(0).and_then(Value::as_str);
            let attribute = other.get(1).and_then(Value::as_str);
            name.zip(attribute)
                .context("GetAtt of a resource and an attribute")?
        }
    };
    Ok((name.to_owned(), attribute.to_owned()))
}

/// Whether a value is one that the parameter may have.
fn fits(name: &str, declaration: &Value, value: &str) -> anyhow::Result<()> {
    if let Some(allowed) = declaration["AllowedValues"].as_array() {
        let fits = allowed
            .iter()
            .any(|one| text(one).as_deref() == Some(value));
        ensure!(fits, "parameter {name} cannot be {value}");
    }
    if let Some(pattern) = declaration["AllowedPattern"].as_str() {
        let fits = Regex::new(&format!("^(?:{pattern})$"))?.is_match(value);
        ensure!(fits, "parameter {name} cannot be {value}: {pattern}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved(value: &Value) -> anyhow::Result<Value> {
        let template = json!({
            "Parameters": {
                "Stage": {"Type": "String", "Default": "dev"},
                "Empty": {"Type": "String", "Default": ""},
                "Hosts": {"Type": "CommaDelimitedList", "Default": "a, b"},
            },
            "Conditions": {
                "Has": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Empty"}, ""]}]},
                "Dev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
                "Both": {"Fn::And": [{"Condition": "Has"}, {"Condition": "Dev"}]},
                "One": {"Fn::Or": [{"Condition": "Has"}, {"Condition": "Dev"}]},
            },
            "Mappings": {"Zones": {"us-east-1": {"Id": "Z1"}}},
        });
        let mut scope = Scope::new(&template, &Parameters::new())?;
        let attributes = [("Arn".to_owned(), "arn:aws:x".to_owned())].into();
        let reference = "table-1".to_owned();
        scope.name(
            "Table",
            Names {
                reference,
                attributes,
            },
        );
        scope.resolve(value)
    }

    #[test]
    fn functions_give_what_cloudformation_gives() {
        for (asked, expected) in [
            (json!({"Ref": "Stage"}), json!("dev")),
            (json!({"Ref": "Table"}), json!("table-1")),
            (json!({"Ref": "Hosts"}), json!(["a", "b"])),
            (json!({"Fn::GetAtt": ["Table", "Arn"]}), json!("arn:aws:x")),
            (json!({"Fn::GetAtt": "Table.Arn"}), json!("arn:aws:x")),
            (
                json!({"Fn::Sub": "${AWS::Partition}/${Table.Arn}/${Stage}/${!Kept}"}),
                json!("aws/arn:aws:x/dev/${Kept}"),
            ),
            (
                json!({"Fn::Sub": ["${Own}-${Table}", {"Own": {"Ref": "Stage"}}]}),
                json!("dev-table-1"),
            ),
            (json!({"Fn::If": ["Has", 1, 2]}), json!(2)),
            (json!({"Fn::If": ["Both", 1, 2]}), json!(2)),
            (json!({"Fn::If": ["One", 1, 2]}), json!(1)),
            (
                json!([1, {"Fn::If": ["Has", 2, {"Ref": "AWS::NoValue"}]}]),
                json!([1]),
            ),
            (
                json!({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}),
                json!("a-dev"),
            ),
            (
                json!({"Fn::Select": [1, {"Fn::Split": ["/", "a/b"]}]}),
                json!("b"),
            ),
            (
                json!({"Fn::FindInMap": ["Zones", {"Ref": "AWS::Region"}, "Id"]}),
                json!("Z1"),
            ),
        ] {
            assert_eq!(resolved(&asked).unwrap(), expected, "{asked}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_by_its_name() {
        for (asked, named) in [
            (json!({"Fn::Transform": {}}), "Fn::Transform"),
            (json!({"Ref": "Nothing"}), "Nothing"),
            (
                json!({"Fn::GetAtt": ["Table", "StreamArn"]}),
                "Table.StreamArn",
            ),
            (json!({"Fn::If": ["Missing", 1, 2]}), "Missing"),
            (json!({"Fn::Sub": "${Gone.Arn}"}), "Gone"),
        ] {
            let error = format!("{:#}", resolved(&asked).unwrap_err());
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_condition_of_a_policy_is_no_function() {
        let statement = json!({"Condition": {"Null": {"aws:ResourceTag/a": "false"}}});
        assert_eq!(resolved(&statement).unwrap(), statement);
    }

    #[test]
    fn parameters_are_checked() {
        let template = json!({
            "Parameters": {"Stage": {"Type": "String", "AllowedPattern": "[a-z]+"}},
            "Rules": {"Not": {"Assertions": [{"Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "bad"]}]}}]}},
        });
        let with = |name: &str, value: &str| {
            Scope::new(&template, &[(name.to_owned(), value.to_owned())].into()).map(drop)
        };
        assert!(with("Stage", "good").is_ok());
        for (name, value) in [("Stage", "9"), ("Stage", "bad"), ("Other", "x")] {
            assert!(with(name, value).is_err(), "{name}={value}");
        }
        assert!(Scope::new(&template, &Parameters::new()).is_err());
    }
}
