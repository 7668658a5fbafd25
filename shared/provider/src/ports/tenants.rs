//! All tenants, for what is done for each of them.

use async_trait::async_trait;
use protocol::TenantId;

use crate::ports::Outcome;

/// Lists tenants.
#[async_trait]
pub trait TenantList: Send + Sync {
    /// Tenants in order of their ids, after this one; at most `limit`. None where there are no more.
    async fn page(&self, after: Option<&TenantId>, limit: u32) -> Outcome<Vec<TenantId>>;
}
