//! Saves objects, and the clients compiled of them with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use protocol::{TenantId, Timestamp};
use thiserror::Error;

use super::check::check;
use super::compile::compile;
use super::object::Object;
use super::problem::Problems;
use super::state::{Config, Draft, Place};
use super::vet::Vetted;
use crate::client::Client;
use crate::event::Event;
use crate::ports::{
    ClientEdit, Commit, Committed, ConfigStore, Former, MOST_BYTES, MOST_ITEMS, ObjectKind,
    PortError, Repair,
};
use crate::scripts::Scripts;
use crate::tenant::Tenant;

/// How often configuration that others are changing at the same time is read again. Each time somebody else's
/// change has been made, so that many can get on at once.
const TRIES: usize = 40;

/// How many objects are read in one request.
const PAGE: u32 = 1_000;

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
    store: Arc<dyn ConfigStore>,
    pub(super) scripts: Scripts,
}

impl Change {
    /// Writes an object, whatever stands there.
    pub fn put(object: impl Into<Object>) -> Self {
        Self::Put {
            object: Box::new(object.into()),
            expect: Expect::Any,
        }
    }

    fn place(&self) -> Place {
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
    pub const fn new(store: Arc<dyn ConfigStore>, scripts: Scripts) -> Self {
        Self { store, scripts }
    }

    /// All objects of a tenant, and the revision they are of.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn read(&self, tenant: &TenantId) -> Result<(u64, Config), PortError> {
        let revision = self.store.revision(tenant).await?; // first, so that it is older than all that follows
        let mut config = Config::default();
        for kind in ObjectKind::ALL {
            let mut after = None;
            loop {
                let page = self
                    .store
                    .list(tenant, kind, after.as_deref(), PAGE)
                    .await?;
                for document in page.documents {
                    config.add(document)?;
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok((revision, config))
    }

    /// Makes all changes or none, and answers with what there is then. What says the same as before is not
    /// written again.
    ///
    /// The clients that use what was changed are compiled anew in the same transaction, as far as they fit. The
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
            let mut commit = plan(&stored, &draft)?;
            if commit.documents.is_empty() {
                return Ok(stored);
            }
            commit.revision = revision;
            commit.events = events.to_vec();
            self.split(&mut commit, &draft)?;
            let left = commit.repair.is_some();
            if self.store.commit(&tenant.id, &commit).await? == Committed::Done {
                let config = draft.config;
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
            self.compile_all(tenant, repair.providers).await?;
            self.store.repaired(tenant, repair.id).await?;
        }
        Ok(())
    }

    /// Compiles every client anew: after a release that compiles them otherwise.
    ///
    /// # Errors
    /// Where it cannot be read or written.
    pub async fn refresh(&self, tenant: &TenantId) -> Result<(), PortError> {
        self.finish(tenant).await?;
        let (_, config) = self.read(tenant).await?;
        let all = config.providers().map(|provider| provider.pk).collect();
        self.compile_all(tenant, all).await
    }

    async fn compile_all(&self, tenant: &TenantId, mut left: Vec<u64>) -> Result<(), PortError> {
        let mut tries = 0;
        while !left.is_empty() {
            let (revision, config) = self.read(tenant).await?;
            let (clients, taken) = chunk(&config, &left);
            if self.store.repair(tenant, revision, &clients).await? == Committed::Done {
                left.drain(..taken);
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
    async fn draft<'a>(
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

    /// Leaves for later what does not fit into one transaction: clients whose own provider and application have
    /// not changed, so that nobody is left under a former name.
    fn split(&self, commit: &mut Commit, draft: &Draft<'_>) -> Result<(), SaveError> {
        let bytes: usize = commit.clients.iter().map(ClientEdit::bytes).sum();
        if commit.items() <= MOST_ITEMS && bytes <= MOST_BYTES {
            return Ok(());
        }
        let (own, others) = std::mem::take(&mut commit.clients)
            .into_iter()
            .partition(|edit| draft.is_own(edit));
        commit.clients = own;
        let others: Vec<ClientEdit> = others;
        let providers = others.iter().filter_map(|edit| match edit {
            ClientEdit::Put { client, .. } => Some(client.provider_pk),
            ClientEdit::Remove(_) => None,
        });
        let providers: Vec<u64> = providers.collect();
        if !providers.is_empty() {
            let mut id = [0; 16];
            self.scripts.entropy.fill(&mut id);
            let id = uuid::Builder::from_random_bytes(id).into_uuid();
            commit.repair = Some(Repair { id, providers });
        }
        let items = commit.items();
        if items <= MOST_ITEMS {
            return Ok(());
        }
        let mut problems = Problems::default();
        if let Some(object) = draft.changed().next() {
            let text =
                format!("too much for one change: {items} items, and {MOST_ITEMS} is the most");
            problems.add(object, super::problem::WHOLE, text);
        }
        Err(SaveError::Wrong(problems))
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

/// Documents and clients that differ between what is stored and the draft.
fn plan(stored: &Config, draft: &Draft<'_>) -> Result<Commit, PortError> {
    let both = stored.providers().chain(draft.config.providers());
    let pks: BTreeSet<u64> = both.map(|provider| provider.pk).collect();
    let (mut ids, mut slugs) = (BTreeSet::new(), Vec::new());
    let mut clients = Vec::new();
    for pk in pks {
        let (before, after) = (compile(stored, pk), compile(&draft.config, pk));
        if let Some(client) = &after {
            ids.insert(client.client_id.clone());
            slugs.push(client.slug.clone());
        }
        clients.extend(edit(before, after));
    }
    // What another client has now is not removed, nor what the same one keeps.
    for edit in &mut clients {
        let (ClientEdit::Put { former, .. } | ClientEdit::Remove(former)) = edit;
        former.id.take_if(|id| ids.contains(id));
        former.slug.take_if(|slug| slugs.contains(slug));
    }
    Ok(Commit {
        revision: 0,
        documents: draft.edits()?,
        clients,
        repair: None,
        events: Vec::new(),
    })
}

/// What makes the one client of the other; nothing where they say the same.
fn edit(before: Option<Client>, after: Option<Client>) -> Option<ClientEdit> {
    let json = |client: &Client| serde_json::to_value(client).ok();
    let same = before.as_ref().and_then(json) == after.as_ref().and_then(json);
    let former = before.map_or_else(Former::default, |before| Former {
        id: Some(before.client_id),
        slug: Some(before.slug),
    });
    match after {
        _ if same => None,
        None => Some(ClientEdit::Remove(former)),
        Some(client) => Some(ClientEdit::Put {
            client: Box::new(client),
            former,
        }),
    }
}

/// As many clients from the front of `left` as one transaction takes, and how many of `left` that were.
fn chunk(config: &Config, left: &[u64]) -> (Vec<ClientEdit>, usize) {
    let mut clients = Vec::new();
    let (mut items, mut bytes, mut taken) = (1, 0, 0); // the revision is looked at, too
    for pk in left {
        if let Some(client) = compile(config, *pk) {
            let edit = ClientEdit::Put {
                client: Box::new(client),
                former: Former::default(),
            };
            items += edit.items();
            bytes += edit.bytes();
            if taken > 0 && (items > MOST_ITEMS || bytes > MOST_BYTES) {
                break;
            }
            clients.push(edit);
        }
        taken += 1;
    }
    (clients, taken)
}
