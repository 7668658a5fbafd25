//! What rarely changes and every request needs, kept for a short while.

use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{Seconds, Timestamp};
use provider::ports::CLIENTS_KEPT;

use crate::bounded::Bounded;

/// How long an answer is kept.
pub(crate) const LIFE: Seconds = CLIENTS_KEPT;

/// How many answers are kept.
const MOST: usize = 1_000;

/// Found things, by the caller's clock. That something is absent is not kept: what has just been
/// configured works at once, and strangers cannot fill the memory with names that do not exist.
#[derive(Debug)]
pub(crate) struct Cache<K, V>(Mutex<Bounded<K, Kept<V>>>);

#[derive(Debug)]
struct Kept<V> {
    value: Arc<V>,
    read_at: Timestamp,
}

impl<K: Clone + Eq + Hash, V> Cache<K, V> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Bounded::new(MOST)))
    }

    /// What was found under this key less than [`LIFE`] ago. A clock that was set back counts as well as
    /// one that ran on.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<Arc<V>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(key)?;
        let age = now.since(kept.read_at).max(kept.read_at.since(now));
        (age < LIFE).then(|| Arc::clone(&kept.value))
    }

    /// When what is kept under this key was read.
    pub(crate) fn read_at(&self, key: &K) -> Option<Timestamp> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(key).map(|kept| kept.read_at)
    }

    /// Keeps nothing under this key any more.
    pub(crate) fn forget(&self, key: &K) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(key);
    }

    /// Keeps what was found.
    pub(crate) fn keep(&self, key: K, value: V, now: Timestamp) -> Arc<V> {
        let value = Arc::new(value);
        let kept = Kept {
            value: Arc::clone(&value),
            read_at: now,
        };
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, kept);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_for_thirty_seconds_of_the_callers_clock() {
        let at = Timestamp::from_unix;
        let cache = Cache::new();
        cache.keep("k", 1, at(100));
        for (now, want) in [
            (100, true),
            (129, true),
            (130, false),
            (71, true),
            (70, false),
        ] {
            assert_eq!(cache.get(&"k", at(now)).is_some(), want, "{now}");
        }
        assert!(cache.get(&"other", at(100)).is_none());
        cache.keep("k", 2, at(130));
        assert_eq!(cache.get(&"k", at(130)).as_deref(), Some(&2));
    }
}
