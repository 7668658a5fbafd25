//! Steps that ask for a yes or no about an account.

use askama::Template;

use super::{Account, Form, Page, Scene};

/// Asks whether to stay signed in when the browser is closed.
///
/// Posts `remember_me`: `true` or `false`.
#[derive(Template)]
#[template(path = "stay.html")]
pub struct StayAsked<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// Whose account.
    pub account: Account<'a>,
}

/// Asks whether to remove the account for good.
///
/// Posts `choice`: `delete` or `keep`.
#[derive(Template)]
#[template(path = "user_delete.html")]
pub struct UserDelete<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// Whose account.
    pub account: Account<'a>,
}

/// Says that the account is removed. There is nowhere to go on to.
#[derive(Template)]
#[template(path = "removed.html")]
pub struct Removed<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
}

/// Waits for a person to go on, where a link was opened that a mail program may have opened by itself.
#[derive(Template)]
#[template(path = "continue.html")]
pub struct Continue<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// Who is signed in, maybe somebody else than the link is for; empty for nobody.
    pub signed_in: &'a str,
}

impl Page for StayAsked<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

impl Page for UserDelete<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

impl Page for Removed<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

impl Page for Continue<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
