//! Setting an authenticator up.

use askama::Template;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Account, Form, Page, Scene, scripts};

/// Shows the secret of an authenticator app as a picture, as text and as a link, and asks for the first code.
///
/// Posts `code`. Not `Debug`: it holds the secret.
#[derive(Template)]
#[template(path = "set_up_totp.html")]
pub struct TotpSetUp<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// `otpauth://totp/…`
    pub config_url: &'a str,
    /// The same as a picture: SVG.
    pub qr_svg: &'a str,
    /// The secret alone, in base32.
    pub secret: &'a str,
    /// What is wrong with the last code, as a sentence.
    pub error: Option<String>,
}

/// Shows recovery codes, this once.
///
/// Posts nothing of its own. Not `Debug`: it holds the codes.
#[derive(Template)]
#[template(path = "set_up_codes.html")]
pub struct RecoveryCodes<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// Whose; printed above the codes.
    pub account: Account<'a>,
    /// The codes.
    pub codes: &'a [String],
}

/// Registers a passkey or security key.
///
/// Posts `response`, what the browser said as JSON.
#[derive(Template)]
#[template(path = "set_up_webauthn.html")]
pub struct WebauthnSetUp<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// Whose.
    pub account: Account<'a>,
    /// `PublicKeyCredentialCreationOptions` as JSON.
    pub options: String,
    /// Why the last answer was not good, as a sentence.
    pub error: Option<String>,
}

impl TotpSetUp<'_> {
    /// As an image of its own, what is in the picture cannot touch the page.
    fn picture(&self) -> String {
        format!("data:image/svg+xml;base64,{}", STANDARD.encode(self.qr_svg))
    }

    /// In fours, as people type it.
    fn grouped(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        let groups = letters
            .chunks(4)
            .map(|group| group.iter().collect::<String>());
        groups.collect::<Vec<_>>().join(" ")
    }
}

impl RecoveryCodes<'_> {
    /// The codes as a file of text.
    fn file(&self) -> String {
        let text = format!(
            "{} · {}\r\n\r\n{}\r\n",
            self.scene.brand.title(),
            self.account.username,
            self.codes.join("\r\n")
        );
        format!(
            "data:text/plain;charset=utf-8;base64,{}",
            STANDARD.encode(text)
        )
    }
}

impl Page for TotpSetUp<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        vec![scripts::COPY]
    }
}

impl Page for RecoveryCodes<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        vec![scripts::COPY]
    }
}

impl Page for WebauthnSetUp<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        vec![scripts::WEBAUTHN]
    }
}
