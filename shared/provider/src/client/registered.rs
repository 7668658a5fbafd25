//! Clients that no administrator made: they registered themselves (RFC 7591), or their id is the URL of a document
//! that says what they are (Client ID Metadata Document). Each belongs to an issuer, which is an application: its
//! provider is their template, and a small item of their own says how they differ from it.

use protocol::redirect::RedirectUri;
use protocol::{ClientId, Digest, Scopes, Seconds, Slug, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Client, ClientKind, Federation, Metadata, RedirectRule, RedirectTarget, host};
use crate::config::SharedSecret;

mod demands;

pub(crate) use demands::subject_type;

/// How long the copy of a document counts past its time.
const STALE: Seconds = Seconds::days(1);

/// How a client came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An administrator made it.
    #[default]
    Configured,
    /// It registered itself.
    Registered {
        /// From then on it is gone; `None`: it stays.
        until: Option<Timestamp>,
        /// How long it stays from its last use on, where that counts.
        unused_for: Option<Seconds>,
    },
    /// Its id is the URL of its document.
    Document {
        /// From then on the document is fetched again.
        fresh_until: Timestamp,
    },
}

/// A client that no administrator made, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisteredClient {
    /// `client_id`.
    pub client_id: ClientId,
    /// The slug of the application whose issuer it belongs to.
    pub template: Slug,
    /// Its secret; `None` where it has none. It is shown again (RFC 7592 §3), for which it is sealed.
    #[serde(default)]
    pub secret: Option<SharedSecret>,
    /// `client_name`, shown to people; `None`: it has none.
    #[serde(default)]
    pub name: Option<String>,
    /// Where codes and tokens may be sent: compared byte for byte.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where people may be sent after logout.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// `scope`: what it may be granted at most; `None`: all that its issuer has.
    #[serde(default)]
    pub scopes: Option<Scopes>,
    /// What else it said.
    pub metadata: Metadata,
    /// SHA-256 of its registration access token (RFC 7592 §3); `None` where a document says what it is.
    #[serde(default)]
    pub access: Option<Digest>,
    /// What vouched for its software, as it was sent (RFC 7591 §3.2.1 returns it unmodified).
    #[serde(default)]
    pub software_statement: Option<String>,
    /// Whose access token let it in: the policies of the application judged it then, and judge its changes. `None`: nobody
    /// was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_by: Option<UserId>,
    /// When it came to be.
    pub created: Timestamp,
    /// From then on it is gone; `None`: it stays.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// From then on its document is fetched again; `None` where it has none.
    #[serde(default)]
    pub fresh_until: Option<Timestamp>,
    /// Counts its changes, from 1.
    pub version: u64,
}

impl RegisteredClient {
    /// How events name one: application and model, as authentik's.
    pub const MODEL: (&str, &str) = ("latchkey", "registered_client");

    /// Whether it is still there: at the very second of `until` it is gone.
    pub fn live_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn origin(&self, template: &Client) -> Origin {
        match self.fresh_until {
            Some(fresh_until) => Origin::Document { fresh_until },
            None => Origin::Registered {
                until: self.until,
                unused_for: template.keeps_unused(),
            },
        }
    }
}

impl Client {
    /// What a registered client is at the issuer of this template; `None` where the issuer does not (or no longer)
    /// have such clients.
    ///
    /// Flows, policies, mappings, lifetimes, key and issuer are the template's. Who it is, where it is sent and how it
    /// authenticates is its own. Its grants are its own too: `client_id` differs, which [`Client::is`] compares, though
    /// the provider's number is the template's.
    pub fn registered(template: &Self, item: &RegisteredClient) -> Option<Self> {
        let origin = item.origin(template);
        let wanted = match origin {
            Origin::Document { .. } => {
                template.has_documents() && template.admits_document(item.client_id.as_str())
            }
            Origin::Registered { .. } | Origin::Configured => template.registers(),
        };
        if !wanted {
            return None;
        }
        let mut client = template.clone();
        client.kind = match &item.secret {
            Some(secret) => ClientKind::Confidential {
                secret: secret.digest,
            },
            None => ClientKind::Public,
        };
        client.client_id = item.client_id.clone();
        client.provider_name = format!("{} {}", template.provider_name, item.client_id);
        client.name = item.shown_name();
        client.launch_url.clone_from(&item.metadata.client_uri);
        let redirects = demands::redirects(template, &item.redirect_uris);
        client.redirect_uris = redirects.map(RedirectRule::strict).collect();
        let redirects = demands::redirects(template, &item.post_logout_redirect_uris);
        client.post_logout_redirect_uris = redirects.cloned().collect();
        if let Some(scopes) = &item.scopes {
            client.scopes = template.scopes.intersect(scopes);
            let kept = &client.scopes;
            client
                .mappings
                .retain(|mapping| kept.contains(mapping.scope.as_str()));
        }
        client.include_claims_in_id_token = false; // OpenID Connect Core §5.4: none of them knows authentik's way
        client.encryption_key = None; // the template's client has that key, and no other
        client.encryption_certificate = None;
        client.federation = Federation::default();
        client.statement_sources = Vec::new();
        client.shared_secret.clone_from(&item.secret);
        client.metadata = Box::new(demands::metadata(template, item));
        client.origin = origin;
        client.leads_where_named = !template.bound_to().is_empty();
        Some(client)
    }

    /// Whether it is still there: a client that registered itself may be kept for a while only.
    pub fn live_at(&self, now: Timestamp) -> bool {
        match self.origin {
            Origin::Registered { until, .. } => until.is_none_or(|until| now < until),
            Origin::Configured | Origin::Document { .. } => true,
        }
    }

    /// Whether what it said of itself may be counted on. The copy of a document may for a day past its time, where its
    /// document cannot be had; later nobody authenticates as that client, as its keys may be others by now.
    pub fn counts_at(&self, now: Timestamp) -> bool {
        match self.origin {
            Origin::Document { fresh_until } => now < fresh_until + STALE,
            Origin::Configured | Origin::Registered { .. } => true,
        }
    }

    /// Whether no administrator made it.
    pub fn is_registered(&self) -> bool {
        self.origin != Origin::Configured
    }

    /// Whether people may be sent to an address of its without being asked (RFC 9700 §4.11.2): an administrator wrote it
    /// down, or its host at least. An app's own scheme has no host that anybody could name.
    pub fn is_trusted_at(&self, target: &RedirectTarget) -> bool {
        let is_named = self.leads_where_named && target.uri().as_str().starts_with("https:");
        !self.is_registered() || is_named
    }
}

impl RegisteredClient {
    /// What people are shown. Of a client that a document describes, the host is what they can rely on: anybody may
    /// take any name (draft-ietf-oauth-client-id-metadata-document-02 §8.5).
    fn shown_name(&self) -> String {
        let host = self.fresh_until.and_then(|_| host(self.client_id.as_str()));
        match (&self.name, host) {
            (Some(name), Some(host)) => format!("{name} ({host})"),
            (None, Some(host)) => host,
            (Some(name), None) => name.clone(),
            (None, None) => self.client_id.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
