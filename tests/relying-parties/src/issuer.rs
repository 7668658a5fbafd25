//! An issuer as `cargo run` starts it, for the clients that `python/prepare.py` makes.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use xtask::process::{Leashed, Output};
use xtask::{net, tools, workspace};

/// The header in which `tests/e2e/tls-proxy.mjs` hands certificates on.
const CERTIFICATE_HEADER: &str = "x-client-certificate";

/// A running issuer; it ends when this is dropped.
pub(crate) struct Issuer {
    base: String,
    /// Where `tests/e2e/tls-proxy.mjs` is to stand before it.
    mtls: String,
    prepared: TempDir,
    _process: Leashed,
}

impl Issuer {
    pub(crate) fn start() -> Self {
        let prepared = tempfile::tempdir().expect("a folder");
        let python = tools::python_relying_party().expect("the Python packages");
        let made = Command::new(python)
            .arg(folder("tests/relying-parties/python").join("prepare.py"))
            .arg(prepared.path())
            .status();
        assert!(made.expect("Python runs").success(), "there are no keys");
        let port = net::free_port().expect("a port");
        let base = format!("http://localhost:{port}");
        let mtls = net::free_port().expect("a port");
        let mtls = format!("https://localhost:{mtls}");
        let mut command = workspace::cargo();
        command
            .args(["run", "--quiet", "--", "--port", &port.to_string()])
            .args(["--public-url", &base, "--mtls-url", &mtls])
            .args(["--client-certificate-header", CERTIFICATE_HEADER])
            .arg("--fixture")
            .arg(prepared.path().join("fixture.json"))
            .arg("--state")
            .arg(prepared.path().join("kept"));
        let process = up("cargo run", &command, prepared.path(), || {
            let path = "/application/o/web/.well-known/openid-configuration";
            net::status_of(port, path, Duration::from_secs(20)) == Some(200)
        });
        Self {
            base,
            mtls,
            prepared,
            _process: process,
        }
    }

    /// The issuer of one application.
    pub(crate) fn of(&self, slug: &str) -> String {
        format!("{}/application/o/{slug}/", self.base)
    }

    /// The command that takes an authorization request to its answer.
    pub(crate) fn visitor(&self) -> [String; 3] {
        tools::node_modules().expect("the npm packages");
        let program = folder("tests/e2e").join("visitor.mjs");
        let program = program.to_str().expect("text").to_owned();
        ["node".to_owned(), program, self.base.clone()]
    }
}

/// Node.js in `tests/e2e`, for this issuer.
pub(crate) fn e2e(issuer: &Issuer, arguments: &[&str]) -> Command {
    tools::node_modules().expect("the npm packages");
    let mut command = Command::new("node");
    command
        .args(arguments)
        .current_dir(folder("tests/e2e"))
        .env("BASE", &issuer.base)
        .env("MTLS", &issuer.mtls)
        .env("PREPARED", issuer.prepared.path());
    command
}

/// What the application at this address shows to somebody who signs in.
pub(crate) fn shown(issuer: &Issuer, address: &str) -> String {
    let chromium = tools::chromium().expect("Chromium");
    let output = e2e(issuer, &["server-application.mjs", address])
        .env("CHROMIUM", chromium)
        .output()
        .expect("node runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "nobody gets in: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Starts something, and waits until it is there. What it says is kept in `folder`.
pub(crate) fn up(
    name: &str,
    command: &Command,
    folder: &Path,
    is_up: impl Fn() -> bool,
) -> Leashed {
    let log = folder.join(format!("{name}.log"));
    let output = Output::File(std::fs::File::create(&log).expect("a file"));
    let mut process = Leashed::spawn(name, command, output).expect("it starts");
    let begun = Instant::now();
    while !is_up() {
        let ended = process.ended().expect("its status");
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        assert!(ended.is_none(), "{name} ended: {}", said());
        let patience = Duration::from_mins(10);
        assert!(begun.elapsed() < patience, "{name} is not up: {}", said());
        std::thread::sleep(Duration::from_millis(200));
    }
    process
}

/// Whether something listens there.
pub(crate) fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

pub(crate) fn folder(name: &str) -> PathBuf {
    workspace::root().join(name)
}
