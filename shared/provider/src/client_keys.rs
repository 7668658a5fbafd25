//! The public keys of clients: what their assertions, request objects and proofs are checked with, and what is encrypted
//! to them. They stand in the client's metadata, or at a URL it names (RFC 7591 §2: `jwks` or `jwks_uri`).

use std::sync::Arc;

use protocol::{TenantId, Timestamp};

use crate::client::Client;
use crate::jwt::{JwtFault, KeySet, KeySets};
use crate::limited::{Kind, Limited};

/// Finds the keys of clients, and keeps those that were fetched for all requests of this instance.
pub struct ClientKeys {
    /// Of clients that administrators made.
    known: KeySets,
    /// Of all others. What they make us ask, and how much of it, is in the way of none of the first: not where they name
    /// the same URL, not where they name more than is kept.
    strangers: KeySets,
    limited: Limited,
}

impl ClientKeys {
    /// Those at URLs are asked for by this fetcher: clients choose the URLs, and those that nobody else looked at have
    /// them fetched no faster than they may.
    pub fn new(limited: Limited) -> Self {
        Self {
            known: KeySets::new(limited.uncounted()),
            strangers: KeySets::new(limited.uncounted()),
            limited,
        }
    }

    /// The client's keys. Those at a URL are asked for again where none has this name.
    ///
    /// # Errors
    /// [`JwtFault::NoKeys`] where they cannot be fetched, [`JwtFault::BadKeys`] where the client has none or they are no
    /// JWK set.
    pub async fn of(
        &self,
        tenant: &TenantId,
        client: &Client,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, JwtFault> {
        let metadata = &client.metadata;
        match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => KeySet::read(jwks).map(Arc::new),
            (None, Some(url)) if client.is_registered() => {
                let counted = self.limited.counted(tenant, Kind::Keys, now);
                self.strangers.get_by(&counted, url, kid, now).await
            }
            (None, Some(url)) => self.known.get(url, kid, now).await,
            (None, None) => Err(JwtFault::BadKeys),
        }
    }
}
