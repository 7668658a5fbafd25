//! Who are you? The first step of signing in.

use askama::Template;

use super::{About, CaptchaBox, Form, Page, Scene, scripts};

/// Asks for the e-mail address or username; with it, where the stage is set so, for the password.
///
/// Posts `uid_field`, `password`, `captcha_token`, and `webauthn` with what a passkey said as JSON: each where it is
/// asked.
#[derive(Template)]
#[template(path = "identification.html")]
pub struct Identification<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// What stands above it.
    pub heading: String,
    /// The application the person came from; `None` when they came by themselves.
    pub application: Option<&'a str>,
    /// What that says of itself.
    pub about: About<'a>,
    /// The field for who it is; `None` where a passkey is the only way.
    pub uid: Option<Uid<'a>>,
    /// What is wrong with it, as a sentence.
    pub error: Option<String>,
    /// The field for the password, where it is asked here.
    pub password: Option<PasswordField<'a>>,
    /// The captcha that is solved in the background.
    pub captcha: Option<CaptchaBox<'a>>,
    /// `PublicKeyCredentialRequestOptions` as JSON: the browser offers passkeys in the field's own list
    /// (WebAuthn §5.1.4, conditional mediation).
    pub passkey_options: Option<String>,
    /// Where a passkey is enough.
    pub passwordless_url: Option<&'a str>,
    /// Where a lost password is replaced.
    pub recovery_url: Option<&'a str>,
    /// Where an account is made.
    pub enroll_url: Option<&'a str>,
    /// Whether the button ends the sign-in.
    pub signs_in: bool,
}

/// The field for who it is.
#[derive(Clone, Copy, Debug)]
pub struct Uid<'a> {
    /// Key of its label.
    pub label: &'static str,
    /// What it holds at first: `login_hint` (OIDC Core §3.1.2.1), what was typed before, or nothing.
    pub value: &'a str,
    /// Whether the person begins there.
    pub focused: bool,
}

/// The field for a password.
#[derive(Clone, Debug)]
pub struct PasswordField<'a> {
    /// Whether it may be shown while it is typed.
    pub may_be_shown: bool,
    /// Where a lost one is replaced.
    pub recovery_url: Option<&'a str>,
    /// Whether the person begins there.
    pub focused: bool,
    /// What is wrong with it, as a sentence.
    pub error: Option<String>,
}

impl PasswordField<'_> {
    pub(super) fn scripts(&self) -> Option<&'static str> {
        self.may_be_shown.then_some(scripts::SHOW_PASSWORD)
    }
}

impl Identification<'_> {
    fn is_wrong(&self) -> bool {
        let password = self.password.as_ref();
        self.error.is_some() || password.is_some_and(|field| field.error.is_some())
    }
}

impl Page for Identification<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        let password = self.password.as_ref().and_then(PasswordField::scripts);
        let captcha = self.captcha.is_some().then_some(scripts::CAPTCHA);
        let passkeys = self.passkey_options.is_some().then_some(scripts::WEBAUTHN);
        [password, captcha, passkeys]
            .into_iter()
            .flatten()
            .collect()
    }

    fn captcha(&self) -> Option<&str> {
        self.captcha.as_ref().map(|captcha| captcha.js_url)
    }

    fn pictures(&self) -> Vec<String> {
        self.about.pictures()
    }
}
