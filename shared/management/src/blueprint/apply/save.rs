//! The objects of the configuration are saved: in one transaction where one takes them, else in parts of which none lets
//! anybody in whom the file keeps out.

use provider::config::{Part, Problems, SaveError, parts};

use super::refusal;
use crate::blueprint::run::Run;
use crate::blueprint::yaml::Wrong;
use crate::errors::Refusal;

impl Run<'_> {
    /// Whether all objects of the configuration could be saved.
    pub(super) async fn rehearse(&mut self) -> Result<(), Refusal> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let parts = self.parts().await;
        parts.map(drop).map_err(|error| self.refused(error))
    }

    /// Saves them.
    pub(super) async fn save(&self) -> Result<(), SaveError> {
        let (tenant, now) = (&self.ask.call.tenant, self.ask.call.now);
        for part in self.parts().await? {
            let config = &self.api.parts.config;
            let (changes, events) = (&part.changes, &part.events);
            config.save(tenant, changes, events, now).await?;
        }
        Ok(())
    }

    /// What is saved at once, each looked at over what those before it leave.
    async fn parts(&self) -> Result<Vec<Part>, SaveError> {
        let (tenant, now) = (&self.ask.call.tenant, self.ask.call.now);
        let config = &self.api.parts.config;
        let whole = config.rehearse(tenant, &self.changes, now).await?;
        if whole.fits {
            return Ok(vec![Part {
                changes: self.changes.clone(),
                events: self.events.clone(),
            }]);
        }
        let parts = parts(&self.base, &self.changes, &self.events);
        config.rehearse_parts(tenant, &parts, now).await?;
        Ok(parts)
    }

    /// Why the configuration was not saved, by the lines that it is of.
    pub(super) fn refused(&self, error: SaveError) -> Refusal {
        match error {
            SaveError::Wrong(Problems(problems)) => {
                let wrongs = problems.into_iter().map(|problem| {
                    let place = (problem.kind, problem.id.clone());
                    let line = self.lines.get(&place).copied().unwrap_or(1);
                    Wrong::at(line, crate::errors::sentence(&problem.to_string()))
                });
                refusal(wrongs.collect())
            }
            SaveError::Conflict(_) => Refusal::Conflict,
            SaveError::Port(error) => error.into(),
        }
    }
}
