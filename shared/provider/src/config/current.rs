//! Reads all objects of a tenant, and keeps them for as long as nothing has changed.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::try_join_all;
use protocol::TenantId;

use super::save::Configuration;
use super::state::Config;
use crate::ports::{Commit, Document, DocumentEdit, ObjectKind, PortError};

/// How many objects are read in one request.
const PAGE: u32 = 1_000;

/// How many tenants' objects are kept. A thousand providers are some megabytes.
const MOST_KEPT: usize = 4;

/// What was read last; the newest last.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<Vec<One>>>);

/// A tenant's objects, at a revision.
type One = (TenantId, u64, Arc<Config>);

impl Configuration {
    /// All objects of a tenant, as they are now: one read where nothing has changed since the last.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn current(&self, tenant: &TenantId) -> Result<Arc<Config>, PortError> {
        Ok(self.read(tenant).await?.1)
    }

    /// All objects of a tenant, and the revision they are of.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn read(&self, tenant: &TenantId) -> Result<(u64, Arc<Config>), PortError> {
        // First, so that it is older than all that follows: what is changed meanwhile is of a later revision, and so
        // is not taken for what is kept under this one.
        let revision = self.store.revision(tenant).await?;
        if let Some(config) = self.kept.get(tenant, revision) {
            return Ok((revision, config));
        }
        let mut config = Config::default();
        for documents in try_join_all(ObjectKind::ALL.map(|kind| self.all(tenant, kind))).await? {
            for document in documents {
                config.add(document)?;
            }
        }
        let config = Arc::new(config);
        self.kept.put(tenant, revision, &config);
        Ok((revision, config))
    }

    /// Keeps what a change has left, so that it need not be read again: the objects that were written as they would be
    /// read, the rest as it was read at the revision that the change was made over.
    pub(super) fn keep(&self, tenant: &TenantId, revision: u64, config: &Config, commit: &Commit) {
        let mut config = config.clone();
        for edit in &commit.documents {
            if let DocumentEdit::Put { document, .. } = edit
                && config.add(document.clone()).is_err()
            {
                return; // whoever reads it next is told what is wrong with it
            }
        }
        self.kept.put(tenant, revision, &Arc::new(config));
    }

    async fn all(&self, tenant: &TenantId, kind: ObjectKind) -> Result<Vec<Document>, PortError> {
        let (mut documents, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.list(tenant, kind, after.as_deref(), PAGE);
            let page = page.await?;
            documents.extend(page.documents);
            after = page.next;
            if after.is_none() {
                return Ok(documents);
            }
        }
    }
}

impl Kept {
    fn get(&self, tenant: &TenantId, revision: u64) -> Option<Arc<Config>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept = kept.iter();
        let (_, _, config) = kept.find(|(its, at, _)| its == tenant && *at == revision)?;
        Some(Arc::clone(config))
    }

    fn put(&self, tenant: &TenantId, revision: u64, config: &Arc<Config>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(its, _, _)| its != tenant);
        kept.push((tenant.clone(), revision, Arc::clone(config)));
        if kept.len() > MOST_KEPT {
            kept.remove(0);
        }
    }
}
