//! What is kept in a state folder, opened by a command that is no server.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use aws::Ports as _;
use local::backend::Backend;
use local::clock::now;
use local::seed::ALWAYS;
use management::Api;
use provider::tenant::Tenant;

use crate::prepare;

/// A state folder that nobody else has open.
pub(crate) struct Opened {
    /// Its emulators.
    pub(crate) backend: Backend,
    /// The management API over them.
    pub(crate) api: Api,
    /// Its tenant.
    pub(crate) tenant: Arc<Tenant>,
    _lock: File,
}

impl Opened {
    /// Opens a folder that an issuer has run on.
    ///
    /// # Errors
    /// Where there is nothing in it, or an issuer runs on it.
    pub(crate) async fn at(state: &Path) -> anyhow::Result<Self> {
        if !state.join("kms.json").exists() {
            bail!(
                "there is nothing in {} yet; start latchkey there once, or name another folder with --state",
                state.display()
            );
        }
        let lock = prepare(state, false)?;
        let backend = Backend::embedded(state).await?;
        let tenant = backend.stores.tenants().by_host(ALWAYS, now()).await?;
        let tenant = tenant.with_context(|| {
            format!(
                "the first start on {} was cut off; start latchkey there again",
                state.display()
            )
        })?;
        let scripts = backend.scripts(Arc::clone(&backend.engine));
        let mailer = Arc::clone(&backend.mailer);
        Ok(Self {
            api: Api::new(backend.management_parts(&scripts, mailer)),
            backend,
            tenant,
            _lock: lock,
        })
    }

    /// Closes the files.
    pub(crate) async fn close(self) {
        self.backend.close().await;
    }
}
