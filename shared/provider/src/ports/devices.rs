//! Devices that ask for somebody's permission (RFC 8628).

use async_trait::async_trait;
use protocol::device::UserCode;
use protocol::{ClientId, TenantId, Timestamp, UserId};

use crate::device::{Device, DeviceCode, DeviceState};
use crate::event::Event;
use crate::grant::{Grant, TokenRecord};
use crate::ports::{Outcome, Redemption, Visiting};

/// Whether a request began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It did.
    Yes,
    /// Its user code means another request that is still open to somebody. Nothing was written.
    Taken,
    /// The address has made too many. Nothing was written.
    TooMany,
}

/// Whether a person's answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It does.
    Yes,
    /// The request is past its time, was answered before, or is gone; or the session is over. Nothing was written.
    TooLate,
}

/// What is written with a person's answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settling<'a> {
    /// What is recorded of it.
    pub event: Option<&'a Event>,
    /// The session in which the client is to hear of its end.
    pub visit: Option<&'a Visiting<'a>>,
}

/// Whether a person may try another user code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// They may, and it is counted.
    Allowed,
    /// They have tried too many in this window.
    TooMany,
}

/// What a poll found.
#[derive(Clone, Debug)]
pub enum Poll {
    /// No such device code of this client.
    Unknown,
    /// Nobody has answered, and the poll came too soon: the interval has grown (RFC 8628 §3.5).
    TooSoon,
    /// The request as it stands. It may be past its time.
    Found(Box<Device>),
}

/// Requests of devices.
#[async_trait]
pub trait DeviceStore: Send + Sync {
    /// One transaction: writes a request iff its user code is free, or means one that is past its time at
    /// `now`; counts it for `address` (see [`crate::device::counted_as`]), iff that has made fewer than
    /// [`crate::device::REQUESTS`] in this window.
    async fn begin(
        &self,
        tenant: &TenantId,
        device: &Device,
        address: Option<&str>,
        now: Timestamp,
    ) -> Outcome<Begun>;

    /// The request with this user code, read consistently, whatever its state. Who asks must have been
    /// [`Guess::Allowed`].
    async fn find(&self, tenant: &TenantId, code: &UserCode) -> Outcome<Option<Device>>;

    /// Counts a try iff this person has fewer than [`crate::device::WRONG_CODES`] in this window. Of any
    /// number at once, no more than those are allowed.
    async fn guess(&self, tenant: &TenantId, user: UserId, now: Timestamp) -> Outcome<Guess>;

    /// The try that was counted at `now` was right: it does not count.
    async fn guessed_right(&self, tenant: &TenantId, user: UserId, now: Timestamp) -> Outcome<()>;

    /// One transaction: `Pending` and `expires > now` → `to`, with what is beside it; a visit is noted in its session, which
    /// has to be there still. What somebody in particular is asked ([`Device::asked`]) waits no longer and counts no longer
    /// among those that do. Of any number of answers at once, one counts.
    async fn settle(
        &self,
        tenant: &TenantId,
        device: &Device,
        to: &DeviceState,
        beside: Settling<'_>,
        now: Timestamp,
    ) -> Outcome<Settled>;

    /// One request, or two where a poll comes too soon: the request with this device code and client as it
    /// stood before; a pending one is due again after its interval, or after five seconds more than that
    /// where this poll came too soon.
    async fn poll(
        &self,
        tenant: &TenantId,
        code: &DeviceCode,
        client: &ClientId,
        now: Timestamp,
    ) -> Outcome<Poll>;

    /// One transaction: `Approved` and `expires > now` → `Redeemed`; the grant written, the token recorded;
    /// the user active and at `grant.subject.version`; the session it was allowed in has not ended. Of any number of concurrent calls, one gets
    /// `First`.
    async fn redeem(
        &self,
        tenant: &TenantId,
        device: &Device,
        grant: &Grant,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Outcome<Redemption>;
}
