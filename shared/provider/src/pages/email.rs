//! Look into your mailbox.

use askama::Template;

use super::{Form, Page, Scene};

/// Says that a link was sent, maybe: whether there is such an account is not told. The form sends it again.
#[derive(Template)]
#[template(path = "email.html")]
pub struct Email<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the wish for another mail goes.
    pub form: Form<'a>,
    /// Where it was sent, as the person typed it; may be empty.
    pub to: &'a str,
    /// Whether another mail was asked for.
    pub again: bool,
    /// Where the flow begins anew.
    pub restart_url: &'a str,
    /// Why it was not sent again, as a sentence.
    pub error: Option<String>,
}

impl Page for Email<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
