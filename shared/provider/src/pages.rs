//! The pages people see.
//!
//! Each page is a struct whose fields are all that the page says, and a template in `templates/`
//! that says it. They are plain HTML forms: they work without JavaScript, with a keyboard, on a
//! phone and in a screen reader, and they fetch nothing but the brand's pictures. Every value is
//! escaped by askama; nothing a caller passes in can become markup.
//!
//! To write one:
//!
//! - Its struct has a `scene: Scene<'a>` ([`Scene::of`] a call) and implements [`Page`]. The template begins with
//!   `{% extends "layout.html" %}` and fills the blocks `title` and `content`; `content` has the one `<h1>`. What has
//!   to look other than a card fills `frame` in the place of `content`.
//! - Words are keys of `locales/*/*.ftl`, in every language: `{{ scene.texts.get("skip") }}`,
//!   `{{ scene.texts.with("user-added", [("name", value)]) }}`, `.bold(…)` for values in bold, `.count("…", 3)` for
//!   numbers, and `.said(text)` for what the engine says in English. Tests find keys that are missing or unused.
//! - A form is `{% include "parts/form.html" %}` with a field `form: Form<'a>` in the struct. Before a field stands its
//!   `<label for>`; what is wrong with it is `{% include "parts/error.html" %}` with `error: Option<String>` in the struct.
//!   Buttons and links that look like them stand in `<div class="actions">`; `quiet` makes one less loud.
//! - Colours are the variables of [`palette`], by what they are for (`--ink`, `--soft`, `--link`, `--accent` with
//!   `--on`, `--bad`, …): never a colour by itself, as the brand and the theme decide. Sizes are in `rem`.
//! - Rules that a kind of page needs alone are a style sheet of its own ([`Page::styles`]).
//! - A script is a file of `templates/scripts/`, named by [`Page::scripts`]; the layout puts it in, and the policy
//!   allows it by its hash. There are no inline handlers and no `style` attributes: the policy stops them.
//!
//! [`render`] hands back the HTML together with the Content-Security-Policy made for it: the two
//! must be sent together, because the policy names the hashes of the style sheets and scripts inside.

use std::fmt;

pub use self::about::About;
pub use self::account::{Continue, Removed, StayAsked, UserDelete};
pub use self::captcha::{Captcha, CaptchaBox};
pub use self::consent::{Consent, Permission, Stranger};
pub use self::denied::{Denied, Refused};
pub use self::device::{DeviceConfirm, DeviceDone, DeviceEntry};
pub use self::email::Email;
pub use self::error::ErrorPage;
pub use self::form_post::FormPost;
pub use self::identification::{Identification, PasswordField, Uid};
pub use self::onward::Onward;
pub use self::password::Password;
pub use self::prompt::{Choice, Field, Prompt, Widget};
pub use self::scene::{Language, Person, Scene};
pub use self::set_up::{RecoveryCodes, TotpSetUp, WebauthnSetUp};
pub use self::sign_out::{Farewell, Frame, SessionEnd, SignOut, SignedOut};
pub use self::validate::{Other, Proof, SetUp, Validate};

mod about;
mod account;
mod captcha;
mod consent;
mod denied;
mod device;
mod email;
mod error;
mod form_post;
mod identification;
mod onward;
mod palette;
mod password;
mod policy;
mod prompt;
mod scene;
mod set_up;
mod sign_out;
#[cfg(test)]
mod tests;
pub mod user;
mod validate;

/// The style sheet of every page, sent inline: one request shows a whole page.
pub(crate) const STYLE: &str = include_str!("../templates/page.css");

/// The scripts there are. Each does one thing, and does nothing where the page has nothing for it.
pub mod scripts {
    /// Sends the form of [`super::FormPost`]. Called on the prototype, because a response parameter named
    /// `submit` would hide the form's own method.
    pub const AUTO_SUBMIT: &str = include_str!("../templates/scripts/auto_submit.js");
    /// Shows and hides a password: buttons with `data-shows`, the field's id.
    pub const SHOW_PASSWORD: &str = include_str!("../templates/scripts/show_password.js");
    /// Copies text: buttons with `data-copies`, the text's id.
    pub const COPY: &str = include_str!("../templates/scripts/copy.js");
    /// Turns chosen files into `data:` URLs: inputs with `data-into`, the name of the hidden field.
    pub const FILE: &str = include_str!("../templates/scripts/file.js");
    /// Solves a captcha.
    pub const CAPTCHA: &str = include_str!("../templates/scripts/captcha.js");
    /// Goes on to the link with `data-goes-on` once the page's frames have loaded, or after three seconds.
    pub const GO_ON: &str = include_str!("../templates/scripts/go_on.js");
    /// Makes or uses a passkey or security key.
    pub const WEBAUTHN: &str = include_str!("../templates/scripts/webauthn.js");
}

/// A page that can be sent: its text by `Display`, and what it does in the browser.
pub trait Page: fmt::Display {
    /// What it stands in.
    fn scene(&self) -> &Scene<'_>;

    /// Style sheets beside [`STYLE`], for pages of a kind of their own.
    fn styles(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Its scripts, of [`scripts`].
    fn scripts(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The script of a captcha service that it asks.
    fn captcha(&self) -> Option<&str> {
        None
    }

    /// The URLs of its frames.
    fn frames(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Pictures beside those of the brand, maybe of other hosts.
    fn pictures(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Where a form goes and what it brings back beside its fields.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Where it is posted, relative to the issuer's origin.
    pub action: &'a str,
    /// The token that proves the form came from this browser's page.
    pub csrf: &'a str,
    /// authentik's name of what is answered.
    pub component: &'a str,
}

/// Whose account a step is about, shown above it.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The user name, or what was typed for it: an unknown account must look like a known one.
    pub username: &'a str,
    /// Where "Not you?" leads; empty to leave that out.
    pub restart_url: &'a str,
}

/// A page ready to be sent.
#[derive(Debug)]
pub struct Rendered {
    /// The body: `text/html; charset=utf-8`.
    pub html: String,
    /// The value of its `Content-Security-Policy` header.
    pub content_security_policy: String,
}

/// Writes the page and the policy it must be sent with.
pub fn render<P: Page>(page: &P) -> Rendered {
    Rendered {
        html: page.to_string(),
        content_security_policy: policy::content_security_policy(page),
    }
}
