//! Fetching from where a caller says: whoever may choose addresses could have us fetch without end, and flood others
//! through us. Each such fetch counts, for its host and for the tenant, apart for each kind of document. What is answered
//! from memory does not.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use protocol::{Digest, Seconds, Secret, TenantId, Timestamp};
use serde_json::Value;
use url::Url;

use crate::ports::{Admission, Bucket, FetchError, Fetched, Fetcher, ThrottleStore};

/// How often one host is asked for documents of one kind for a tenant: so many times at once, then once each so often.
const HOST: (u32, Seconds) = (30, Seconds(2));

/// How often all hosts together are, for documents of one kind. A fetch takes three seconds at most, so that no more of
/// them are under way than a small part of what runs at once.
const TENANT: (u32, Seconds) = (100, Seconds(1));

/// What is fetched. Each kind has limits of its own, for its hosts and for the tenant, so that who uses one up is in the
/// way of no other: most of it is fetched before anybody has proved anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Client ID metadata documents.
    Clients,
    /// `sector_identifier_uri` (OpenID Connect Registration §5).
    Sectors,
    /// `request_uri` (RFC 9101 §5.2) of clients that registered themselves.
    Requests,
    /// That of clients that administrators made. They know its hosts, so that these alone are counted: for the tenant
    /// two clients that anybody may use would be enough to keep it from all others.
    KnownRequests,
    /// `jwks_uri` of clients that registered themselves.
    Keys,
}

/// Fetches no faster than it may.
#[derive(Clone)]
pub struct Limited {
    fetcher: Arc<dyn Fetcher>,
    throttle: Arc<dyn ThrottleStore>,
}

/// For documents of one kind, for this tenant at this time.
pub struct Counted<'a> {
    by: &'a Limited,
    tenant: &'a TenantId,
    kind: Kind,
    now: Timestamp,
}

impl Limited {
    /// By this fetcher, counting there.
    pub fn new(fetcher: Arc<dyn Fetcher>, throttle: Arc<dyn ThrottleStore>) -> Self {
        Self { fetcher, throttle }
    }

    /// The fetcher that counts nothing: for addresses that administrators chose.
    pub fn uncounted(&self) -> Arc<dyn Fetcher> {
        Arc::clone(&self.fetcher)
    }

    /// The fetcher that counts.
    pub const fn counted<'a>(
        &'a self,
        tenant: &'a TenantId,
        kind: Kind,
        now: Timestamp,
    ) -> Counted<'a> {
        Counted {
            by: self,
            tenant,
            kind,
            now,
        }
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Sectors => "sectors",
            Self::Requests => "requests",
            Self::KnownRequests => "known-requests",
            Self::Keys => "keys",
        }
    }

    /// How often all hosts together are asked; `None`: as often as each of them may be.
    const fn for_tenant(self) -> Option<(u32, Seconds)> {
        match self {
            Self::Clients | Self::Sectors | Self::Requests | Self::Keys => Some(TENANT),
            Self::KnownRequests => None,
        }
    }
}

impl Counted<'_> {
    /// Counts a fetch before it is begun. What cannot be counted is not fetched.
    async fn admit(&self, url: &str) -> Result<(), FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Url)?;
        let host = url.host_str().ok_or(FetchError::Url)?;
        let bucket = |name: String, (burst, interval)| Bucket {
            id: Digest::of(name.as_bytes()),
            burst,
            interval,
        };
        let kind = self.kind.name();
        let mut buckets = vec![bucket(format!("fetch:{kind}:{host}"), HOST)];
        if let Some(limit) = self.kind.for_tenant() {
            buckets.push(bucket(format!("fetch-all:{kind}"), limit));
        }
        let admitted = self.by.throttle.admit(self.tenant, &buckets, self.now);
        match admitted.await {
            Ok(Admission::Admitted) => Ok(()),
            Ok(Admission::Wait(_)) => {
                tracing::warn!(
                    event = "fetch_throttled",
                    kind,
                    "too many documents are asked for"
                );
                Err(FetchError::Often)
            }
            Err(why) => {
                tracing::error!(event = "fetch_uncounted", error = %why, "a fetch cannot be counted");
                Err(FetchError::Often)
            }
        }
    }
}

#[async_trait]
impl Fetcher for Counted<'_> {
    async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        self.admit(url).await?;
        self.by.fetcher.get(url).await
    }

    async fn document(&self, url: &str) -> Result<Fetched, FetchError> {
        self.admit(url).await?;
        self.by.fetcher.document(url).await
    }

    async fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Bytes, FetchError> {
        self.admit(url).await?;
        self.by.fetcher.post_form(url, form).await
    }

    async fn post_json(&self, url: &str, bearer: &Secret, body: &Value) -> Result<(), FetchError> {
        self.admit(url).await?;
        self.by.fetcher.post_json(url, bearer, body).await
    }
}
