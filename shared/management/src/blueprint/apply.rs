//! A blueprint is applied: rehearsed from its first entry to its last, and then, where nothing is wrong, made so.

mod save;

use http::Method;
use provider::config::SaveError;
use serde_json::json;

use super::file::Blueprint;
use super::models::Home;
use super::report::{Action, Outcome};
use super::run::{NEW_KEY, Named, Phase, Run, Stop, phase};
use super::within::call;
use super::yaml::Wrong;
use super::{Applied, Options};
use crate::endpoint::Api;
use crate::errors::{Errors, Refusal};
use crate::operation::Ask;

/// How often the configuration is begun again that others change at the same time.
const TRIES: usize = 5;

/// How often entries are gone through for those that name later ones.
const ROUNDS: usize = 5;

/// How many things that are wrong are told.
const MOST_TOLD: usize = 20;

/// How long the key of a certificate is good that is made in the place of one that the file does not have (authentik's
/// default).
const DAYS: u32 = 365;

/// Applies a blueprint, or says what that would do. Nothing is written where anything is wrong with it.
///
/// # Errors
/// What is wrong with it, under `content`, each with its line.
pub async fn apply(
    api: &Api,
    ask: &Ask<'_>,
    text: &str,
    options: &Options,
) -> Result<Applied, Refusal> {
    let blueprint = Blueprint::read(text).map_err(|wrong| refusal(vec![wrong]))?;
    let mut rehearsal = Run::new((api, ask), &blueprint, options, true).await?;
    let entries = rehearsal.sorted().await?;
    for each in [Phase::People, Phase::Config, Phase::Rest] {
        rehearsal.go(&entries, each).await?;
        rehearsal.check()?;
        if each == Phase::People {
            rehearsal.complete_groups().await?;
        }
        if each == Phase::Config {
            rehearsal.rehearse().await?;
        }
    }
    let outcomes: Vec<Outcome> = rehearsal.outcomes.into_values().collect();
    let same = !outcomes.iter().any(Outcome::changes_something);
    let outcomes = if options.dry_run || same {
        outcomes
    } else {
        carry_out((api, ask), &blueprint, options).await?
    };
    let labels = blueprint.labels.into_iter();
    Ok(Applied {
        name: blueprint.name.unwrap_or_default(),
        labels: labels.map(|(name, label)| (name, label.into())).collect(),
        outcomes,
    })
}

async fn carry_out<'a>(
    (api, ask): (&'a Api, &'a Ask<'a>),
    blueprint: &'a Blueprint,
    options: &'a Options,
) -> Result<Vec<Outcome>, Refusal> {
    let mut run = Run::new((api, ask), blueprint, options, false).await?;
    let entries = run.sorted().await?;
    run.go(&entries, Phase::People).await?;
    run.check()?;
    run.complete_groups().await?;
    let made = run.make_keys(&entries).await?;
    run.configure(&entries).await?;
    for index in made {
        if let Some(outcome) = run.outcomes.get_mut(&index) {
            outcome.action = Action::Created;
            NEW_KEY.clone_into(&mut outcome.note);
        }
    }
    run.go(&entries, Phase::Rest).await?;
    run.check()?;
    Ok(run.outcomes.into_values().collect())
}

/// What is wrong, as an answer.
fn refusal(wrongs: Vec<Wrong>) -> Refusal {
    let mut errors = Errors::default();
    let more = wrongs.len().saturating_sub(MOST_TOLD);
    for wrong in wrongs.into_iter().take(MOST_TOLD) {
        errors.add("content", wrong.to_string());
    }
    if more > 0 {
        errors.add("content", format!("And {more} more."));
    }
    Refusal::Invalid(errors)
}

