//! How many applications a tenant may have; and whether any key of one rotates, asked without reading the rest.

use protocol::TenantId;

use super::draft::Draft;
use super::{Config, Configuration, Object, Problems};
use crate::ports::{ObjectKind, Outcome};
use crate::tenant::Tenant;

/// How many keys are listed at once.
const PAGE: u32 = 100;

/// What is said of one application too many.
const FULL: &str = "There are as many applications as this tenant may have.";

/// A new application needs room. Those that are there stay where the limit was lowered.
pub(super) fn check(
    tenant: &Tenant,
    (stored, draft): (&Config, &Draft<'_>),
    problems: &mut Problems,
) {
    let Some(limit) = tenant.limits.applications else {
        return;
    };
    let count = |config: &Config| u64::try_from(config.applications().count()).unwrap_or(u64::MAX);
    let (before, after) = (count(stored), count(&draft.config));
    if after <= before || after <= limit {
        return;
    }
    for object in draft.changed() {
        let is_new = stored.get(object.kind(), &object.id()).is_none();
        if is_new && matches!(object, Object::Application(_)) {
            problems.add(object, "slug", FULL);
        }
    }
}

impl Configuration {
    /// Whether any key of this tenant has ever been rotated or is to be: one query, where the keys are few.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn rotates(&self, tenant: &TenantId) -> Outcome<bool> {
        let mut after: Option<String> = None;
        loop {
            let list = self
                .store
                .list(tenant, ObjectKind::Key, after.as_deref(), PAGE);
            let page = list.await?;
            let mut bodies = page.documents.iter().map(|document| &document.body);
            if bodies.any(|body| body.get("rotation").is_some_and(|it| !it.is_null())) {
                return Ok(true);
            }
            after = page.next;
            if after.is_none() {
                return Ok(false);
            }
        }
    }
}
