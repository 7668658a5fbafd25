//! What was answered so far, and what may never be.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How an answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// What was asked for was done.
    Good,
    /// It was refused, and nothing was done.
    Refused,
    /// We failed: it was done whole or not at all.
    Failed,
}

/// Where a token stands, by what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was given and never taken back.
    Live,
    /// It was taken back, and that was answered. It can never be live again.
    Dead,
    /// It may have been taken back: the answer said that we failed.
    Unknown,
}

/// Requests of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// How often each class was answered.
    pub(crate) classes: BTreeMap<Class, u64>,
    /// How long each answer took.
    pub(crate) times: Vec<Duration>,
}

/// Everything all clients know together.
pub(crate) struct Model {
    begun: Instant,
    bound: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Access tokens, and to whom each was given.
    given: HashMap<String, String>,
    /// Refresh tokens and codes.
    secrets: HashSet<String>,
    tallies: BTreeMap<&'static str, Tally>,
    violations: Vec<String>,
    events: VecDeque<String>,
    facts: BTreeMap<&'static str, u64>,
    unlike: u64,
    /// Since when the new names of groups, by their numbers, are answered.
    renamed: BTreeMap<u64, Instant>,
}

/// So many events are kept to show what led to a violation.
const EVENTS: usize = 400;

impl Model {
    /// Of a run in which each answer has to come within this time.
    pub(crate) fn new(bound: Duration) -> Self {
        Self {
            begun: Instant::now(),
            bound,
            state: Mutex::default(),
        }
    }

    /// An access token was answered: it must be a new one.
    pub(crate) fn given(&self, token: &str, to: &str) {
        let mut state = self.state();
        if let Some(before) = state.given.insert(token.to_owned(), to.to_owned()) {
            drop(state);
            self.violation(&format!(
                "an access token was given twice: to {before} and to {to}"
            ));
        }
    }

    /// A refresh token or a code was answered.
    pub(crate) fn secret(&self, secret: &str) {
        self.state().secrets.insert(secret.to_owned());
    }

    /// All secrets that were answered: none of them may be at rest.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let state = self.state();
        let all = state.given.keys().chain(&state.secrets);
        all.cloned().collect()
    }

    /// Something that a rule was held against.
    pub(crate) fn fact(&self, what: &'static str) {
        *self.state().facts.entry(what).or_default() += 1;
    }

    /// One answer.
    pub(crate) fn answered(&self, op: &'static str, class: Class, took: Duration) {
        let mut state = self.state();
        let tally = state.tallies.entry(op).or_default();
        *tally.classes.entry(class).or_default() += 1;
        tally.times.push(took);
        drop(state);
        if took > self.bound {
            let (took, bound) = (took.as_secs_f64(), self.bound.as_secs_f64());
            self.violation(&format!(
                "{op} took {took:.1} s, and the bound is {bound:.1} s"
            ));
        }
    }

    /// What is shown where a rule is broken.
    pub(crate) fn event(&self, text: &str) {
        let line = format!("{:>9.3} {text}", self.begun.elapsed().as_secs_f64());
        let mut state = self.state();
        if state.events.len() >= EVENTS {
            state.events.pop_front();
        }
        state.events.push_back(line);
    }

    /// A rule was broken.
    pub(crate) fn violation(&self, text: &str) {
        let line = format!("{:>9.3} {text}", self.begun.elapsed().as_secs_f64());
        eprintln!("VIOLATION {line}");
        self.event(&format!("VIOLATION {text}"));
        let mut state = self.state();
        if state.violations.is_empty() {
            for event in &state.events {
                eprintln!("  {event}");
            }
        }
        state.violations.push(line);
    }

    /// What was broken.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Requests by kind.
    pub(crate) fn tallies(&self) -> BTreeMap<&'static str, Tally> {
        self.state().tallies.clone()
    }

    /// How often each rule was held against something.
    pub(crate) fn facts(&self) -> BTreeMap<&'static str, u64> {
        self.state().facts.clone()
    }

    /// A number nobody has had in this run.
    pub(crate) fn number(&self) -> u64 {
        let mut state = self.state();
        state.unlike += 1;
        state.unlike
    }

    /// That the group has the name of this number was answered.
    pub(crate) fn renamed(&self, number: u64) {
        self.state().renamed.insert(number, Instant::now());
    }

    /// Whether that was answered before this moment.
    pub(crate) fn renamed_before(&self, number: u64, moment: Instant) -> bool {
        let answered = self.state().renamed.get(&number).copied();
        answered.is_some_and(|answered| answered < moment)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
