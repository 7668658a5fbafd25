//! Entries that are not kept with the configuration: people, groups, tokens, brands and invitations. Each is read and
//! written by the API's own operations, by itself.

mod look;
mod secrets;

use http::Method;
use serde_json::{Map, Value};

use super::diff::{self, same};
use super::file::Entry;
use super::models::{Home, Model};
use super::report::Action;
use super::run::{Named, Run, Said, State, Stop, Unmade, new_key, outcome, wrong_fields};
use super::within::call;
use super::yaml::Wrong;
use crate::filter::Row;
use crate::form::{Form, Mode};

/// Numbers of people who are not made yet, in a rehearsal: there are no such.
const REHEARSED: u64 = 1_900_000_000;

/// Fields that blueprints have and requests have not (authentik sets them in its serializers for blueprints).
const PASSWORD: &str = "password";
const KEY: &str = "key";

/// The domain of the brand that authentik begins with: it is for all hosts that have none of their own.
const DEFAULT_BRAND: &str = "authentik-default";

/// Where the API has them, and the field by which it names one.
const fn place(model: &Model) -> (&'static str, &'static str) {
    match model.home {
        Home::User => ("/core/users/", "pk"),
        Home::Group => ("/core/groups/", "pk"),
        Home::Token => ("/core/tokens/", "identifier"),
        Home::Brand => ("/core/brands/", "brand_uuid"),
        Home::Invitation => ("/stages/invitation/invitations/", "pk"),
        Home::Object(_) => ("", "pk"),
    }
}

