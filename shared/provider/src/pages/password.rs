//! Prove it: the second step of signing in.

use askama::Template;

use super::{Account, Form, Page, PasswordField, Scene};

/// Asks for the password of the account named in the step before.
///
/// Posts `password`.
#[derive(Template)]
#[template(path = "password.html")]
pub struct Password<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// The application the person came from; `None` when they came by themselves.
    pub application: Option<&'a str>,
    /// Whose.
    pub account: Account<'a>,
    /// The field.
    pub password: PasswordField<'a>,
}

impl Page for Password<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        self.password.scripts().into_iter().collect()
    }
}
