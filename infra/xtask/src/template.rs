//! What the template must say that no linter asks for.

use anyhow::{Context as _, Result};
use serde_norway::{Mapping, Value};

/// The action by which a key can be made to look like one of ours.
const TAG: &str = "kms:TagResource";

/// What the template's own keys have, in every stage.
const STAGE: &str = "aws:ResourceTag/latchkey:stage";

/// What keys have that were made through the API of a stage.
const MADE: &str = "aws:ResourceTag/latchkey:envelope-key";

/// Functions that no request starts, and so nobody waits for: an alarm says where one fails.
const UNSEEN: [&str; 2] = ["RotateKeys", "BackchannelLogout"];

/// The action by which every function learns whose request it has; those without requests read by it, too.
const READ: &str = "dynamodb:GetItem";

/// What is missing.
///
/// # Errors
/// Where it is no template.
pub fn check(template: &str) -> Result<Vec<String>> {
    let template: Value = serde_norway::from_str(template)?;
    let resources = template.get("Resources").and_then(Value::as_mapping);
    let mut findings = Vec::new();
    let mut tags = 0;
    let resources = resources.context("no Resources")?;
    for (id, resource) in resources {
        let id = id.as_str().unwrap_or_default();
        for document in documents(resource) {
            let statements = statements(document);
            if !statements
                .iter()
                .any(|it| is(it, "Allow") && names(it, TAG))
            {
                continue;
            }
            tags += 1;
            for tag in [STAGE, MADE] {
                let refused = |it: &&Value| is(it, "Deny") && names(it, TAG) && is_where(it, tag);
                if !statements.iter().any(refused) {
                    findings.push(format!(
                        "{id}: whoever may {TAG} needs a Deny for keys that have {tag}"
                    ));
                }
            }
        }
    }
    if tags == 0 {
        findings.push(format!(
            "nobody may {TAG}: what is asked here is asked of nobody"
        ));
    }
    findings.extend(blind(resources));
    let alarmed = |function: &str| resources.values().any(|it| counts_errors_of(it, function));
    let silent = UNSEEN.iter().filter(|function| !alarmed(function));
    findings.extend(silent.map(|function| format!("{function}: no alarm counts its errors")));
    Ok(findings)
}

/// Functions whose role may not read the table's items one by one, as tenants are read.
fn blind(resources: &Mapping) -> Vec<String> {
    let mut findings = Vec::new();
    for (id, resource) in resources {
        let kind = resource.get("Type").and_then(Value::as_str);
        if kind != Some("AWS::Serverless::Function") {
            continue;
        }
        let role = attribute_of(resource.get("Properties").and_then(|it| it.get("Role")));
        let documents = role.and_then(|it| resources.get(it)).map(documents);
        let mut statements = documents.iter().flatten().flat_map(|it| statements(it));
        let reads = |it: &Value| {
            is(it, "Allow") && names(it, READ) && attribute_of(it.get("Resource")) == Some("Table")
        };
        if !statements.any(reads) {
            let id = id.as_str().unwrap_or_default();
            findings.push(format!(
                "{id}: its role needs {READ} on the table, by which tenants are read"
            ));
        }
    }
    findings
}

/// The resource that `!GetAtt <resource>.Arn` is about.
fn attribute_of(value: Option<&Value>) -> Option<&str> {
    match value? {
        Value::Tagged(tagged) if tagged.tag == "GetAtt" => {
            tagged.value.as_str()?.strip_suffix(".Arn")
        }
        _ => None,
    }
}

/// The policies in a resource: a role's, or its own.
fn documents(resource: &Value) -> Vec<&Value> {
    let properties = resource.get("Properties");
    let own = properties.and_then(|it| it.get("PolicyDocument"));
    let roles = properties.and_then(|it| it.get("Policies")?.as_sequence());
    let roles = roles.into_iter().flatten();
    let roles = roles.filter_map(|policy| policy.get("PolicyDocument"));
    own.into_iter().chain(roles).collect()
}

fn statements(document: &Value) -> Vec<&Value> {
    let list = document.get("Statement").and_then(Value::as_sequence);
    list.into_iter().flatten().collect()
}

fn is(statement: &Value, effect: &str) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some(effect)
}

fn names(statement: &Value, action: &str) -> bool {
    match statement.get("Action") {
        Some(Value::Sequence(all)) => all.iter().any(|it| it.as_str() == Some(action)),
        Some(one) => one.as_str() == Some(action),
        None => false,
    }
}

/// Whether it is for what has this tag.
fn is_where(statement: &Value, tag: &str) -> bool {
    let null = statement.get("Condition").and_then(|it| it.get("Null"));
    null.and_then(|it| it.get(tag)).and_then(Value::as_str) == Some("false")
}

fn counts_errors_of(resource: &Value, function: &str) -> bool {
    let counted = |it: &Value| -> Option<bool> {
        let properties = it.get("Properties")?;
        let errors = properties.get("MetricName")?.as_str() == Some("Errors");
        let dimensions = properties.get("Dimensions")?.as_sequence()?;
        let of_it = dimensions.iter().any(|dimension| {
            let Some(Value::Tagged(value)) = dimension.get("Value") else {
                return false;
            };
            value.value.as_str() == Some(function)
        });
        Some(errors && of_it)
    };
    counted(resource).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        check(text).unwrap()
    }

    #[test]
    fn the_template_says_it() {
        let text = include_str!("../../template.yaml");
        assert_eq!(findings(text), Vec::<String>::new());
        let without = text.replace(STAGE, "aws:ResourceTag/other");
        assert_eq!(findings(&without).len(), 1);
        let without = text.replace("MetricName: Errors", "MetricName: Invocations");
        assert_eq!(findings(&without).len(), UNSEEN.len());
    }

    #[test]
    fn every_function_may_read_a_tenant() {
        let text = include_str!("../../template.yaml");
        let function = |id: &str| format!("{id}: its role needs {READ}");
        let without = text.replace(READ, "dynamodb:BatchGetItem");
        let found = findings(&without);
        for id in ["Par", "Revoke", "Jwks", "OpenidConfiguration", "RotateKeys"] {
            let named = |it: &&String| it.starts_with(&function(id));
            assert_eq!(found.iter().filter(named).count(), 1, "{id}: {found:?}");
        }
        let functions = text.matches("Type: AWS::Serverless::Function").count();
        assert_eq!(found.len(), functions);
        let elsewhere = text.replace("!GetAtt ParRole.Arn", "!GetAtt NoRole.Arn");
        let found = findings(&elsewhere);
        assert!(
            found.len() == 1 && found[0].starts_with(&function("Par")),
            "{found:?}"
        );
    }

    #[test]
    fn a_right_to_tag_in_a_role_needs_both_refusals() {
        let role = "Resources: {R: {Properties: {Policies: [{PolicyDocument: {Statement: [\
                    {Effect: Allow, Action: kms:TagResource}]}}]}}}";
        let found = findings(role);
        let of_role: Vec<_> = found.iter().filter(|it| it.starts_with("R: ")).collect();
        assert_eq!(of_role.len(), 2, "{found:?}");
    }
}
