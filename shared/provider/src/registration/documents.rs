//! Clients whose id is the URL of a document that says what they are (draft-ietf-oauth-client-id-metadata-document-02,
//! which is meant by § here).
//!
//! [`Documents`] stands where a client may be met first. It fetches the document by the one client that cannot be led
//! inside, and keeps a copy as a registered client, by which all others find it.

mod document;
mod freshness;
mod url;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use protocol::{ClientId, Seconds, Slug, TenantId, Timestamp};

pub use url::document_url;

use super::RegistrationFault;
use crate::client::{Client, Origin, RegisteredClient};
use crate::entropy::Entropy;
use crate::limited::{Kind, Limited};
use crate::ports::{ClientStore, Enrolled, FetchError, Outcome, RegisteredStore};
use document::DocumentFault;

/// How long a failure is remembered (§5.1: it is not kept for long).
const PAUSE: Seconds = Seconds::minutes(1);

/// More ids than an instance meets.
const MOST: usize = 1_000;

/// Compiled clients, and those whose documents have to be fetched first.
pub struct Documents {
    clients: Arc<dyn ClientStore>,
    registered: Arc<dyn RegisteredStore>,
    limited: Limited,
    entropy: Arc<dyn Entropy>,
    slots: Mutex<HashMap<(TenantId, ClientId), Arc<Slot>>>,
}

/// What came of looking for a document.
enum Met {
    /// There is one, and it is kept.
    Kept,
    /// There is none that is good.
    Refused,
    /// Nobody was asked: too much was fetched already.
    Later,
}

/// When fetching failed last. It is locked while a document is fetched, so that requests at once fetch once.
type Slot = futures_util::lock::Mutex<Option<Timestamp>>;

impl Documents {
    /// Over these ports.
    pub fn new(
        clients: Arc<dyn ClientStore>,
        registered: Arc<dyn RegisteredStore>,
        limited: Limited,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self {
            clients,
            registered,
            limited,
            entropy,
            slots: Mutex::default(),
        }
    }

    /// The client of a URL that is not known, or whose copy is past its time.
    async fn meet(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        let slot = self.slot(tenant, id);
        let mut failed = slot.lock().await;
        let found = self.clients.by_id(tenant, id, now).await?;
        if found.as_ref().is_some_and(|client| is_fresh(client, now)) {
            return Ok(found); // somebody else has fetched it
        }
        if failed.is_none_or(|at| at.apart(now) >= PAUSE) {
            match self.fetch(tenant, id, found.is_none(), now).await? {
                Met::Kept => {
                    *failed = None;
                    return self.clients.by_id(tenant, id, now).await;
                }
                Met::Refused => *failed = Some(now),
                Met::Later => {} // its host has not failed
            }
        }
        Ok(found.filter(|client| client.counts_at(now)))
    }

    /// Fetches a document and keeps it. `new`: there is no copy that counts.
    async fn fetch(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        new: bool,
        now: Timestamp,
    ) -> Outcome<Met> {
        if document_url(id).is_none() {
            return Ok(Met::Refused);
        }
        let Some(template) = self.template(tenant, now).await? else {
            return Ok(Met::Refused);
        };
        if !template.admits_document(id.as_str()) {
            return Ok(Met::Refused);
        }
        let of = |kind| self.limited.counted(tenant, kind, now);
        let (documents, sectors) = (of(Kind::Clients), of(Kind::Sectors));
        match document::fetched((&documents, &sectors), id, &template, now).await {
            Ok(client) => {
                self.keep(tenant, &client, new, now).await?;
                Ok(Met::Kept)
            }
            Err(
                DocumentFault::Fetch(FetchError::Often)
                | DocumentFault::Registration(RegistrationFault::TooMany(_)),
            ) => Ok(Met::Later),
            Err(reason) => {
                tracing::info!(event = "client_document_refused", %reason, "a client's document is no good");
                Ok(Met::Refused)
            }
        }
    }

    /// Keeps a copy; of the first, administrators learn.
    async fn keep(
        &self,
        tenant: &TenantId,
        client: &RegisteredClient,
        new: bool,
        now: Timestamp,
    ) -> Outcome<()> {
        if new {
            let event = document::met(client, &*self.entropy, now);
            let kept = self
                .registered
                .keep_document(tenant, client, Some(&event))
                .await?;
            if kept == Enrolled::Yes {
                return Ok(());
            }
        }
        // Somebody else was faster, or one past its time is still there.
        self.registered.keep_document(tenant, client, None).await?;
        Ok(())
    }

    /// The client of the application that such clients belong to.
    async fn template(&self, tenant: &TenantId, now: Timestamp) -> Outcome<Option<Arc<Client>>> {
        let slug: Option<Slug> = self.registered.documents_at(tenant).await?;
        let Some(slug) = slug else {
            return Ok(None);
        };
        let template = self.clients.by_slug(tenant, &slug, now).await?;
        Ok(template.filter(|template| template.has_documents()))
    }

    /// Notes the use of a client that is kept for a while only, once half of that is over.
    async fn note_use(&self, tenant: &TenantId, client: &Client, now: Timestamp) -> Outcome<()> {
        let Origin::Registered {
            until: Some(until),
            unused_for: Some(unused_for),
        } = client.origin
        else {
            return Ok(());
        };
        if until.since(now).0 >= unused_for.0 / 2 {
            return Ok(());
        }
        self.registered
            .used(tenant, &client.client_id, now + unused_for)
            .await
    }

    fn slot(&self, tenant: &TenantId, id: &ClientId) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant.clone(), id.clone());
        if slots.len() >= MOST && !slots.contains_key(&key) {
            slots.clear();
        }
        Arc::clone(slots.entry(key).or_default())
    }
}

#[async_trait]
impl ClientStore for Documents {
    async fn by_id(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        let found = self.clients.by_id(tenant, id, now).await?;
        match &found {
            Some(client) if is_fresh(client, now) => {
                self.note_use(tenant, client, now).await?;
                Ok(found)
            }
            None if document_url(id).is_none() => Ok(None),
            Some(_) | None => self.meet(tenant, id, now).await,
        }
    }

    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>> {
        self.clients.by_slug(tenant, slug, now).await
    }
}

fn is_fresh(client: &Client, now: Timestamp) -> bool {
    match client.origin {
        Origin::Document { fresh_until } => now < fresh_until,
        Origin::Configured | Origin::Registered { .. } => true,
    }
}
