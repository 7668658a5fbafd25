//! What client metadata must be, whoever says it: an administrator, a client that registers itself (RFC 7591 §2), a
//! document. How it authenticates and what it asks for have rules of their own ([`others`]); those that need more than the
//! metadata stand where it comes from.

mod encryption;
mod grants;
mod signatures;
mod uris;

use super::{AuthMethod, Metadata};
use crate::config::{client_authentication_problems, requests_problems};

pub use uris::{has_ordinary_host, is_web_url};

/// How many entries a list may have.
const MOST_ENTRIES: usize = 100;

/// The longest text that is no URL, in bytes.
const LONGEST_TEXT: usize = 1_000;

/// How much all of it may be, in bytes of JSON, so that what is compiled of it stays one item.
const LARGEST: usize = 100 * 1024;

/// What is wrong: a member by its registered name, and what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The member.
    pub member: &'static str,
    /// What it must be.
    pub must: &'static str,
}

/// What was found so far.
struct Findings(Vec<Wrong>);

impl Findings {
    fn unless(&mut self, good: bool, member: &'static str, must: &'static str) {
        if !good {
            self.0.push(Wrong { member, must });
        }
    }
}

/// What is wrong with how a client authenticates, and with what it asks for: in words, each beginning with the member.
pub fn others(metadata: &Metadata) -> Vec<String> {
    let public = metadata.token_endpoint_auth_method == Some(AuthMethod::None);
    let mut found = client_authentication_problems(metadata, public);
    found.extend(requests_problems(metadata));
    found
}

/// What else is wrong with this metadata by itself.
pub fn wrong(metadata: &Metadata) -> Vec<Wrong> {
    let mut found = Findings(Vec::new());
    sizes(metadata, &mut found);
    uris::check(metadata, &mut found);
    signatures::check(metadata, &mut found);
    encryption::check(metadata, &mut found);
    grants::check(metadata, &mut found);
    found.0
}

fn sizes(metadata: &Metadata, found: &mut Findings) {
    let json = serde_json::to_value(metadata).unwrap_or_default();
    found.unless(
        json.to_string().len() <= LARGEST,
        "client_metadata",
        "at most 100 KiB in all",
    );
    let lists: [(&'static str, usize); 2] = [
        ("contacts", metadata.contacts.len()),
        ("default_acr_values", metadata.default_acr_values.len()),
    ];
    for (member, length) in lists {
        found.unless(length <= MOST_ENTRIES, member, "at most 100 entries");
    }
    let texts = [
        ("software_id", &metadata.software_id),
        ("software_version", &metadata.software_version),
    ];
    for (member, text) in texts {
        let good = text.as_ref().is_none_or(|text| is_text(text));
        found.unless(good, member, "a text of 1 to 1000 bytes");
    }
    let each = metadata.contacts.iter().all(|text| is_text(text));
    found.unless(each, "contacts", "texts of 1 to 1000 bytes");
}

/// A text that can be shown and kept.
fn is_text(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_TEXT && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
