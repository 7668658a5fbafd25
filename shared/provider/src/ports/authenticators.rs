//! Authenticators, in their owner's partition.

use async_trait::async_trait;
use protocol::{Digest, TenantId, Timestamp, UserId};
use serde_json::Value;
use uuid::Uuid;

use crate::authenticator::{Authenticator, Remembered};
use crate::event::Event;
use crate::flow::stage::DeviceClass;
use crate::ports::{Number, Outcome};

/// What a proof makes of the authenticator that gave it.
#[derive(Clone, Debug, PartialEq)]
pub enum Use {
    /// A code of this time step: good iff no later or equal one was used.
    Totp {
        /// The step.
        step: u64,
    },
    /// A recovery code: good iff it is among those left, and gone from then on.
    Static {
        /// Its digest.
        code: Digest,
    },
    /// A WebAuthn assertion: good iff the authenticator is as it was read.
    Webauthn {
        /// The version it was read at.
        version: u64,
        /// The credential as it is from now on.
        passkey: Value,
    },
}

/// Whether a proof counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// It does, and is spent.
    Yes,
    /// It was spent before, or the authenticator is gone.
    No,
}

/// What a list has of an authenticator without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticatorEntry {
    /// Whose it is.
    pub user: UserId,
    /// Its id.
    pub id: Uuid,
    /// Its class.
    pub class: DeviceClass,
    /// What its owner calls it.
    pub name: String,
}

impl AuthenticatorEntry {
    /// By which it goes in the API.
    pub fn number(&self) -> Number {
        Number::of_authenticator(self.user, self.id)
    }
}

/// Authenticators of people.
#[async_trait]
pub trait AuthenticatorStore: Send + Sync {
    /// All of one person's (at most 100), read consistently, in order of their making.
    async fn of_user(&self, tenant: &TenantId, user: UserId) -> Outcome<Vec<Authenticator>>;

    /// Writes a new one in place of others of the same person (recovery codes that new ones replace; at most 20),
    /// and the event, in one transaction. `false`, and nothing written, where the same credential is registered
    /// already, by anybody in the tenant, where one of those replaced is gone, or where the person has 100.
    async fn add(
        &self,
        tenant: &TenantId,
        new: &Authenticator,
        replaced: &[Authenticator],
        event: &Event,
    ) -> Outcome<bool>;

    /// Spends a proof, and notes that the authenticator was used, in one conditional write: of any number of
    /// concurrent calls with one proof, one gets [`Used::Yes`].
    async fn spend(
        &self,
        tenant: &TenantId,
        (user, id): (UserId, Uuid),
        proof: &Use,
        now: Timestamp,
    ) -> Outcome<Used>;

    /// Gives it another name and writes the event, in one transaction. `false` where there is no such authenticator.
    async fn rename(
        &self,
        tenant: &TenantId,
        authenticator: &Authenticator,
        name: &str,
        event: &Event,
    ) -> Outcome<bool>;

    /// Those of everybody, or those that this number may stand for and some more, in no order. They are found by an index,
    /// which may be a moment behind.
    async fn entries(
        &self,
        tenant: &TenantId,
        numbered: Option<Number>,
    ) -> Outcome<Vec<AuthenticatorEntry>>;

    /// These authenticators, in this order, `None` where there is none. Each hundred is a request.
    async fn read(
        &self,
        tenant: &TenantId,
        of: &[(UserId, Uuid)],
    ) -> Outcome<Vec<Option<Authenticator>>>;

    /// Removes it and writes the event, in one transaction. `false` where it was gone.
    async fn remove(
        &self,
        tenant: &TenantId,
        authenticator: &Authenticator,
        event: &Event,
    ) -> Outcome<bool>;

    /// Remembers the browser in which a second factor was proved.
    async fn remember(&self, tenant: &TenantId, remembered: &Remembered) -> Outcome<()>;

    /// What is remembered of this cookie for this person, live at `now`.
    async fn remembered(
        &self,
        tenant: &TenantId,
        user: UserId,
        cookie: &Digest,
        now: Timestamp,
    ) -> Outcome<Option<Remembered>>;
}
