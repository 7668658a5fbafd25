//! Authorization requests that were pushed (RFC 9126).

use async_trait::async_trait;
use protocol::{ClientId, Digest, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::grant::Confirmation;
use crate::ports::Outcome;
use crate::requests::Kept;

/// An authorization request as it was pushed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Digest of its `request_uri`.
    pub id: Digest,
    /// Who pushed it.
    pub client_id: ClientId,
    /// Which of the providers that have gone by that id, one after another.
    pub provider: u64,
    /// Its parameters, without the client's authentication; those of a request object where there was one.
    pub params: Kept,
    /// Whether there was one.
    pub signed: bool,
    /// The key that was proved beside it (RFC 9449 §10.1).
    pub key: Option<Confirmation>,
    /// At this second nobody can begin with it any more (RFC 9126 §2.2).
    pub expires: Timestamp,
    /// At this second whoever has begun cannot go on any more.
    pub ends: Timestamp,
}

/// Keeps them until they are used: [`crate::ports::GrantStore::open`] takes them away.
#[async_trait]
pub trait PushedStore: Send + Sync {
    /// Writes it.
    async fn put(&self, tenant: &TenantId, pushed: &Pushed) -> Outcome<()>;

    /// The one with this id, read consistently, where it does not end until `now`. Its `expires` may be past.
    async fn find(&self, tenant: &TenantId, id: &Digest, now: Timestamp)
    -> Outcome<Option<Pushed>>;
}
