//! `cargo xtask test`: all that must hold before a commit lands, cheapest first. CI runs exactly this.

use anyhow::{Context as _, Result, bail, ensure};

use crate::dynamodb_local;
use crate::jvm::Server;
use crate::step::{Beside, beside, run, run_quietly, step};
use crate::{bench, faults, fuzz, tidy, tools, workspace};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

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
    let all = ["--bins", "--tests", "--examples"];
    run(workspace::cargo()
        .args(["build", "--workspace", "--quiet"])
        .args(all))
}

/// The tests that start programs and browsers, and wait for them: meanwhile the cores can do something else.
const WAITING: &str = "/interop-";

/// How often it is looked whether `cargo test` has ended, and how many times after that for the rest of what it said.
const A_MOMENT: Duration = Duration::from_millis(200);
const MOMENTS: usize = 10;

/// All tests. The fuzz targets run beside those that wait.
fn tests(server: &Server, arguments: &[String], targets: PathBuf) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--workspace"]).args(arguments);
    cargo.env(dynamodb_local::URL_VARIABLE, server.url());
    let begin = || {
        let hint = "`cargo xtask fuzz` runs them by themselves; see docs/supply-chain.md.";
        beside("fuzz", hint, move || fuzz::run_for_ci(&targets))
    };
    let mut begin = Some(begin);
    let mut fuzzing: Option<Beside> = None;
    let status = listened(cargo.stdin(Stdio::null()), |line| {
        if line.contains(WAITING)
            && let Some(begin) = begin.take()
        {
            fuzzing = Some(begin());
        }
    })?;
    ensure!(status.success(), "`cargo test` ended with {status}");
    match (fuzzing, begin) {
        (Some(fuzzing), _) => fuzzing.end(),
        (None, Some(begin)) => begin().end(),
        (None, None) => Ok(()),
    }
}

/// Runs a command whose standard error is passed on and heard, line by line. What it started may hold the pipe after it has
/// ended: that is not waited for.
fn listened(command: &mut Command, mut heard: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let said = child.stderr.take().context("standard error is a pipe")?;
    let (tell, told) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let _ = pass_on(said, &mut std::io::stderr(), |line| {
            let _ = tell.send(line.to_owned());
        });
    });
    let status = loop {
        let ended = child.try_wait().inspect_err(|_| drop(child.kill()))?;
        if let Some(status) = ended {
            break status;
        }
        match told.recv_timeout(A_MOMENT) {
            Ok(line) => heard(&line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(A_MOMENT),
        }
    };
    for _ in 0..MOMENTS {
        if reader.is_finished() {
            break;
        }
        std::thread::sleep(A_MOMENT);
    }
    for line in told.try_iter() {
        heard(&line);
    }
    Ok(status)
}

/// Writes each line on as it is, and lets it be heard. Children write what they like: bytes that are no UTF-8 are heard as `�`.
fn pass_on(
    from: impl Read,
    to: &mut impl Write,
    mut heard: impl FnMut(&str),
) -> std::io::Result<()> {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line)? > 0 {
        let _ = to.write_all(&line); // a reader that went away is no reason to stop
        heard(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_utf_8_is_passed_on() {
        let (mut out, mut lines) = (Vec::new(), Vec::new());
        let said: &[u8] = b"one\n\xff two\nthree";
        pass_on(said, &mut out, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(out, said);
        assert_eq!(lines, ["one\n", "\u{fffd} two\n", "three"]);
    }

    #[test]
    fn a_command_ends_though_its_child_holds_the_pipe() {
        let mut lines = Vec::new();
        let mut sh = Command::new("/bin/sh");
        sh.args(["-c", "echo said >&2; sleep 30 & exit 3"]);
        let begun = std::time::Instant::now();
        let status = listened(&mut sh, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!((status.code(), lines), (Some(3), vec!["said\n".to_owned()]));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}
