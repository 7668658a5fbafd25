//! Environments of Python packages, each filled by pip.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::{cache, present, system};
use crate::{step, workspace};

/// A binary of these packages.
pub(super) fn tool(name: &str, packages: &[String], binary: &str) -> Result<PathBuf> {
    environment(name, binary, |pip| {
        pip.args(packages);
    })
}

/// A Python with what a file of requirements has, which names every package by version and hash. Where the file changes, so does
/// the environment's name.
pub(super) fn locked(name: &str, requirements: &str) -> Result<PathBuf> {
    locked_tool(name, requirements, "python")
        .with_context(|| format!("cannot install {requirements}, which needs Python 3.11"))
}

/// A binary of such an environment.
pub(super) fn locked_tool(name: &str, requirements: &str, binary: &str) -> Result<PathBuf> {
    let file = workspace::root().join(requirements);
    let text = std::fs::read(&file).with_context(|| requirements.to_owned())?;
    environment(&named(name, &text), binary, |pip| {
        pip.args(["--require-hashes", "--only-binary", ":all:"]);
        pip.arg("--requirement").arg(&file);
    })
}

/// The name with what tells this text from others.
pub(super) fn named(name: &str, text: &[u8]) -> String {
    let digest = Sha256::digest(text);
    let digits = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
    format!("{name}-{}", digits.collect::<String>())
}

fn environment(name: &str, binary: &str, packages: impl FnOnce(&mut Command)) -> Result<PathBuf> {
    let folder = cache::tool(&cache::folder()?, name, |into| {
        let python = system::need(system::PYTHON)?;
        if step::run_quietly(Command::new(&python).args(["-c", "import ensurepip"])).is_err() {
            system::install(system::PYTHON)?; // Debian has venv's other half in a package of its own
        }
        step::run_quietly(Command::new(&python).args(["-m", "venv"]).arg(into))?;
        let mut pip = Command::new(into.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        packages(&mut pip);
        step::run_quietly(&mut pip)?;
        present(&into.join("bin").join(binary))
    })?;
    Ok(folder.join("bin").join(binary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_text_has_another_name() {
        assert_eq!(named("it", b"abc"), "it-ba7816bf8f01cfea");
        assert_ne!(named("it", b"abc"), named("it", b"abd"));
    }

    #[test]
    fn the_requirements_are_what_is_asked_for_and_say_where_nothing_comes_from() {
        for folder in [
            "tests/clients/python",
            "tests/relying-parties/python",
            "infra/xtask/cargo-lambda",
        ] {
            let folder = workspace::root().join(folder);
            let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
            let (asked, locked) = (read("requirements.in"), read("requirements.txt"));
            for line in asked.lines().filter(|line| !line.starts_with('#')) {
                let pinned = format!("{line} \\\n    --hash=sha256:");
                assert!(locked.contains(&pinned), "{line}: see requirements.in");
            }
            // An index belongs to whoever fetches.
            assert!(!locked.contains("://") && !locked.contains("--index"));
        }
    }
}
