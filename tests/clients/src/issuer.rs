//! An issuer as `cargo run` starts it, with a superuser who has an API token.

use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use xtask::process::{Leashed, Output};
use xtask::{net, workspace};

/// The superuser's token in `fixture.yaml`.
pub(crate) const TOKEN: &str = "the-key-of-the-superuser";

/// A running issuer; it ends when this is dropped.
pub(crate) struct Issuer {
    pub(crate) base: String,
    _process: Leashed,
    _state: TempDir,
}

impl Issuer {
    pub(crate) fn start() -> Self {
        let state = tempfile::tempdir().expect("a folder");
        let port = net::free_port().expect("a port");
        let mut command: Command = workspace::cargo();
        command
            .args(["run", "--quiet", "--", "--port", &port.to_string()])
            .arg("--fixture")
            .arg(workspace::root().join("tests/clients/fixture.yaml"))
            .arg("--state")
            .arg(state.path().join("kept"));
        let log = state.path().join("log");
        let output = Output::File(std::fs::File::create(&log).expect("a file"));
        let mut process = Leashed::spawn("cargo run", &command, output).expect("it starts");
        let begun = Instant::now();
        let path = "/api/v3/root/config/";
        while net::status_of(port, path, Duration::from_secs(20)) != Some(200) {
            let ended = process.ended().expect("its status");
            let said = || std::fs::read_to_string(&log).unwrap_or_default();
            assert!(ended.is_none(), "cargo run ended: {}", said());
            let patience = Duration::from_mins(10);
            assert!(begun.elapsed() < patience, "it is not up: {}", said());
            std::thread::sleep(Duration::from_millis(200));
        }
        Self {
            base: format!("http://localhost:{port}"),
            _process: process,
            _state: state,
        }
    }
}
