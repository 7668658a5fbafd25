//! [`Sealer`].

use async_trait::async_trait;
use protocol::TenantId;
use provider::ports::{Outcome, Sealer};
use provider::tenant::{Purpose, Sealed};

use super::Custody;

#[async_trait]
impl Sealer for Custody {
    async fn seal(&self, tenant: &TenantId, purpose: Purpose<'_>, plain: &[u8]) -> Outcome<Sealed> {
        self.seal(tenant, purpose, plain).await
    }
}
