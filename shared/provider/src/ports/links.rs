//! Links that were mailed, and lead back into a flow (authentik: flow tokens).

use async_trait::async_trait;
use protocol::{Digest, Slug, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::flow::plan::{Context, Planned};
use crate::ports::Outcome;

/// A flow as it was left, to be gone on with by whoever has the link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// Digest of the token in the link.
    pub id: Digest,
    /// The flow.
    pub flow: Slug,
    /// What is still to be done in it.
    pub steps: Vec<Planned>,
    /// What was known.
    pub context: Context,
    /// Where it leads; empty for nowhere in particular.
    pub next: String,
    /// At this second the link is no longer good.
    pub expires: Timestamp,
}

/// Links.
#[async_trait]
pub trait LinkStore: Send + Sync {
    /// Writes one.
    async fn put(&self, tenant: &TenantId, link: &Link) -> Outcome<()>;

    /// Whether there is one that is good at `now`; it stays.
    async fn peek(&self, tenant: &TenantId, id: &Digest, now: Timestamp) -> Outcome<bool>;

    /// Takes it, live at `now`: of any number of concurrent calls, one gets it.
    async fn take(&self, tenant: &TenantId, id: &Digest, now: Timestamp) -> Outcome<Option<Link>>;
}
