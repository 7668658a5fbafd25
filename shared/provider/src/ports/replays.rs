//! What may be used once: assertions, proofs and request objects, by their `jti`.

use async_trait::async_trait;
use protocol::{TenantId, Timestamp};

use crate::ports::{Outcome, Spent};

/// Remembers what was used.
#[async_trait]
pub trait ReplayStore: Send + Sync {
    /// Notes a use iff there was none that counts at `now`: what is past its `until` is forgotten. Of any number of
    /// concurrent calls for one [`Spent::id`], one gets `true`.
    async fn spend(&self, tenant: &TenantId, once: &Spent, now: Timestamp) -> Outcome<bool>;
}
