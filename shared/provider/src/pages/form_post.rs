//! The way back to the client by a form (OAuth 2.0 Form Post Response Mode §2).

use askama::Template;

use super::{Page, Scene, scripts};

/// Sends the authorization response to the client as a form: by itself, or by a button where there
/// is no JavaScript.
///
/// Not `Debug`: the fields hold the authorization code.
#[derive(Template)]
#[template(path = "form_post.html")]
pub struct FormPost<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The client's redirect URI. It must have been compared with the registered ones: a
    /// `javascript:` URL in an action is stopped by the policy alone.
    pub action: &'a str,
    /// The response parameters, in order.
    pub fields: Vec<(String, String)>,
}

impl Page for FormPost<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        vec![scripts::AUTO_SUBMIT]
    }
}
