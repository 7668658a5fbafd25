//! A store in memory, which others can change and which can break.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use protocol::TenantId;

use super::*;
use crate::client::Client;
use crate::flow::Flow;
use crate::ports::{
    ClientEdit, Commit, Committed, ConfigStore, Document, DocumentEdit, DocumentPage, FlowEdit,
    MOST_ITEMS, ObjectKind, Outcome, PortError, Repair,
};

#[derive(Default)]
pub(super) struct Memory(pub(super) Mutex<Inside>);

#[derive(Default)]
pub(super) struct Inside {
    pub(super) revision: u64,
    pub(super) documents: BTreeMap<(ObjectKind, String), Document>,
    pub(super) ids: BTreeMap<String, Client>,
    pub(super) slugs: BTreeMap<String, Client>,
    pub(super) flows: BTreeMap<String, Flow>,
    pub(super) repairs: Vec<Repair>,
    /// How many writes there were.
    pub(super) writes: usize,
    /// How many parts of lists were read.
    pub(super) lists: usize,
    /// Each write takes one: `Some` is put there by somebody else just before, and so the write is refused.
    pub(super) others: VecDeque<Option<Object>>,
    /// Breaks before this many further writes.
    pub(super) breaks_after: Option<usize>,
}

impl Inside {
    fn write(&mut self, revision: u64) -> Outcome<Committed> {
        match &mut self.breaks_after {
            Some(0) => return Err(PortError::Unavailable("broken".into())),
            Some(left) => *left -= 1,
            None => {}
        }
        if let Some(Some(object)) = self.others.pop_front() {
            let document = object.document(1).unwrap();
            self.documents
                .insert((document.kind, document.id.clone()), document);
            self.revision += 1;
        }
        if self.revision != revision {
            return Ok(Committed::Moved);
        }
        self.writes += 1;
        Ok(Committed::Done)
    }

    fn apply_flows(&mut self, edits: &[FlowEdit]) {
        for edit in edits {
            match edit {
                FlowEdit::Put(flow) => {
                    self.flows.insert(flow.slug.to_string(), (**flow).clone());
                }
                FlowEdit::Remove(slug) => drop(self.flows.remove(slug.as_str())),
            }
        }
    }

    fn apply(&mut self, edits: &[ClientEdit]) {
        for edit in edits {
            let former = match edit {
                ClientEdit::Put { client, former } => {
                    self.ids
                        .insert(client.client_id.to_string(), (**client).clone());
                    self.slugs
                        .insert(client.slug.to_string(), (**client).clone());
                    former
                }
                ClientEdit::Remove(former) => former,
            };
            former
                .id
                .iter()
                .for_each(|id| drop(self.ids.remove(id.as_str())));
            former
                .slug
                .iter()
                .for_each(|slug| drop(self.slugs.remove(slug.as_str())));
        }
    }
}

impl Memory {
    pub(super) fn look<T>(&self, look: impl FnOnce(&mut Inside) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }
}

#[async_trait]
impl ConfigStore for Memory {
    async fn revision(&self, _: &TenantId) -> Outcome<u64> {
        Ok(self.look(|it| it.revision))
    }

    async fn get(&self, _: &TenantId, kind: ObjectKind, id: &str) -> Outcome<Option<Document>> {
        Ok(self.look(|it| it.documents.get(&(kind, id.to_owned())).cloned()))
    }

    async fn by_name(
        &self,
        _: &TenantId,
        kind: ObjectKind,
        name: &str,
    ) -> Outcome<Option<Document>> {
        let named = |it: &&Document| it.kind == kind && it.names.iter().any(|its| its == name);
        Ok(self.look(|it| it.documents.values().find(named).cloned()))
    }

    async fn list(
        &self,
        _: &TenantId,
        kind: ObjectKind,
        after: Option<&str>,
        _: u32,
    ) -> Outcome<DocumentPage> {
        // Two a page, so that there are pages.
        let of_kind = |it: &&Document| it.kind == kind && after.is_none_or(|after| &*it.id > after);
        let documents = self.look(|it| {
            it.lists += 1;
            let documents = it.documents.values().filter(of_kind).take(2);
            documents.cloned().collect::<Vec<_>>()
        });
        let next = documents.last().map(|it| it.id.clone());
        Ok(DocumentPage { documents, next })
    }

    async fn next_provider_pk(&self, _: &TenantId) -> Outcome<u64> {
        Ok(1)
    }

    async fn commit(&self, _: &TenantId, commit: &Commit) -> Outcome<Committed> {
        assert!(commit.items() <= MOST_ITEMS, "{} items", commit.items());
        self.look(|it| {
            let outcome = it.write(commit.revision)?;
            if outcome == Committed::Done {
                it.revision += 1;
                for edit in &commit.documents {
                    match edit {
                        DocumentEdit::Put { document, previous } => {
                            let place = (document.kind, document.id.clone());
                            let found = it.documents.insert(place, document.clone());
                            assert_eq!(&found, previous);
                        }
                        DocumentEdit::Remove(former) => {
                            let found = it.documents.remove(&(former.kind, former.id.clone()));
                            assert_eq!(found.as_ref(), Some(former));
                        }
                    }
                }
                it.apply(&commit.clients);
                it.apply_flows(&commit.flows);
                it.repairs.extend(commit.repair.clone());
            }
            Ok(outcome)
        })
    }

    async fn repairs(&self, _: &TenantId) -> Outcome<Vec<Repair>> {
        Ok(self.look(|it| it.repairs.clone()))
    }

    async fn repair(
        &self,
        _: &TenantId,
        revision: u64,
        clients: &[ClientEdit],
        flows: &[FlowEdit],
    ) -> Outcome<Committed> {
        let items = clients.iter().map(ClientEdit::items).sum::<usize>() + flows.len();
        assert!(items < MOST_ITEMS, "{items} items and the revision");
        self.look(|it| {
            let outcome = it.write(revision)?;
            if outcome == Committed::Done {
                it.apply(clients);
                it.apply_flows(flows);
            }
            Ok(outcome)
        })
    }

    async fn repaired(&self, _: &TenantId, id: Uuid) -> Outcome<()> {
        self.look(|it| it.repairs.retain(|repair| repair.id != id));
        Ok(())
    }
}
