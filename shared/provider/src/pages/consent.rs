//! May this application use your account?

use askama::Template;

use super::{Account, Form, Page, Scene};

/// Asks whether the application may have what it asks for (OIDC Core §3.1.2.4).
///
/// Posts `token` and `consent`: `accept` or `deny`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that asks.
    pub application: &'a str,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// The account that would be used.
    pub account: Account<'a>,
    /// What the answer brings back, beside what every form does.
    pub token: &'a str,
    /// What is asked for; with `new_permissions`, the part of it that was allowed before.
    pub permissions: Vec<Permission<'a>>,
    /// What is asked for beyond what was allowed before; empty when nothing was, or nothing is new.
    pub new_permissions: Vec<Permission<'a>>,
    /// The host of the client's redirect URI: where the browser goes from here.
    pub redirect_host: &'a str,
}

/// One thing an application may do: a scope in people's words.
#[derive(Clone, Copy, Debug)]
pub struct Permission<'a> {
    /// The scope's name, in the page as `data-scope`.
    pub name: &'a str,
    /// What people read; where it is empty they read the name.
    pub description: &'a str,
}

impl Page for Consent<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
