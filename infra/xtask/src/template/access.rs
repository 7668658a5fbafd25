//! Who may do what.

use serde_norway::Value;

use super::value::{Template, about, texts};

/// The action by which a key can be made to look like one of ours.
const TAG: &str = "kms:TagResource";

/// What the template's own keys have, in every stage.
const STAGE: &str = "aws:ResourceTag/latchkey:stage";

/// What keys have that were made through the API of a stage.
const MADE: &str = "aws:ResourceTag/latchkey:envelope-key";

/// The action by which every function learns whose request it has; those without requests read by it, too.
const READ: &str = "dynamodb:GetItem";

/// For everything.
const EVERYTHING: &str = "Resource: \"*\"";

/// Findings about the policies.
pub(super) fn check(text: &str, template: &Template) -> Vec<String> {
    let mut findings = taking_over(template);
    findings.extend(blind(template));
    findings.extend(unnamed_keys(template));
    let lines = text.lines().enumerate();
    let bare = lines.filter(|(_, line)| line.trim_end().ends_with(EVERYTHING));
    findings.extend(
        bare.map(|(number, _)| {
            format!("line {}: {EVERYTHING} says no reason behind #", number + 1)
        }),
    );
    findings
}

/// Whoever may tag keys, and could take one over by it.
fn taking_over(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    let mut tags = 0;
    for (id, resource) in template.members("Resources") {
        for document in documents(resource) {
            let statements = statements(document);
            let may = |it: &&Value| is(it, "Allow") && names(it, TAG);
            if !statements.iter().any(may) {
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
    findings
}

/// Functions whose role may not read the table's items one by one, as tenants are read, or whom the keys do not admit.
fn blind(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for function in template.functions() {
        let id = function.id;
        let role = about(function.property(&["Role"]));
        let role = role.and_then(|role| template.at(&["Resources", role]));
        let documents = role.map(documents).unwrap_or_default();
        let mut statements = documents.iter().flat_map(|it| statements(it));
        let reads = |it: &Value| {
            is(it, "Allow") && names(it, READ) && about(it.get("Resource")) == Some("Table")
        };
        if !statements.any(reads) {
            findings.push(format!(
                "{id}: its role needs {READ} on the table, by which tenants are read"
            ));
        }
        let policies = role.and_then(|it| it.get("Properties")?.get("ManagedPolicyArns"));
        let mut attached = Vec::new();
        if let Some(policies) = policies {
            texts(policies, &mut attached);
        }
        if !attached.contains(&"TracingPolicy") {
            findings.push(format!(
                "{id}: its role needs TracingPolicy, without which Lambda makes no traced function"
            ));
        }
        let tags = role.and_then(|it| it.get("Properties")?.get("Tags")?.as_sequence());
        let mut tags = tags.into_iter().flatten();
        if !tags.any(|it| it.get("Key").and_then(Value::as_str) == Some("latchkey:stack")) {
            findings.push(format!(
                "{id}: its role needs the tag latchkey:stack, by which the keys admit it"
            ));
        }
    }
    findings
}

/// Keys that everybody in the account may use whom IAM lets.
fn unnamed_keys(template: &Template) -> Vec<String> {
    let kinds = ["AWS::KMS::Key", "AWS::KMS::ReplicaKey"];
    let keys = kinds.iter().flat_map(|kind| template.of_type(kind));
    let mut findings = Vec::new();
    for (id, key) in keys {
        let policy = key.get("Properties").and_then(|it| it.get("KeyPolicy"));
        let statements = policy.map(statements).unwrap_or_default();
        if statements.is_empty() || statements.iter().any(|it| names(it, "kms:*")) {
            findings.push(format!(
                "{id}: its policy must name who uses it and who looks after it, not allow kms:*"
            ));
        }
    }
    findings
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../template.yaml");

    fn findings(text: &str) -> Vec<String> {
        check(text, &Template::parse(text).unwrap())
    }

    #[test]
    fn the_template_says_it() {
        assert_eq!(findings(TEXT), Vec::<String>::new());
        let without = TEXT.replace(STAGE, "aws:ResourceTag/other");
        assert_eq!(findings(&without).len(), 1);
    }

    #[test]
    fn every_function_may_read_a_tenant_and_use_the_keys() {
        let functions = TEXT.matches("Type: AWS::Serverless::Function").count();
        let without = TEXT.replace(READ, "dynamodb:BatchGetItem");
        let found = findings(&without);
        assert_eq!(found.len(), functions, "{found:?}");
        for id in ["Par", "Revoke", "Jwks", "OpenidConfiguration", "RotateKeys"] {
            let of_it = format!("{id}: its role needs {READ}");
            let named = found.iter().filter(|it| it.starts_with(&of_it));
            assert_eq!(named.count(), 1, "{id}: {found:?}");
        }
        let elsewhere = TEXT.replace("!GetAtt ParRole.Arn", "!GetAtt NoRole.Arn");
        let found = findings(&elsewhere);
        assert!(
            found.len() == 3 && found.iter().all(|it| it.starts_with("Par: ")),
            "{found:?}"
        );
        let untagged = TEXT.replace("Key: latchkey:stack", "Key: other");
        assert_eq!(findings(&untagged).len(), functions);
    }

    #[test]
    fn a_key_names_whom_it_is_for() {
        let open = TEXT.replacen(
            "Action: [kms:ScheduleKeyDeletion, kms:Disable*]",
            "Action: kms:*",
            1,
        );
        let found = findings(&open);
        assert!(
            found.len() == 1 && found[0].starts_with("EnvelopeKey: "),
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

    #[test]
    fn a_right_to_everything_says_why() {
        let text = "Resources:\n  A:\n    Resource: \"*\"\n  B:\n    Resource: \"*\" # a reason\n";
        let found = findings(text);
        assert!(
            found.iter().any(|it| it.starts_with("line 3: ")),
            "{found:?}"
        );
        assert!(
            !found.iter().any(|it| it.starts_with("line 5: ")),
            "{found:?}"
        );
    }
}
