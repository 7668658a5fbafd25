//! Tests ask for no feature that what runs does not have: Cargo would build all that uses such a crate a second time, and a
//! whole run of the tests would take a third longer and twice the disk. [`workspace::APART`] does, and is built by itself.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};

use crate::step::run_quietly;
use crate::workspace;

/// Findings about all crates.
///
/// # Errors
/// When Cargo cannot say.
pub fn check() -> Result<Vec<String>> {
    let [run, tested] = ["normal,build", "normal,build,dev"].map(built);
    let (run, tested) = (run?, tested?);
    ensure!(!run.is_empty(), "cargo tree wrote nothing");
    Ok(findings(&run, &tested))
}

/// `tokio v1.54.1|bytes,fs`: each crate with its features, where these edges are followed.
fn built(edges: &str) -> Result<BTreeSet<String>> {
    let mut tree = workspace::cargo();
    tree.args(["tree", "--locked", "--workspace"]);
    tree.args(["--exclude", workspace::APART, "--edges", edges]);
    tree.args(["--prefix", "none", "--format", "{p}|{f}"]);
    let tree = run_quietly(&mut tree)?;
    let lines = tree.lines().filter(|line| !line.is_empty());
    Ok(lines
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect())
}

fn findings(run: &BTreeSet<String>, tested: &BTreeSet<String>) -> Vec<String> {
    let differ = run
        .difference(tested)
        .filter_map(|line| line.split_once('|'));
    let finding = |(package, features)| {
        format!(
            "Cargo.toml: tests ask for more of {package} than {features:?}, so that all that uses it is built twice; \
             do without, or ask in [dependencies]"
        )
    };
    differ.map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(lines: &[&str]) -> BTreeSet<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn what_tests_alone_ask_for_is_found() {
        let run = tree(&["bytes v1.0.0|", "tokio v1.54.1|rt"]);
        let same = tree(&["bytes v1.0.0|", "insta v1.0.0|json", "tokio v1.54.1|rt"]);
        assert_eq!(findings(&run, &same), Vec::<String>::new());
        let more = tree(&["bytes v1.0.0|", "tokio v1.54.1|rt,test-util"]);
        let [finding] = findings(&run, &more).try_into().unwrap();
        assert!(
            finding.contains("more of tokio v1.54.1 than \"rt\""),
            "{finding}"
        );
    }
}
