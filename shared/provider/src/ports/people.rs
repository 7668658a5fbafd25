//! The directory: people as they make, change and leave their accounts.

use async_trait::async_trait;
use protocol::{ClientId, TenantId, Timestamp, UserId};
use uuid::Uuid;

use crate::event::Event;
use crate::group::{Group, GroupId};
use crate::ports::{Outcome, UserToken};
use crate::session::{Consent, Session};
use crate::user::{User, UserKind};

/// Whether an account was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It was.
    Yes,
    /// The user name or address belongs to somebody else; nothing was written.
    Taken,
    /// The stored version is another, or the invitation is spent; nothing was written.
    Stale,
}

/// A new account, as it is to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    /// The account; `subject.version` is 1.
    pub user: &'a User,
    /// The invitation that is spent by it, where it is good for one account only.
    pub invitation: Option<Uuid>,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// A changed account, as it is to be written.
#[derive(Clone, Copy, Debug)]
pub struct ChangedAccount<'a> {
    /// As it is to be; its version is one more than `previous`'s.
    pub user: &'a User,
    /// As it is stored.
    pub previous: &'a User,
    /// The session that goes on where [`crate::user::Subject::generation`] has moved and so all others end: it is
    /// written with the new generation.
    pub keeping: Option<&'a Session>,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// The account of a program, as it is to be written with all that it needs to be of use.
#[derive(Clone, Copy, Debug)]
pub struct NewProgram<'a> {
    /// The account; `subject.version` is 1. It is in the group, where there is one.
    pub user: &'a User,
    /// A new group for it.
    pub group: Option<&'a Group>,
    /// A new token of it.
    pub token: &'a UserToken,
    /// What is recorded of it.
    pub event: &'a Event,
}

/// A person as the list of people has them: what lists are searched, narrowed down and put in order by. When they last
/// signed in and their attributes are not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Who it is.
    pub id: UserId,
    /// Their number.
    pub pk: u64,
    /// User name.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Address; may be empty.
    pub email: String,
    /// Whether they may sign in.
    pub active: bool,
    /// What kind of account it is.
    pub kind: UserKind,
    /// Their folder.
    pub path: String,
    /// The groups they are directly in. One that is gone may still be among them.
    pub groups: Vec<GroupId>,
}

impl From<&User> for Listed {
    fn from(
        User {
            subject,
            active,
            profile,
            ..
        }: &User,
    ) -> Self {
        Self {
            id: subject.id,
            pk: subject.pk,
            username: subject.username.clone(),
            name: subject.name.clone(),
            email: subject.email.clone(),
            active: *active,
            kind: profile.kind,
            path: profile.path.clone(),
            groups: subject.groups.iter().map(|group| group.id).collect(),
        }
    }
}

/// Part of a list of people, in order of their numbers.
#[derive(Clone, Debug, Default)]
pub struct PeoplePage {
    /// The people.
    pub users: Vec<User>,
    /// The number after which the next part begins; `None` where there is none.
    pub next: Option<u64>,
}

/// Part of a list of people in a folder, in order of folders and in each of numbers.
#[derive(Clone, Debug, Default)]
pub struct FolderPage {
    /// The people.
    pub users: Vec<User>,
    /// The place after which the next part begins; `None` where there is none.
    pub next: Option<String>,
}

/// People and what belongs to them. Whatever ends sessions is announced first to those who hear of it
/// ([`crate::ports::LogoutQueue`]), which takes reading them.
#[async_trait]
pub trait People: Send + Sync {
    /// The person with this id, read consistently.
    async fn by_id(&self, tenant: &TenantId, id: UserId) -> Outcome<Option<User>>;

    /// The person with this number.
    async fn by_pk(&self, tenant: &TenantId, pk: u64) -> Outcome<Option<User>>;

    /// The people with these ids, in their order; who is not there is left out. Each hundred is a request.
    async fn several(&self, tenant: &TenantId, ids: &[UserId]) -> Outcome<Vec<User>>;

    /// Everybody, in order of their numbers, read consistently: a request for each megabyte, of which 10,000 people are
    /// four.
    async fn roster(&self, tenant: &TenantId) -> Outcome<Vec<Listed>>;

    /// How many there are, read consistently: a request for each megabyte, as of [`People::roster`].
    async fn count(&self, tenant: &TenantId) -> Outcome<u64>;

    /// People in order of their numbers, after the one an earlier page ended with; at most `limit`.
    async fn list(&self, tenant: &TenantId, after: Option<u64>, limit: u32) -> Outcome<PeoplePage>;

    /// People whose path is this folder or one below it, all for the empty one, after the place that an earlier page
    /// ended with; at most `limit`.
    async fn in_folder(
        &self,
        tenant: &TenantId,
        path: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<FolderPage>;

    /// The next free number (`pk`), counted from 1.
    async fn next_pk(&self, tenant: &TenantId) -> Outcome<u64>;

    /// Makes an account iff its names are free, whatever the case, and the invitation is not spent, in one
    /// transaction.
    async fn create(&self, tenant: &TenantId, new: &NewAccount<'_>) -> Outcome<Written>;

    /// Makes a program's account with its group and its token, in one transaction. [`Written::Taken`] where one of their
    /// names is somebody else's.
    async fn create_program(&self, tenant: &TenantId, new: &NewProgram<'_>) -> Outcome<Written>;

    /// Changes an account iff it is as it was read and its names are free or its own, in one transaction. Names
    /// given up become free. Whoever is made inactive by it loses every session and grant for good
    /// ([`User::succeeding`]). A group that they join must be there and be called so, else the answer is
    /// [`Written::Stale`]; somebody can join or leave some 40 groups at once.
    async fn change(&self, tenant: &TenantId, changed: &ChangedAccount<'_>) -> Outcome<Written>;

    /// Removes an account as it was read, with its names, in one transaction with the event: from then on its
    /// sessions, grants and tokens are no longer good. What stood in its partition is swept away.
    async fn remove(&self, tenant: &TenantId, user: &User, event: &Event) -> Outcome<bool>;

    /// Notes that this client's access was taken back at `now`: its consent is gone, and what it got until then is
    /// no longer good. One transaction with the event. `false`, and nothing written, where the user has changed since
    /// they were read.
    async fn withdraw(
        &self,
        tenant: &TenantId,
        user: &User,
        client: &ClientId,
        event: &Event,
        now: Timestamp,
    ) -> Outcome<bool>;

    /// A person's sessions that are live at `now` and of the user's generation (at most 100), newest first.
    async fn sessions(
        &self,
        tenant: &TenantId,
        user: &User,
        now: Timestamp,
    ) -> Outcome<Vec<Session>>;

    /// Ends a session; `false` where it was gone.
    async fn end_session(
        &self,
        tenant: &TenantId,
        session: &Session,
        event: &Event,
    ) -> Outcome<bool>;

    /// A person's consents on record at `now` (at most 100), in order of client ids.
    async fn consents(
        &self,
        tenant: &TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Outcome<Vec<Consent>>;

    /// A person's tokens (at most 100), in order of identifiers. May have expired.
    async fn tokens(&self, tenant: &TenantId, user: UserId) -> Outcome<Vec<UserToken>>;

    /// Removes a token; `false` where it was gone or is somebody else's.
    async fn remove_token(
        &self,
        tenant: &TenantId,
        token: &UserToken,
        event: &Event,
    ) -> Outcome<bool>;
}
