//! Who are you? The first step of signing in.

use askama::Template;

use super::{Brand, Page, Policy};

/// Asks for the e-mail address or username.
///
/// Posts `csrf`, `component` (`ak-stage-identification`) and `uid_field`, authentik's names.
#[derive(Template)]
#[template(path = "identification.html")]
pub struct Identification<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// The application the person came from; `None` when they came by themselves.
    pub application: Option<&'a str>,
    /// Where the form is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this session's page.
    pub csrf: &'a str,
    /// What the field holds at first: `login_hint` (OIDC Core §3.1.2.1), what was typed before, or
    /// nothing.
    pub uid_field: &'a str,
    /// What is wrong with what was typed, as a sentence; `None` on the first visit.
    pub error: Option<&'a str>,
}

impl Page for Identification<'_> {
    const POLICY: Policy = Policy::Static;
}
