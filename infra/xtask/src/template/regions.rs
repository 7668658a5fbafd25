//! What two stacks share that are two regions of one installation: names in DNS, and the table, to which one of them writes.

use serde_norway::Value;

use super::value::{Template, about, at, texts};

/// What lets two records have one name.
const APART: [&str; 3] = ["SetIdentifier", "Failover", "HealthCheckId"];
/// A name belongs to one distribution, so no second region has it.
const ONE_REGION: &str = "Distribution.DomainName";
/// The policy of a region that waits.
const STANDBY: [&str; 3] = ["Resources", "StandbyPolicy", "Properties"];
/// Beginnings of actions that change nothing in the table.
const READS: [&str; 6] = [
    "Get",
    "BatchGet",
    "Query",
    "ConditionCheck",
    "Describe",
    "List",
];

/// Findings about both.
pub(super) fn check(template: &Template) -> Vec<String> {
    let mut findings = records(template);
    findings.extend(standby(template));
    findings
}

/// Records with a name that a parameter says, which Route 53 would refuse to the second region.
fn records(template: &Template) -> Vec<String> {
    let single = template.of_type("AWS::Route53::RecordSet");
    let single = single.filter_map(|(id, it)| Some((id, it.get("Properties")?)));
    let groups = template.of_type("AWS::Route53::RecordSetGroup");
    let grouped = groups.flat_map(|(id, it)| {
        let records = at(it, &["Properties", "RecordSets"]).and_then(Value::as_sequence);
        records
            .into_iter()
            .flatten()
            .map(move |record| (id, record))
    });
    let mut findings = Vec::new();
    for (id, record) in single.chain(grouped) {
        let mut target = Vec::new();
        if let Some(alias) = record.get("AliasTarget") {
            texts(alias, &mut target);
        }
        if about(record.get("Name")).is_none() || target.contains(&ONE_REGION) {
            continue;
        }
        let missing = APART.iter().filter(|it| record.get(**it).is_none());
        findings.extend(missing.map(|it| {
            format!("{id}: without {it} a second region cannot write a record of its name")
        }));
    }
    findings
}

/// Roles that could write to the table in a region that waits.
fn standby(template: &Template) -> Vec<String> {
    let list = |path: &[&str]| {
        let mut found = Vec::new();
        let policy = template.at(&STANDBY);
        if let Some(value) = policy.and_then(|it| at(it, path)) {
            texts(value, &mut found);
        }
        found
    };
    let (roles, said) = (list(&["Roles"]), list(&["PolicyDocument"]));
    let mut findings = Vec::new();
    if !said.contains(&"Deny") {
        findings.push("StandbyPolicy: it must deny".to_owned());
    }
    for function in template.functions() {
        let role = about(function.property(&["Role"])).unwrap_or_default();
        if !roles.contains(&role) {
            findings.push(format!(
                "StandbyPolicy: {} could write in a region that waits: name {role}",
                function.id
            ));
        }
    }
    let mut actions = Vec::new();
    for (_, role) in template.of_type("AWS::IAM::Role") {
        texts(role, &mut actions);
    }
    actions.sort_unstable();
    actions.dedup();
    let actions = actions
        .iter()
        .filter_map(|it| Some((*it, it.strip_prefix("dynamodb:")?)));
    let writes = actions.filter(|(_, verb)| !READS.iter().any(|read| verb.starts_with(read)));
    findings.extend(
        writes
            .filter(|(action, _)| !said.contains(action))
            .map(|(action, _)| format!("StandbyPolicy: it must deny {action}")),
    );
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../../../template.yaml");

    fn findings(text: &str) -> Vec<String> {
        check(&Template::parse(text).unwrap())
    }

    #[test]
    fn the_template_is_good_for_two_regions() {
        assert_eq!(findings(TEXT), Vec::<String>::new());
    }

    #[test]
    fn a_record_that_two_regions_write_has_an_identifier() {
        let names = TEXT.matches("SetIdentifier:").count();
        let found = findings(&TEXT.replace("SetIdentifier:", "Comment:"));
        assert_eq!((found.len(), names), (2, 2), "{found:?}");
        assert!(found.iter().any(|it| it.starts_with("MtlsDomainRecord: ")));
    }

    #[test]
    fn no_role_writes_in_a_region_that_waits() {
        for (part, other) in [
            ("Roles: [!Ref AuthorizeRole, ", "Roles: ["),
            (
                "Action: [dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem, dynamodb:BatchWriteItem",
                "Action: [dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:BatchWriteItem",
            ),
            (
                "- Effect: Deny\n            Action: [dynamodb:PutItem",
                "- Effect: Allow\n            Action: [dynamodb:PutItem",
            ),
        ] {
            let changed = TEXT.replacen(part, other, 1);
            assert_ne!(changed, TEXT, "{part}");
            let found = findings(&changed);
            assert!(
                found.len() == 1 && found[0].starts_with("StandbyPolicy: "),
                "{found:?}"
            );
        }
    }
}
