//! Prove it: the second step of signing in.

use askama::Template;

use super::{Brand, Page, Policy};

/// Asks for the password of the account named in the step before.
///
/// Posts `csrf`, `component` (`ak-stage-password`) and `password`.
#[derive(Template)]
#[template(path = "password.html")]
pub struct Password<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// The application the person came from; `None` when they came by themselves.
    pub application: Option<&'a str>,
    /// Where the form is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this session's page.
    pub csrf: &'a str,
    /// What was typed as username, as it was typed: an unknown account must look like a known one.
    pub username: &'a str,
    /// Where "Not you?" leads: the same flow from its start.
    pub restart_url: &'a str,
    /// Why the last attempt failed, as a sentence; `None` on the first visit.
    pub error: Option<&'a str>,
}

impl Page for Password<'_> {
    const POLICY: Policy = Policy::Static;
}
