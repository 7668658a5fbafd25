//! An issuer in a process of its own, with the applications and the user of `fixture.yaml`.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use xtask::process::{Leashed, Output};
use xtask::{net, tools, workspace};

use crate::fixture;

/// Where clients want to be sent; nothing listens there, the browser is stopped on its way.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:41999/cb";
/// Where they want to be after logout.
pub(crate) const SIGNED_OUT: &str = "http://127.0.0.1:41999/out";
/// The user of the fixture.
pub(crate) const USER: (&str, &str) = ("ada", "correct horse battery");

/// A running issuer; it ends when this is dropped.
pub(crate) struct Issuer {
    pub(crate) base: String,
    /// The private key of the client `sealed`.
    pub(crate) sealed_key: PathBuf,
    _process: Leashed,
    _state: TempDir,
}

impl Issuer {
    /// As `cargo run` starts it.
    pub(crate) fn cargo_run() -> Self {
        let state = tempfile::tempdir().expect("a folder");
        let mut command = cargo("run");
        command
            .arg("--quiet")
            .arg("--")
            .arg("--state")
            .arg(state.path());
        Self::start("cargo run", command, state, Duration::from_mins(10))
    }

    /// The Lambda binaries.
    pub(crate) fn cargo_xtask_watch() -> Self {
        let mut command = cargo("xtask");
        command.arg("watch");
        let state = tempfile::tempdir().expect("a folder");
        Self::start("cargo xtask watch", command, state, Duration::from_mins(20))
    }

    fn start(name: &str, mut command: Command, state: TempDir, patience: Duration) -> Self {
        let port = net::free_port().expect("a port");
        let (fixture, sealed_key) = fixture::write(state.path());
        command
            .args(["--port", &port.to_string(), "--fixture"])
            .arg(fixture);
        let log = std::fs::File::create(state.path().join("log")).expect("a file");
        // The log lies in a folder of its own where the state folder is the issuer's.
        let mut process = Leashed::spawn(name, &command, Output::File(log)).expect("it starts");
        let issuer = format!("http://localhost:{port}");
        let begun = Instant::now();
        let path = "/application/o/web/.well-known/openid-configuration";
        while net::status_of(port, path, Duration::from_secs(20)) != Some(200) {
            let ended = process.ended().expect("its status");
            let said = || std::fs::read_to_string(state.path().join("log")).unwrap_or_default();
            assert!(ended.is_none(), "{name} ended: {}", said());
            assert!(begun.elapsed() < patience, "{name} is not up: {}", said());
            std::thread::sleep(Duration::from_millis(200));
        }
        Self {
            base: issuer,
            sealed_key,
            _process: process,
            _state: state,
        }
    }

    /// The issuer of one application.
    pub(crate) fn of(&self, slug: &str) -> String {
        format!("{}/application/o/{slug}/", self.base)
    }
}

fn cargo(subcommand: &str) -> Command {
    let mut command = workspace::cargo();
    command.current_dir(workspace::root()).arg(subcommand);
    command
}

/// Node.js in `tests/e2e`, with its packages installed and the browser found.
fn node_command(script: &str) -> Command {
    let chromium = tools::chromium().expect("Chromium");
    tools::node_modules().expect("the npm packages");
    let mut command = Command::new("node");
    command
        .current_dir(workspace::root().join("tests/e2e"))
        .env("CHROMIUM", chromium);
    if script.ends_with(".test.mjs") {
        command.arg("--test");
    }
    command.arg(script);
    command
}

/// Runs a test file of `tests/e2e` against this issuer.
pub(crate) fn node(issuer: &Issuer, script: &str) {
    node_with(issuer, script, &[]);
}

/// The same, with more in its environment.
pub(crate) fn node_with(issuer: &Issuer, script: &str, environment: &[(&str, &str)]) {
    let screenshots = workspace::scratch("screenshots").expect("a folder");
    let ended = node_command(script)
        .env("ISSUER", issuer.of("web"))
        .env("CLIENT_ID", "web")
        .env("CLIENT_SECRET", "web-secret")
        .env("USERNAME", USER.0)
        .env("PASSWORD", USER.1)
        .env("REDIRECT_URI", CALLBACK)
        .env("POST_LOGOUT_REDIRECT_URI", SIGNED_OUT)
        .env("SCREENSHOTS", screenshots)
        .env("JWE_KEY", &issuer.sealed_key)
        .envs(environment.iter().copied())
        .status()
        .expect("node runs");
    assert!(ended.success(), "{script} failed against {}", issuer.base);
}

/// Signs the user in by browser, from this URL to the client's callback: the URL the browser was sent to.
pub(crate) fn browse(url: &str) -> String {
    let (arrived, pages) = browsed(url);
    assert_eq!(pages, 3, "identification, password, consent: {arrived}");
    arrived
}

/// The same, whatever pages there are on the way.
pub(crate) fn browse_past(url: &str) -> String {
    browsed(url).0
}

fn browsed(url: &str) -> (String, usize) {
    let output = node_command("sign-in.mjs")
        .args([
            "--url",
            url,
            "--username",
            USER.0,
            "--password",
            USER.1,
            "--until",
            CALLBACK,
        ])
        .output()
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the browser did not get to the client: {said}"
    );
    let outcome: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one line of JSON");
    let pages = outcome["pages"].as_array().expect("pages");
    let arrived = outcome["url"].as_str().expect("a URL").to_owned();
    (arrived, pages.len())
}
