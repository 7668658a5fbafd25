//! Are you a person?

use askama::Template;

use super::{Form, Page, Scene, scripts};

/// Asks a captcha service.
///
/// Posts `token`.
#[derive(Template)]
#[template(path = "captcha.html")]
pub struct Captcha<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// The captcha.
    pub captcha: CaptchaBox<'a>,
    /// What is wrong with the last answer, as a sentence.
    pub error: Option<String>,
}

/// A captcha in a form.
#[derive(Clone, Copy, Debug)]
pub struct CaptchaBox<'a> {
    /// The site's public key at the service.
    pub site_key: &'a str,
    /// The service's script.
    pub js_url: &'a str,
    /// The field that its answer is put into.
    pub into: &'static str,
    /// Whether a person has to do something.
    pub interactive: bool,
    /// Whether the form is sent when it is solved.
    pub sends: bool,
}

impl Page for Captcha<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn scripts(&self) -> Vec<&'static str> {
        vec![scripts::CAPTCHA]
    }

    fn captcha(&self) -> Option<&str> {
        Some(self.captcha.js_url)
    }
}
