//! What an entry says, with its tags resolved and its keys translated.

use serde_json::Value;

use super::{Run, Said, State, Stop};
use crate::blueprint::diff::alike;
use crate::blueprint::file::Entry;
use crate::blueprint::models::{self, Home, Model};
use crate::blueprint::report::{Action, Outcome};
use crate::blueprint::tags::{Finder, Miss, Query, Resolver};
use crate::blueprint::yaml::Wrong;
use crate::blueprint::{apart, plan};
use crate::errors::Refusal;

/// authentik's model for «first apply that other blueprint». What it names is there here from the start.
const META: &str = "authentik_blueprints.metaapplyblueprint";

impl<'a> Run<'a> {
    fn resolver(&self) -> Resolver<'_> {
        Resolver {
            given: &self.options.context,
            context: &self.blueprint.context,
            environment: &self.options.environment,
            finder: self,
            spent: &self.spent,
        }
    }

    /// The model of an entry; `None` where it does not count, which is noted.
    fn model(&self, entry: &Entry) -> Result<Result<&'static Model, Outcome>, Stop> {
        let resolver = self.resolver();
        let name = resolver.value(&entry.model)?;
        let name = name.as_str().unwrap_or_default();
        let skipped = |action, note: &str| Outcome {
            line: entry.line,
            model: name.to_owned(),
            name: entry.id.clone().unwrap_or_default(),
            action,
            changes: Vec::new(),
            note: note.to_owned(),
        };
        if !resolver.all_true(&entry.conditions)? {
            let note = "a condition is not true";
            return Ok(Err(skipped(Action::Skipped, note)));
        }
        if name.eq_ignore_ascii_case(META) {
            let note = "what comes with authentik is there from the start";
            return Ok(Err(skipped(Action::Unchanged, note)));
        }
        match models::named(name) {
            Some(model) if !entry.has_permissions || self.options.skip_unsupported => Ok(Ok(model)),
            Some(_) => {
                let text = "permissions: there are none on single objects here.";
                Err(Wrong::at(entry.line, text).into())
            }
            None if self.options.skip_unsupported => {
                let note = "there is nothing like it here";
                Ok(Err(skipped(Action::Skipped, note)))
            }
            None => {
                let text = format!("There is no model {name:?} here.");
                Err(Wrong::at(entry.model.line, text).into())
            }
        }
    }

    /// Notes which entries there are and which do not count, and finds out the phase of each.
    pub(in crate::blueprint) async fn sorted(
        &mut self,
    ) -> Result<Vec<(&'a Entry, &'static Model)>, Refusal> {
        let mut all = Vec::new();
        for entry in &self.blueprint.entries {
            loop {
                match self.model(entry) {
                    Ok(Ok(model)) => {
                        self.keys.expect(model, entry);
                        all.push((entry, model));
                    }
                    Ok(Err(outcome)) => {
                        self.outcomes.insert(entry.index, outcome);
                    }
                    Err(Stop::Ask(query)) => {
                        self.look_up(query).await?;
                        continue;
                    }
                    Err(Stop::Wrong(wrong) | Stop::Later(wrong)) => self.wrongs.push(wrong),
                    Err(Stop::Refused(refusal)) => return Err(refusal),
                }
                break;
            }
        }
        Ok(all)
    }

    /// What an entry says.
    ///
    /// # Errors
    /// What is wrong with it, or has to be known first.
    pub(in crate::blueprint) fn say(&self, entry: &Entry) -> Result<Said, Stop> {
        let resolver = self.resolver();
        let state = match &entry.state {
            None => State::Present,
            Some(node) => match resolver.value(node)?.as_str() {
                Some("present") => State::Present,
                Some("created") => State::Created,
                Some("must_created") => State::MustCreated,
                Some("absent") => State::Absent,
                Some(_) | None => {
                    let text = "state is present, created, must_created or absent.";
                    return Err(Wrong::at(node.line, text).into());
                }
            },
        };
        let mut identifiers = resolver.pairs(&entry.identifiers)?;
        let attrs = resolver.pairs(&entry.attrs)?;
        let pk = identifiers.remove("pk").filter(|pk| !pk.is_null());
        let mut given = attrs;
        given.extend(identifiers.clone());
        let later = |field: String| {
            let text = format!("{field} names an entry of this file that could not be done.");
            Stop::Later(Wrong::at(entry.line, text))
        };
        let others = self.keys.translate(identifiers, false).map_err(later)?;
        let standing = self.keys.translate(given.clone(), true).map_err(later)?;
        let body = self.keys.translate(given, false).map_err(later)?;
        Ok(Said {
            state,
            pk,
            others: others.values,
            body: body.values,
            standing,
        })
    }
}

impl Finder for Run<'_> {
    fn find(
        &self,
        model: &'static Model,
        fields: &[(String, Value)],
    ) -> Result<Option<Value>, Miss> {
        let unmade = self.unmade.iter().find(|it| {
            let mut all = fields.iter();
            it.model == model.name
                && all.all(|(name, value)| it.body.get(name).is_some_and(|its| alike(its, value)))
        });
        if let Some(unmade) = unmade {
            return Ok(Some(unmade.key.clone()));
        }
        if let Home::Object(work) = &model.home {
            let found = plan::matching(self.seen(), (model, work), fields);
            let found = found.map_err(Miss::Wrong)?;
            return Ok(found.map(|stored| plan::key(&stored.object)));
        }
        let query = Query {
            model: &model.name,
            fields: fields.to_vec(),
        };
        match self.looked.iter().find(|(known, _)| *known == query) {
            Some((_, row)) => Ok(row.as_ref().and_then(|row| apart::key(model, row))),
            None => Err(Miss::Ask(query)),
        }
    }

    fn key_of(&self, id: &str) -> Option<Value> {
        self.keys.by_id(id).cloned()
    }
}