/// The key of one as it is answered.
pub(super) fn key(model: &Model, row: &Row) -> Option<Value> {
    let field = match model.home {
        Home::Brand => "brand_uuid",
        Home::User | Home::Group | Home::Token | Home::Invitation | Home::Object(_) => "pk",
    };
    row.get(field).cloned()
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

impl<'a> Run<'a> {
    /// Does an entry, or finds out what it would do.
    pub(super) async fn apart(&mut self, named: Named<'a>) -> Result<(), Stop> {
        let (entry, model) = named;
        let said = self.say(entry)?;
        if said.standing.incomplete {
            self.incomplete.push(named);
        }
        if said.pk.is_none() && said.others.is_empty() {
            return Err(Wrong::at(entry.line, "No or invalid identifiers.").into());
        }
        let before = self.there(model, &said).await?;
        match (said.state, before) {
            (State::Absent, None) => {
                let outcome = outcome(named, &said.body, Action::Unchanged);
                self.done(named, &said, None, outcome);
            }
            (State::Absent, Some(row)) => {
                if !self.rehearsing {
                    let path = Self::path(model, &row);
                    self.write(named, &said, (Method::DELETE, &path), None)
                        .await?;
                }
                let outcome = outcome(named, &row, Action::Deleted);
                self.done(named, &said, None, outcome);
            }
            (State::MustCreated, Some(_)) => {
                let text = "It is there already, and state is must_created.";
                return Err(Wrong::at(entry.line, text).into());
            }
            (State::Created, Some(row)) => {
                let outcome = outcome(named, &said.body, Action::Unchanged);
                self.done(named, &said, key(model, &row), outcome);
            }
            (State::Present, Some(row)) => self.alter(named, &said, &row).await?,
            (State::Present | State::Created | State::MustCreated, None) => {
                self.add(named, &said).await?;
            }
        }
        Ok(())
    }

    async fn add(&mut self, named: Named<'_>, said: &Said) -> Result<(), Stop> {
        let (entry, model) = named;
        if said
            .body
            .get("domain")
            .is_some_and(|it| it == DEFAULT_BRAND)
        {
            let mut outcome = outcome(named, &said.body, Action::Skipped);
            "no brand is the default one here".clone_into(&mut outcome.note);
            self.done(named, said, None, outcome);
            return Ok(());
        }
        let mut body = said.body.clone();
        if model.home_is_user() {
            body.entry("name").or_insert_with(|| "".into());
        }
        let mut form = Form::of(model.shape, body.clone(), Mode::Create);
        self.refer(model, &mut form, None).await?;
        form.errors
            .clone()
            .check()
            .map_err(|it| wrong_fields(named, &body, it))?;
        let mut outcome = outcome(named, &body, Action::Created);
        outcome.changes = diff::of_new(model, &body);
        for secret in [PASSWORD, KEY].into_iter().filter(|it| extra(model, it)) {
            if body.contains_key(secret) {
                outcome.changes.push(diff::hidden(secret));
            }
        }
        let made = if self.rehearsing {
            let key = self.rehearsed(model, entry).await?;
            self.unmade.push(Unmade {
                model: &model.name,
                body: body.clone(),
                key: key.clone(),
            });
            Some(key)
        } else {
            let (list, _) = place(model);
            let given = Value::Object(form.given().clone());
            let made = self
                .write(named, said, (Method::POST, list), Some(&given))
                .await?;
            let row = made.as_object().cloned().unwrap_or_default();
            self.secrets(named, said, &row, false).await?;
            key(model, &row)
        };
        self.done(named, said, made, outcome);
        Ok(())
    }

    async fn alter(&mut self, named: Named<'_>, said: &Said, row: &Row) -> Result<(), Stop> {
        let (_, model) = named;
        let mut body = said.body.clone();
        if model.home_is_user() {
            body.remove("last_login"); // set on creation alone
        }
        let is_api = row.get("intent").is_some_and(|intent| intent == "api");
        if matches!(model.home, Home::Token) && is_api {
            body.remove("expires"); // nobody chooses it
        }
        if body
            .get("domain")
            .is_some_and(|domain| domain == DEFAULT_BRAND)
        {
            body.remove("domain");
        }
        let mut form = Form::of(model.shape, body, Mode::Change);
        self.refer(model, &mut form, Some(row)).await?;
        form.errors
            .clone()
            .check()
            .map_err(|it| wrong_fields(named, row, it))?;
        let (mut changes, mut differing) = (Vec::new(), Map::new());
        for field in diff::settable(model) {
            let Some(given) = form.get::<Value>(field.name) else {
                continue;
            };
            let there = row.get(field.name).cloned().unwrap_or_default();
            if !same(field, &there, &given) {
                changes.push(diff::change(field, there, given.clone()));
                differing.insert(field.name.to_owned(), given);
            }
        }
        if !self.rehearsing && !differing.is_empty() {
            let path = Self::path(model, row);
            let body = Value::Object(differing);
            self.write(named, said, (Method::PATCH, &path), Some(&body))
                .await?;
        }
        let secrets = self.secrets(named, said, row, true).await?;
        let is_unsure = self.rehearsing && changes.is_empty() && !secrets.is_empty();
        changes.extend(secrets);
        let action = if changes.is_empty() {
            Action::Unchanged
        } else {
            Action::Updated
        };
        let mut outcome = outcome(named, row, action);
        outcome.changes = changes;
        if is_unsure {
            "it is set if it is another: a dry run does not compare it"
                .clone_into(&mut outcome.note);
        }
        self.done(named, said, key(model, row), outcome);
        Ok(())
    }

    /// Writes; what was looked up before may have changed.
    async fn write(
        &mut self,
        named: Named<'_>,
        said: &Said,
        what: (Method, &str),
        body: Option<&Value>,
    ) -> Result<Value, Stop> {
        self.looked.clear();
        let written = call(self.api, self.ask, what, &[], body).await;
        written.map_err(|refusal| wrong_fields(named, &said.body, refusal))
    }

    /// A key for what is not made yet, with what stands in for it where it has to be there.
    async fn rehearsed(&mut self, model: &'static Model, entry: &Entry) -> Result<Value, Stop> {
        let (key, stand_in) = match model.home {
            Home::User => {
                let key = Value::from(REHEARSED + entry.index as u64);
                (key, self.ask.caller()?.user.subject.pk.into())
            }
            Home::Group => {
                let any = [("page_size", "1")];
                let list = (Method::GET, "/core/groups/");
                let answer = call(self.api, self.ask, list, &any, None).await?;
                let first = answer.pointer("/results/0/pk").cloned();
                (new_key(self.api), first.unwrap_or_default())
            }
            Home::Token | Home::Brand | Home::Invitation | Home::Object(_) => {
                return Ok(new_key(self.api));
            }
        };
        self.keys.stands_in(&key, stand_in);
        Ok(key)
    }
}

fn extra(model: &Model, field: &str) -> bool {
    match model.home {
        Home::User => field == PASSWORD,
        Home::Token => field == KEY,
        Home::Group | Home::Brand | Home::Invitation | Home::Object(_) => false,
    }
}

impl Model {
    const fn home_is_user(&self) -> bool {
        matches!(self.home, Home::User)
    }
}
