//! People, and what of them goes into a grant.

use std::fmt;

use protocol::UserId;
use serde::{Deserialize, Serialize};

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
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.subject.id)
            .finish_non_exhaustive()
    }
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
    /// Names of the groups the user is a direct member of.
    pub groups: Vec<String>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
