//! What is said when there is no safe place to send the browser (RFC 6749 §4.1.2.1).

use askama::Template;

use super::{Page, Scene};

/// Says what went wrong and what to do about it: an unknown client, a redirect URI that is not
/// registered, access denied, an expired page, nothing here, try again later.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What happened, in a few words.
    pub title: String,
    /// Why, in a sentence for the person and not for a developer.
    pub explanation: String,
    /// What to do now; empty when there is nothing to do.
    pub advice: String,
    /// The `request_id` of the log line that holds the reason.
    pub request_id: &'a str,
    /// The HTTP status sent with the page.
    pub status: &'a str,
}

impl Page for ErrorPage<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
