//! Clients that no administrator made: they registered themselves (RFC 7591), or their id is the URL of a document
//! that says what they are (Client ID Metadata Document). Each belongs to an issuer, which is an application: its
//! provider is their template, and a small item of their own says how they differ from it.

use protocol::redirect::RedirectUri;
use protocol::{ClientId, Digest, Scopes, Seconds, Slug, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    AuthMethod, Client, ClientKind, DetailsType, Federation, Metadata, RedirectRule,
    RegistrationMode, TokenForm,
};
use crate::client::ConsentMode;
use crate::config::{SharedSecret, Validity};

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
    /// Whether it is still there: at the very second of `until` it is gone.
    pub fn live_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    fn origin(&self, template: &Client) -> Origin {
        match self.fresh_until {
            Some(fresh_until) => Origin::Document { fresh_until },
            None => Origin::Registered {
                until: self.until,
                unused_for: template.unused_for(),
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
                let host = host(item.client_id.as_str()).unwrap_or_default();
                template.has_documents() && template.admits_documents_at(&host)
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
        client.redirect_uris = item
            .redirect_uris
            .iter()
            .map(RedirectRule::strict)
            .collect();
        client
            .post_logout_redirect_uris
            .clone_from(&item.post_logout_redirect_uris);
        if let Some(scopes) = &item.scopes {
            client.scopes = template.scopes.intersect(scopes);
            let kept = &client.scopes;
            client
                .mappings
                .retain(|mapping| kept.contains(mapping.scope.as_str()));
        }
        client.encryption_key = None; // the template's client has that key, and no other
        client.encryption_certificate = None;
        client.federation = Federation::default();
        client.statement_sources = Vec::new();
        client.shared_secret.clone_from(&item.secret);
        client.metadata = Box::new(metadata(template, item));
        client.origin = origin;
        Some(client)
    }

    /// Whether clients may register themselves at its issuer, and how. Where everybody may, people are asked for
    /// consent: else a stranger's client would get their data by a link.
    pub fn registration_mode(&self) -> RegistrationMode {
        let mode = self.metadata.registration.as_ref().map(|it| it.mode);
        match mode {
            Some(RegistrationMode::Open) if self.consent == ConsentMode::Implicit => {
                RegistrationMode::Closed
            }
            Some(mode) => mode,
            None => RegistrationMode::Closed,
        }
    }

    /// Whether clients may register themselves at its issuer.
    pub fn registers(&self) -> bool {
        self.registration_mode() != RegistrationMode::Closed
    }

    /// Whether a URL is a client id at its issuer. Consent is asked as for those who register themselves.
    pub fn has_documents(&self) -> bool {
        let wanted = self.metadata.registration.as_ref();
        wanted.is_some_and(|it| it.metadata_documents) && self.consent != ConsentMode::Implicit
    }

    /// Whether it is still there: a client that registered itself may be kept for a while only.
    pub fn live_at(&self, now: Timestamp) -> bool {
        match self.origin {
            Origin::Registered { until, .. } => until.is_none_or(|until| now < until),
            Origin::Configured | Origin::Document { .. } => true,
        }
    }

    /// Whether a document at this host may say what a client of its issuer is.
    pub fn admits_documents_at(&self, host: &str) -> bool {
        let registration = self.metadata.registration.as_ref();
        registration.is_some_and(|it| is_one_of(host, &it.metadata_document_hosts))
    }

    /// Whether no administrator made it.
    pub fn is_registered(&self) -> bool {
        self.origin != Origin::Configured
    }

    fn unused_for(&self) -> Option<Seconds> {
        let registration = self.metadata.registration.as_ref()?;
        registration.unused_for.as_ref().map(Validity::seconds)
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

/// Whether a host is one of these, `*.` before a domain for all below it; none: any is.
pub fn is_one_of(host: &str, hosts: &[String]) -> bool {
    let host = host.to_ascii_lowercase();
    let is = |pattern: &String| {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix("*.") {
            Some(domain) => host
                .strip_suffix(domain)
                .is_some_and(|before| before.len() > 1 && before.ends_with('.')),
            None => host == pattern,
        }
    };
    hosts.is_empty() || hosts.iter().any(is)
}

/// The host of a URL.
fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// Its own metadata, and what its issuer asks of all.
fn metadata(template: &Client, item: &RegisteredClient) -> Metadata {
    let (theirs, all) = (&item.metadata, &template.metadata);
    let public = theirs.token_endpoint_auth_method == Some(AuthMethod::None);
    Metadata {
        profile: all.profile,
        require_pkce: public || theirs.require_pkce || all.require_pkce, // RFC 9700 §2.1.1
        require_pushed_authorization_requests: theirs.require_pushed_authorization_requests
            || all.require_pushed_authorization_requests,
        require_signed_request_object: theirs.require_signed_request_object
            || all.require_signed_request_object,
        dpop_bound_access_tokens: theirs.dpop_bound_access_tokens || all.dpop_bound_access_tokens,
        tls_client_certificate_bound_access_tokens: theirs
            .tls_client_certificate_bound_access_tokens
            || all.tls_client_certificate_bound_access_tokens,
        revoke_grants_on_logout: theirs.revoke_grants_on_logout || all.revoke_grants_on_logout,
        authorization_details_types: details(all, theirs),
        resources: all.resources.clone(),
        access_token_form: TokenForm::Rfc9068,
        token_exchange: None,
        registration: None,
        further_secrets: Vec::new(),
        ..theirs.clone()
    }
}

/// Types of `authorization_details` are its issuer's; it has those that it named (RFC 9396 §10), else all.
fn details(all: &Metadata, theirs: &Metadata) -> Vec<DetailsType> {
    let named = &theirs.authorization_details_types;
    let mut types = all.authorization_details_types.clone();
    if !named.is_empty() {
        types.retain(|one| named.iter().any(|its| its.name == one.name));
    }
    types
}

#[cfg(test)]
mod tests;
