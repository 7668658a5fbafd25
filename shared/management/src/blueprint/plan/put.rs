//! Puts objects into the copy, and notes what is to be saved of them.

use provider::config::{Change, Expect, Object};
use provider::event::Action as Recorded;
use provider::ports::ObjectKind;
use serde_json::Map;

use super::REHEARSED;
use crate::blueprint::file::Entry;
use crate::blueprint::models::Work;
use crate::blueprint::run::{Named, Run, Stop, wrong_fields};
use crate::form::Form;

impl Run<'_> {
    /// The number of a new provider: the same however often it is tried.
    pub(super) async fn number(&mut self, entry: &Entry) -> Result<u64, Stop> {
        if let Some(number) = self.numbers.get(&entry.index) {
            return Ok(*number);
        }
        let number = if self.rehearsing {
            REHEARSED + entry.index as u64
        } else {
            let objects = &self.api.parts.objects;
            let next = objects.next_provider_pk(&self.ask.call.tenant.id).await;
            next.map_err(|error| Stop::Refused(error.into()))?
        };
        self.numbers.insert(entry.index, number);
        Ok(number)
    }

    pub(super) async fn written(
        &self,
        named: Named<'_>,
        work: &Work,
        form: &mut Form,
        before: Option<&Object>,
    ) -> Result<Object, Stop> {
        let label = match before {
            Some(before) => Map::from_iter([("name".to_owned(), before.label().into())]),
            None => form.given().clone(),
        };
        let wrong = |refusal| wrong_fields(named, &label, refusal);
        form.errors.clone().check().map_err(wrong)?;
        let written = (work.write)(self.api, self.ask, &self.config, form, before).await;
        // What was noted says more than that it was refused.
        form.errors.clone().check().map_err(wrong)?;
        written.map_err(wrong)
    }

    pub(super) fn put(&mut self, entry: &Entry, object: Object, action: Recorded) {
        let (kind, id) = (object.kind(), object.id());
        self.record(action, &object);
        let expect = self.expect(kind, &id);
        self.lines.insert((kind, id), entry.line);
        self.config.set(object.clone());
        self.changes.push(Change::Put {
            object: Box::new(object),
            expect,
        });
    }

    /// What stands there so far: as it was read, or whatever this blueprint has made of it.
    pub(super) fn expect(&self, kind: ObjectKind, id: &str) -> Expect {
        let touched = self.changes.iter().any(|change| match change {
            Change::Put { object, .. } => object.kind() == kind && object.id() == id,
            Change::Remove {
                kind: its, id: of, ..
            } => *its == kind && of == id,
        });
        // Entries that go with what was removed before are touched, too.
        match self.base.get(kind, id) {
            _ if touched => Expect::Any,
            Some(stored) if self.changes.is_empty() => Expect::Version(stored.version),
            Some(stored) => self
                .config
                .get(kind, id)
                .filter(|it| it.version == stored.version)
                .map_or(Expect::Any, |it| Expect::Version(it.version)),
            None => Expect::New,
        }
    }

    pub(super) fn record(&mut self, action: Recorded, object: &Object) {
        self.events
            .push(self.api.event_of(self.ask, action, object));
    }
}
