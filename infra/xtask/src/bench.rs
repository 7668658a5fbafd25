//! `cargo xtask bench`: the figures of `docs/performance.md`.

use anyhow::Result;

use crate::step::run;
use crate::workspace;

/// The part that measures the API alone.
const DIRECTORY: &str = "directory";

/// Builds every function for this machine, one package at a time as they are deployed, and measures them; of the part
/// `directory`, the API alone. `arguments` go to the measuring program.
///
/// # Errors
/// When something does not build, start or answer.
pub fn bench(arguments: &[String]) -> Result<()> {
    let functions = if arguments.iter().any(|argument| argument == DIRECTORY) {
        vec!["api".to_owned()]
    } else {
        workspace::functions(&workspace::root())?
    };
    for function in functions {
        run(workspace::cargo().args(["build", "--release", "--package", &function]))?;
    }
    let mut load = workspace::cargo();
    load.args(["run", "--quiet", "--package", "load", "--", "--binaries"]);
    load.arg(workspace::target().join("release"));
    run(load.args(arguments))?;
    Ok(())
}
