//! What the rules need of the outside, as contracts.
//!
//! A method that changes something is **one** conditional request or one transaction, and answers with
//! what it found; there is no find-then-save. Expiry is the caller's `now` compared with what is stored:
//! DynamoDB's TTL deletes late and is only the broom. Every implementation passes the contract suite in
//! `tests/integration/src/contract.rs`.

mod askings;
mod authenticators;
mod brands;
mod config;
mod devices;
mod directory;
mod encrypter;
mod events;
mod fetcher;
mod flows;
mod invitations;
mod keyring;
mod ledger;
mod links;
mod logouts;
mod machines;
mod mailer;
mod media;
mod passkeys;
mod people;
mod permits;
mod policies;
mod pushed;
mod registered;
mod replays;
mod sealer;
mod tenants;
mod throttle;

use std::sync::Arc;

pub use askings::{Asking, AskingStore};
pub use authenticators::{AuthenticatorEntry, AuthenticatorStore, Use, Used};
pub use brands::{BrandEdit, BrandStore, Hosted, Rebranded};
pub use config::{
    ClientEdit, Commit, Committed, ConfigStore, Document, DocumentEdit, DocumentPage, FlowEdit,
    Former, MOST_BYTES, MOST_CLIENT_BYTES, MOST_FLOW_BYTES, MOST_ITEMS, MOST_OBJECT_BYTES,
    ObjectKind, Repair,
};
pub use devices::{Begun, DeviceStore, Guess, Poll, Settled, Settling};
pub use directory::{
    GroupChange, GroupDirectory, GroupPage, GroupStore, GroupWritten, ListedGroup, MemberPage,
};
pub use encrypter::Encrypter;
pub use events::{EventPage, EventStore, LARGEST_PAGE};
pub use fetcher::{FetchError, Fetched, Fetcher};
pub use flows::FlowStore;
pub use invitations::{InvitationEdit, InvitationStore};
pub use keyring::{Keyring, SelfSigned, Unfit};
pub use ledger::{Book, Entry, Ledger, Named, Number, SessionEntry, SessionsOf, Whose};
pub use links::{Link, LinkStore};
pub use logouts::{Ended, Lease, LogoutQueue, LogoutStore, Notice};
pub use machines::{
    AccountChange, Intent, MachineIssue, MachineStore, Spending, Spent, TokenWritten, UserToken,
    UserTokenStore,
};
pub use mailer::Mailer;
pub use media::MediaStore;
pub use passkeys::{Asserted, Ceremony, CeremonyError, Passkeys, Registered, Registrant, Wishes};
pub use people::{
    ChangedAccount, FolderPage, Listed, NewAccount, NewProgram, People, PeoplePage, Written,
};
pub use permits::{PermitStore, Taking};
pub use policies::PolicyStore;
pub use pushed::{Pushed, PushedStore};
pub use registered::{Enrolled, RegisteredPage, RegisteredStore};
pub use replays::ReplayStore;
pub use sealer::Sealer;
pub use tenants::TenantList;
pub use throttle::{Admission, Bucket, MOST_BROWSERS, REMEMBERED, ThrottleStore};

use async_trait::async_trait;
use protocol::{ClientId, Digest, GrantId, Seconds, Slug, TenantId, Timestamp};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::client::Client;
use crate::event::Event;
use crate::grant::{Grant, TokenRecord};
use crate::key::Signing;
use crate::session::{Consent, Plan, PlanKey, Session, SessionToken, Visit};
use crate::tenant::{Purpose, Sealed, Tenant};
use crate::user::{Subject, User};

/// Why a port could not do its work. The text is for the log, never for a caller.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PortError {
    /// AWS asked us to slow down, and still did after the bounded retries.
    #[error("throttled: {0}")]
    Throttled(String),
    /// Other writers kept winning, through all the bounded retries.
    #[error("contended: {0}")]
    Contended(String),
    /// No answer, or a failure on the other side.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A stored item or sealed value does not read as what it must be.
    #[error("corrupt: {0}")]
    Corrupt(String),
}

/// The answer of a port.
pub type Outcome<T> = Result<T, PortError>;

