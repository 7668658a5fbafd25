//! What is said to somebody who may not go on.

use askama::Template;

use super::{Account, Page, Scene};
use crate::policies::Finding;

/// Says that the person may not use the application, with the policies' own words (reference §2.2 step 11).
#[derive(Template)]
#[template(path = "denied.html")]
pub struct Denied<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
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
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}

/// Says that the person may not go on with a flow (`ak-stage-access-denied`).
#[derive(Template)]
#[template(path = "refused.html")]
pub struct Refused<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Why, as a sentence; `None` where nobody said.
    pub message: Option<String>,
    /// Whose account it is about; nobody where none is known.
    pub account: Account<'a>,
    /// Whether they are signed in, so that there is more for them here.
    pub signed_in: bool,
    /// Where they go on: their own pages, or the beginning of the flow.
    pub onward_url: &'a str,
}

impl Page for Refused<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
