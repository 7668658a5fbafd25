//! What is said to somebody whom the application's policies refuse (reference §2.2 step 11).

use askama::Template;

use super::{Brand, Page, Policy};
use crate::policies::Finding;

/// Says that the person may not use the application, with the policies' own words.
#[derive(Template)]
#[template(path = "denied.html")]
pub struct Denied<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// The application's name.
    pub application: &'a str,
    /// Texts of `ak_message`.
    pub messages: &'a [String],
    /// What each policy said, for a superuser; else empty.
    pub results: &'a [Finding],
    /// The `request_id` of the log line.
    pub request_id: &'a str,
}

impl Page for Denied<'_> {
    const POLICY: Policy = Policy::Static;
}
