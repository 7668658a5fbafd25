//! `cargo xtask reproduce`: two builds in two folders make the same zip.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::release::{Architecture, build_one};
use crate::step::{run_quietly, say};
use crate::{archive, workspace};

/// Two folders whose paths have neither length nor name in common.
const FOLDERS: [&str; 2] = ["one", "another/and-deeper"];

/// Builds a function in two copies of what git knows here, each from nothing, and compares the zips.
///
/// # Errors
/// When a build fails, or the zips differ.
pub fn reproduce(architecture: Architecture, function: &str) -> Result<()> {
    let scratch = workspace::scratch("reproduce")?;
    std::fs::remove_dir_all(&scratch).context("cannot clear what an earlier run left")?;
    let folders = FOLDERS.map(|name| scratch.join(name));
    for folder in &folders {
        copy_tree(&workspace::root(), folder)?; // both before the first build, as that takes a while
    }
    let mut digests = Vec::new();
    for folder in &folders {
        let built = build_one(architecture, function, folder, &folder.join("built"))?;
        let digest = archive::sha256(&built.zip)?;
        say(format_args!("    {digest}  {}", folder.display()));
        digests.push(digest);
    }
    if digests.first() != digests.last() {
        bail!("{function} differs; `diffoscope` on the two `bootstrap`s says where");
    }
    std::fs::remove_dir_all(&scratch).context("cannot clear the copies")
}

/// Copies what git follows, and what it would.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]);
    let names = run_quietly(git.current_dir(from))?;
    for name in names.split('\0').filter(|name| !name.is_empty()) {
        let (source, target) = (from.join(name), to.join(name));
        if !source.exists() {
            continue; // removed, and not yet committed
        }
        let folder = target.parent().context("a file has a folder")?;
        std::fs::create_dir_all(folder)?;
        std::fs::copy(&source, &target).with_context(|| name.to_owned())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_sources_and_nothing_that_was_built() {
        let folder = tempfile::tempdir().unwrap();
        copy_tree(&workspace::root(), folder.path()).unwrap();
        assert!(folder.path().join("Cargo.lock").exists());
        assert!(folder.path().join(".cargo/config.toml").exists());
        assert!(!folder.path().join("target").exists());
    }
}
