//! JWK sets at URLs, kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Seconds, Timestamp};

use super::JwtFault;
use super::keys::KeySet;
use crate::ports::Fetcher;

/// How long a set is used without asking again.
const FRESH: Seconds = Seconds::minutes(10);

/// How long one is used where asking again fails.
const STALE: Seconds = Seconds::hours(1);

/// How long to wait before asking again while there are keys: so often may a `kid` that nobody knows make us ask.
const PAUSE: Seconds = Seconds::minutes(1);

/// How long a failure is remembered where there are no keys.
const PAUSE_WITHOUT: Seconds = Seconds(15);

/// More URLs than an installation has sources.
const MOST: usize = 1_000;

/// Fetches sets, and keeps them for all requests of this instance.
pub struct KeySets {
    fetcher: Arc<dyn Fetcher>,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
}

/// What is known of a URL. It is locked while it is asked, so that requests at once ask once.
type Slot = futures_util::lock::Mutex<Known>;

#[derive(Default)]
struct Known {
    keys: Option<(Arc<KeySet>, Timestamp)>,
    asked: Option<Timestamp>,
    failed: Option<JwtFault>,
}

impl KeySets {
    /// Over this fetcher.
    pub fn new(fetcher: Arc<dyn Fetcher>) -> Self {
        Self {
            fetcher,
            slots: Mutex::new(HashMap::new()),
        }
    }

    /// The keys at this URL. Where the set in memory is old, or has no key of this name, it is asked for again.
    ///
    /// # Errors
    /// [`JwtFault::NoKeys`] and [`JwtFault::BadKeys`] where there is no set to be had.
    pub async fn get(
        &self,
        url: &str,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, JwtFault> {
        let slot = self.slot(url);
        let mut known = slot.lock().await;
        if !known.answers(kid, now) && known.may_ask(now) {
            known.asked = Some(now);
            match self.fetch(url).await {
                Ok(keys) => {
                    known.failed = None;
                    known.keys = Some((Arc::new(keys), now));
                }
                Err(fault) => {
                    if known.usable(now).is_ok() {
                        tracing::warn!(event = "keys_stale", reason = %fault, "somebody's keys are used past their time");
                    }
                    known.failed = Some(fault);
                }
            }
        }
        known.usable(now)
    }

    async fn fetch(&self, url: &str) -> Result<KeySet, JwtFault> {
        let text = self.fetcher.get(url).await.map_err(JwtFault::NoKeys)?;
        KeySet::parse(&text)
    }

    fn slot(&self, url: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST && !slots.contains_key(url) {
            slots.clear();
        }
        Arc::clone(slots.entry(url.to_owned()).or_default())
    }
}

impl Known {
    /// Whether there is a fresh set with this key.
    fn answers(&self, kid: Option<&str>, now: Timestamp) -> bool {
        self.keys
            .as_ref()
            .is_some_and(|(keys, read)| apart(*read, now) < FRESH && keys.knows(kid))
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        let pause = if self.usable(now).is_ok() {
            PAUSE
        } else {
            PAUSE_WITHOUT
        };
        self.asked.is_none_or(|asked| apart(asked, now) >= pause)
    }

    fn usable(&self, now: Timestamp) -> Result<Arc<KeySet>, JwtFault> {
        match &self.keys {
            Some((keys, read)) if apart(*read, now) < STALE => Ok(Arc::clone(keys)),
            _ => Err(self.failed.unwrap_or(JwtFault::BadKeys)),
        }
    }
}

/// A clock that was set back counts as well as one that ran on.
fn apart(a: Timestamp, b: Timestamp) -> Seconds {
    a.since(b).max(b.since(a))
}
