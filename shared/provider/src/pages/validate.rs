//! Your second factor?

use askama::Template;

use super::{Account, Form, Page, Scene, scripts};

/// Asks for a code or a passkey, or to set something up where there is neither.
///
/// Posts `code`; or `webauthn`, what the passkey said as JSON; or `selected_stage`.
#[derive(Template)]
#[template(path = "validate.html")]
pub struct Validate<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// Whose.
    pub account: Account<'a>,
    /// What is asked for on this page.
    pub proof: Proof,
    /// What else may be used.
    pub others: Vec<Other>,
    /// What may be set up.
    pub setups: Vec<SetUp>,
    /// What is wrong with the last answer, as a sentence.
    pub error: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Proof {
    /// A code.
    Code {
        /// Whether one of those that were kept for a bad day.
        recovery: bool,
    },
    /// A passkey or security key.
    Passkey {
        /// `PublicKeyCredentialRequestOptions` as JSON.
        options: String,
        /// Whether the browser asks for it at once.
        auto: bool,
    },
    /// Something to be set up.
    SetUp,
}

/// Another way to prove a second factor.
#[derive(Clone, Debug)]
pub struct Other {
    /// authentik's name of its class.
    pub class: String,
    /// Key of what it is called.
    pub label: &'static str,
    /// Where it is asked for.
    pub url: String,
}

/// A kind of authenticator that may be set up.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// Its stage.
    pub id: String,
    /// What it is called.
    pub name: String,
}

impl Validate<'_> {
    const fn heading(&self) -> &'static str {
        match self.proof {
            Proof::Code { recovery: false } => "code-heading",
            Proof::Code { recovery: true } => "recovery-code-heading",
            Proof::Passkey { .. } => "use-passkey-heading",
            Proof::SetUp => "set-up-heading",
        }
    }

    /// authentik's name of the class that is asked for.
    const fn class(&self) -> &'static str {
        match self.proof {
            Proof::Code { recovery: false } => "totp",
            Proof::Code { recovery: true } => "static",
            Proof::Passkey { .. } => "webauthn",
            Proof::SetUp => "",
        }
    }

    const fn hint(&self) -> &'static str {
        match self.proof {
            Proof::Code { recovery: false } => "code-hint",
            Proof::Code { recovery: true } => "recovery-code-hint",
            Proof::Passkey { .. } => "use-passkey-hint",
            Proof::SetUp => "set-up-hint",
        }
    }
}

impl Page for Validate<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        match self.proof {
            Proof::Passkey { .. } => vec![scripts::WEBAUTHN],
            Proof::Code { .. } | Proof::SetUp => Vec::new(),
        }
    }
}
