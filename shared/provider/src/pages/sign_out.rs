//! Leaving: the question, and the answer to it.

use askama::Template;

use super::{Brand, Page, Policy};

/// Asks whether to sign out (OIDC RP-Initiated Logout §2: without a fitting `id_token_hint` the
/// provider must ask).
///
/// Posts `csrf`, what `hidden` holds, and `choice`: `sign_out` or `stay`.
#[derive(Template)]
#[template(path = "sign_out.html")]
pub struct SignOut<'a> {
    /// Whose session would end.
    pub brand: Brand<'a>,
    /// The application that asks to end it; `None` when the person came by themselves.
    pub application: Option<&'a str>,
    /// Where the form is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this session's page.
    pub csrf: &'a str,
    /// The account that is signed in; `None` where it is not to be shown.
    pub username: Option<&'a str>,
    /// Request parameters that the answer must bring back, such as `post_logout_redirect_uri` and
    /// `state`.
    pub hidden: Vec<(String, String)>,
}

impl Page for SignOut<'_> {
    const POLICY: Policy = Policy::Static;
}

/// Says that an application's session has ended, while the one here goes on (authentik's session end stage).
#[derive(Template)]
#[template(path = "session_end.html")]
pub struct SessionEnd<'a> {
    /// Whose sign-in this is.
    pub brand: Brand<'a>,
    /// The application that was left.
    pub application: Option<&'a str>,
    /// Where to begin with it again: its launch URL.
    pub launch_url: Option<&'a str>,
    /// Where to end the session here; `None` where there is none.
    pub sign_out_url: Option<&'a str>,
}

impl Page for SessionEnd<'_> {
    const POLICY: Policy = Policy::Static;
}

/// Says that the session has ended.
#[derive(Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    /// Whose session has ended.
    pub brand: Brand<'a>,
    /// The application to go back to, named on the button; `None` makes the button say "Continue".
    pub application: Option<&'a str>,
    /// Where the button leads: a checked `post_logout_redirect_uri` or launch URL. `None` leaves
    /// the button out.
    pub return_url: Option<&'a str>,
}

impl Page for SignedOut<'_> {
    const POLICY: Policy = Policy::Static;
}
