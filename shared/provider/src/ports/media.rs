//! Pictures that were uploaded.

use async_trait::async_trait;
use protocol::{Digest, TenantId};

use crate::media::Image;
use crate::ports::Outcome;

/// Pictures, each under the digest of its bytes: the same picture is the same item, and none ever changes.
#[async_trait]
pub trait MediaStore: Send + Sync {
    /// Keeps one, and says its name.
    async fn put(&self, tenant: &TenantId, image: &Image) -> Outcome<Digest>;

    /// The one with this name.
    async fn get(&self, tenant: &TenantId, name: &Digest) -> Outcome<Option<Image>>;
}