impl<'a> Run<'a> {
    /// Does the entries of a phase in their order; those that name later ones, after these.
    async fn go(&mut self, entries: &[Named<'a>], of: Phase) -> Result<(), Refusal> {
        let all = entries.iter().filter(|(_, model)| phase(model) == of);
        let mut left: Vec<Named<'a>> = all.copied().collect();
        for _ in 0..ROUNDS {
            let (before, mut again, mut wrongs) = (left.len(), Vec::new(), Vec::new());
            for named in left {
                match self.one(named).await {
                    Ok(()) => {}
                    Err(Stop::Wrong(wrong) | Stop::Later(wrong)) => {
                        wrongs.push(wrong);
                        again.push(named);
                    }
                    Err(Stop::Refused(refusal)) => return Err(refusal),
                    Err(Stop::Ask(_)) => return Err(Refusal::Conflict), // looked up in `one`
                }
            }
            if again.len() == before || again.is_empty() {
                self.wrongs.extend(wrongs);
                return Ok(());
            }
            left = again;
        }
        let text = "They name each other back and forth.";
        self.wrongs
            .extend(left.iter().map(|(entry, _)| Wrong::at(entry.line, text)));
        Ok(())
    }

    /// Does an entry, with all that has to be looked up for it.
    async fn one(&mut self, named: Named<'a>) -> Result<(), Stop> {
        loop {
            let done = match &named.1.home {
                Home::Object(work) => Box::pin(self.object(named, work)).await,
                Home::User | Home::Group | Home::Token | Home::Brand | Home::Invitation => {
                    Box::pin(self.apart(named)).await
                }
            };
            match done {
                Err(Stop::Ask(query)) => self.look_up(query).await?,
                other => return other,
            }
        }
    }

    fn check(&mut self) -> Result<(), Refusal> {
        if self.wrongs.is_empty() {
            return Ok(());
        }
        let mut wrongs = std::mem::take(&mut self.wrongs);
        wrongs.sort_by_key(|wrong| wrong.line);
        Err(refusal(wrongs))
    }

    /// Puts people into groups that were made before them.
    async fn complete_groups(&mut self) -> Result<(), Refusal> {
        let groups = std::mem::take(&mut self.incomplete);
        for named in groups {
            let first = self.outcomes.get(&named.0.index).cloned();
            let is_new = first
                .as_ref()
                .is_some_and(|it| it.action == Action::Created);
            if self.rehearsing && is_new {
                continue; // who is in it is known to be there
            }
            if let Err(Stop::Wrong(wrong) | Stop::Later(wrong)) = self.one(named).await {
                self.wrongs.push(wrong);
            }
            if let Some(first) = first.filter(Outcome::changes_something) {
                self.outcomes.insert(named.0.index, first);
            }
        }
        self.check()
    }

    /// Makes a key for each certificate that the file names without having it. Answers with their entries.
    async fn make_keys(&mut self, entries: &[Named<'a>]) -> Result<Vec<usize>, Refusal> {
        let mut made = Vec::new();
        for (entry, model) in entries {
            let Home::Object(work) = &model.home else {
                continue;
            };
            if work.of != provider::ports::ObjectKind::Key {
                continue;
            }
            let Some(name) = self.missing_key(entry, (model, work)) else {
                continue;
            };
            let body =
                json!({ "common_name": name, "subject_alt_name": "", "validity_days": DAYS });
            let path = "/crypto/certificatekeypairs/generate/";
            call(self.api, self.ask, (Method::POST, path), &[], Some(&body)).await?;
            made.push(entry.index);
        }
        if !made.is_empty() {
            self.begin_again().await?;
        }
        Ok(made)
    }

    /// Reads the configuration anew; what was done with it so far does not count.
    async fn begin_again(&mut self) -> Result<(), Refusal> {
        self.base = self.api.config(self.ask).await?;
        self.config = (*self.base).clone();
        self.changes.clear();
        self.events.clear();
        self.lines.clear();
        Ok(())
    }

    /// Makes the objects of the configuration so, over what others make of it at the same time.
    async fn configure(&mut self, entries: &[Named<'a>]) -> Result<(), Refusal> {
        for _ in 0..TRIES {
            self.begin_again().await?;
            self.go(entries, Phase::Config).await?;
            self.check()?;
            if self.changes.is_empty() {
                return Ok(());
            }
            let Err(error) = self.save().await else {
                return Ok(());
            };
            let now = self.api.config(self.ask).await?;
            let moved = !std::sync::Arc::ptr_eq(&now, &self.base);
            match error {
                SaveError::Conflict(_) | SaveError::Wrong(_) if moved => {
                    for (entry, model) in entries.iter().filter(|it| phase(it.1) == Phase::Config) {
                        self.keys.expect(model, entry);
                    }
                }
                other => return Err(self.refused(other)),
            }
        }
        Err(Refusal::Conflict)
    }
}
