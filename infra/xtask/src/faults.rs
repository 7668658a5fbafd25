//! `cargo xtask faults` and `cargo xtask soak`: what must hold while AWS fails, and for an hour (docs/faults.md).

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::step::run;
use crate::{dynamodb_local, jvm, workspace};

/// How long faults are injected in `cargo xtask test`, in seconds.
const BRIEFLY: &str = "40";

/// Makes calls to AWS fail under load. `arguments` go to the program.
///
/// # Errors
/// Where a rule is broken, with the seed and the events that led to it.
pub fn faults(arguments: &[String]) -> Result<()> {
    run(workspace::cargo().args(["build", "--workspace", "--bin", "faults", "--quiet"]))?;
    run(program().arg("run").args(arguments))
}

/// The same for a while and with a fixed seed, over a DynamoDB Local that runs, by the program that has been built.
///
/// # Errors
/// As [`faults`].
pub fn briefly(server: &jvm::Server) -> Result<()> {
    let mut program = program();
    ensure!(
        Path::new(program.get_program()).is_file(),
        "faults is not built"
    );
    program.args([
        "run",
        "--seconds",
        BRIEFLY,
        "--seed",
        "1",
        "--clients",
        "16",
    ]);
    run(program.env(dynamodb_local::URL_VARIABLE, server.url()))
}

/// Builds the functions without optimisation, and has them under mixed load for an hour. `arguments` go to the program.
///
/// # Errors
/// Where something fails, or memory grows.
pub fn soak(arguments: &[String]) -> Result<()> {
    run(workspace::cargo().args(["build", "--workspace", "--bins", "--quiet"]))?;
    let mut program = program();
    program.arg("soak").arg("--binaries");
    program.arg(workspace::target().join("debug"));
    run(program.args(arguments))
}

/// The program as the whole workspace builds it: by itself it has other features, and every dependency would be built anew.
fn program() -> Command {
    let mut program = Command::new(workspace::target().join("debug/faults"));
    program.current_dir(workspace::root());
    program
}
