//! `cargo xtask paint`: what the first paint of the sign-in page costs.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::process::{Leashed, Output};
use crate::step::run;
use crate::{net, tools, workspace};

/// How long a start may take, a build included.
const PATIENCE: Duration = Duration::from_mins(15);

/// Opens the sign-in page of `issuer` in Chromium with an empty cache, and prints requests, bytes and times;
/// without an issuer, one is started here for it.
///
/// # Errors
/// When the page costs more than its budget, or nothing answers.
pub fn paint(issuer: Option<&str>) -> Result<()> {
    let Some(issuer) = issuer else {
        let state = workspace::scratch("paint")?;
        let port = net::free_port()?;
        let mut command = workspace::cargo();
        command
            .current_dir(workspace::root())
            .args(["run", "--quiet", "--", "--state"]);
        command.arg(&state).args(["--port", &port.to_string()]);
        let mut process = Leashed::spawn("cargo run", &command, Output::Inherit)?;
        let begun = Instant::now();
        let path = "/if/flow/default-authentication-flow/";
        while net::status_of(port, path, Duration::from_secs(20)) != Some(200) {
            if process.ended()?.is_some() || begun.elapsed() > PATIENCE {
                bail!("no issuer came up on port {port}");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        return measure(&format!("http://localhost:{port}/"));
    };
    measure(issuer)
}

fn measure(issuer: &str) -> Result<()> {
    tools::node_modules()?;
    let mut node = Command::new("node");
    node.current_dir(workspace::root().join("tests/e2e"))
        .env("CHROMIUM", tools::chromium()?)
        .env("ISSUER", issuer)
        .arg("first-paint.mjs");
    run(&mut node)
}
