//! Saves objects, and the clients and flows compiled of them with them.

use std::sync::Arc;

use protocol::{TenantId, Timestamp};
use thiserror::Error;

use super::allowed;
use super::check::{check, removed};
use super::current::Kept;
use super::draft::Draft;
use super::edits::{self, Due};
use super::fit;
use super::object::Object;
use super::problem::Problems;
use super::state::{Config, Place};
use super::vet::Vetted;
use crate::event::Event;
use crate::ports::{BrandStore, Committed, ConfigStore, ObjectKind, PortError};
use crate::scripts::Scripts;
use crate::tenant::Tenant;

/// How often configuration that others are changing at the same time is read again. Each time somebody else's
/// change has been made, so that many can get on at once.
const TRIES: usize = 40;

/// A change of one object.
#[derive(Clone, Debug)]
pub enum Change {
    /// Writes it.
    Put {
        /// As it is to be.
        object: Box<Object>,
        /// What must stand there so far.
        expect: Expect,
    },
    /// Removes it, and what hangs on it.
    Remove {
        /// What it is.
        kind: ObjectKind,
        /// Its id, as [`Object::id`] has it.
        id: String,
        /// What must stand there so far.
        expect: Expect,
    },
}

/// What must stand in the place of a change so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    New,
    /// The object at this version.
    Version(u64),
    /// Anything or nothing.
    Any,
}

/// Why nothing was saved.
#[derive(Debug, Error)]
pub enum SaveError {
    /// Something is wrong with it.
    #[error("{0}")]
    Wrong(Problems),
    /// What stands there is not what was expected: it was changed, removed or made in between.
    #[error("{} {}: was changed by somebody else", .0.0.as_str(), .0.1)]
    Conflict((ObjectKind, String)),
    /// The outside does not work.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Saves configuration.
#[derive(Clone)]
pub struct Configuration {
    pub(super) store: Arc<dyn ConfigStore>,
    pub(super) scripts: Scripts,
    pub(super) kept: Kept,
    /// Brands, which name flows and applications.
    pub(super) brands: Option<Arc<dyn BrandStore>>,
}

impl Change {
    /// Writes an object, whatever stands there.
    pub fn put(object: impl Into<Object>) -> Self {
        Self::Put {
            object: Box::new(object.into()),
            expect: Expect::Any,
        }
    }

    pub(super) fn place(&self) -> Place {
        match self {
            Self::Put { object, .. } => (object.kind(), object.id()),
            Self::Remove { kind, id, .. } => (*kind, id.clone()),
        }
    }

    const fn expect(&self) -> Expect {
        match self {
            Self::Put { expect, .. } | Self::Remove { expect, .. } => *expect,
        }
    }
}

impl Configuration {
    /// In this store; expressions are checked and tried with these means.
    pub fn new(store: Arc<dyn ConfigStore>, scripts: Scripts) -> Self {
        Self {
            store,
            scripts,
            kept: Kept::default(),
            brands: None,
        }
    }

    /// Makes all changes or none, and answers with what there is then. What says the same as before is not
    /// written again.
    ///
    /// The clients and flows that use what was changed are compiled anew in the same transaction, as far as they fit. The
    /// rest follows at once; should that be interrupted, the next save, whatever it saves, begins with it.
    ///
    /// # Errors
    /// [`SaveError`]; nothing was written then. Only [`SaveError::Port`] may come from compiling what did not
    /// fit: to save the same again finishes it.
    pub async fn save(
        &self,
        tenant: &Tenant,
        changes: &[Change],
        events: &[Event],
        now: Timestamp,
    ) -> Result<Config, SaveError> {
        let mut vetted = Vetted::default();
        for _ in 0..TRIES {
            self.finish(&tenant.id).await?;
            let (revision, stored) = self.read(&tenant.id).await?;
            let draft = self
                .draft(tenant, &stored, changes, &mut vetted, now)
                .await?;
            let mut commit = edits::commit(&stored, &draft)?;
            fit::sizes(&draft.config, &commit)?;
            if commit.documents.is_empty() {
                return Ok((*stored).clone());
            }
            commit.revision = revision;
            commit.events = events.to_vec();
            self.split(&mut commit, &draft)?;
            let left = commit.repair.is_some();
            if self.store.commit(&tenant.id, &commit).await? == Committed::Done {
                let config = draft.config;
                self.keep(&tenant.id, revision + 1, &config, &commit);
                if left {
                    self.finish(&tenant.id).await?;
                }
                return Ok(config);
            }
        }
        Err(contended().into())
    }

