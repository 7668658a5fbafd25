//! `cargo xtask watch`: the very Lambda binaries on a laptop, over DynamoDB Local and the KMS emulator.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::dynamodb_local;
use crate::process::{Leashed, Output};
use crate::step::{run, say, step};
use crate::{net, tools, workspace};

/// The seeded application's discovery document; a fixture may lack it, and then 404 is an answer too.
const PROBE: &str = "/application/o/demo/.well-known/openid-configuration";
/// How long the emulator may take to make keys and seed.
const SEED_PATIENCE: Duration = Duration::from_mins(2);
/// How long the first function may take: `cargo lambda watch` builds it at its first request.
const FUNCTION_PATIENCE: Duration = Duration::from_mins(15);

/// What `watch` is asked for.
#[derive(Debug)]
pub struct Options {
    /// Port of the issuer on 127.0.0.1.
    pub port: u16,
    /// URL that browsers see; `None` for `http://localhost:PORT`.
    pub public_url: Option<String>,
    /// Applications and users to load.
    pub fixture: Option<PathBuf>,
}

/// Starts everything and stays until Ctrl-C or until one of the children ends; the others end with it.
///
/// # Errors
/// When something cannot start, or a child ends.
pub fn watch(options: &Options) -> Result<()> {
    if net::status_of(options.port, "/", Duration::from_millis(200)).is_some() {
        bail!("port {} is taken; choose another with --port", options.port);
    }
    let folder = fresh_state()?;
    step("binaries", "Run `cargo build`.", build)?;
    let mut server = step(
        "DynamoDB Local",
        "Is Java 17 or newer installed?",
        dynamodb_local::start,
    )?;
    let environment = folder.join("functions.env");
    let emulate = emulate_command(options, server.url(), &folder, &environment)?;
    let mut emulator = Leashed::spawn("the emulator", &emulate, Output::Inherit)?;
    wait_for("the environment of the functions", SEED_PATIENCE, || {
        alive(&mut [server.child(), &mut emulator])?;
        Ok(environment.exists())
    })?;
    let mut lambda = Leashed::spawn(
        "cargo lambda watch",
        &lambda_command(options.port, &environment)?,
        Output::Inherit,
    )?;
    wait_for("the functions", FUNCTION_PATIENCE, || {
        alive(&mut [server.child(), &mut emulator, &mut lambda])?;
        let status = net::status_of(options.port, PROBE, Duration::from_mins(1));
        Ok(status.is_some_and(|status| status < 500))
    })?;
    say(format_args!(
        "Ready: {}. Ctrl-C ends everything.",
        public_url(options)
    ));
    loop {
        alive(&mut [server.child(), &mut emulator, &mut lambda])?;
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The tables are in memory, so keys and seed of an earlier run would fit nothing.
fn fresh_state() -> Result<PathBuf> {
    let folder = workspace::scratch("watch")?;
    std::fs::remove_dir_all(&folder)?;
    workspace::scratch("watch")
}

/// Builds `latchkey`, and each function as `cargo lambda watch` will: no first request waits for a compiler.
fn build() -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--quiet", "--bin", "latchkey"]);
    for function in workspace::functions(&workspace::root())? {
        cargo.args(["--bin", &function]);
    }
    run(&mut cargo)
}

fn public_url(options: &Options) -> String {
    options
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://localhost:{}", options.port))
}

fn emulate_command(
    options: &Options,
    dynamodb: &str,
    state: &Path,
    environment: &Path,
) -> Result<Command> {
    let mut command = Command::new(workspace::target().join("debug/latchkey"));
    command.current_dir(workspace::root());
    command.args([
        "emulate",
        "--dynamodb-url",
        dynamodb,
        "--kms-port",
        &net::free_port()?.to_string(),
    ]);
    command
        .arg("--state")
        .arg(state)
        .arg("--env-file")
        .arg(environment);
    command.args(["--public-url", &public_url(options)]);
    if let Some(fixture) = &options.fixture {
        command.arg("--fixture").arg(std::path::absolute(fixture)?);
    }
    Ok(command)
}

/// `--disable-cors`: else it adds CORS headers of its own and answers OPTIONS, which the functions do.
fn lambda_command(port: u16, environment: &Path) -> Result<Command> {
    let mut command = tools::cargo_lambda_command()?;
    command.args([
        "watch",
        "--invoke-address",
        "127.0.0.1",
        "--invoke-port",
        &port.to_string(),
    ]);
    command
        .arg("--disable-cors")
        .arg("--env-file")
        .arg(environment);
    Ok(command)
}

fn alive(children: &mut [&mut Leashed]) -> Result<()> {
    for child in children {
        if let Some(status) = child.ended()? {
            bail!("{} ended with {status}", child.name());
        }
    }
    Ok(())
}

fn wait_for(what: &str, patience: Duration, mut there: impl FnMut() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !there()? {
        if begun.elapsed() > patience {
            bail!("{what} did not come within {} s", patience.as_secs());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_ends_is_named_and_ends_the_watch() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit 4"]);
        let mut child = Leashed::spawn("the emulator", &command, Output::Inherit).unwrap();
        let ended = wait_for("nothing", Duration::from_secs(10), || {
            alive(&mut [&mut child]).map(|()| false)
        });
        assert_eq!(
            ended.unwrap_err().to_string(),
            "the emulator ended with exit status: 4"
        );
    }

    #[test]
    fn cors_is_left_to_the_functions() {
        let command = lambda_command(9000, Path::new("functions.env")).unwrap();
        assert!(
            command
                .get_args()
                .any(|argument| argument == "--disable-cors")
        );
    }
}
