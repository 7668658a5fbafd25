//! Configuration: what administrators make, and the clients and flows compiled of it.

use async_trait::async_trait;
use protocol::{ClientId, Slug, TenantId};
use serde_json::Value;
use uuid::Uuid;

use crate::client::Client;
use crate::event::Event;
use crate::flow::Flow;
use crate::ports::Outcome;

/// How many items one [`ConfigStore::commit`] may write, as [`Commit::items`] counts them.
pub const MOST_ITEMS: usize = 100;

/// How many bytes of compiled clients and flows one write may carry, as [`ClientEdit::bytes`] and
/// [`FlowEdit::bytes`] estimate them: DynamoDB takes 4 MB in one transaction, and a client is written under its id
/// and under its slug.
pub const MOST_BYTES: usize = 3_000_000;

/// How many bytes a compiled flow may have, as [`FlowEdit::bytes`] counts them: DynamoDB takes 400 KB in one item.
pub const MOST_FLOW_BYTES: usize = 300_000;

/// How many bytes a compiled client may have as JSON: it is one item, twice.
pub const MOST_CLIENT_BYTES: usize = 300_000;

/// How many bytes an object may have as JSON: it is one item, too.
pub const MOST_OBJECT_BYTES: usize = 350_000;

/// What an administrator makes. One partition each, so that each can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// An OAuth2 provider.
    Provider,
    /// An application.
    Application,
    /// What binds a policy, a group or a user to an application, a flow or a stage in its flow.
    Binding,
    /// A scope mapping.
    Mapping,
    /// An expression policy.
    Policy,
    /// An OAuth source.
    Source,
    /// A key.
    Key,
    /// A flow.
    Flow,
    /// A stage, of any kind.
    Stage,
    /// What puts a stage into a flow.
    FlowStageBinding,
    /// A field of a prompt stage.
    Prompt,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Provider,
        Self::Application,
        Self::Binding,
        Self::Mapping,
        Self::Policy,
        Self::Source,
        Self::Key,
        Self::Flow,
        Self::Stage,
        Self::FlowStageBinding,
        Self::Prompt,
    ];

    /// Its name, in keys and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Application => "application",
            Self::Binding => "binding",
            Self::Mapping => "mapping",
            Self::Policy => "policy",
            Self::Source => "source",
            Self::Key => "key",
            Self::Flow => "flow",
            Self::Stage => "stage",
            Self::FlowStageBinding => "flow_stage_binding",
            Self::Prompt => "prompt",
        }
    }
}

/// An object as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it is.
    pub kind: ObjectKind,
    /// Its id; unique among those of its kind, and what lists are ordered by.
    pub id: String,
    /// Counts its changes, from 1.
    pub version: u64,
    /// What no other of its kind may be called at the same time, such as `slug:web`.
    pub names: Vec<String>,
    /// The object.
    pub body: Value,
}

/// Part of a list, in order of ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentPage {
    /// The objects.
    pub documents: Vec<Document>,
    /// Where the next part begins; `None` where there is none.
    pub next: Option<String>,
}

/// A change of one object.
#[derive(Clone, Debug, PartialEq)]
pub enum DocumentEdit {
    /// Writes it over `previous`, or as new.
    Put {
        /// As it is to be.
        document: Document,
        /// As it is stored.
        previous: Option<Document>,
    },
    /// Removes it, as it is stored.
    Remove(Document),
}

/// A change of one compiled client.
#[derive(Clone, Debug)]
pub enum ClientEdit {
    /// Writes it under its id and its slug, and removes what stands under those it had before.
    Put {
        /// As it is to be.
        client: Box<Client>,
        /// Id and slug that are no longer its own.
        former: Former,
    },
    /// Removes it.
    Remove(Former),
}

/// Where a compiled client no longer is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Former {
    /// Under this id.
    pub id: Option<ClientId>,
    /// Under this slug.
    pub slug: Option<Slug>,
}

impl Former {
    fn items(&self) -> usize {
        usize::from(self.id.is_some()) + usize::from(self.slug.is_some())
    }
}

impl ClientEdit {
    /// How many items it writes.
    pub fn items(&self) -> usize {
        match self {
            Self::Put { client, former } => {
                2 + former.items() + usize::from(client.has_documents())
            }
            Self::Remove(former) => former.items(),
        }
    }

    /// About how many bytes it writes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Put { client, .. } => {
                2 * serde_json::to_vec(client).map_or(MOST_BYTES, |json| json.len())
            }
            Self::Remove(_) => 0,
        }
    }
}

