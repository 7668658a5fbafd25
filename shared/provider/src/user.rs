//! People, and what of them goes into a grant.

use std::fmt;

use protocol::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::group::GroupId;

/// A user as stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct User {
    /// Who it is, in claims and keys.
    #[serde(flatten)]
    pub subject: Subject,
    /// Whether they may sign in and their tokens work.
    pub active: bool,
    /// Argon2id hash in PHC form; `None` where there is no password.
    pub password: Option<String>,
    /// What expressions and pages may know beside.
    pub profile: Profile,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.subject.id)
            .finish_non_exhaustive()
    }
}

/// What a user's item has that tokens do not need by themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// What kind of account it is.
    pub kind: UserKind,
    /// Folder-like path, such as `users`.
    pub path: String,
    /// Free attributes.
    pub attributes: Map<String, Value>,
    /// When the account was made.
    pub date_joined: Timestamp,
    /// When they last signed in.
    pub last_login: Option<Timestamp>,
}

/// authentik's `type` of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserKind {
    /// Staff.
    #[default]
    Internal,
    /// A customer or guest.
    External,
    /// A program.
    ServiceAccount,
    /// A program of the installation itself.
    InternalServiceAccount,
}

/// What a token says of a user.
///
/// A grant carries a copy, so that redeeming a code or refreshing needs no read of its own; `version` tells
/// in the very write that spends whether the copy still is the truth.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// UUID.
    pub id: UserId,
    /// Small integer that authentik's API and hashed subjects count by.
    pub pk: u64,
    /// Counts the changes of this user.
    pub version: u64,
    /// Unique within the tenant, compared without regard to case.
    pub username: String,
    /// Full name; may be empty.
    pub name: String,
    /// May be empty.
    pub email: String,
    /// Whether somebody vouched for the address.
    pub email_verified: bool,
    /// The groups the user is a direct member of.
    pub groups: Vec<Membership>,
    /// The attribute `upn`, which `sub_mode` may name them by.
    pub upn: Option<String>,
}

/// A group as its member's item names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// Which group.
    pub id: GroupId,
    /// Its name, written again whenever the group is renamed.
    pub name: String,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            kind: UserKind::Internal,
            path: "users".to_owned(),
            attributes: Map::new(),
            date_joined: Timestamp::from_unix(0),
            last_login: None,
        }
    }
}
