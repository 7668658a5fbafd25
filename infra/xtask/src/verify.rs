//! `cargo xtask test`: all that must hold before a commit lands, cheapest first. CI runs exactly this.

use anyhow::{Result, bail, ensure};

use crate::dynamodb_local;
use crate::jvm::Server;
use crate::process::Leashed;
use crate::step::{beside, run, run_quietly, step};
use crate::{bench, faults, fuzz, tidy, tools, workspace};
use std::path::PathBuf;
use std::process::Command;

/// Runs every step and stops at the first that fails. `arguments` go to `cargo test`.
///
/// # Errors
/// The failing step, its reason, and what to do.
pub fn test(arguments: &[String]) -> Result<()> {
    step("format", "Run `cargo fmt --all`.", format)?;
    step(
        "tidy",
        "Each line names a file and the rule it breaks.",
        tidy,
    )?;
    step(
        "tools",
        "Run `cargo xtask tools` to see the whole message.",
        tools::fetch_all,
    )?;
    step(
        "template",
        "Fix infra/template.yaml; the rules are cfn-lint's.",
        template,
    )?;
    step(
        "deny",
        "See .cargo/deny.toml: its reasons say what to do instead.",
        deny_quietly,
    )?;
    step(
        "clippy",
        "Run `cargo clippy --workspace --all-targets`.",
        clippy,
    )?;
    step(
        "binaries",
        "Run `cargo build --workspace --bins`.",
        binaries,
    )?;
    let targets = step(
        "fuzz targets",
        "Run `cargo xtask fuzz --seconds 1`.",
        fuzz::build_for_ci,
    )?;
    let server = step(
        "DynamoDB Local",
        "Is Java 17 or newer installed?",
        dynamodb_local::start,
    )?;
    step(
        "AWS calls",
        "`cargo xtask bench --calls --check` shows them again; see docs/performance.md.",
        || bench::calls(&server),
    )?;
    step(
        "faults",
        "Each violation has its seed and what led to it; docs/faults.md says what the rules are.",
        || faults::briefly(&server),
    )?;
    step(
        "tests",
        "Run `cargo test --workspace`, or the one package that failed with `-p`.",
        || tests(&server, arguments, targets),
    )
}

fn format() -> Result<()> {
    run(workspace::cargo().args(["fmt", "--all", "--check"]))
}

/// Runs the tidy rules and prints what breaks them.
///
/// # Errors
/// When there is a finding, or the tree cannot be read.
pub fn tidy() -> Result<()> {
    let findings = tidy::check(&workspace::root())?;
    for finding in &findings {
        crate::step::say(finding);
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("1 finding"),
        n => bail!("{n} findings"),
    }
}

/// Checks what the template allows, and runs cfn-lint and `sam validate --lint` on it.
///
/// # Errors
/// What they found.
pub fn template() -> Result<()> {
    let root = workspace::root();
    let findings = crate::template::check(&root)?;
    for finding in &findings {
        crate::step::say(finding);
    }
    ensure!(findings.is_empty(), "{} findings", findings.len());
    run_quietly(
        Command::new(tools::cfn_lint()?)
            .args(["infra/template.yaml", "infra/waf.yaml"])
            .current_dir(&root),
    )?;
    let mut sam = Command::new(tools::sam()?);
    sam.args(["validate", "--lint"]).current_dir(&root);
    sam.env("SAM_CLI_TELEMETRY", "0")
        .env("AWS_DEFAULT_REGION", "eu-central-1"); // any: nothing is called
    run_quietly(&mut sam)?;
    Ok(())
}

/// Checks bans, licences and sources, and shows warnings too. Not the advisories: their database is a
/// download of its own.
///
/// # Errors
/// What broke the rules.
pub fn deny() -> Result<()> {
    run(&mut deny_command()?)
}

fn deny_quietly() -> Result<()> {
    run_quietly(&mut deny_command()?).map(drop)
}

fn deny_command() -> Result<Command> {
    let mut deny = Command::new(tools::cargo_deny()?); // it finds .cargo/deny.toml by itself
    deny.current_dir(workspace::root())
        .args(["--locked", "check", "--hide-inclusion-graph"]);
    deny.args(["bans", "licenses", "sources"]);
    Ok(deny)
}

fn clippy() -> Result<()> {
    run(workspace::cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

/// The functions and `latchkey`, which tests start: `cargo test` does not build what it does not test. The tests are built
/// with them: by itself each half would build the libraries again, with the features that it alone asks for.
fn binaries() -> Result<()> {
    let mut ours = workspace::cargo();
    ours.args(["build", "--quiet", "--workspace"]);
    ours.args(["--exclude", workspace::APART]);
    run(ours.args(["--bins", "--tests", "--examples"]))?;
    let mut apart = workspace::cargo();
    apart.args(["build", "--quiet", "--workspace"]);
    run(apart.args(["--test", workspace::APART]))
}

/// The package that, as [`workspace::APART`], starts programs and waits for them more than it computes.
const CLIENTS: &str = "clients";

/// All tests. First those that must not be disturbed: expressions have 200 ms. Then those that wait for programs and browsers, beside
/// each other, and the fuzz targets with what they leave of the cores.
fn tests(server: &Server, arguments: &[String], targets: PathBuf) -> Result<()> {
    let mut ours = cargo_test(server);
    for package in [workspace::APART, CLIENTS] {
        ours.args(["--exclude", package]);
    }
    run(ours.args(arguments))?;
    let mut apart = cargo_test(server);
    apart.args(["--test", workspace::APART]).args(arguments);
    let browsers = beside(
        "browsers",
        "Run `cargo test --package interop`.",
        move || {
            let log = workspace::scratch("tests")?.join(workspace::APART);
            let (status, said) = Leashed::run_into(&log, "cargo test", &apart)?;
            ensure!(status.success(), "{said}\n`cargo test` ended with {status}");
            Ok(said)
        },
    );
    let hint = "`cargo xtask fuzz` runs them by themselves; see docs/supply-chain.md.";
    let fuzzing = beside("fuzz", hint, move || fuzz::run_for_ci(&targets));
    let mut clients = cargo_test(server);
    clients.args(["--exclude", workspace::APART, "--test", CLIENTS]);
    run(clients.args(arguments))?;
    browsers.end()?;
    fuzzing.end()
}

fn cargo_test(server: &Server) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--workspace"]);
    cargo.env(dynamodb_local::URL_VARIABLE, server.url());
    cargo
}