/// Finds tenants.
#[async_trait]
pub trait TenantStore: Send + Sync {
    /// The tenant whose host name this is (lower case, with the port where it is not the scheme's own).
    /// Kept in memory for up to 30 seconds.
    async fn by_host(&self, host: &str, now: Timestamp) -> Outcome<Option<Arc<Tenant>>>;
}

/// How long tenants, clients and flows are kept in memory: so long may a change of configuration take to be seen everywhere.
pub const CLIENTS_KEPT: Seconds = Seconds(30);

/// Finds compiled clients. Kept in memory for up to [`CLIENTS_KEPT`].
#[async_trait]
pub trait ClientStore: Send + Sync {
    /// The client with this id.
    async fn by_id(
        &self,
        tenant: &TenantId,
        id: &ClientId,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>>;

    /// The client of the application with this slug.
    async fn by_slug(
        &self,
        tenant: &TenantId,
        slug: &Slug,
        now: Timestamp,
    ) -> Outcome<Option<Arc<Client>>>;
}

/// What is known of a browser, read consistently in one request.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// The session, live at `now`, together with its user, active. Both or neither.
    pub signed_in: Option<(Session, User)>,
    /// The consent on record of that user for the client asked about. May have expired.
    pub consent: Option<Consent>,
    /// The plan asked about, live at `now`.
    pub plan: Option<Plan>,
}

/// What to read of a browser.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look<'a> {
    /// Its session cookie.
    pub session: Option<&'a SessionToken>,
    /// The client whose consent matters; looked up only where there is a session cookie.
    pub client: Option<&'a ClientId>,
    /// The plan that matters.
    pub plan: Option<&'a PlanKey>,
}

/// Whether a plan was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was.
    Yes,
    /// It had been changed, or was gone, since it was read; nothing was written.
    Stale,
}

/// A sign-in, as it is to be written.
#[derive(Clone, Copy, Debug)]
pub struct SignIn<'a> {
    /// The session that begins, or goes on with a new cookie.
    pub session: &'a Session,
    /// The plan that led to it; version 0 where it is not stored.
    pub from: &'a Plan,
    /// The plan that goes on, under the new flow cookie's key; it is written as version 1.
    pub onward: &'a Plan,
    /// Whether the session was there before: one that has ended since does not come back.
    pub goes_on: bool,
    /// The session of the same browser that ends: somebody else's.
    pub ended: Option<&'a Session>,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// The end of one client's part of a session.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// Which client.
    pub client: &'a ClientId,
    /// When.
    pub now: Timestamp,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// Sessions, consents and plans. Whatever ends a session, or a client's part of it, is announced first to those who hear
/// of it ([`LogoutQueue`]).
#[async_trait]
pub trait BrowserStore: Send + Sync {
    /// Reads session, user, consent and plan at once.
    async fn look(&self, tenant: &TenantId, at: Look<'_>, now: Timestamp) -> Outcome<Browser>;

    /// Writes `plan` with `version + 1` iff the stored one has `plan.version`; version 0: iff there is none that is
    /// live at `now`.
    async fn save_plan(&self, tenant: &TenantId, plan: &Plan, now: Timestamp) -> Outcome<Saved>;

    /// Removes a plan; an absent one is fine.
    async fn drop_plan(&self, tenant: &TenantId, key: &PlanKey) -> Outcome<()>;

    /// At sign-in, in one transaction: iff the user is active and of the session's generation, writes the session (one
    /// that goes on only where it is still there), when they last signed in, and the plan `onward`; removes the plan `from` iff it still has its version, and
    /// the session `ended` if there was one; writes the event.
    async fn sign_in(
        &self,
        tenant: &TenantId,
        entry: &SignIn<'_>,
        now: Timestamp,
    ) -> Outcome<Saved>;

    /// At consent, in one transaction: writes the plan as [`BrowserStore::save_plan`] does, and the consent
    /// where it is to be kept.
    async fn save_consent(
        &self,
        tenant: &TenantId,
        plan: &Plan,
        consent: Option<&Consent>,
        now: Timestamp,
    ) -> Outcome<Saved>;

    /// Notes in a session that this client's part of it ended at `now`, so that tokens it got until then are no
    /// longer good, and writes the event, in one transaction. An absent session is fine.
    async fn leave(
        &self,
        tenant: &TenantId,
        session: &Session,
        leaving: &Leaving<'_>,
    ) -> Outcome<()>;

    /// Ends a session, an absent one is fine, and writes the event, in one transaction.
    async fn sign_out(&self, tenant: &TenantId, session: &Session, event: &Event) -> Outcome<()>;
}

/// Finds people at sign-in.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The user with this user name or e-mail address, whatever the case. It makes the same number of
    /// requests for somebody unknown, so that time does not tell who exists.
    async fn by_login(&self, tenant: &TenantId, login: &str) -> Outcome<Option<User>>;
}

