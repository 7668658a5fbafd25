//! A flow that ended with nowhere to go.

use askama::Template;

use super::{Brand, Page, Policy};

/// Says who is signed in, where no application waits for them.
#[derive(Template)]
#[template(path = "signed_in.html")]
pub struct SignedIn<'a> {
    /// Whose session this is.
    pub brand: Brand<'a>,
    /// The account that is signed in.
    pub username: &'a str,
    /// The person's name; where it is empty they are not greeted by it.
    pub name: &'a str,
}

impl Page for SignedIn<'_> {
    const POLICY: Policy = Policy::Static;
}
