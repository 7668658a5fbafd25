//! Clients of GitHub Enterprise: `passport-github2` (npm) and social-auth-core's backend (`PyPI`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use xtask::{tools, workspace};

use crate::issuer::{CALLBACK, Issuer, browse_past, node_with};

/// The application of the fixture that speaks GitHub.
const APPLICATION: &str = "hub";

/// passport-github2, through a browser.
pub(crate) fn passport(issuer: &Issuer) {
    let environment = [
        ("GITHUB_CLIENT_ID", APPLICATION),
        ("GITHUB_CLIENT_SECRET", "hub-secret"),
        ("GITHUB_REDIRECT_URI", CALLBACK),
    ];
    node_with(issuer, "github.test.mjs", &environment);
}

/// social-auth-core's GitHub Enterprise backend, through a browser, with the scope in either place it allows.
pub(crate) fn social_auth(issuer: &Issuer) {
    for scope in ["user:email,read:org", "default:user:email"] {
        let person = signed_in(issuer, scope);
        let details = json!({
            "username": "ada", "email": "ada@example.com", "fullname": "Ada Lovelace",
            "first_name": null, "last_name": null,
        });
        assert_eq!(person["details"], details, "{scope}");
        assert!(person["id"].is_u64(), "{person}");
        assert_eq!(person["emails"][0]["primary"], true, "{person}");
    }
}

fn signed_in(issuer: &Issuer, scope: &str) -> Value {
    let mut backend = Command::new(tools::social_auth().expect("social-auth-core"))
        .arg("github_enterprise.py")
        .args([&*issuer.base, APPLICATION, "hub-secret", CALLBACK, scope])
        .current_dir(workspace::root().join("tests/e2e"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut said = BufReader::new(backend.stdout.take().expect("its output")).lines();
    let url = said.next().expect("a line").expect("text");
    let arrived = browse_past(&url);
    let mut input = backend.stdin.take().expect("its input");
    writeln!(input, "{arrived}").expect("it listens");
    drop(input);
    let person = said.next().expect("a line").expect("text");
    assert!(backend.wait().expect("its status").success(), "{scope}");
    serde_json::from_str(&person).expect("JSON")
}