/// A change of one compiled flow.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowEdit {
    /// Writes it under its slug.
    Put(Box<Flow>),
    /// Removes what stands under this slug.
    Remove(Slug),
}

impl FlowEdit {
    /// About how many bytes it writes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Put(flow) => serde_json::to_vec(flow).map_or(MOST_BYTES, |json| json.len()),
            Self::Remove(_) => 0,
        }
    }
}

/// Clients and flows that are still to be compiled, because they did not fit into the write of what they depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Its name.
    pub id: Uuid,
    /// The providers whose clients are out of date.
    pub providers: Vec<u64>,
    /// The flows that are out of date.
    pub flows: Vec<Slug>,
}

/// Changes that are made together.
#[derive(Clone, Debug)]
pub struct Commit {
    /// The tenant's revision when everything was read of which this was made.
    pub revision: u64,
    /// Changes of objects.
    pub documents: Vec<DocumentEdit>,
    /// Changes of compiled clients.
    pub clients: Vec<ClientEdit>,
    /// Changes of compiled flows.
    pub flows: Vec<FlowEdit>,
    /// What is left to do afterwards.
    pub repair: Option<Repair>,
    /// What is recorded of it.
    pub events: Vec<Event>,
}

impl Commit {
    /// How many items it writes: the revision, each object with each of its names, and so on.
    pub fn items(&self) -> usize {
        let documents: usize = self.documents.iter().map(DocumentEdit::items).sum();
        let clients: usize = self.clients.iter().map(ClientEdit::items).sum();
        let flows = self.flows.len();
        1 + documents + clients + flows + usize::from(self.repair.is_some()) + self.events.len()
    }
}

impl DocumentEdit {
    /// About how many bytes it writes.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Put { document, .. } => {
                serde_json::to_vec(&document.body).map_or(MOST_BYTES, |json| json.len())
            }
            Self::Remove(_) => 0,
        }
    }

    fn items(&self) -> usize {
        match self {
            Self::Put { document, previous } => {
                let kept = |name: &&String| !document.names.contains(name);
                let former = previous.iter().flat_map(|previous| &previous.names);
                1 + document.names.len() + former.filter(kept).count()
            }
            Self::Remove(document) => 1 + document.names.len(),
        }
    }
}

/// Whether changes were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// They were.
    Done,
    /// Somebody else has changed configuration since it was read: read it again. Nothing was written.
    Moved,
}

/// Objects by kind and id, and the clients and flows compiled of them.
///
/// All changes of a tenant's configuration count one number on, its revision. Whoever reads it first and everything
/// else after it, and writes under the condition that it has not moved, has worked on one state of things; so of two
/// changes at once neither is lost in a compiled client, and no reference is left to what is being removed.
#[async_trait]
pub trait ConfigStore: Send + Sync {
    /// The tenant's revision; 0 before the first change.
    async fn revision(&self, tenant: &TenantId) -> Outcome<u64>;

    /// The object with this id.
    async fn get(&self, tenant: &TenantId, kind: ObjectKind, id: &str)
    -> Outcome<Option<Document>>;

    /// The object with this one among its [`Document::names`].
    async fn by_name(
        &self,
        tenant: &TenantId,
        kind: ObjectKind,
        name: &str,
    ) -> Outcome<Option<Document>>;

    /// Objects of one kind, in order of ids, after the one that an earlier page ended with; at most `limit`.
    async fn list(
        &self,
        tenant: &TenantId,
        kind: ObjectKind,
        after: Option<&str>,
        limit: u32,
    ) -> Outcome<DocumentPage>;

    /// The next free provider number (`pk`), counted from 1.
    async fn next_provider_pk(&self, tenant: &TenantId) -> Outcome<u64>;

    /// Makes all changes in one transaction, iff the revision has not moved; it moves by this. Names are
    /// guarded as well, but whoever works on one revision has seen that they are free.
    async fn commit(&self, tenant: &TenantId, commit: &Commit) -> Outcome<Committed>;

    /// What is left to do of changes that were interrupted, or are being made right now.
    async fn repairs(&self, tenant: &TenantId) -> Outcome<Vec<Repair>>;

    /// Writes clients and flows compiled at this revision, in one transaction, iff it has not moved.
    async fn repair(
        &self,
        tenant: &TenantId,
        revision: u64,
        clients: &[ClientEdit],
        flows: &[FlowEdit],
    ) -> Outcome<Committed>;

    /// Nothing is left to do of this; to say so twice is fine.
    async fn repaired(&self, tenant: &TenantId, id: Uuid) -> Outcome<()>;
}