/// What redeeming a code found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// The code was unused and live; the grant is live now and the token recorded.
    First,
    /// The code had been redeemed.
    Replay,
    /// The code was past its time.
    Expired,
    /// The grant is revoked or gone.
    Revoked,
    /// The user is inactive, gone, or has changed since the copy was made. Nothing was written.
    UserChanged,
}

/// What refreshing found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The expected generation was in force; the token is recorded.
    Done,
    /// Another generation is in force, or the grant is not live, or the token was past its time.
    Moved,
    /// As [`Redemption::UserChanged`].
    UserChanged,
}

/// A refresh, as it is to be written.
#[derive(Clone, Debug)]
pub struct Renewal<'a> {
    /// The grant as read; `state` has the refresh token in force, and `subject` is the copy the new
    /// tokens were made from (renewed where the stored one was out of date).
    pub grant: &'a Grant,
    /// The access token that will be handed out.
    pub record: &'a TokenRecord,
    /// When the new refresh token will expire.
    pub refresh_expires: Timestamp,
}

/// A grant as it begins.
#[derive(Clone, Copy, Debug)]
pub struct Opening<'a> {
    /// The grant: `Pending` where a code was given, `Live` where only tokens were.
    pub grant: &'a Grant,
    /// The access token handed out at once (OpenID Connect Core §3.2, §3.3).
    pub record: Option<&'a TokenRecord>,
    /// The plan that led to it.
    pub plan: Option<&'a PlanKey>,
    /// The session in which the client is to hear of its end.
    pub visit: Option<&'a Visiting<'a>>,
    /// The pushed request that asked for it.
    pub pushed: Option<&'a Digest>,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// A client that is to hear of a session's end.
#[derive(Clone, Debug)]
pub struct Visiting<'a> {
    /// The session as it was read.
    pub session: &'a Session,
    /// What is noted of the grant's client in it.
    pub visit: Visit,
}

/// Whether a grant was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was.
    Yes,
    /// The session has ended since it was read; nothing was written.
    SessionOver,
    /// The pushed request was used before; nothing was written.
    Used,
}

