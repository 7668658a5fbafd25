//! Entries that are objects of the configuration: they are read through the same forms as requests are, one after the
//! other into a copy, and then saved together.

mod find;
mod put;

use std::collections::BTreeMap;

use protocol::UserId;
use provider::config::{Change, Config, Mapping, Object};
use provider::event::Action as Recorded;
use provider::ports::ObjectKind;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::diff;
use super::file::Entry;
use super::models::{Model, Work};
use super::report::{Action, Outcome};
use super::run::{NEW_KEY, Named, Run, Said, State, Stop, Unmade, new_key, outcome, wrong_fields};
use super::yaml::Wrong;
use crate::filter::Row;
use crate::form::{Form, Mode};
use crate::resources::used_by;
use find::{existing, fill_in};

pub(super) use find::matching;

/// Numbers of providers that are not made yet, in a rehearsal: there are no such.
const REHEARSED: u64 = 2_000_000_000;

/// Where there is no certificate in the file, there is none to import.
const CERTIFICATE: &str = "certificate_data";

/// The key of an object, as the API answers it.
pub(super) fn key(object: &Object) -> Value {
    let number = object.as_provider().map(|provider| provider.pk);
    number.map_or_else(|| used_by::pk(object).into(), Value::from)
}

impl Run<'_> {
    /// The name of a certificate that the file names without having it, where it is not here.
    pub(super) fn missing_key(
        &self,
        entry: &Entry,
        (model, work): (&Model, &Work),
    ) -> Option<String> {
        let said = self.say(entry).ok()?;
        let is_wanted = said.state != State::Absent && !said.body.contains_key(CERTIFICATE);
        let before = existing(self.seen(), (model, work), &said, said.pk.as_ref()).ok()?;
        let name = said.body.get("name").and_then(Value::as_str)?;
        (is_wanted && before.is_none()).then(|| name.to_owned())
    }

    /// What there is, with all changes so far.
    pub(super) const fn seen(&self) -> (&Config, &BTreeMap<u64, UserId>) {
        (&self.config, &self.people)
    }

    /// Whose number this is.
    async fn know(&mut self, pk: Option<&Value>) -> Result<(), Stop> {
        let Some(pk) = pk.and_then(Value::as_u64) else {
            return Ok(());
        };
        let tenant = &self.ask.call.tenant.id;
        let found = self.api.parts.people.by_pk(tenant, pk).await;
        let found = found.map_err(|error| Stop::Refused(error.into()))?;
        self.people.extend(found.map(|user| (pk, user.subject.id)));
        Ok(())
    }

    /// Takes an entry into the copy.
    pub(super) async fn object(&mut self, named: Named<'_>, work: &Work) -> Result<(), Stop> {
        let (entry, model) = named;
        let said = self.say(entry)?;
        if said.pk.is_none() && said.others.is_empty() {
            return Err(Wrong::at(entry.line, "No or invalid identifiers.").into());
        }
        if work.of == ObjectKind::Binding {
            self.know(said.body.get("user")).await?;
        }
        let here = said
            .pk
            .as_ref()
            .map(|pk| self.keys.here(model, pk).unwrap_or(pk));
        let before = existing(self.seen(), (model, work), &said, here)
            .map_err(|text| Wrong::at(entry.line, text))?
            .cloned();
        match (said.state, before) {
            (State::Absent, None) => {
                let outcome = outcome(named, &said.body, Action::Unchanged);
                self.done(named, &said, None, outcome);
            }
            (State::Absent, Some(before)) => self.remove(named, &said, &before.object),
            (State::MustCreated, Some(_)) => {
                let text = "It is there already, and state is must_created.";
                return Err(Wrong::at(entry.line, text).into());
            }
            (State::Created, Some(before)) => {
                let key = key(&before.object);
                let outcome = outcome(named, &said.body, Action::Unchanged);
                self.done(named, &said, Some(key), outcome);
            }
            (State::Present, Some(before)) => {
                self.change(named, work, &said, before.object).await?;
            }
            (State::Present | State::Created | State::MustCreated, None) => {
                self.create(named, work, &said).await?;
            }
        }
        Ok(())
    }

    fn remove(&mut self, named: Named<'_>, said: &Said, before: &Object) {
        let (kind, id) = (before.kind(), before.id());
        let mut outcome = outcome(named, &said.body, Action::Deleted);
        if outcome.name.is_empty() {
            before.label().clone_into(&mut outcome.name);
        }
        self.record(Recorded::ModelDeleted, before);
        let expect = self.expect(kind, &id);
        self.config.unset(kind, &id);
        self.changes.push(Change::Remove { kind, id, expect });
        self.done(named, said, None, outcome);
    }

    async fn change(
        &mut self,
        named: Named<'_>,
        work: &Work,
        said: &Said,
        before: Object,
    ) -> Result<(), Stop> {
        let mut body = said.standing.values.clone();
        without_same_key(&before, &mut body);
        let row = (work.row)(&self.config, &before);
        let mut form = Form::of(named.1.shape, body.clone(), Mode::Change);
        let object = self.written(named, work, &mut form, Some(&before)).await?;
        let object = with_same_claims(object, &before);
        let document = |object: &Object| object.document(0).map_err(|it| Stop::Refused(it.into()));
        let same = document(&before)? == document(&object)?;
        let key = key(&object);
        if same {
            let outcome = outcome(named, &said.body, Action::Unchanged);
            self.done(named, said, Some(key), outcome);
            return Ok(());
        }
        self.put(named.0, object.clone(), Recorded::ModelUpdated);
        let after: Row = (work.row)(&self.config, &object);
        let mut outcome = outcome(named, &said.body, Action::Updated);
        outcome.changes = diff::of_rows(named.1, (&row, &after), (&before, &object), &body);
        Self::say_unmade(&mut outcome, said);
        self.done(named, said, Some(key), outcome);
        Ok(())
    }

    /// What stands in for something is not what is written.
    fn say_unmade(outcome: &mut Outcome, said: &Said) {
        for change in &mut outcome.changes {
            if let (true, Some(given)) = (
                said.standing.stood.contains(&change.field),
                said.body.get(&change.field),
            ) {
                change.new = given.clone();
            }
        }
    }

    async fn create(&mut self, named: Named<'_>, work: &Work, said: &Said) -> Result<(), Stop> {
        let (entry, model) = named;
        if work.of == ObjectKind::Key && !said.body.contains_key(CERTIFICATE) {
            return self.unmade_key(named, said);
        }
        let mut body = said.standing.values.clone();
        fill_in(model, &mut body);
        let mut form = Form::of(model.shape, body, Mode::Create);
        form.id = said
            .pk
            .as_ref()
            .and_then(|pk| Uuid::parse_str(pk.as_str()?).ok());
        if work.of == ObjectKind::Provider {
            form.errors
                .clone()
                .check()
                .map_err(|it| wrong_fields(named, &said.body, it))?;
            form.number = Some(self.number(entry).await?);
        }
        let object = self.written(named, work, &mut form, None).await?;
        let mut outcome = outcome(named, &said.body, Action::Created);
        outcome.changes = diff::of_new(model, &said.body);
        let key = key(&object);
        self.put(entry, object, Recorded::ModelCreated);
        self.done(named, said, Some(key), outcome);
        Ok(())
    }

    /// Exports leave keys out. One that is not here by that name is made new; until then another stands in for it.
    fn unmade_key(&mut self, named: Named<'_>, said: &Said) -> Result<(), Stop> {
        let (entry, model) = named;
        let name = said.body.get("name").and_then(Value::as_str);
        if name.is_none() || !self.rehearsing {
            let text = format!("{}: name and certificate_data are missing.", model.name);
            return Err(Wrong::at(entry.line, text).into());
        }
        let stand_in = self.config.keys().find(|pair| pair.has_private());
        let stand_in = stand_in.map(|pair| pair.id.to_string());
        let key = new_key(self.api);
        self.keys.stands_in(&key, stand_in.into());
        self.unmade.push(Unmade {
            model: &model.name,
            body: said.body.clone(),
            key: key.clone(),
        });
        let mut outcome = outcome(named, &said.body, Action::Created);
        outcome.changes = diff::of_new(model, &said.body);
        NEW_KEY.clone_into(&mut outcome.note);
        self.done(named, said, Some(key), outcome);
        Ok(())
    }
}

/// The names of its claims are found out on saving, where it yields others.
fn with_same_claims(object: Object, before: &Object) -> Object {
    match (object, before.as_mapping()) {
        (Object::Mapping(now), Some(before))
            if now.mapping.expression == before.mapping.expression =>
        {
            let claims = before.claims.clone();
            Object::Mapping(Mapping { claims, ..now })
        }
        (object, _) => object,
    }
}

/// A private key that is there already is not taken in again: it would be sealed anew.
fn without_same_key(before: &Object, body: &mut Map<String, Value>) {
    let Some(pair) = before.as_key() else {
        return;
    };
    let pem = body.get(CERTIFICATE).and_then(Value::as_str);
    let its = pair.certificate.as_ref().map(|it| it.pem.trim());
    if pair.has_private() && (pem.is_none() || pem.map(str::trim) == its) {
        body.remove("key_data");
        body.remove(CERTIFICATE);
    }
}
