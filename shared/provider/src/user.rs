//! People, and what of them goes into a grant.

use std::collections::BTreeMap;
use std::fmt;

use protocol::{ClientId, Timestamp, UserId};
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
    /// Clients whose access the user took back, and when: what they got until then is no longer good.
    #[serde(default)]
    pub withdrawn: BTreeMap<ClientId, Timestamp>,
}

impl User {
    /// Whether something that this client got at `issued`, in that generation, has not been taken back since.
    pub fn still_grants(&self, client: &ClientId, generation: u64, issued: Timestamp) -> bool {
        let withdrawn = self.withdrawn.get(client);
        generation == self.subject.generation && withdrawn.is_none_or(|when| *when < issued)
    }

    /// As it is to be written in the place of `previous`: making somebody inactive takes everything back that they
    /// were given, for good, so that nothing comes to life again with the account.
    #[must_use]
    pub fn succeeding(&self, previous: &Self) -> Self {
        let mut next = self.clone();
        let generation = previous.subject.generation;
        let least = if previous.active && !self.active {
            generation.saturating_add(1)
        } else {
            generation
        };
        next.subject.generation = self.subject.generation.max(least);
        next
    }
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
    /// Counts how often everything that was given to this user was taken back: sessions and grants of an earlier
    /// one are over.
    #[serde(default)]
    pub generation: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            subject: Subject {
                id: UserId::from_random([1; 16]),
                pk: 1,
                version: 1,
                generation: 3,
                username: "ada".to_owned(),
                name: String::new(),
                email: String::new(),
                email_verified: false,
                groups: Vec::new(),
                upn: None,
            },
            active: true,
            password: None,
            profile: Profile::default(),
            withdrawn: BTreeMap::new(),
        }
    }

    #[test]
    fn making_somebody_inactive_takes_everything_back_and_making_them_active_gives_nothing_back() {
        let before = user();
        let mut inactive = before.clone();
        inactive.active = false;
        let inactive = inactive.succeeding(&before);
        assert_eq!(inactive.subject.generation, 4);
        assert_eq!(inactive.succeeding(&inactive).subject.generation, 4, "once");
        let mut again = inactive.clone();
        again.active = true;
        assert_eq!(again.succeeding(&inactive).subject.generation, 4);
        again.subject.generation = 0;
        assert_eq!(
            again.succeeding(&inactive).subject.generation,
            4,
            "never back"
        );
        again.subject.generation = 5;
        assert_eq!(
            again.succeeding(&inactive).subject.generation,
            5,
            "a password, say"
        );
    }

    #[test]
    fn what_a_client_got_until_its_access_was_taken_back_is_no_longer_good() {
        let client = |id| ClientId::parse(id).unwrap();
        let at = Timestamp::from_unix;
        let mut user = user();
        user.withdrawn.insert(client("a"), at(100));
        let good = |id, issued| user.still_grants(&client(id), 3, at(issued));
        assert!(
            !good("a", 99) && !good("a", 100),
            "at the very second it is over"
        );
        assert!(good("a", 101) && good("b", 1));
        assert!(!user.still_grants(&client("b"), 2, at(101)));
    }
}
