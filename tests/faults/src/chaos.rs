//! The gate that makes calls to AWS fail, by a seed.

mod answers;
mod kind;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use load::proxy::{After, Answer, Call, Gate, Service, Verdict};

use crate::dice::{Dice, place};
pub(crate) use kind::{Kind, Rates};

/// How long a kind of weather lasts.
const WEATHER: Duration = Duration::from_millis(500);

/// Decides of every call what becomes of it: by the seed, the action, and how many calls of that action came before. So a
/// run with the same seed decides alike as far as its calls come in the same order.
pub(crate) struct Chaos {
    seed: u64,
    rates: Rates,
    on: AtomicBool,
    begun: Instant,
    state: Mutex<State>,
    /// Calls that were let in and have not been answered.
    open: AtomicU64,
}

#[derive(Default)]
struct State {
    calls: BTreeMap<(Service, String), u64>,
    faults: BTreeMap<(Kind, Service), u64>,
    answers: HashMap<u64, (Kind, Dice)>,
    latest: Vec<String>,
}

/// What was injected so far.
pub(crate) struct Injected {
    /// Calls, by service and action.
    pub(crate) calls: BTreeMap<(Service, String), u64>,
    /// Faults, by kind and service.
    pub(crate) faults: BTreeMap<(Kind, Service), u64>,
}

impl Chaos {
    /// Passes everything until it is turned on.
    pub(crate) fn new(seed: u64, rates: Rates) -> Self {
        Self {
            seed,
            rates,
            on: AtomicBool::new(false),
            begun: Instant::now(),
            state: Mutex::default(),
            open: AtomicU64::new(0),
        }
    }

    /// From now on calls fail, or do not any more.
    pub(crate) fn turn(&self, on: bool) {
        self.on.store(on, Ordering::SeqCst);
    }

    /// What was injected so far.
    pub(crate) fn injected(&self) -> Injected {
        let state = self.state();
        Injected {
            calls: state.calls.clone(),
            faults: state.faults.clone(),
        }
    }

    /// The latest faults, for whoever looks for the cause of something.
    pub(crate) fn latest(&self) -> Vec<String> {
        self.state().latest.clone()
    }

    /// Waits until no call is under way, so that nothing is written any more; ten seconds at most. Whether that came.
    pub(crate) async fn settled(&self) -> bool {
        for _ in 0..200 {
            if self.open.load(Ordering::SeqCst) == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much worse than usual it is: most of the time a little or nothing, now and then nearly everything fails.
    fn weather(&self) -> u64 {
        let window = self.begun.elapsed().as_millis() / WEATHER.as_millis();
        let window = u64::try_from(window).unwrap_or_default();
        let mut dice = Dice::of(self.seed, &[place("weather"), window]);
        [0, 1, 4, 12]
            .get(dice.weighed(&[25, 45, 18, 12]))
            .copied()
            .unwrap_or_default()
    }

    fn decide(&self, call: &Call) -> Option<(Kind, Dice)> {
        let mut state = self.state();
        let count = state
            .calls
            .entry((call.service, call.action.clone()))
            .or_default();
        *count += 1;
        let places = [place(&call.action), *count];
        if !self.on.load(Ordering::SeqCst) {
            return None;
        }
        let mut dice = Dice::of(self.seed, &places);
        let kind = self.rates.roll(&mut dice, self.weather(), call)?;
        *state.faults.entry((kind, call.service)).or_default() += 1;
        if state.latest.len() >= 200 {
            state.latest.drain(..100);
        }
        let line = format!(
            "{:>9.3} {} {}",
            self.begun.elapsed().as_secs_f64(),
            call.action,
            kind.name()
        );
        state.latest.push(line);
        Some((kind, dice))
    }
}

#[async_trait]
impl Gate for Chaos {
    async fn before(&self, call: &Call) -> Verdict {
        let Some((kind, mut dice)) = self.decide(call) else {
            self.open.fetch_add(1, Ordering::SeqCst);
            return Verdict::Pass;
        };
        let verdict = match kind {
            Kind::Latency => Verdict::Delay(dice.millis(20, 400)),
            Kind::Slow => Verdict::Delay(dice.millis(1_200, 1_800)),
            Kind::Held => Verdict::Delay(dice.millis(2_100, 4_500)),
            Kind::Throttled => answers::throttled(call, &mut dice),
            Kind::Conflict => answers::conflict(call),
            Kind::Broken => answers::broken(call, &mut dice),
            Kind::Cut => Verdict::Cut,
            Kind::Lost | Kind::LostCut | Kind::Torn | Kind::Late | Kind::Unprocessed => {
                self.state().answers.insert(call.id, (kind, dice));
                Verdict::Pass
            }
        };
        if matches!(verdict, Verdict::Pass | Verdict::Delay(_)) {
            self.open.fetch_add(1, Ordering::SeqCst);
        }
        verdict
    }

    async fn unanswered(&self, call: &Call) {
        self.open.fetch_sub(1, Ordering::SeqCst);
        self.state().answers.remove(&call.id);
    }

    async fn after(&self, call: &Call, answer: &Answer) -> After {
        self.open.fetch_sub(1, Ordering::SeqCst);
        let Some((kind, mut dice)) = self.state().answers.remove(&call.id) else {
            return After::Pass;
        };
        match kind {
            Kind::Lost => answers::lost(),
            Kind::LostCut => After::Cut,
            Kind::Torn => After::Tear,
            Kind::Late => After::Delay(dice.millis(2_100, 3_000)),
            Kind::Unprocessed => answers::unprocessed(call, answer),
            Kind::Latency
            | Kind::Slow
            | Kind::Held
            | Kind::Throttled
            | Kind::Conflict
            | Kind::Broken
            | Kind::Cut => After::Pass,
        }
    }
}
