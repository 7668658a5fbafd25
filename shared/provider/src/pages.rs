//! The pages people see while they sign in, agree and sign out.
//!
//! Each page is a struct whose fields are all that the page says, and a template in `templates/`
//! that says it. They are plain HTML forms: they work without JavaScript, with a keyboard, on a
//! phone and in a screen reader, and they fetch nothing but the brand's logo. Every value is
//! escaped by askama; nothing a caller passes in can become markup.
//!
//! [`render`] hands back the HTML together with the Content-Security-Policy made for it: the two
//! must be sent together, because the policy names the hashes of the one style sheet and the one
//! script inside.

use std::fmt;
use std::sync::LazyLock;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub use self::consent::{Consent, Permission};
pub use self::denied::Denied;
pub use self::device::{DeviceConfirm, DeviceDone, DeviceEntry};
pub use self::error::ErrorPage;
pub use self::form_post::FormPost;
pub use self::identification::Identification;
pub use self::password::Password;
pub use self::sign_out::{SessionEnd, SignOut, SignedOut};
pub use self::signed_in::SignedIn;

mod consent;
mod denied;
mod device;
mod error;
mod form_post;
mod identification;
mod password;
mod sign_out;
mod signed_in;
#[cfg(test)]
mod tests;

/// The style sheet of every page, sent inline: one request shows a whole page.
pub(crate) const STYLE: &str = include_str!("../templates/page.css");

/// Sends the form of [`FormPost`]. Called on the prototype, because a response parameter named
/// `submit` would hide the form's own method.
pub(crate) const AUTO_SUBMIT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// Whose sign-in this is: shown at the top of every page and in its title.
#[derive(Clone, Copy, Debug)]
pub struct Brand<'a> {
    /// The name people know, such as the company's.
    pub title: &'a str,
    /// A picture shown instead of our mark and the title: an `https:` or `data:` URL, or a path on
    /// the issuer's own host. `None` shows mark and title.
    pub logo_url: Option<&'a str>,
}

impl<'a> Brand<'a> {
    /// A name without a picture.
    pub const fn named(title: &'a str) -> Self {
        Self {
            title,
            logo_url: None,
        }
    }
}

/// A page that can be sent: its text by `Display`, and what it may do in the browser.
pub trait Page: fmt::Display {
    /// What the page may load and run.
    const POLICY: Policy;
}

/// What a page may load and run in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Our style sheet and a logo; no script at all.
    Static,
    /// The same and the one script that sends a form by itself.
    AutoSubmit,
}

/// A page ready to be sent.
#[derive(Debug)]
pub struct Rendered {
    /// The body: `text/html; charset=utf-8`.
    pub html: String,
    /// The value of its `Content-Security-Policy` header.
    pub content_security_policy: &'static str,
}

/// Writes the page and names the policy it must be sent with.
pub fn render<P: Page>(page: &P) -> Rendered {
    Rendered {
        html: page.to_string(),
        content_security_policy: content_security_policy(P::POLICY),
    }
}

/// The `Content-Security-Policy` (CSP Level 3) for pages of this kind.
///
/// It has no `form-action` directive on purpose: browsers apply it to every redirect that follows
/// the POST of a form, and ours ends at the client's redirect URI. No markup can be injected that
/// could hold a form of another's.
pub fn content_security_policy(policy: Policy) -> &'static str {
    static STATIC: LazyLock<String> = LazyLock::new(|| {
        format!(
            "default-src 'none'; style-src {style}; img-src 'self' data: https:; \
             base-uri 'none'; frame-ancestors 'none'",
            style = source(STYLE)
        )
    });
    static AUTO_SUBMITTING: LazyLock<String> =
        LazyLock::new(|| format!("{}; script-src {}", *STATIC, source(AUTO_SUBMIT)));

    match policy {
        Policy::Static => &STATIC,
        Policy::AutoSubmit => &AUTO_SUBMITTING,
    }
}

/// The hash source that allows this very inline text (CSP Level 3 §2.3.1).
fn source(inline: &str) -> String {
    let hash = digest::digest(&digest::SHA256, inline.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(hash))
}
