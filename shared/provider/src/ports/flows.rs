//! Compiled flows.

use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Slug, TenantId, Timestamp};

use crate::flow::Flow;
use crate::ports::Outcome;

/// Finds compiled flows. Kept in memory for up to 30 seconds.
#[async_trait]
pub trait FlowStore: Send + Sync {
    /// The flow with this slug.
    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Flow>>>;
}
