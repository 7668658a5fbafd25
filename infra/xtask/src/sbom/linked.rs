//! The crates that a function links: those that Cargo resolves for it alone, with their features, for the processor that it runs
//! on. Not those that only build it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};

use crate::release::Architecture;
use crate::step::run_quietly;
use crate::workspace;

/// Name and version.
pub(super) type Id = (String, String);

/// What a function links.
#[derive(Debug, Default)]
pub struct Linked {
    /// The function.
    pub function: Id,
    /// All crates, the function's own among them.
    pub crates: BTreeMap<Id, Crate>,
    /// The compiler, which brings the standard library.
    pub rust: String,
}

/// One crate.
#[derive(Debug, Default)]
pub struct Crate {
    /// SPDX expression, as its manifest has it.
    pub licence: String,
    /// SHA-256 of what crates.io serves; `None` for our own.
    pub checksum: Option<String>,
    /// What it uses.
    pub uses: BTreeSet<Id>,
}

impl Linked {
    /// Asks Cargo.
    ///
    /// # Errors
    /// When it cannot say.
    pub fn read(architecture: Architecture, function: &str) -> Result<Self> {
        let mut tree = workspace::cargo();
        tree.args(["tree", "--locked", "--package", function]);
        tree.args([
            "--edges",
            "normal,no-proc-macro",
            "--target",
            architecture.target(),
        ]);
        tree.args(["--prefix", "depth", "--format", "{p}|{l}"]);
        let tree = run_quietly(&mut tree)?;
        let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock"))?;
        let mut rustc = std::process::Command::new("rustc");
        let rust = run_quietly(rustc.arg("--version").current_dir(workspace::root()))?;
        let mut linked = Self::of_tree(&tree, &lock)?;
        rust.split(' ')
            .nth(1)
            .unwrap_or("unknown")
            .clone_into(&mut linked.rust);
        Ok(linked)
    }

    /// Whether a crate of this name is linked.
    pub fn has(&self, name: &str) -> bool {
        self.crates.keys().any(|(its, _)| its == name)
    }

    /// Of `cargo tree` with depths, and the lock file.
    ///
    /// # Errors
    /// When either is not as Cargo writes it.
    pub(super) fn of_tree(tree: &str, lock: &str) -> Result<Self> {
        let checksums = checksums(lock)?;
        let mut linked = Self::default();
        let mut path: Vec<Id> = Vec::new(); // from the function to the crate of the last line
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let (depth, id, licence) =
                parsed(line).with_context(|| format!("cargo tree wrote {line:?}"))?;
            path.truncate(depth);
            if let Some(user) = path.last().and_then(|user| linked.crates.get_mut(user)) {
                user.uses.insert(id.clone());
            }
            let its = linked.crates.entry(id.clone()).or_default();
            licence.clone_into(&mut its.licence);
            its.checksum = checksums.get(&id).cloned();
            path.push(id);
        }
        let first = tree.lines().next().and_then(parsed);
        let (_, function, _) = first.context("cargo tree wrote nothing")?;
        linked.function = function;
        ensure!(!linked.crates.is_empty(), "cargo tree wrote nothing");
        Ok(linked)
    }
}

/// `2serde v1.0.0|MIT OR Apache-2.0`, perhaps with ` (path)` behind the version and ` (*)` at the end, where what it uses was
/// said before.
fn parsed(line: &str) -> Option<(usize, Id, &str)> {
    let digits = line.find(|char: char| !char.is_ascii_digit())?;
    let (depth, rest) = line.split_at_checked(digits)?;
    let (package, licence) = rest.split_once('|')?;
    let mut words = package.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    let licence = licence.trim_end_matches("(*)").trim();
    Some((depth.parse().ok()?, (name, version), licence))
}

fn checksums(lock: &str) -> Result<BTreeMap<Id, String>> {
    let lock: toml::Table = lock.parse().context("Cargo.lock")?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let packages = packages.context("Cargo.lock has no packages")?;
    let text = |package: &toml::Value, name: &str| Some(package.get(name)?.as_str()?.to_owned());
    let known = packages.iter().filter_map(|package| {
        let id = (text(package, "name")?, text(package, "version")?);
        Some((id, text(package, "checksum")?))
    });
    Ok(known.collect())
}
