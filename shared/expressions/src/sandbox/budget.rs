//! How long and how often: one budget for a run and everything it has called.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Most milliseconds that the interpreter gives a script; it says so itself, and its worker lives on.
pub(super) const LIMIT_MS: u64 = 200;

/// How much later its worker is ended, because the interpreter did not.
pub(super) const MARGIN: Duration = Duration::from_millis(200);

/// From asking a worker to its having read the request; for a new one that is the start of a process.
pub(super) const START: Duration = Duration::from_secs(2);

/// A run with all that it waits for: its turn, its worker's start, the host's answers.
pub(super) const WHOLE: Duration = Duration::from_secs(3);

/// Questions to the host, of a run and all that it has called.
pub(super) const QUESTIONS: u32 = 20;

/// Policies calling policies.
const DEEPEST: u32 = 4;

tokio::task_local! {
    /// Set while a host answers: a run that begins there is nested.
    static OUTER: Nest;
}

/// Where a run stands among those that called it.
#[derive(Clone, Debug)]
pub(super) struct Nest {
    depth: u32,
    budget: Arc<Budget>,
}

#[derive(Debug)]
struct Budget {
    deadline: Instant,
    left: Mutex<Left>,
}

#[derive(Debug)]
struct Left {
    /// Time that workers may compute, apart from what hosts take.
    computing: Duration,
    questions: u32,
}

impl Nest {
    /// The budget of the run that this one is called by, or a fresh one. `None`: too deep.
    pub(super) fn enter(now: Instant) -> Option<Self> {
        let outer = OUTER.try_with(Clone::clone).ok();
        match outer {
            Some(outer) if outer.depth >= DEEPEST => None,
            Some(outer) => Some(Self {
                depth: outer.depth + 1,
                ..outer
            }),
            None => Some(Self {
                depth: 0,
                budget: Arc::new(Budget {
                    deadline: now + WHOLE,
                    left: Mutex::new(Left {
                        computing: Duration::from_millis(LIMIT_MS) + MARGIN,
                        questions: QUESTIONS,
                    }),
                }),
            }),
        }
    }

    /// Whether another run waits for this one.
    pub(super) fn is_inner(&self) -> bool {
        self.depth > 0
    }

    /// When all of it has to be over.
    pub(super) fn deadline(&self) -> Instant {
        self.budget.deadline
    }

    /// What is left of the time for computing.
    pub(super) fn computing(&self) -> Duration {
        self.left().computing
    }

    pub(super) fn spend(&self, time: Duration) {
        let mut left = self.left();
        left.computing = left.computing.saturating_sub(time);
    }

    /// Whether one more question may be put.
    pub(super) fn question(&self) -> bool {
        let mut left = self.left();
        let more = left.questions.checked_sub(1);
        left.questions = more.unwrap_or(0);
        more.is_some()
    }

    /// Awaits a host's answer; runs that it begins are nested in this one.
    pub(super) async fn around<T>(&self, answer: impl Future<Output = T>) -> T {
        OUTER.scope(self.clone(), answer).await
    }

    fn left(&self) -> std::sync::MutexGuard<'_, Left> {
        self.budget
            .left
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nested_runs_share_what_is_left() {
        let outer = Nest::enter(Instant::now()).unwrap();
        outer.spend(Duration::from_millis(100));
        let inner = outer
            .around(async { Nest::enter(Instant::now()).unwrap() })
            .await;
        assert!(inner.is_inner() && !outer.is_inner());
        assert_eq!(inner.deadline(), outer.deadline());
        inner.spend(Duration::from_millis(250));
        assert_eq!(outer.computing(), Duration::from_millis(50));
        for _ in 0..QUESTIONS / 2 {
            assert!(inner.question() && outer.question());
        }
        assert!(!inner.question() && !outer.question());
    }

    #[tokio::test]
    async fn nesting_ends() {
        let mut nest = Nest::enter(Instant::now()).unwrap();
        for _ in 0..DEEPEST {
            nest = nest
                .around(async { Nest::enter(Instant::now()) })
                .await
                .unwrap();
        }
        let deeper = nest.around(async { Nest::enter(Instant::now()) }).await;
        assert!(deeper.is_none());
    }
}
