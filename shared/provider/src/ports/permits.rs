//! Permits: how much of what a tenant may do in a span of time has been given out.

use async_trait::async_trait;
use protocol::TenantId;

use crate::ports::Outcome;
use crate::tenant::Allowance;

/// What became of asking for permits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// All that were asked for are the caller's.
    Granted,
    /// Nothing was taken, as there are only so many left.
    Left(u64),
}

/// Gives permits out.
#[async_trait]
pub trait PermitStore: Send + Sync {
    /// Takes so many permits of the allowance's span of time, iff there are as many left. Of any number of callers
    /// together none gets more than the limit. Where an answer is lost, some may be gone that nobody has.
    async fn take(&self, tenant: &TenantId, of: &Allowance, wanted: u64) -> Outcome<Taking>;
}
