//! What an open stage notes for itself, until it is answered ([`crate::flow::plan::Context::open`]).

use protocol::{Seconds, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::executor::Run;
use crate::ports::{Ceremony, CeremonyError};

/// The name of the note of a `WebAuthn` ceremony.
const CEREMONY: &str = "ceremony";

/// How old a ceremony may be to be shown again: then the browser's own time for it (`timeout`) may be over.
const SHOWN_FOR: Seconds = Seconds::minutes(5);

/// How old it may be to be answered (WebAuthn L3 §15.1: 5 to 10 minutes).
const GOOD_FOR: Seconds = Seconds::minutes(10);

/// A ceremony that has begun.
#[derive(Serialize, Deserialize)]
struct Held {
    options: Value,
    state: Value,
    began: Timestamp,
}

impl Run<'_> {
    /// What was noted under this name, if it reads so.
    pub(super) fn noted<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let note = self.plan.context.open.as_ref()?.get(name)?;
        T::deserialize(note).ok()
    }

    /// Notes something until the stage is done.
    pub(super) fn note(&mut self, name: &str, value: impl Serialize) {
        let Ok(value) = serde_json::to_value(value) else {
            return; // what is noted is ours and can be written
        };
        let open = self
            .plan
            .context
            .open
            .get_or_insert_with(|| Value::Object(Map::new()));
        if !open.is_object() {
            *open = Value::Object(Map::new());
        }
        if let Value::Object(notes) = open {
            notes.insert(name.to_owned(), value);
        }
    }

    /// The options of the ceremony that is open, or of one that begins. Looking again and a second tab find the same,
    /// so that neither makes the other's answer void.
    pub(super) fn ceremony(
        &mut self,
        ceremony: impl FnOnce() -> Result<Ceremony, CeremonyError>,
    ) -> Result<Value, CeremonyError> {
        let now = self.call().now;
        let held = self.noted::<Held>(CEREMONY);
        if let Some(held) = held.filter(|held| now.since(held.began) < SHOWN_FOR) {
            return Ok(held.options);
        }
        let begun = ceremony()?;
        let held = Held {
            options: begun.options.clone(),
            state: begun.state,
            began: now,
        };
        self.note(CEREMONY, held);
        Ok(begun.options)
    }

    /// Takes the state of the ceremony that is answered. It is good for one answer.
    pub(super) fn take_ceremony(&mut self) -> Option<Value> {
        let held = self.noted::<Held>(CEREMONY)?;
        if let Some(Value::Object(notes)) = &mut self.plan.context.open {
            notes.shift_remove(CEREMONY);
        }
        let fresh = self.call().now.since(held.began) < GOOD_FOR;
        fresh.then_some(held.state)
    }
}
