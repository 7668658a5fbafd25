//! What must not be lost by a deployment, nor without anybody hearing of it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_norway::Value;

use super::value::{Template, at, texts};

/// What keeps what cannot be made again.
const KEEPING: [&str; 6] = [
    "AWS::DynamoDB::GlobalTable",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::Backup::BackupVault",
    "AWS::Events::EventBus",
    "AWS::Events::Archive",
];
/// How. What has a fixed name may go when its very creation is rolled back: else the next try would find the name taken.
const KEPT_BY: [(&str, &[&str]); 2] = [
    ("DeletionPolicy", &["Retain", "RetainExceptOnCreate"]),
    ("UpdateReplacePolicy", &["Retain"]),
];
/// Log groups of events begin so; others are of lines.
const EVENTS: &str = "/aws/events/";
/// By these a function gets what records events.
const RECORDING: [&str; 2] = [".events(", ".scripts("];

/// Findings about both.
///
/// # Errors
/// Where a function's source cannot be read.
pub(super) fn check(root: &Path, template: &Template) -> Result<Vec<String>> {
    let mut findings = unretained(template);
    let heard = heard(template);
    for function in template.functions() {
        let path = root
            .join("functions")
            .join(function.name())
            .join("src/main.rs");
        let source = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let records = RECORDING.iter().any(|it| source.contains(it));
        if records && !heard.contains(&function.id) {
            findings.push(format!(
                "{}: it records events, and no alarm counts its EventsLost",
                function.id
            ));
        }
    }
    Ok(findings)
}

/// What would go with its stack, or with a parameter.
fn unretained(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for (id, _) in keeping(template) {
        for (policy, kept) in KEPT_BY {
            let said = template.at(&["Resources", id, policy]);
            if !said
                .and_then(Value::as_str)
                .is_some_and(|it| kept.contains(&it))
            {
                findings.push(format!("{id}: its {policy} must be Retain"));
            }
        }
    }
    findings
}

fn keeping(template: &Template) -> impl Iterator<Item = (&str, &Value)> {
    let kept = KEEPING.iter().flat_map(|kind| template.of_type(kind));
    let logs = template.of_type("AWS::Logs::LogGroup");
    kept.chain(logs.filter(|(_, group)| {
        let mut said = Vec::new();
        if let Some(name) = at(group, &["Properties", "LogGroupName"]) {
            texts(name, &mut said);
        }
        said.iter().any(|it| it.starts_with(EVENTS))
    }))
}

/// Functions whose lost events an alarm counts.
fn heard(template: &Template) -> Vec<&str> {
    let mut heard = Vec::new();
    for (_, alarm) in template.of_type("AWS::CloudWatch::Alarm") {
        let metrics = at(alarm, &["Properties", "Metrics"]).and_then(Value::as_sequence);
        for metric in metrics.into_iter().flatten() {
            let mut said = Vec::new();
            texts(metric, &mut said);
            if said.contains(&"EventsLost") {
                heard.append(&mut said);
            }
        }
    }
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    const TEXT: &str = include_str!("../../../template.yaml");
    const POLICY: &str = include_str!("../../../stack-policy.json");

    fn findings(text: &str) -> Vec<String> {
        check(&workspace::root(), &Template::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn what_keeps_a_record_is_retained() {
        assert_eq!(findings(TEXT), Vec::<String>::new());
        let kept = TEXT.matches("DeletionPolicy: Retain").count();
        let found = findings(&TEXT.replace("DeletionPolicy: Retain", "DeletionPolicy: Delete"));
        assert_eq!(found.len(), kept, "{found:?}");
        for id in ["AuditBus", "AuditArchive", "AuditLog", "Table"] {
            let of_it = format!("{id}: ");
            assert!(found.iter().any(|it| it.starts_with(&of_it)), "{id}");
        }
    }

    #[test]
    fn what_cannot_be_made_again_is_in_the_stack_policy() {
        let template = Template::parse(TEXT).unwrap();
        let kept = keeping(&template).filter(|(id, _)| !id.starts_with("Audit"));
        for (id, _) in kept {
            assert!(
                POLICY.contains(&format!("\"LogicalResourceId/{id}\"")),
                "{id}"
            );
        }
    }

    #[test]
    fn lost_events_of_each_function_are_counted() {
        let from = TEXT.find("  EventsLostToo:").unwrap();
        let to = TEXT.find("  Overview:").unwrap();
        let without = format!("{}{}", &TEXT[..from], &TEXT[to..]);
        let found = findings(&without);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().all(|it| it.contains("EventsLost")));
    }
}
