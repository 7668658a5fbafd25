//! Relying parties that nobody here wrote, against an issuer as `cargo run` starts it: what a specification says is shown by
//! somebody who read it without us. `README.md` says which client shows what.

#![allow(
    clippy::expect_used,
    reason = "all of this is a test, where failing loudly is the point"
)]

mod apache;
mod issuer;
mod spring;

use std::process::Command;

use issuer::{Issuer, e2e, folder};
use xtask::tools;

/// openid-client and oauth4webapi: FAPI 2.0, CIBA, registration, mutual TLS.
#[test]
fn openid_client_and_oauth4webapi_speak_fapi_ciba_registration_and_mutual_tls() {
    let issuer = Issuer::start();
    for file in ["fapi.test.mjs", "oauth4webapi.test.mjs"] {
        succeeds(file, e2e(&issuer, &["--test", file]));
    }
}

/// The MCP SDK: an agent that nobody has registered.
#[test]
fn the_mcp_sdk_registers_itself_and_gets_a_token_for_its_server() {
    let issuer = Issuer::start();
    succeeds("mcp.test.mjs", e2e(&issuer, &["--test", "mcp.test.mjs"]));
}

/// Authlib, and golang.org/x/oauth2 with go-oidc.
#[test]
fn authlib_and_go_oidc_sign_in_and_renew() {
    let issuer = Issuer::start();
    let visitor = issuer.visitor();
    let mut python = Command::new(tools::python_relying_party().expect("the Python packages"));
    python
        .args(["-W", "error", "relying_party.py", &issuer.of("web")])
        .args(&visitor)
        .current_dir(folder("tests/relying-parties/python"));
    succeeds("Authlib", python);
    let mut go = Command::new(tools::go_relying_party().expect("the Go program"));
    go.arg(issuer.of("web")).args(&visitor);
    go.current_dir(folder("tests/e2e"));
    succeeds("go-oidc", go);
}

/// Spring Security and `mod_auth_openidc`: applications on a server, and somebody with a browser.
#[test]
fn spring_security_and_mod_auth_openidc_let_somebody_in() {
    let issuer = Issuer::start();
    let shown = spring::shows(&issuer);
    assert!(
        shown.contains("ada@example.com") && shown.contains(&issuer.of("server")),
        "Spring Security shows {shown}"
    );
    let shown = apache::shows(&issuer);
    assert!(shown.contains("For ada alone"), "Apache shows {shown}");
}

fn succeeds(name: &str, mut command: Command) {
    let ended = command.status().expect("it runs");
    assert!(ended.success(), "{name} failed: see above");
}
