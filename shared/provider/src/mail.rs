//! What is sent by e-mail: [`Letter`], to an [`Address`], written in [`letters`], mostly with a [`LinkToken`] in it.

mod address;
pub mod letters;
mod link;

use std::fmt;

use protocol::Secret;

pub use address::Address;
pub use link::{LinkToken, PARAMETER};

/// A letter, ready to be sent.
#[derive(Clone)]
pub struct Letter {
    /// One address (RFC 5321 §4.1.2).
    pub to: String,
    /// The name beside it; may be empty.
    pub to_name: String,
    /// The sender's name; the address is the mailer's own.
    pub from_name: String,
    /// A line.
    pub subject: String,
    /// The text. It has links in it that let people in.
    pub text: Secret,
    /// The same as HTML.
    pub html: Secret,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").finish_non_exhaustive()
    }
}
