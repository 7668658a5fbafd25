//! `docs/logging.md` and what the code logs: each `event` stands in both, at the same levels, and nothing is logged without one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use regex::Regex;

/// The page that has them.
const PAGE: &str = "docs/logging.md";
/// Where the code is that runs on Lambda.
const CODE: [&str; 2] = ["functions/", "shared/"];
/// What of it does not.
const LAPTOP: &str = "shared/local/";
/// All levels, as the code and the page write them.
const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

/// A line that code writes to the log.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    level: String,
    event: String,
}

/// Findings about the page in `root`, given all files of the tree.
///
/// # Errors
/// When a file cannot be read.
pub fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let page =
        std::fs::read_to_string(root.join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?;
    let macros = Regex::new(r"tracing::(trace|debug|info|warn|error)!\(\s*")?;
    let mut said = Vec::new();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| is_ours(file)) {
        let Ok(text) = std::fs::read_to_string(root.join(file)) else {
            continue; // removed, and not yet from git's list
        };
        for found in said_in(&macros, &text) {
            match found {
                Ok(line) => said.push(line),
                Err(line) => findings.push(format!(
                    "{}:{line}: what is logged begins with `event = \"…\"`, as a literal, and stands in {PAGE}",
                    file.display()
                )),
            }
        }
    }
    findings.extend(compare(&said, &documented(&page)));
    Ok(findings)
}

fn is_ours(file: &Path) -> bool {
    let name = file.to_string_lossy();
    let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
    CODE.iter().any(|folder| name.starts_with(folder))
        && name.ends_with(".rs")
        && !is_test
        && !name.starts_with(LAPTOP)
}

/// What a file logs, or the line of what has no event. Lines of requests and runs have a `request_id` instead.
fn said_in<'a>(
    macros: &'a Regex,
    text: &'a str,
) -> impl Iterator<Item = std::result::Result<Said, usize>> + 'a {
    let tests = text.find("\nmod tests {").unwrap_or(text.len());
    let code = text.get(..tests).unwrap_or(text);
    let found = macros.captures_iter(code).filter_map(move |found| {
        let (whole, level) = (found.get(0)?, found.get(1)?);
        let said = code.get(whole.end()..)?;
        if said.starts_with("request_id,") {
            return None;
        }
        let event = said.strip_prefix("event = \"");
        let event = event.and_then(|rest| rest.split_once('"'));
        let line = code.get(..whole.start())?.lines().count();
        Some(event.map_or(Err(line), |(event, _)| {
            Ok(Said {
                level: level.as_str().to_owned(),
                event: event.to_owned(),
            })
        }))
    });
    found.collect::<Vec<_>>().into_iter()
}

/// The events of the page, each with the levels that its row names.
fn documented(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::new();
    let section = page.split("\n## Events\n").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let mut columns = row.trim_matches('|').split(" | ");
        let events = quoted(columns.next().unwrap_or_default());
        let mut levels: BTreeSet<String> = quoted(row).collect();
        levels.retain(|word| LEVELS.contains(&word.as_str()));
        // The head of a table has `event` alone.
        for event in events.filter(|event| event != "event") {
            all.insert(event, levels.clone());
        }
    }
    all
}

fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

fn compare(said: &[Said], documented: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut findings = BTreeSet::new();
    for Said { level, event } in said {
        match documented.get(event) {
            None => findings.insert(format!("{PAGE}: has no row for `{event}`, which is logged")),
            // An expression chooses its own.
            Some(levels) if levels.is_empty() || levels.contains(level) => false,
            Some(_) => findings.insert(format!(
                "{PAGE}: the row of `{event}` does not say that it is logged as {level}"
            )),
        };
    }
    let logged: BTreeSet<&str> = said.iter().map(|said| said.event.as_str()).collect();
    let gone = documented
        .keys()
        .filter(|name| !logged.contains(name.as_str()));
    findings.extend(gone.map(|name| format!("{PAGE}: has `{name}`, which nothing logs")));
    findings.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Logging\n\n| `status` | no event |\n\n## Events\n\n| `event` | Level | When |\n| --- | --- | --- |\n\
                        | `login`, `logout` | `info` | somebody (`user`) |\n| `lost` | `error` | gone; `warn` where many |\n\
                        \n## Metrics\n\n| `Logins` | people |\n";

    fn said(source: &str) -> Vec<std::result::Result<Said, usize>> {
        let macros = Regex::new(r"tracing::(trace|debug|info|warn|error)!\(\s*").unwrap();
        said_in(&macros, source).collect()
    }

    fn findings(source: &str) -> Vec<String> {
        let said: Vec<_> = said(source).into_iter().map(|one| one.unwrap()).collect();
        compare(&said, &documented(PAGE))
    }

    #[test]
    fn a_page_that_has_what_is_logged_is_tidy() {
        let source = "tracing::info!(event = \"login\", \"m\");\ntracing::info!(\n    event = \"logout\",\n    user = %u,\n);\n\
                      match x {\n  A => tracing::error!(event = \"lost\"),\n  B => tracing::warn!(event = \"lost\"),\n}\n\
                      #[cfg(test)]\nmod tests {\n  tracing::warn!(event = \"made_up\");\n}\n";
        assert_eq!(findings(source), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_on_either_side_is_found() {
        let source = "tracing::warn!(event = \"login\");\ntracing::info!(event = \"new\");\ntracing::info!(event = \"logout\");";
        assert_eq!(
            findings(source),
            [
                "docs/logging.md: has `lost`, which nothing logs",
                "docs/logging.md: has no row for `new`, which is logged",
                "docs/logging.md: the row of `login` does not say that it is logged as warn",
            ]
        );
    }

    #[test]
    fn a_line_without_an_event_is_found_unless_it_is_a_requests() {
        let source = "fn a() {\n    tracing::info!(request_id, \"answered\");\n    tracing::debug!(\"what\");\n    \
                      tracing::warn!(event = name(), \"m\");\n}\n";
        assert_eq!(said(source), [Err(3), Err(4)]);
    }

    #[test]
    fn tests_and_the_laptop_may_log_as_they_like() {
        for (file, ours) in [
            ("shared/aws/src/lambda.rs", true),
            ("functions/token/src/main.rs", true),
            ("shared/aws/src/lambda/metrics/tests.rs", false),
            ("shared/provider/src/tests/x.rs", false),
            ("shared/local/src/kms.rs", false),
            ("tests/load/src/main.rs", false),
            ("docs/logging.md", false),
        ] {
            assert_eq!(is_ours(Path::new(file)), ours, "{file}");
        }
    }
}
