//! The letters there are: what they say, in the reader's language, as text and as HTML.

use askama::Template;
use protocol::{Seconds, Secret};

use crate::locale::Texts;
use crate::mail::{Address, Letter};
use crate::tenant::Tenant;

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A password is to be replaced.
    PasswordReset,
    /// An address is to be confirmed.
    AccountConfirmation,
    /// Something is to be gone on with.
    Setup,
    /// A client has them asked something.
    SignInRequest,
    /// Somebody wanted to make an account for an address that has one.
    HasAccount,
}

impl Kind {
    /// Of authentik's name of a template. One that is not known here is written as the most general.
    pub fn of_template(template: &str) -> Self {
        match template {
            "email/password_reset.html" => Self::PasswordReset,
            "email/account_confirmation.html" => Self::AccountConfirmation,
            _ => Self::Setup,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::PasswordReset => "mail-password-reset",
            Self::AccountConfirmation => "mail-account-confirmation",
            Self::Setup => "mail-setup",
            Self::SignInRequest => "mail-sign-in-request",
            Self::HasAccount => "mail-has-account",
        }
    }
}

/// What is written.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// What it is about.
    pub kind: Kind,
    /// To whom.
    pub to: &'a Address,
    /// Their name; empty where it is not known from an account: what a stranger typed is not sent to anybody.
    pub name: &'a str,
    /// What it is about, in an administrator's words; empty for ours.
    pub subject: &'a str,
    /// Where its button leads: path and query.
    pub path: &'a Secret,
    /// How long that is good; `None` for good.
    pub lifetime: Option<Seconds>,
}

impl Draft<'_> {
    /// The letter.
    pub fn letter(&self, tenant: &Tenant, texts: Texts) -> Letter {
        let brand = tenant.brand.branding_title.as_str();
        let text =
            |part: &str| texts.with(&format!("{}-{part}", self.kind.key()), &[("brand", brand)]);
        let subject = line(&texts.said(self.subject));
        let subject = if subject.is_empty() {
            text("subject")
        } else {
            subject
        };
        let name = line(self.name);
        let content = Content {
            language: texts.locale().tag(),
            brand,
            logo: logo(tenant),
            subject: &subject,
            greeting: if name.is_empty() {
                texts.get("mail-greeting")
            } else {
                texts.with("mail-greeting-name", &[("name", name.as_str())])
            },
            text: text("text"),
            button: text("button"),
            url: format!("{}{}", tenant.base_url, self.path.expose()),
            by_hand: texts.get("mail-by-hand"),
            life: self
                .lifetime
                .map(|lifetime| life(texts, lifetime))
                .unwrap_or_default(),
            unasked: text("unasked"),
        };
        Letter {
            to: self.to.as_str().to_owned(),
            to_name: name,
            from_name: brand.to_owned(),
            text: Secret::new(Plain { its: &content }.to_string()),
            html: Secret::new(Html { its: &content }.to_string()),
            subject,
        }
    }
}

/// What both forms of a letter say.
struct Content<'a> {
    language: &'static str,
    brand: &'a str,
    logo: Option<String>,
    subject: &'a str,
    greeting: String,
    text: String,
    button: String,
    url: String,
    by_hand: String,
    life: String,
    unasked: String,
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none", whitespace = "preserve")]
struct Plain<'a> {
    its: &'a Content<'a>,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    its: &'a Content<'a>,
}

/// One line of it, without what could begin another.
fn line(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    line.trim().to_owned()
}

/// The picture in the place of the title, where a mailbox can fetch it.
fn logo(tenant: &Tenant) -> Option<String> {
    let logo = tenant.brand.branding_logo.as_str();
    if logo.starts_with("https://") {
        Some(logo.to_owned())
    } else if tenant.is_https() && logo.starts_with('/') {
        Some(format!("{}{logo}", tenant.base_url))
    } else {
        None
    }
}

/// How long a link is good, in the largest unit that says it whole.
fn life(texts: Texts, lifetime: Seconds) -> String {
    let minutes = u64::try_from(lifetime.0).unwrap_or_default() / 60;
    let (key, count) = match minutes {
        minutes if minutes > 0 && minutes % (24 * 60) == 0 => {
            ("mail-life-days", minutes / (24 * 60))
        }
        minutes if minutes > 0 && minutes % 60 == 0 => ("mail-life-hours", minutes / 60),
        minutes => ("mail-life-minutes", minutes.max(1)),
    };
    texts.count(key, count)
}

#[cfg(test)]
mod tests;
