//! Tokens and app passwords.

use askama::Template;
use protocol::{Malformed, Params};

use super::Frame;
use crate::pages::{Page, Scene};

/// Tokens and app passwords.
#[derive(Template)]
#[template(path = "user/tokens.html")]
pub struct Tokens<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// What stands around it.
    pub frame: Frame,
    /// Those there are.
    pub tokens: Vec<Key>,
    /// The one that was asked for: made, or what is wrong with it.
    pub new: NewKey,
}

/// A token.
#[derive(Clone, Debug)]
pub struct Key {
    /// What it is called.
    pub identifier: String,
    /// `api`, `app_password`.
    pub intent: &'static str,
    /// What its owner wrote about it; may be empty.
    pub description: String,
    /// Until when, RFC 3339; `None` for good.
    pub expires: Option<String>,
    /// Whether that has passed.
    pub expired: bool,
}

/// A wish for a token, as it was typed.
#[derive(Clone, Default)]
pub struct NewKey {
    /// What it is to be called.
    pub identifier: String,
    /// What it is for.
    pub description: String,
    /// `api` or `app_password`.
    pub intent: String,
    /// How many days it is good; empty for ever.
    pub days: String,
    /// The key of the text that says what is wrong.
    pub problem: Option<&'static str>,
    /// Identifier and key of what was made: shown once.
    pub made: Option<(String, String)>,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey")
            .field("identifier", &self.identifier)
            .finish_non_exhaustive()
    }
}

impl NewKey {
    /// What a form asks for.
    ///
    /// # Errors
    /// [`Malformed::Repeated`].
    pub fn of(form: &Params) -> Result<Self, Malformed> {
        let field = |name| -> Result<String, Malformed> {
            Ok(form.optional(name)?.unwrap_or_default().trim().to_owned())
        };
        Ok(Self {
            identifier: field("identifier")?,
            description: field("description")?,
            intent: field("intent")?,
            days: field("days")?,
            problem: None,
            made: None,
        })
    }
}