/// Codes and refresh families.
#[async_trait]
pub trait GrantStore: Send + Sync {
    /// In one transaction: writes a new grant, records the token handed out beside it if there is one, removes
    /// the plan that led to it, writes the event. Where the client is to hear of the session's end, it is noted in the
    /// session, iff that is still there. Where the request was pushed, it is removed, iff that is still there: of any
    /// number of calls with one request, one gets [`Opened::Yes`].
    async fn open(&self, tenant: &TenantId, opening: &Opening<'_>) -> Outcome<Opened>;

    /// The grant, read consistently, whatever its state.
    async fn find(&self, tenant: &TenantId, id: GrantId) -> Outcome<Option<Grant>>;

    /// One transaction: `Pending` and `code_expires > now` → `Live` as in `grant.state` (its subject is
    /// written too); the token recorded; the user active and at `grant.subject.version`. Of any number
    /// of concurrent calls, one gets `First`.
    async fn redeem(
        &self,
        tenant: &TenantId,
        grant: &Grant,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Outcome<Redemption>;

    /// One transaction: iff the grant is live, at the generation of `renewal.grant` and its refresh token
    /// live at `now`: generation + 1, `rotated_at = now`, subject renewed, token recorded; user active and
    /// at that version.
    async fn rotate(
        &self,
        tenant: &TenantId,
        renewal: &Renewal<'_>,
        now: Timestamp,
    ) -> Outcome<Rotation>;

    /// As [`GrantStore::rotate`], but the generation stays: for the predecessor presented again inside
    /// its grace. `renewal.refresh_expires` is not used.
    async fn repeat(
        &self,
        tenant: &TenantId,
        renewal: &Renewal<'_>,
        now: Timestamp,
    ) -> Outcome<Rotation>;

    /// Makes the grant `Revoked` iff it is this client's; from then on none of its tokens works. `false`
    /// where there is no such grant of this client. Revoking twice is fine. The item is kept until
    /// everything issued from it has expired.
    async fn revoke(&self, tenant: &TenantId, id: GrantId, client: &ClientId) -> Outcome<bool>;
}

/// Whether a token was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuance {
    /// It was.
    Done,
    /// As [`Redemption::UserChanged`]: nothing was written.
    UserChanged,
}

/// What stands behind an access token.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The grant it was issued from, where there is one.
    pub grant: Option<Grant>,
    /// The user as they are now.
    pub user: Option<User>,
    /// The session it ends with, live at `now`.
    pub session: Option<Session>,
}

/// Access tokens by digest, and users by id.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The record of this token. May have expired.
    async fn find(&self, tenant: &TenantId, id: &Digest) -> Outcome<Option<TokenRecord>>;

    /// What the record refers to, read consistently in one request.
    async fn holder(
        &self,
        tenant: &TenantId,
        record: &TokenRecord,
        now: Timestamp,
    ) -> Outcome<Holder>;

    /// Records a token that no grant stands behind (client credentials), in one transaction with the event, iff
    /// the user is active and still at `subject.version`.
    async fn issue(
        &self,
        tenant: &TenantId,
        record: &TokenRecord,
        subject: &Subject,
        event: &Event,
    ) -> Outcome<Issuance>;

    /// Forgets a token, so that it is no longer good.
    async fn forget(&self, tenant: &TenantId, id: &Digest) -> Outcome<()>;
}

/// The user a grant's copy was made from, read again.
#[async_trait]
pub trait SubjectStore: Send + Sync {
    /// The user with this id, read consistently.
    async fn by_id(&self, tenant: &TenantId, id: protocol::UserId) -> Outcome<Option<User>>;
}

/// Signs with a client's key.
#[async_trait]
pub trait Signer: Send + Sync {
    /// The JWS signature of these bytes (RFC 7518 §3): r‖s for ECDSA, not DER.
    async fn sign(&self, tenant: &TenantId, with: &Signing, input: &[u8]) -> Outcome<Vec<u8>>;
}

/// Opens what is sealed under the envelope key.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The plain bytes. Opened once per instance and kept in memory, wiped when dropped; a person's own
    /// ([`Purpose::Totp`], [`Purpose::RecoveryCodes`], [`Purpose::UserToken`]) is opened each time and not kept.
    async fn open(
        &self,
        tenant: &TenantId,
        purpose: Purpose<'_>,
        sealed: &Sealed,
    ) -> Outcome<Arc<Zeroizing<Vec<u8>>>>;
}

/// Writes tenants and people. Used by seeding and, later, by the management API.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Writes a tenant under each of its host names (at most 49), and lists it, in one transaction. `false`, and nothing
    /// written, where one of them belongs to another tenant.
    async fn put_tenant(&self, tenant: &Tenant, hosts: &[String]) -> Outcome<bool>;

    /// The next free user number (`pk`), counted from 1.
    async fn next_user_pk(&self, tenant: &TenantId) -> Outcome<u64>;

    /// Writes a user iff user name and e-mail are free or already theirs, whatever the case, in one
    /// transaction; `previous` is the user as stored, so that names given up become free. `false`, and
    /// nothing written, where a name is taken or the stored version is not `previous`'s.
    async fn put_user(
        &self,
        tenant: &TenantId,
        user: &User,
        previous: Option<&User>,
    ) -> Outcome<bool>;
}
