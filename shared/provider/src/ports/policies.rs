//! Expression policies that other expressions call.

use async_trait::async_trait;
use protocol::TenantId;

use crate::policy::ExpressionPolicy;
use crate::ports::{ConfigStore, Document, ObjectKind, Outcome, PortError};

/// Policies by name, for `ak_call_policy`: as much of a [`ConfigStore`] as expressions need.
#[async_trait]
pub trait PolicyStore: Send + Sync {
    /// The expression policy with this name, compared byte for byte and read consistently.
    async fn policy_by_name(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Outcome<Option<ExpressionPolicy>>;
}

#[async_trait]
impl<T: ConfigStore> PolicyStore for T {
    async fn policy_by_name(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Outcome<Option<ExpressionPolicy>> {
        let name = format!("name:{name}");
        let found = self.by_name(tenant, ObjectKind::Policy, &name).await?;
        let read = |document: Document| {
            let why = PortError::Corrupt(format!("policy {} does not read as one", document.id));
            serde_json::from_value(document.body).map_err(|_| why)
        };
        found.map(read).transpose()
    }
}
