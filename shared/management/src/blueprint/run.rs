//! A blueprint on its way: what each entry says, and what has been found out so far.

mod say;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use protocol::UserId;
use provider::config::{Change, Config};
use provider::event::Event;
use provider::ports::ObjectKind;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Options;
use super::file::{Blueprint, Entry};
use super::keys::{Keys, Translated};
use super::models::{Home, Model};
use super::report::Outcome;
use super::tags::{Halt, Query};
use super::yaml::Wrong;
use crate::endpoint::Api;
use crate::errors::Refusal;
use crate::filter::Row;
use crate::operation::Ask;

pub(super) use told::{outcome, wrong_fields};

/// An entry and its model.
pub(super) type Named<'e> = (&'e Entry, &'static Model);

/// What is noted of a certificate that exports leave out.
pub(super) const NEW_KEY: &str = "the file has no certificate, so a new key is made";

/// Why an entry is not done.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is wrong with it.
    Wrong(Wrong),
    /// It names what a later entry makes; where that comes to nothing, this is wrong with it.
    Later(Wrong),
    /// This has to be looked up first.
    Ask(Query),
    /// It is not the blueprint's fault.
    Refused(Refusal),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Wrong(wrong) => Self::Wrong(wrong),
            Halt::Ask(query) => Self::Ask(query),
        }
    }
}

impl From<Wrong> for Stop {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// When an entry is done: people and groups come first, as bindings name them; brands come last, as they name flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// People and groups.
    People,
    /// Objects of the configuration.
    Config,
    /// The rest.
    Rest,
}

/// What is to become of the object of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is there, and so.
    Present,
    /// It is there, be it as it may.
    Created,
    /// It was not there before.
    MustCreated,
    /// It is not there.
    Absent,
}

/// What an entry says, with all tags resolved.
pub(super) struct Said {
    /// What is to become of it.
    pub state: State,
    /// Its key in the file.
    pub pk: Option<Value>,
    /// What else it is found by.
    pub others: Map<String, Value>,
    /// Its fields, those that it is found by among them.
    pub body: Map<String, Value>,
    /// The same where something may stand in for what is not made yet.
    pub standing: Translated,
}

/// Something that is not made yet, in a rehearsal.
pub(super) struct Unmade {
    /// Its model.
    pub model: &'static str,
    /// Its fields.
    pub body: Map<String, Value>,
    /// The key that it has as long.
    pub key: Value,
}

/// A blueprint on its way.
pub(super) struct Run<'a> {
    pub(super) api: &'a Api,
    pub(super) ask: &'a Ask<'a>,
    pub(super) blueprint: &'a Blueprint,
    pub(super) options: &'a Options,
    /// Whether nothing is to be written.
    pub(super) rehearsing: bool,
    /// How large values have become.
    spent: AtomicUsize,
    pub(super) keys: Keys,
    /// What was looked up.
    pub(super) looked: Vec<(Query, Option<Row>)>,
    pub(super) unmade: Vec<Unmade>,
    /// The configuration as it is stored.
    pub(super) base: Arc<Config>,
    /// The same with all changes so far.
    pub(super) config: Config,
    pub(super) changes: Vec<Change>,
    pub(super) events: Vec<Event>,
    /// In which lines objects are described.
    pub(super) lines: BTreeMap<(ObjectKind, String), usize>,
    /// People that bindings name, by their numbers.
    pub(super) people: BTreeMap<u64, UserId>,
    /// Numbers of new providers, by entry.
    pub(super) numbers: BTreeMap<usize, u64>,
    /// What became of entries, by their place in the file.
    pub(super) outcomes: BTreeMap<usize, Outcome>,
    pub(super) wrongs: Vec<Wrong>,
    /// Groups whose people come later in the file.
    pub(super) incomplete: Vec<Named<'a>>,
}

/// Which phase a model belongs to.
pub(super) const fn phase(model: &Model) -> Phase {
    match model.home {
        Home::User | Home::Group => Phase::People,
        Home::Object(_) => Phase::Config,
        Home::Token | Home::Brand | Home::Invitation => Phase::Rest,
    }
}

impl<'a> Run<'a> {
    /// Nothing done so far.
    ///
    /// # Errors
    /// Where the configuration cannot be read.
    pub(super) async fn new(
        (api, ask): (&'a Api, &'a Ask<'a>),
        blueprint: &'a Blueprint,
        options: &'a Options,
        rehearsing: bool,
    ) -> Result<Self, Refusal> {
        let base = api.config(ask).await?;
        Ok(Self {
            api,
            ask,
            blueprint,
            options,
            rehearsing,
            spent: AtomicUsize::new(0),
            keys: Keys::default(),
            looked: Vec::new(),
            unmade: Vec::new(),
            config: (*base).clone(),
            base,
            changes: Vec::new(),
            events: Vec::new(),
            lines: BTreeMap::new(),
            people: BTreeMap::new(),
            numbers: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            wrongs: Vec::new(),
            incomplete: Vec::new(),
        })
    }

    /// Notes an entry as done.
    pub(super) fn done(
        &mut self,
        (entry, model): (&Entry, &'static Model),
        said: &Said,
        key: Option<Value>,
        outcome: Outcome,
    ) {
        match key {
            Some(key) => self.keys.done(model, entry, said.pk.as_ref(), key),
            None => self.keys.forget(model, entry),
        }
        self.outcomes.insert(entry.index, outcome);
    }
}

/// A new random key.
pub(super) fn new_key(api: &Api) -> Value {
    let id: Uuid = api.new_id();
    id.to_string().into()
}
