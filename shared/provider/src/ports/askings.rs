//! Requests of clients that somebody is asked who is elsewhere (CIBA). They are answered and redeemed as those of devices
//! ([`crate::ports::DeviceStore`]).

use async_trait::async_trait;
use protocol::{ClientId, Digest, TenantId, Timestamp, UserId};

use crate::asking::AuthReqId;
use crate::device::Device;
use crate::ports::{Outcome, Poll};

/// Whether somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// They are.
    Begun,
    /// They have been asked too often. Nothing was written.
    TooMany,
}

/// Requests that somebody is asked.
#[async_trait]
pub trait AskingStore: Send + Sync {
    /// One transaction: writes a request with [`Device::asked`] where its person finds it, and counts it, iff its client
    /// has fewer than [`crate::asking::BY_CLIENT`] and all have fewer than [`crate::asking::OF_PERSON`] in this window,
    /// those not counted that the person has answered.
    async fn ask(&self, tenant: &TenantId, device: &Device, now: Timestamp) -> Outcome<Asking>;

    /// One conditional request: whether the person is to be written to, which is noted then. They are not while something
    /// waits that they were written to about, which does so `until` then or until they answer anything, and not more often
    /// than [`crate::asking::LETTERS`].
    async fn letter(
        &self,
        tenant: &TenantId,
        user: UserId,
        until: Timestamp,
        now: Timestamp,
    ) -> Outcome<bool>;

    /// All requests that wait for this person, the oldest first. Two requests, and one more beyond a hundred.
    async fn waiting(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Device>>;

    /// The request that is found by this, read consistently, whatever its state.
    async fn find(&self, tenant: &TenantId, found_by: &Digest) -> Outcome<Option<Device>>;

    /// As [`crate::ports::DeviceStore::poll`], by an `auth_req_id`.
    async fn poll(
        &self,
        tenant: &TenantId,
        id: &AuthReqId,
        client: &ClientId,
        now: Timestamp,
    ) -> Outcome<Poll>;
}
