//! What a policy allows: IAM's evaluation of identity-based policies, and of a key's own, as far as the template uses them.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod condition;
mod pattern;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::intrinsics::object;
use condition::Condition;

pub(crate) use pattern::matches;

/// What is known of a request beside who, what and to which: values by condition key.
pub(crate) type Facts = BTreeMap<String, Vec<String>>;

/// A right that a call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// `dynamodb:GetItem`.
    pub(crate) action: String,
    /// The ARN it is needed on, or `*`.
    pub(crate) resource: String,
    /// What conditions may ask.
    pub(crate) facts: Facts,
}

/// A statement of a policy.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Which policy it stands in, for people.
    pub(crate) of: String,
    pub(crate) allows: bool,
    pub(crate) actions: Vec<String>,
    pub(crate) resources: Vec<String>,
    /// Of a key's policy: `AWS` principals.
    principals: Vec<String>,
    conditions: Vec<Condition>,
}

/// A right that a statement gives: one of its actions, and one of its resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    /// The statement's place among those of the role.
    pub(crate) statement: usize,
    pub(crate) action: String,
    pub(crate) resource: String,
}

/// What becomes of a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Allowed, by these rights.
    Allowed(Vec<Right>),
    /// A `Deny` of this policy fits.
    Denied(String),
    /// Nothing allows it.
    NotAllowed,
}

/// The statements of a policy's document, whose functions are resolved.
///
/// # Errors
/// Where it says something that is not known here.
pub(crate) fn statements(of: &str, document: &Value) -> anyhow::Result<Vec<Statement>> {
    let statements = list(&document["Statement"]);
    let statements = statements.iter().map(|it| Statement::read(of, it));
    statements
        .collect::<anyhow::Result<_>>()
        .with_context(|| format!("policy {of}"))
}

/// What identity-based statements say of a need. A `Deny` that fits wins, whatever else there is.
///
/// # Errors
/// Where a condition asks for what is not known here.
pub(crate) fn decide(statements: &[Statement], need: &Need) -> anyhow::Result<Decision> {
    let mut rights = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let fitting = statement.fitting(need)?;
        if !statement.allows && !fitting.is_empty() {
            return Ok(Decision::Denied(statement.of.clone()));
        }
        rights.extend(fitting.into_iter().map(|(action, resource)| Right {
            statement: at,
            action,
            resource,
        }));
    }
    Ok(match rights.is_empty() {
        true => Decision::NotAllowed,
        false => Decision::Allowed(rights),
    })
}

/// What a key's own policy says of somebody's need: whether it leaves the decision to the account's policies, allows it
/// itself, or refuses it.
///
/// # Errors
/// As [`decide`].
pub(crate) fn of_key(
    statements: &[Statement],
    (account, role): (&str, &str),
    need: &Need,
) -> anyhow::Result<KeyPolicy> {
    let mut said = KeyPolicy::Silent;
    for statement in statements {
        let names = |who: &str| statement.principals.iter().any(|it| it == who);
        let everybody = names("*");
        if !(everybody || names(account) || names(role)) || statement.fitting(need)?.is_empty() {
            continue;
        }
        match (statement.allows, everybody || names(role)) {
            (false, _) => return Ok(KeyPolicy::Refuses),
            (true, true) => said = KeyPolicy::Allows,
            (true, false) if said == KeyPolicy::Silent => said = KeyPolicy::Delegates,
            (true, false) => {}
        }
    }
    Ok(said)
}

/// What a key's own policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyPolicy {
    /// Nothing: nobody may.
    Silent,
    /// Who may by the account's policies.
    Delegates,
    /// They may.
    Allows,
    /// Nobody may.
    Refuses,
}

impl Statement {
    fn read(of: &str, statement: &Value) -> anyhow::Result<Self> {
        const KNOWN: [&str; 6] = [
            "Sid",
            "Effect",
            "Action",
            "Resource",
            "Condition",
            "Principal",
        ];
        for name in object(statement).keys() {
            ensure!(KNOWN.contains(&name.as_str()), "{name} is not known here");
        }
        let allows = match statement["Effect"].as_str() {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => bail!("Effect is Allow or Deny"),
        };
        let mut conditions = Vec::new();
        for (operator, keys) in object(&statement["Condition"]) {
            for (key, values) in object(keys) {
                conditions.push(Condition::read(operator, key, texts(values))?);
            }
        }
        let (actions, resources) = (texts(&statement["Action"]), texts(&statement["Resource"]));
        ensure!(
            !actions.is_empty() && !resources.is_empty(),
            "a statement without effect"
        );
        Ok(Self {
            of: of.to_owned(),
            allows,
            actions,
            resources,
            principals: principals(&statement["Principal"])?,
            conditions,
        })
    }

    /// The rights of this statement that fit the need, where its conditions hold.
    fn fitting(&self, need: &Need) -> anyhow::Result<Vec<(String, String)>> {
        let mut fitting = Vec::new();
        // Actions are compared without regard to case, resources with it.
        let action = need.action.to_ascii_lowercase();
        for asked in &self.actions {
            if !matches(&asked.to_ascii_lowercase(), &action) {
                continue;
            }
            let resources = self.resources.iter();
            let resources = resources.filter(|it| matches(it, &need.resource));
            fitting.extend(resources.map(|it| (asked.clone(), it.clone())));
        }
        if fitting.is_empty() {
            return Ok(fitting);
        }
        for condition in &self.conditions {
            if !condition.holds(&need.facts)? {
                return Ok(Vec::new());
            }
        }
        Ok(fitting)
    }
}

/// Who a statement of a key's policy is about; services are nobody that calls here.
fn principals(value: &Value) -> anyhow::Result<Vec<String>> {
    if let Some(text) = value.as_str() {
        return Ok(vec![text.to_owned()]);
    }
    let mut all = Vec::new();
    for (kind, who) in object(value) {
        match kind.as_str() {
            "AWS" => all.extend(texts(who)),
            "Service" => {}
            other => bail!("a principal {other} is not known here"),
        }
    }
    Ok(all)
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn texts(value: &Value) -> Vec<String> {
    let all = list(value);
    all.iter().filter_map(crate::intrinsics::text).collect()
}
