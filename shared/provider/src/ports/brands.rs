//! Brands: what a tenant looks like at each of the hosts it is reached at.

use async_trait::async_trait;
use protocol::TenantId;

use crate::brand::Brand;
use crate::event::Event;
use crate::ports::Outcome;
use crate::tenant::Tenant;

/// A tenant as it is at one of its hosts.
#[derive(Clone, Debug)]
pub struct Hosted {
    /// The host, in lower case, with its port where it is not the scheme's own.
    pub host: String,
    /// The tenant there.
    pub tenant: Tenant,
}

/// A change of brands.
#[derive(Clone, Copy, Debug)]
pub enum BrandEdit<'a> {
    /// The tenant at one host more.
    Add(&'a Hosted),
    /// Another brand at hosts that the tenant has.
    Change {
        /// The hosts.
        hosts: &'a [String],
        /// The brand.
        brand: &'a Brand,
    },
    /// The tenant is no longer at these hosts.
    Remove(&'a [String]),
}

/// Whether brands were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebranded {
    /// They were.
    Done,
    /// Somebody has changed configuration or brands since they were read: read them again. Nothing was written.
    Moved,
    /// The host belongs to somebody already, or no longer to this tenant. Nothing was written.
    Taken,
}

/// Brands by host. They name flows and applications: so that neither is left without the other, a change of brands
/// counts the revision of the configuration on as well ([`crate::ports::ConfigStore`]).
#[async_trait]
pub trait BrandStore: Send + Sync {
    /// All hosts of a tenant, in order of their names, read consistently.
    async fn at_hosts(&self, tenant: &TenantId) -> Outcome<Vec<Hosted>>;

    /// Makes a change in one transaction with what is recorded of it, iff the revision of the configuration has not
    /// moved; it moves by this. At most 40 hosts. Other functions see it within 30 seconds
    /// ([`crate::ports::TenantStore`]).
    async fn change(
        &self,
        tenant: &TenantId,
        revision: u64,
        edit: BrandEdit<'_>,
        event: &Event,
    ) -> Outcome<Rebranded>;
}
