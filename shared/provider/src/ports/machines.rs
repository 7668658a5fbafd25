//! What stands behind clients that come without a person: app passwords, and the accounts of programs.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use protocol::{Digest, Secret, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::config::shipped;
use crate::event::Event;
use crate::grant::TokenRecord;
use crate::ports::Outcome;
use crate::tenant::Sealed;
use crate::user::{Subject, User};

/// What a user's token is for (authentik's `intent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// Calls the API.
    Api,
    /// Takes the place of the password where a program signs in.
    AppPassword,
    /// Leads somebody back in.
    Recovery,
    /// Proves an address.
    Verification,
}

/// A token that was given to a user and is kept until it is taken back: the digest of its key, not the key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserToken {
    /// Digest of the key.
    pub id: Digest,
    /// What it is called; unique in the tenant, compared byte for byte.
    pub identifier: String,
    /// What it is for.
    pub intent: Intent,
    /// Whose it is.
    pub user: UserId,
    /// What its owner wrote about it.
    pub description: String,
    /// At this second it is no longer good; `None` where it has no end.
    pub expires: Option<Timestamp>,
    /// Its UUID in the API; `None` for one made elsewhere, of which it follows from the identifier.
    #[serde(default)]
    pub uuid: Option<Uuid>,
    /// Who keeps it up to date (authentik: `managed`).
    #[serde(default)]
    pub managed: Option<String>,
    /// The key, sealed for [`crate::tenant::Purpose::UserToken`], so that it can be shown again; `None` where it is shown
    /// once or was never told.
    #[serde(default)]
    pub sealed: Option<Sealed>,
    /// Counts its changes in the API.
    #[serde(default)]
    pub version: u64,
}

impl UserToken {
    /// One with this key.
    pub fn new(identifier: impl Into<String>, intent: Intent, user: UserId, key: &Secret) -> Self {
        Self {
            id: key.digest(),
            identifier: identifier.into(),
            intent,
            user,
            description: String::new(),
            expires: None,
            uuid: None,
            managed: None,
            sealed: None,
            version: 0,
        }
    }

    /// Its UUID in the API.
    pub fn pk(&self) -> Uuid {
        let made = || shipped::made_of(&format!("token {}", self.identifier));
        self.uuid.unwrap_or_else(made)
    }

    /// Whether it still counts: at the very second of `expires` it is over.
    pub fn live_at(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl fmt::Debug for UserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserToken")
            .field("identifier", &self.identifier)
            .field("intent", &self.intent)
            .finish_non_exhaustive()
    }
}

/// Whether a token was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenWritten {
    /// It was.
    Yes,
    /// Another token has the identifier; nothing was written.
    Taken,
    /// Another token has the key; nothing was written.
    KeyTaken,
    /// The stored token is not as it was read; nothing was written.
    Stale,
}

/// Tokens of users: app passwords and the like.
#[async_trait]
pub trait UserTokenStore: Send + Sync {
    /// Writes a token under its key and its identifier, in one transaction; `previous` is the token that has
    /// the identifier so far, whose key stops working where it is another. `false`, and nothing written, where
    /// the identifier is not `previous`'s (or, without one, not free), or the key is that of another token.
    async fn put(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        previous: Option<&UserToken>,
    ) -> Outcome<bool>;

    /// Writes a token with the event, in one transaction; `previous` is the token as it was read, which may have another
    /// identifier, owner and key: what it was found by before leads nowhere then.
    async fn write(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        previous: Option<&UserToken>,
        event: &Event,
    ) -> Outcome<TokenWritten>;

    /// All tokens of all people, in no order and without their sealed keys; may have expired. A request for each
    /// megabyte, of which some 3,000 tokens are one.
    async fn list(&self, tenant: &TenantId) -> Outcome<Vec<UserToken>>;

    /// The token with this key. May have expired.
    async fn by_digest(&self, tenant: &TenantId, id: &Digest) -> Outcome<Option<UserToken>>;

    /// The token with this identifier. May have expired.
    async fn by_identifier(&self, tenant: &TenantId, name: &str) -> Outcome<Option<UserToken>>;
}

/// A token for a program, as it is to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct MachineIssue<'a> {
    /// The access token that will be handed out.
    pub record: &'a TokenRecord,
    /// The copy of the user it was made from.
    pub subject: &'a Subject,
    /// The assertion that is spent by it.
    pub assertion: &'a Spent,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// An assertion that may be used once (RFC 7523 §3, item 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Names it: who issued it, and its `jti`.
    pub id: Digest,
    /// From then on it would be refused anyway.
    pub until: Timestamp,
}

/// Whether a token for an assertion was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spending {
    /// It was, and the assertion is spent.
    Done,
    /// The assertion had been spent; nothing was written.
    Replay,
    /// The user is inactive, gone, or has changed since the copy was made; nothing was written.
    UserChanged,
}

/// An account, as it is to be written.
#[derive(Clone, Copy, Debug)]
pub struct AccountChange<'a> {
    /// The account.
    pub account: &'a User,
    /// The account as stored, with the same name; `None` for a new one.
    pub previous: Option<&'a User>,
    /// From then on it may be swept away; `None` for never.
    pub until: Option<Timestamp>,
}

/// The accounts of programs.
#[async_trait]
pub trait MachineStore: Send + Sync {
    /// Whoever has this user name or e-mail address, whatever the case. Kept in memory for up to 30 seconds, by
    /// the caller's clock; that there is nobody is not kept.
    async fn by_name(
        &self,
        tenant: &TenantId,
        username: &str,
        now: Timestamp,
    ) -> Outcome<Option<Arc<User>>>;

    /// As [`MachineStore::by_name`], read now and kept from now on.
    async fn reread(
        &self,
        tenant: &TenantId,
        username: &str,
        now: Timestamp,
    ) -> Outcome<Option<Arc<User>>>;

    /// The next free user number (`pk`).
    async fn next_pk(&self, tenant: &TenantId) -> Outcome<u64>;

    /// Writes an account iff its name is free or its own, in one transaction. `false`, and nothing written,
    /// where the name is taken or the stored version is not `previous`'s: of any number of concurrent calls for
    /// one new name, one gets `true`.
    async fn put(
        &self,
        tenant: &TenantId,
        change: &AccountChange<'_>,
        now: Timestamp,
    ) -> Outcome<bool>;

    /// Records a token and spends the assertion it is given for, in one transaction with the event, iff the
    /// assertion is not spent at `now`, and the user active and still at `subject.version`. Of any number of
    /// concurrent calls with one assertion, one gets [`Spending::Done`].
    async fn issue_once(
        &self,
        tenant: &TenantId,
        issue: &MachineIssue<'_>,
        now: Timestamp,
    ) -> Outcome<Spending>;
}
