//! JWK sets at URLs, kept for a while: as long as their host says (RFC 9111 §5.2.2), within bounds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Seconds, Timestamp};

use super::JwtFault;
use super::keys::KeySet;
use crate::ports::{FetchError, Fetcher};

/// How long a set is used without asking again, at most: its host may say less.
const FRESH: Seconds = Seconds::minutes(10);

/// How long one is used where asking again fails (RFC 9111 §4.2.4), unless its host says that it must not be kept.
const STALE: Seconds = Seconds::hours(1);

/// How long to wait before asking again while there are keys: so often may a `kid` that nobody knows make us ask, or a
/// host that wants to be asked each time.
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
    kept: Option<Kept>,
    asked: Option<Timestamp>,
    failed: Option<JwtFault>,
}

/// A set, when it was read, and how long it counts.
struct Kept {
    keys: Arc<KeySet>,
    read: Timestamp,
    fresh: Seconds,
    usable: Seconds,
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
        self.get_by(&*self.fetcher, url, kid, now).await
    }

    /// The same, fetched by this one where it has to be.
    ///
    /// # Errors
    /// As [`KeySets::get`].
    pub async fn get_by(
        &self,
        fetcher: &dyn Fetcher,
        url: &str,
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, JwtFault> {
        let slot = self.slot(url);
        let mut known = slot.lock().await;
        if !known.answers(kid, now) && known.may_ask(now) {
            match fetched(fetcher, url, now).await {
                // Nobody was asked: that is nothing to remember of a host.
                Err(often @ JwtFault::NoKeys(FetchError::Often)) => {
                    return known.usable(now).map_err(|_| often);
                }
                answer => known.learn(answer, now),
            }
        }
        known.usable(now)
    }

    fn slot(&self, url: &str) -> Arc<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= MOST && !slots.contains_key(url) {
            slots.clear();
        }
        Arc::clone(slots.entry(url.to_owned()).or_default())
    }
}

async fn fetched(fetcher: &dyn Fetcher, url: &str, now: Timestamp) -> Result<Kept, JwtFault> {
    let document = fetcher.document(url).await.map_err(JwtFault::NoKeys)?;
    let not_to_be_kept = document.fresh_for == Some(Seconds(0));
    Ok(Kept {
        keys: Arc::new(KeySet::parse(&document.body)?),
        read: now,
        fresh: document.fresh_for.unwrap_or(FRESH).min(FRESH),
        usable: if not_to_be_kept { PAUSE } else { STALE },
    })
}

impl Known {
    /// Takes in what came of asking.
    fn learn(&mut self, answer: Result<Kept, JwtFault>, now: Timestamp) {
        self.asked = Some(now);
        match answer {
            Ok(kept) => {
                self.failed = None;
                self.kept = Some(kept);
            }
            Err(fault) => {
                if self.usable(now).is_ok() {
                    tracing::warn!(event = "keys_stale", reason = %fault, "somebody's keys are used past their time");
                }
                self.failed = Some(fault);
            }
        }
    }

    /// Whether there is a fresh set with this key.
    fn answers(&self, kid: Option<&str>, now: Timestamp) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| kept.read.apart(now) < kept.fresh && kept.keys.knows(kid))
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        let pause = if self.usable(now).is_ok() {
            PAUSE
        } else {
            PAUSE_WITHOUT
        };
        self.asked.is_none_or(|asked| asked.apart(now) >= pause)
    }

    fn usable(&self, now: Timestamp) -> Result<Arc<KeySet>, JwtFault> {
        match &self.kept {
            Some(kept) if kept.read.apart(now) < kept.usable => Ok(Arc::clone(&kept.keys)),
            Some(_) | None => Err(self.failed.unwrap_or(JwtFault::BadKeys)),
        }
    }
}
