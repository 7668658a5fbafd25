//! The tables of what is shown: each sentence of authentik's documents, each section of the specifications, each threat
//! and each recommendation. A row names at least one test, and every test it names exists.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The pages that have them.
pub const PAGES: [&str; 3] = [
    "docs/coverage.md",
    "docs/security.md",
    "docs/specifications.md",
];

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: usize,
    /// The names in backquotes of its last column.
    pub tests: Vec<String>,
}

/// Findings about the tables in `root`, given all files of the tree.
///
/// # Errors
/// When a file cannot be read.
pub fn check(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let known = known(root, files);
    let mut all = Vec::new();
    for page in PAGES {
        let text = std::fs::read_to_string(root.join(page))
            .with_context(|| format!("cannot read {page}"))?;
        all.extend(findings(page, &rows(&text), &known));
    }
    Ok(all)
}

/// The names of all tests.
pub(super) fn known(root: &Path, files: &[PathBuf]) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for file in files.iter().filter(|file| may_hold_tests(file)) {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        known.extend(tests_in(&text).map(str::to_owned));
    }
    known
}

fn may_hold_tests(file: &Path) -> bool {
    let extension = file.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rs" | "mjs"))
}

/// Names of tests: Rust functions behind `#[test]` or `#[tokio::test]`, and titles of Node's `test('…')`.
fn tests_in(text: &str) -> impl Iterator<Item = &str> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let mut names = Vec::new();
    let mut marked = false;
    for line in lines {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if marked && !line.starts_with("#[") && !line.starts_with("//") {
            let name = line
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("async ");
            names.extend(
                name.strip_prefix("fn ")
                    .and_then(|rest| rest.split('(').next()),
            );
            marked = false;
        }
        // The contract of the ports is run on each store, by a list of its own.
        if line.starts_with("async fn ") && line.contains("(stage: &Stage)") {
            let name = line.trim_start_matches("async fn ");
            names.extend(name.split('(').next());
        }
        let title = line
            .strip_prefix("test('")
            .and_then(|rest| rest.split('\'').next());
        names.extend(title);
        let title = line
            .strip_prefix("test(`")
            .and_then(|rest| rest.split('`').next());
        names.extend(title);
    }
    names.into_iter()
}

/// The rows of all tables in a Markdown text, without heads and rulers.
fn rows(text: &str) -> Vec<Row> {
    let lines: Vec<&str> = text.lines().collect();
    let is_ruler = |line: &str| line.starts_with("| ---") || line.starts_with("|---");
    let mut rows = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let head = lines.get(index + 1).is_some_and(|next| is_ruler(next));
        if !line.starts_with('|') || is_ruler(line) || head {
            continue;
        }
        let last = line.trim_end_matches([' ', '|']).rsplit('|').next();
        let quoted = last.unwrap_or_default().split('`').skip(1).step_by(2);
        rows.push(Row {
            line: index + 1,
            tests: quoted.map(str::to_owned).collect(),
        });
    }
    rows
}

fn findings(page: &str, rows: &[Row], known: &BTreeSet<String>) -> Vec<String> {
    let mut findings = Vec::new();
    for Row { line, tests } in rows {
        if tests.is_empty() {
            findings.push(format!("{page}:{line}: the row names no test"));
        }
        for test in tests.iter().filter(|test| !known.contains(*test)) {
            findings.push(format!("{page}:{line}: there is no test {test}"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_test_or_with_one_that_is_not_there_is_found() {
        let table = "# T\n\n| says | shown by |\n| --- | --- |\n| a | `is_there` |\n| b | |\n| c | `gone`, `is_there` |\n";
        let source = "#[tokio::test]\nasync fn is_there() {}\nfn gone() {}\n";
        let known = tests_in(source).map(str::to_owned).collect();
        let want = ["p:6: the row names no test", "p:7: there is no test gone"];
        assert_eq!(findings("p", &rows(table), &known), want);
    }

    #[test]
    fn titles_of_node_tests_count() {
        let source = "test('a title', async () => {\n  test(`of ${it}`, () => {})";
        assert_eq!(
            tests_in(source).collect::<Vec<_>>(),
            ["a title", "of ${it}"]
        );
    }
}
