//! Repeated offenders: what broke its worker several times is not tried again for a while, as each try costs the
//! one who signs in half a second and the sandbox a worker.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many broken workers …
const STRIKES: u32 = 3;

/// … within this time from the first are enough for the rest of it.
const WHILE: Duration = Duration::from_mins(1);

/// Counts broken workers by source.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Keyed at random, so that nobody can write a source that is taken for another.
    hasher: RandomState,
    offenders: Mutex<HashMap<u64, Offender>>,
}

#[derive(Debug)]
struct Offender {
    since: Instant,
    strikes: u32,
}

impl Breaker {
    /// Whether the source is not to be run now.
    pub(super) fn refuses(&self, source: &str, now: Instant) -> bool {
        self.offenders()
            .get(&self.hasher.hash_one(source))
            .is_some_and(|known| known.strikes >= STRIKES && now < known.since + WHILE)
    }

    /// The source broke its worker.
    pub(super) fn strike(&self, source: &str, now: Instant) {
        let mut offenders = self.offenders();
        offenders.retain(|_, known| now < known.since + WHILE);
        offenders
            .entry(self.hasher.hash_one(source))
            .or_insert(Offender {
                since: now,
                strikes: 0,
            })
            .strikes += 1;
    }

    fn offenders(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Offender>> {
        self.offenders
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_strikes_within_a_minute_hold_for_the_rest_of_it() {
        let breaker = Breaker::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        breaker.strike("bad", at(0));
        breaker.strike("bad", at(10));
        assert!(!breaker.refuses("bad", at(10)));
        breaker.strike("bad", at(20));
        assert!(breaker.refuses("bad", at(20)));
        assert!(breaker.refuses("bad", at(59)));
        assert!(!breaker.refuses("good", at(20)));
        assert!(!breaker.refuses("bad", at(60)));
    }

    #[test]
    fn strikes_are_forgotten_after_a_minute() {
        let breaker = Breaker::default();
        let start = Instant::now();
        for minute in 0..5 {
            let now = start + WHILE * minute;
            breaker.strike("seldom", now);
            breaker.strike("seldom", now + Duration::from_secs(1));
            assert!(!breaker.refuses("seldom", now + Duration::from_secs(2)));
        }
        assert_eq!(breaker.offenders().len(), 1);
    }
}
