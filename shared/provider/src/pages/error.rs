//! What is said when there is no safe place to send the browser (RFC 6749 §4.1.2.1).

use askama::Template;

use super::{Brand, Page, Policy};

/// Says what went wrong and what to do about it: an unknown client, a redirect URI that is not
/// registered, access denied, an expired page, nothing here, try again later.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// What happened, in a few words.
    pub title: &'a str,
    /// Why, in a sentence for the person and not for a developer.
    pub explanation: &'a str,
    /// What to do now; empty when there is nothing to do.
    pub advice: &'a str,
    /// The `request_id` of the log line that holds the reason.
    pub request_id: &'a str,
    /// The HTTP status sent with the page.
    pub status: u16,
}

impl Page for ErrorPage<'_> {
    const POLICY: Policy = Policy::Static;
}
