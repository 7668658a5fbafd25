//! Changes that are tried before they are made: on a copy, object after object, and all of them as a save would look at
//! them.

use protocol::Timestamp;

use super::draft::Draft;
use super::edits;
use super::fit;
use super::object::Object;
use super::parts::Part;
use super::problem::{Problems, WHOLE};
use super::save::{Change, Configuration, SaveError};
use super::state::{Config, Stored};
use super::vet::Vetted;
use crate::ports::{DocumentEdit, MOST_BYTES, MOST_ITEMS, ObjectKind};
use crate::tenant::Tenant;

/// What a save would do.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// Whether one transaction takes all of it; else it is to be saved in parts.
    pub fits: bool,
}

impl Config {
    /// Puts an object in its place, unchecked: what is wrong with it is found on saving. Whoever names a flow that is
    /// renamed goes on naming it.
    pub fn set(&mut self, object: Object) {
        let place = (object.kind(), object.id());
        let before = self.get(place.0, &place.1);
        let renamed = match (&object, before.map(|before| &before.object)) {
            (Object::Flow(now), Some(Object::Flow(before))) => now.slug != before.slug,
            _ => false,
        };
        if renamed {
            let mut draft = Draft::of(self);
            draft.put(object);
            *self = draft.config;
            return;
        }
        let version = before.map_or(1, |before| before.version + 1);
        self.insert(place, Stored { version, object });
    }

    /// Takes an object away, and what hangs on it, unchecked.
    pub fn unset(&mut self, kind: ObjectKind, id: &str) {
        let mut draft = Draft::of(self);
        draft.remove(kind, id);
        *self = draft.config;
    }
}

impl Configuration {
    /// What [`Configuration::save`] would do, all but writing.
    ///
    /// # Errors
    /// As there; what is too much for one transaction is none.
    pub async fn rehearse(
        &self,
        tenant: &Tenant,
        changes: &[Change],
        now: Timestamp,
    ) -> Result<Rehearsal, SaveError> {
        let (_, stored) = self.read(&tenant.id).await?;
        let mut vetted = Vetted::default();
        let draft = self
            .draft(tenant, &stored, changes, &mut vetted, now)
            .await?;
        let commit = edits::commit(&stored, &draft)?;
        fit::sizes(&draft.config, &commit)?;
        let events = changes.len();
        let documents: usize = commit.documents.iter().map(DocumentEdit::bytes).sum();
        let bytes = documents + edits::bytes(&commit);
        Ok(Rehearsal {
            fits: commit.items() + events <= MOST_ITEMS && bytes <= MOST_BYTES,
        })
    }

    /// What saving these parts one after the other would do, all but writing.
    ///
    /// # Errors
    /// As [`Configuration::save`] of the first that would be refused.
    pub async fn rehearse_parts(
        &self,
        tenant: &Tenant,
        parts: &[Part],
        now: Timestamp,
    ) -> Result<(), SaveError> {
        let (_, stored) = self.read(&tenant.id).await?;
        let (mut stored, mut vetted) = ((*stored).clone(), Vetted::default());
        for part in parts {
            let draft = self
                .draft(tenant, &stored, &part.changes, &mut vetted, now)
                .await?;
            let mut commit = edits::commit(&stored, &draft)?;
            fit::sizes(&draft.config, &commit)?;
            commit.events.clone_from(&part.events);
            if let Err(SaveError::Wrong(_)) = self.split(&mut commit, &draft) {
                return Err(too_much(&draft, commit.items()));
            }
            stored = draft.config;
        }
        Ok(())
    }
}

/// Said of the application or flow that has so much.
fn too_much(draft: &Draft<'_>, items: usize) -> SaveError {
    let is_root = |object: &&Object| matches!(object, Object::Application(_) | Object::Flow(_));
    let roots = draft.changed().filter(is_root);
    let first = roots.chain(draft.changed()).chain(draft.removed()).next();
    let text = format!(
        "with all that guards it, it is too much to be saved at once: {items} items, and {MOST_ITEMS} is the most. Take a \
         part of it, such as stages and policies that are there already, into a file of its own"
    );
    let mut problems = Problems::default();
    if let Some(object) = first {
        problems.add(object, WHOLE, text);
    }
    SaveError::Wrong(problems)
}
