//! What the house rules claim, checked: crate edges ([`edges`]) and
//! features ([`features`]), the copies of the route table ([`routes`]),
//! the functions' folders ([`functions`]), the tables of what is shown ([`coverage`], [`specifications`]), what is logged ([`log`]) and each file ([`files`]). A finding is one line: where, and what.

pub mod coverage;
pub mod edges;
pub mod features;
pub mod files;
pub mod functions;
pub mod log;
pub mod routes;
pub mod specifications;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::step;

/// All findings, in the order of the rules; empty when the tree is tidy.
///
/// # Errors
/// When the tree cannot be read.
pub fn check(root: &Path) -> Result<Vec<String>> {
    let files = tracked(root)?;
    let mut findings = edges::check(&edges::read(root)?);
    findings.extend(features::check()?);
    let copies = routes::read(root)?;
    findings.extend(routes::check(&copies));
    findings.extend(functions::check(root, &copies)?);
    findings.extend(coverage::check(root, &files)?);
    findings.extend(specifications::check(root, &files)?);
    findings.extend(log::check(root, &files)?);
    for file in &files {
        if let Ok(text) = std::fs::read_to_string(root.join(file)) {
            findings.extend(files::check(file, &text)); // what is not UTF-8 is no text
        }
    }
    Ok(findings)
}

/// Writes the pages that follow from the tree.
///
/// # Errors
/// When the tree cannot be read, or a page not be written.
pub fn write(root: &Path) -> Result<()> {
    specifications::write(root, &tracked(root)?)
}

/// Files that are in git, or would be with the next `git add`, relative to the root.
fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ])
    .current_dir(root);
    let list = step::run_quietly(&mut git)?;
    Ok(list
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(PathBuf::from)
        .collect())
}
