//! `cargo xtask hooks`: switches on `.githooks/pre-commit` (format and tidy: about two seconds).

use std::process::Command;

use anyhow::Result;

use crate::{step, workspace};

/// Points git's `core.hooksPath` of this clone at `.githooks`.
///
/// # Errors
/// When git cannot.
pub fn install() -> Result<()> {
    let mut git = Command::new("git");
    git.args(["config", "core.hooksPath", ".githooks"])
        .current_dir(workspace::root());
    step::run_quietly(&mut git)?;
    step::say(
        "git runs .githooks/pre-commit before each commit; `git commit --no-verify` passes it by.",
    );
    Ok(())
}
