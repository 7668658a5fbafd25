//! May this application use your account?

use askama::Template;

use super::{About, Account, Form, Page, Scene};
use crate::client::{self, Client, Origin};

/// Asks whether the application may have what it asks for (OIDC Core §3.1.2.4).
///
/// Posts `token` and `consent`: `accept` or `deny`.
#[derive(Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    /// What it stands in.
    pub scene: Scene<'a>,
    /// The application that asks.
    pub application: &'a str,
    /// What that says of itself.
    pub about: About<'a>,
    /// How it came here, where nobody who runs this service brought it.
    pub stranger: Option<Stranger>,
    /// Where the answer goes.
    pub form: Form<'a>,
    /// The account that would be used.
    pub account: Account<'a>,
    /// What the answer brings back, beside what every form does.
    pub token: &'a str,
    /// What is asked for; with `new_permissions`, the part of it that was allowed before.
    pub permissions: Vec<Permission<'a>>,
    /// What is asked for beyond what was allowed before; empty when nothing was, or nothing is new.
    pub new_permissions: Vec<Permission<'a>>,
    /// The host of the client's redirect URI: where the browser goes from here.
    pub redirect_host: &'a str,
}

/// How an application came here that no administrator made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// It registered itself (RFC 7591).
    Registered,
    /// A document says what it is (Client ID Metadata Document).
    Document {
        /// Where that is.
        host: String,
    },
}

impl Stranger {
    /// How this client came here; `None` where an administrator made it.
    pub fn of(client: &Client) -> Option<Self> {
        match client.origin {
            Origin::Configured => None,
            Origin::Registered { .. } => Some(Self::Registered),
            Origin::Document { .. } => Some(Self::Document {
                host: client::host(client.client_id.as_str()).unwrap_or_default(),
            }),
        }
    }
}

/// One thing an application may do: a scope in people's words.
#[derive(Clone, Copy, Debug)]
pub struct Permission<'a> {
    /// The scope's name, in the page as `data-scope`.
    pub name: &'a str,
    /// What people read; where it is empty they read the name.
    pub description: &'a str,
}

impl Page for Consent<'_> {
    fn scene(&self) -> &Scene<'_> {
        &self.scene
    }

    fn pictures(&self) -> Vec<String> {
        self.about.pictures()
    }
}
