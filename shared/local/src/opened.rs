//! What is kept in an installation, opened by a command that is no server.

use std::sync::Arc;

use anyhow::Context as _;
use aws::Ports as _;
use management::Api;
use protocol::TenantId;
use provider::tenant::Tenant;

use crate::place::{Entered, Place};

/// An installation with one of its tenants.
pub(crate) struct Opened {
    /// The management API over it.
    pub(crate) api: Api,
    /// Its tenant.
    pub(crate) tenant: Arc<Tenant>,
    entered: Entered,
}

impl Opened {
    /// Opens an installation that is there.
    ///
    /// # Errors
    /// Where there is nothing in it, or an issuer runs on its folder.
    pub(crate) async fn at(place: &Place, tenant: Option<&TenantId>) -> anyhow::Result<Self> {
        let entered = place.enter().await?;
        let found = entered.tenant(tenant).await;
        let tenant = found.with_context(|| format!("no tenant of {} was opened", place.shown()))?;
        let backend = &entered.backend;
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let mailer = Arc::clone(&backend.mailer);
        Ok(Self {
            api: Api::new(backend.management_parts(&scripts, mailer)),
            tenant: Arc::new(tenant),
            entered,
        })
    }

    /// How many notices of ended sessions were made by now that no client gets: nobody is told from here.
    pub(crate) fn unheard(&self) -> usize {
        self.entered.backend.outbox.take().len()
    }

    /// Closes the files.
    pub(crate) async fn close(self) {
        self.entered.close().await;
    }
}
