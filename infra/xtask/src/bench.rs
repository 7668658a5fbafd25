//! `cargo xtask bench`: the figures of `docs/performance.md`, and the check that no request makes more AWS calls than they say.

use anyhow::{Result, ensure};

use crate::step::run;
use crate::{dynamodb_local, jvm, workspace};

/// The part that measures the API alone.
const DIRECTORY: &str = "directory";

/// Somebody brings binaries.
const BINARIES: &str = "--binaries";

/// Only counts.
const CALLS: &str = "--calls";

/// Builds every function for this machine, one package at a time as they are deployed, and measures them; of the part
/// `directory`, the API alone. Nothing is built where `arguments` name a folder of binaries; where only calls are to be counted,
/// those without optimisation are as good. `arguments` go to the measuring program.
///
/// # Errors
/// When something does not build, start or answer.
pub fn bench(arguments: &[String]) -> Result<()> {
    let has = |name: &str| {
        let mut all = arguments.iter();
        all.any(|argument| argument.split('=').next() == Some(name))
    };
    let mut load = workspace::cargo();
    load.args(["run", "--quiet", "--package", "load", "--"]);
    if !has(BINARIES) && !has("--help") {
        load.arg(BINARIES).arg(built(has(CALLS), has(DIRECTORY))?);
    }
    run(load.args(arguments))?;
    Ok(())
}

/// Builds them: where they are then.
fn built(counted: bool, api_alone: bool) -> Result<std::path::PathBuf> {
    if counted {
        run(workspace::cargo().args(["build", "--workspace", "--bins", "--quiet"]))?;
        return Ok(workspace::target().join("debug"));
    }
    let functions = if api_alone {
        vec!["api".to_owned()]
    } else {
        workspace::functions(&workspace::root())?
    };
    for function in functions {
        run(workspace::cargo().args(["build", "--release", "--package", &function]))?;
    }
    Ok(workspace::target().join("release"))
}

/// Counts the AWS calls of every request by binaries without optimisation, which have been built, and compares them with
/// `docs/performance.json`.
///
/// # Errors
/// When a request makes more than recorded, or none of that name is there any more.
pub fn calls(server: &jvm::Server) -> Result<()> {
    let debug = workspace::target().join("debug");
    for function in workspace::functions(&workspace::root())? {
        ensure!(debug.join(&function).is_file(), "{function} is not built");
    }
    let mut load = std::process::Command::new(debug.join("load"));
    load.args(["--check", CALLS, BINARIES]).arg(debug);
    run(load
        .current_dir(workspace::root())
        .env(dynamodb_local::URL_VARIABLE, server.url()))
}
