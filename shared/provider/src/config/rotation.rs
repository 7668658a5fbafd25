//! The rotation of a signing key (docs/keys.md): the next one is published before it signs, and a previous one until the
//! last token that it signed has expired. What is decided when stands here; [`crate::rotation`] does it.

mod turn;

use protocol::{Seconds, Timestamp};
use serde::{Deserialize, Serialize};

use super::keys::KeyPair;
use super::state::Config;
use super::validity::Validity;
use crate::certificate::Certificate;
use crate::endpoints::jwks::KEPT_SECONDS;
use crate::key::{PublishedKey, SigningKey};
use crate::ports::CLIENTS_KEPT;

/// The longest a run of `rotate-keys` takes (Lambda ends it then): it counts with the moment at which it began.
const LONGEST_RUN: Seconds = Seconds::minutes(15);

/// How long after a change of the keys everybody has seen it: a function keeps the compiled client for half a minute, whoever
/// verifies keeps the key set for as long as its `Cache-Control` says, and the run that made the change may have been slow.
/// So long a key is published before it signs, and so long it stays published after the last of its tokens.
pub const SEEN: Seconds = Seconds(KEPT_SECONDS as i64 + CLIENTS_KEPT.0 + LONGEST_RUN.0);

/// The shortest time between two rotations: the job runs once an hour.
pub(super) const SHORTEST: Seconds = Seconds::hours(1);

/// How many keys may wait for their tokens to expire: each stands in the item of every client.
const MOST_PREVIOUS: usize = 8;

/// How long an ID token of a key says who is meant at least, after the key has signed its last: people sign out of applications
/// that they have used for weeks. A month, as authentik's refresh tokens.
const BELIEVED: Seconds = Seconds::days(30);

/// How a pair rotates, and how far it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rotation {
    /// How long a key signs; `None` where another takes its place only when somebody says so.
    pub every: Option<Validity>,
    /// Since when the present key signs.
    pub rotated: Timestamp,
    /// Whether somebody has asked for the next key to sign as soon as it may.
    #[serde(default)]
    pub wanted: bool,
    /// The key that signs next.
    #[serde(default)]
    pub next: Option<Next>,
    /// Keys whose tokens are still good; the newest first.
    #[serde(default)]
    pub previous: Vec<Previous>,
    /// Keys whose tokens have expired; the newest first.
    #[serde(default)]
    pub retired: Vec<Retired>,
}

/// The key that signs next.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Next {
    /// The key.
    pub key: SigningKey,
    /// Its certificate.
    pub certificate: Option<Certificate>,
    /// From when on it stood in the key set of each client that has the pair. `None`: it is not sure of all.
    pub published: Option<Timestamp>,
}

/// A key that has signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Previous {
    /// The key.
    pub key: SigningKey,
    /// Until when it is published, and until when its ID tokens say who is meant. `None`: a client may still sign with it.
    pub ends: Option<Ends>,
}

/// When a key's tokens are of no more use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// The last of them has expired, and everybody has seen that.
    pub published: Timestamp,
    /// Nobody has its ID tokens any more.
    pub believed: Timestamp,
}

/// A key that is not published any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Its public half.
    pub key: PublishedKey,
    /// Until when its ID tokens say who is meant.
    pub until: Timestamp,
}

/// What is to be done with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Keys are to leave the key set.
    Retire,
    /// Keys are to be forgotten.
    Forget,
    /// What was written stands in every client: from now on its time counts.
    Confirm,
    /// The next key is to sign.
    Promote,
    /// A next key is to be made.
    Prepare,
}

impl Rotation {
    /// One that has not begun, of a key that signs since then.
    pub const fn since(rotated: Timestamp) -> Self {
        Self {
            every: None,
            rotated,
            wanted: false,
            next: None,
            previous: Vec::new(),
            retired: Vec::new(),
        }
    }

    /// When the next key may sign at the earliest; `None` where there is none, or it is not sure that it is published.
    pub fn ready(&self) -> Option<Timestamp> {
        Some(self.next.as_ref()?.published? + SEEN)
    }

    /// What is to be done first, if anything is.
    pub fn step(&self, now: Timestamp) -> Option<Step> {
        let due = self.wanted
            || self
                .every
                .as_ref()
                .is_some_and(|it| self.rotated + it.seconds() <= now);
        let room = self.previous.len() < MOST_PREVIOUS;
        let unsure = self.next.as_ref().is_some_and(|it| it.published.is_none())
            || self.previous.iter().any(|it| it.ends.is_none());
        if self.previous.iter().any(|it| it.is_over(now)) {
            Some(Step::Retire)
        } else if self.retired.iter().any(|it| it.until <= now) {
            Some(Step::Forget)
        } else if unsure {
            Some(Step::Confirm)
        } else if due && room && self.ready().is_some_and(|ready| ready <= now) {
            Some(Step::Promote)
        } else if self.next.is_none() && (self.every.is_some() || self.wanted) {
            Some(Step::Prepare)
        } else {
            None
        }
    }

    /// The keys beside the one that signs, as JWKS shows them: what comes, then what was.
    pub(super) fn published(&self) -> Vec<PublishedKey> {
        let next = self.next.iter().map(|it| &it.key);
        let previous = self.previous.iter().map(|it| &it.key);
        next.chain(previous).map(PublishedKey::from).collect()
    }
}

impl Previous {
    /// Whether it is to leave the key set.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends.is_some_and(|ends| ends.published <= now)
    }
}

impl Config {
    /// Whether a key in KMS is of no other pair than this.
    pub fn is_alone(&self, pair: &KeyPair, key_id: &str) -> bool {
        let mut others = self.keys().filter(|other| other.id != pair.id);
        others.all(|other| other.in_kms().all(|(_, id)| id != key_id))
    }
}
