//! The applications to try: one for people, one that speaks GitHub's dialect, one for programs; and an account
//! with an app password.

use anyhow::Context as _;
use protocol::redirect::RedirectUri;
use protocol::{Digest, Secret};

use super::{Registered, Seed};
use crate::fixture::{AppPassword, Fixture, Person};

/// The account of a program.
const ROBOT: &str = "demo-robot";

/// What is written at every start. The callbacks are pages of the laptop's own.
const TEXT: &str = r#"
groups:
  - {name: admins, is_superuser: true}
applications:
  - slug: demo
    name: Demo
    provider:
      redirect_uris: ["{callback}"]
      post_logout_redirect_uris: ["{signed_out}"]
  - slug: github-demo
    name: GitHub demo
    provider:
      redirect_uris: ["{github}"]
      scopes: openid profile email
  - slug: machine
    name: Machine
    provider:
      scopes: openid profile email
      consent: implicit
"#;

/// With this callback of the first application.
pub(super) fn fixture(callback: &str) -> anyhow::Result<Fixture> {
    RedirectUri::parse(callback).with_context(|| format!("{callback} is no redirect URI"))?;
    let text = TEXT
        .replace("{callback}", callback)
        .replace("{signed_out}", &page(callback, "signed-out"))
        .replace("{github}", &page(callback, "github"));
    serde_norway::from_str(&text).context("the applications to try")
}

/// Another page beside the callback.
fn page(callback: &str, name: &str) -> String {
    callback.replace("/demo/callback", &format!("/demo/{name}"))
}

impl Seed<'_> {
    /// The account that signs in with an app password. The password follows from the machine's secret, so that it
    /// can be shown at every start though only its digest is stored.
    pub(super) async fn robot(&self, machine: &Registered) -> anyhow::Result<(String, Secret)> {
        let secret = machine.secret.as_ref().map_or("", Secret::expose);
        let value = Digest::of(format!("app password of {ROBOT}: {secret}").as_bytes()).encode();
        let person = Person {
            username: ROBOT.to_owned(),
            name: "Demo robot".to_owned(),
            email: String::new(),
            email_verified: false,
            password: None,
            groups: Vec::new(),
            is_active: true,
            r#type: provider::user::UserKind::ServiceAccount,
            path: "users".to_owned(),
            attributes: serde_json::Map::new(),
            app_passwords: vec![AppPassword {
                identifier: format!("{ROBOT}-app-password"),
                value: value.clone(),
                expires_in: None,
            }],
            tokens: Vec::new(),
        };
        self.person(&person).await?;
        Ok((ROBOT.to_owned(), Secret::new(value)))
    }
}
