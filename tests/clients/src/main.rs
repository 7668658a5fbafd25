//! The management API with authentik's own clients, which nobody here wrote: each goes through every resource of
//! `resources.json`, reads each answer by its own types, and says of each resource whether it could. And schemathesis,
//! which sends whatever the served schema allows, and what it does not.

#![allow(
    clippy::expect_used,
    reason = "all of this is a test, where failing loudly is the point"
)]

mod issuer;

use std::process::Command;

use issuer::{Issuer, TOKEN};
use xtask::{tools, workspace};

/// `PyPI`, npm and Go, one after the other: what one leaves behind, the next would find.
#[test]
fn authentiks_own_clients_make_read_list_change_and_remove_every_resource() {
    let issuer = Issuer::start();
    let mut python = Command::new(tools::python_clients().expect("the Python packages"));
    python
        .args(["-W", "ignore", "resources.py"])
        .current_dir(folder("tests/clients/python"));
    let mut npm = node("management-clients.mjs");
    let mut go = Command::new(tools::go_client().expect("the Go client"));
    go.current_dir(folder("tests/clients/go"));
    let clients = [
        ("PyPI authentik-client", &mut python),
        ("npm @goauthentik/api", &mut npm),
        ("Go goauthentik.io/api/v3", &mut go),
    ];
    let failed: Vec<&str> = clients
        .into_iter()
        .filter_map(|(name, client)| (!goes_through(&issuer, name, client)).then_some(name))
        .collect();
    assert!(
        failed.is_empty(),
        "{failed:?} failed: the lines above that begin with FAILED name the resource and what was wrong"
    );
}

/// 5xx, undocumented statuses, types of content and bodies are findings; each comes with a `curl` that shows it.
#[test]
fn schemathesis_finds_nothing_that_the_schema_does_not_say() {
    let issuer = Issuer::start();
    somebody_uses(&issuer);
    let left = workspace::scratch("schemathesis").expect("a folder");
    let mut fuzz = Command::new(tools::python_clients().expect("the Python packages"));
    fuzz.args(["-W", "ignore", "fuzz.py", &issuer.base, TOKEN])
        .arg(&left)
        .current_dir(folder("tests/clients/python"));
    let ended = fuzz.status().expect("Python runs");
    assert!(ended.success(), "see above, and {}", left.display());
}

fn goes_through(issuer: &Issuer, name: &str, client: &mut Command) -> bool {
    somebody_uses(issuer);
    xtask::step::say(format_args!("{name}:"));
    let ended = client.args([&issuer.base, TOKEN]).status();
    ended.expect("the client runs").success()
}

/// Leaves a session, a consent, tokens and a code behind.
fn somebody_uses(issuer: &Issuer) {
    let ended = node("traces.mjs").arg(&issuer.base).status();
    assert!(ended.expect("node runs").success(), "nobody could sign in");
}

fn node(script: &str) -> Command {
    tools::node_modules().expect("the npm packages");
    let chromium = tools::chromium().expect("Chromium");
    let mut command = Command::new("node");
    command.arg(script).current_dir(folder("tests/e2e"));
    command.env("CHROMIUM", chromium);
    command
}

fn folder(name: &str) -> std::path::PathBuf {
    workspace::root().join(name)
}
