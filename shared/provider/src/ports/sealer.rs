//! Seals what must be read back.

use async_trait::async_trait;
use protocol::TenantId;

use crate::ports::Outcome;
use crate::tenant::{Purpose, Sealed};

/// Seals under the envelope key; [`crate::ports::Vault`] opens.
#[async_trait]
pub trait Sealer: Send + Sync {
    /// The sealed bytes.
    async fn seal(&self, tenant: &TenantId, purpose: Purpose<'_>, plain: &[u8]) -> Outcome<Sealed>;
}
