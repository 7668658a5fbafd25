//! What infra/template.yaml deploys, as far as it costs: memory of each function, keys, alarms.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use serde_norway::Value;

/// The part of the template that has a price.
#[derive(Debug)]
pub(super) struct Deployed {
    memory: BTreeMap<String, f64>,
    /// Keys of KMS.
    pub(super) keys: f64,
    template: Value,
}

/// Alarms of CloudWatch, which are paid by the metrics that they look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alarms {
    /// How many there are.
    pub(super) count: f64,
    /// How many metrics they look at together.
    pub(super) metrics: f64,
}

impl Deployed {
    /// Reads the template.
    ///
    /// # Errors
    /// When it is not as SAM has it.
    pub(super) fn read(template: &str) -> Result<Self> {
        let template: Value = serde_norway::from_str(template)?;
        let usual = template
            .get("Globals")
            .and_then(|globals| globals.get("Function")?.get("MemorySize")?.as_f64())
            .context("the template has no Globals.Function.MemorySize")?;
        let resources = template.get("Resources").and_then(Value::as_mapping);
        let resources = resources.context("the template has no Resources")?;
        let of_kind = |kind: &str| resources.values().filter(move |it| is(it, kind)).count();
        let functions = resources
            .values()
            .filter(|it| is(it, "AWS::Serverless::Function"));
        let memory = functions.filter_map(|it| {
            let name = it.get("Metadata")?.get("BuildProperties")?.get("Binary")?;
            let own = it
                .get("Properties")?
                .get("MemorySize")
                .and_then(Value::as_f64);
            Some((name.as_str()?.to_owned(), own.unwrap_or(usual)))
        });
        Ok(Self {
            memory: memory.collect(),
            keys: count(of_kind("AWS::KMS::Key")),
            template: template.clone(),
        })
    }

    /// The alarms that there are where the parameter `Alarms` is this and all others are their defaults.
    ///
    /// # Errors
    /// When a condition is not to be understood.
    pub(super) fn alarms(&self, choice: &str) -> Result<Alarms> {
        let resources = self.template.get("Resources").and_then(Value::as_mapping);
        let all = resources.into_iter().flat_map(|all| all.values());
        let (mut number, mut metrics) = (0, 0);
        for alarm in all.filter(|it| is(it, "AWS::CloudWatch::Alarm")) {
            if let Some(condition) = alarm.get("Condition").and_then(Value::as_str)
                && !self.holds(condition, choice)?
            {
                continue;
            }
            let looks_at = alarm.get("Properties").and_then(|its| its.get("Metrics"));
            let looks_at = looks_at.and_then(Value::as_sequence);
            number += 1;
            metrics += looks_at.map_or(1, |all| {
                let stats = all.iter().filter(|its| its.get("MetricStat").is_some());
                stats.count()
            });
        }
        Ok(Alarms {
            count: count(number),
            metrics: count(metrics),
        })
    }

    fn holds(&self, condition: &str, choice: &str) -> Result<bool> {
        let conditions = self.template.get("Conditions");
        let said = conditions.and_then(|all| all.get(condition));
        let said = said.with_context(|| format!("the template has no condition {condition}"))?;
        self.is_so(said, choice)
    }

    fn is_so(&self, said: &Value, choice: &str) -> Result<bool> {
        let Value::Tagged(tagged) = said else {
            bail!("no condition: {said:?}");
        };
        let all = tagged.value.as_sequence().map_or(&[][..], Vec::as_slice);
        match (tagged.tag.to_string().as_str(), all) {
            ("!Condition", _) => self.holds(tagged.value.as_str().unwrap_or_default(), choice),
            ("!Equals", [one, other]) => Ok(self.value(one, choice)? == self.value(other, choice)?),
            ("!Not", [one]) => Ok(!self.is_so(one, choice)?),
            ("!And", all) => all
                .iter()
                .try_fold(true, |so, one| Ok(self.is_so(one, choice)? && so)),
            ("!Or", all) => all
                .iter()
                .try_fold(false, |so, one| Ok(self.is_so(one, choice)? || so)),
            (tag, _) => bail!("no condition: {tag}"),
        }
    }

    /// A text, or what a parameter is by default.
    fn value(&self, said: &Value, choice: &str) -> Result<String> {
        let Value::Tagged(tagged) = said else {
            return text(said).with_context(|| format!("no text: {said:?}"));
        };
        let name = tagged.value.as_str().unwrap_or_default();
        if name == "Alarms" {
            return Ok(choice.to_owned());
        }
        let parameter = self
            .template
            .get("Parameters")
            .and_then(|all| all.get(name));
        let default = parameter.and_then(|its| text(its.get("Default")?));
        default.with_context(|| format!("the parameter {name} has no default"))
    }

    /// A function's memory in MB.
    ///
    /// # Errors
    /// When the template has no such function.
    pub(super) fn memory_mb(&self, function: &str) -> Result<f64> {
        let found = self.memory.get(function).copied();
        found.with_context(|| format!("infra/template.yaml has no function {function}"))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => None,
    }
}

fn is(resource: &Value, kind: &str) -> bool {
    resource.get("Type").and_then(Value::as_str) == Some(kind)
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}
