//! A way on that a person has to take themselves, as nobody vouches for where it leads (RFC 9700 §4.11.2).

use askama::Template;
use protocol::redirect::Delivery;

use super::{Page, Scene};

/// Says that a request cannot be granted, and leaves it to the person whether its client hears of it.
///
/// Not `Debug`: the fields may hold the client's `state`.
#[derive(Template)]
#[template(path = "onward.html")]
pub struct Onward<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that asked.
    pub application: &'a str,
    /// Whether the person was asked, and refused.
    pub denied: bool,
    /// Where it leads: the host of the redirect URI.
    pub host: &'a str,
    /// The way there. It must have been compared with what is registered, as of [`super::FormPost`].
    pub way: Delivery,
    /// What is wrong, as the client will read it.
    pub error: &'a str,
    /// The `request_id` of the log line that holds the reason.
    pub request_id: &'a str,
}

impl Onward<'_> {
    fn heading(&self) -> String {
        let key = if self.denied {
            "onward-denied"
        } else {
            "onward-refused"
        };
        self.scene.texts.with(key, &[("app", self.application)])
    }
}

impl Page for Onward<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }
}