    /// Compiles what interrupted changes have left.
    ///
    /// # Errors
    /// Where it cannot be read or written; then it is still left.
    pub async fn finish(&self, tenant: &TenantId) -> Result<(), PortError> {
        for repair in self.store.repairs(tenant).await? {
            self.compile_all(tenant, edits::due(&repair)).await?;
            self.store.repaired(tenant, repair.id).await?;
        }
        Ok(())
    }

    /// Compiles every client and flow anew: after a release that compiles them otherwise.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub async fn refresh(&self, tenant: &TenantId) -> Result<(), PortError> {
        self.finish(tenant).await?;
        let (_, config) = self.read(tenant).await?;
        self.compile_all(tenant, edits::all(&config)).await
    }

    async fn compile_all(&self, tenant: &TenantId, mut left: Vec<Due>) -> Result<(), PortError> {
        let mut tries = 0;
        while !left.is_empty() {
            let (revision, config) = self.read(tenant).await?;
            let batch = edits::batch(&config, &left);
            let (clients, flows) = (&batch.clients, &batch.flows);
            let done = self.store.repair(tenant, revision, clients, flows).await?;
            if done == Committed::Done {
                left.drain(..batch.taken);
                tries = 0;
            } else {
                tries += 1;
                if tries == TRIES {
                    return Err(contended());
                }
            }
        }
        Ok(())
    }

    /// The changes made to a copy, and all that is wrong with them.
    pub(super) async fn draft<'a>(
        &self,
        tenant: &Tenant,
        stored: &'a Config,
        changes: &[Change],
        vetted: &mut Vetted,
        now: Timestamp,
    ) -> Result<Draft<'a>, SaveError> {
        let mut draft = Draft::of(stored);
        for change in changes {
            expected(&draft.config, change)?;
            match change {
                Change::Put { object, .. } => {
                    draft.put(vetted.completed((**object).clone(), stored));
                }
                Change::Remove { kind, id, .. } => draft.remove(*kind, id),
            }
        }
        let mut problems = Problems::default();
        for object in draft.changed() {
            check(&draft.config, object, &mut problems);
        }
        for object in draft.removed() {
            removed(&draft.config, object, &mut problems);
        }
        allowed::check(tenant, (stored, &draft), &mut problems);
        self.check_brands(&tenant.id, (stored, &draft), &mut problems)
            .await?;
        if problems.0.is_empty() {
            let objects: Vec<Object> = draft.changed().cloned().collect();
            for object in objects {
                let object = self
                    .vet(tenant, stored, object, (vetted, &mut problems), now)
                    .await?;
                draft.put(object);
            }
        }
        if problems.0.is_empty() {
            Ok(draft)
        } else {
            Err(SaveError::Wrong(problems))
        }
    }
}

fn contended() -> PortError {
    PortError::Contended("configuration: others keep changing it".to_owned())
}

fn expected(config: &Config, change: &Change) -> Result<(), SaveError> {
    let place = change.place();
    let found = config.get(place.0, &place.1).map(|stored| stored.version);
    let good = match change.expect() {
        Expect::Any => true,
        Expect::New => found.is_none(),
        Expect::Version(version) => found == Some(version),
    };
    if good {
        Ok(())
    } else {
        Err(SaveError::Conflict(place))
    }
}
