//! What the roles allow, next to what was used of it.

use std::fmt::Write as _;

use crate::stack::Stack;

/// A right that no journey uses, and why a role has it all the same: function, action, resource as it ends, reason. A `*` is any
/// function.
type Reason = (&'static str, &'static str, &'static str, &'static str);

/// Rights that cannot be used here.
const REASONS: &[Reason] = &[
    ("rotate-keys", "dynamodb:DeleteItem", "table/Table", RETIRES),
    (
        "rotate-keys",
        "dynamodb:ConditionCheckItem",
        "table/Table",
        RETIRES,
    ),
    ("rotate-keys", "kms:ScheduleKeyDeletion", "key/*", RETIRES),
    ("rotate-keys", "kms:DescribeKey", "key/*", RETIRES),
    ("*", "kms:DescribeKey", "SigningKeyArn", SHARED),
    ("flow", "dynamodb:ConditionCheckItem", "table/Table", CHECKS),
    ("introspect", "dynamodb:UpdateItem", "table/Table", FETCHES),
    ("userinfo", "dynamodb:UpdateItem", "table/Table", FETCHES),
];

/// `tests/integration/src/api/rotation*` sees it, with a clock that can be set.
const RETIRES: &str = "a key retires hours after it was rotated, when its last token is over";

/// `tests/integration/src/tenants/moved.rs` sees it.
const SHARED: &str =
    "a key that tenants share is let go by one of them, and has to be known for such";

/// `shared/aws/src/dynamodb/browsers.rs` and `errands/joining.rs`.
const CHECKS: &str =
    "a sign-in in one step, whose plan was never kept; groups that an enrolment joins";

/// `tests/integration/src/fetch_limits.rs` sees it.
const FETCHES: &str = "counts how often the keys of clients that registered themselves are fetched, which are at public hosts";

/// The comparison: a row a right. Lines of it that stand for something wrong are handed back beside it.
pub(crate) fn compared(stack: &Stack) -> (String, Vec<String>) {
    let mut table = String::from("| Function | Action | On | Used |\n| --- | --- | --- | --- |\n");
    let (mut wrong, mut reasons) = (Vec::new(), vec![false; REASONS.len()]);
    for caller in stack.ledger.callers() {
        let Some(function) = stack.functions.get(&caller.name) else {
            continue;
        };
        let name = function.name.trim_start_matches("latchkey-");
        let used = stack.ledger.used(&caller.name);
        for (at, statement) in caller.statements.iter().enumerate() {
            if !statement.allows {
                continue;
            }
            for action in &statement.actions {
                for resource in &statement.resources {
                    let is_used = used.iter().any(|right| {
                        right.statement == at
                            && right.action == *action
                            && right.resource == *resource
                    });
                    let on = shortened(stack, resource);
                    let reason = REASONS.iter().position(|(of, what, where_, _)| {
                        (*of == "*" || *of == name) && what == action && on.ends_with(where_)
                    });
                    let said = match (is_used, reason) {
                        (true, _) => "yes",
                        (false, Some(at)) => {
                            reasons[at] = true;
                            REASONS[at].3
                        }
                        (false, None) => {
                            wrong.push(format!(
                                "{name} may {action} on {on}, and nothing uses that"
                            ));
                            "NO"
                        }
                    };
                    if action.contains('*') {
                        wrong.push(format!("{name} may {action}: name the actions"));
                    }
                    let _ = writeln!(table, "| {name} | {action} | {on} | {said} |");
                }
            }
        }
    }
    for ((of, what, _, reason), met) in REASONS.iter().zip(reasons) {
        if !met {
            wrong.push(format!(
                "a reason that nothing needs: {of} {what}: {reason}"
            ));
        }
    }
    (table, wrong)
}

/// The resource without what is the same everywhere.
fn shortened(stack: &Stack, resource: &str) -> String {
    let mut text = resource.to_owned();
    for (name, value) in &stack.outputs {
        if !value.is_empty() && value.starts_with("arn:") {
            text = text.replace(value, name);
        }
    }
    for table in &stack.tables {
        text = text.replace(table, "Table");
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let text = parts.last().copied().unwrap_or_default();
    // Names that are made have a random end.
    match text.rsplit_once('-') {
        Some((name, end)) if end.len() == 12 && end.chars().all(|it| it.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => text.to_owned(),
    }
}
