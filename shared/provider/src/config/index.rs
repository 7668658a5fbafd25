//! Where objects are found by something else than their id: made of all of them when it is first asked, and anew after
//! a change.

use std::collections::HashMap;

use uuid::Uuid;

use super::object::Object;
use super::state::Stored;
use crate::ports::ObjectKind;

/// What an object is called: its kind, and the field and value of [`Object::names`], as documents have them.
type Name = (ObjectKind, String);

/// Ids by what else objects are found by; each list in order of ids.
#[derive(Debug, Default)]
pub(super) struct Index {
    names: HashMap<Name, Vec<String>>,
    /// Applications by their provider.
    applications: HashMap<u64, Uuid>,
    /// Applications by a provider that nobody signs in by.
    backchannel: HashMap<u64, Uuid>,
    /// Bindings by what they are made to.
    bindings: HashMap<Uuid, Vec<Uuid>>,
    /// Flow stage bindings by their flow.
    stages: HashMap<Uuid, Vec<Uuid>>,
}

impl Index {
    /// Of these objects, in order of ids.
    pub(super) fn of<'a>(objects: impl Iterator<Item = &'a Stored>) -> Self {
        let mut index = Self::default();
        for stored in objects {
            index.add(&stored.object);
        }
        index
    }

    fn add(&mut self, object: &Object) {
        for (field, name) in object.names() {
            let name = (object.kind(), format!("{field}:{name}"));
            self.names.entry(name).or_default().push(object.id());
        }
        match object {
            Object::Application(it) => {
                if let Some(pk) = it.provider {
                    self.applications.entry(pk).or_insert(it.id);
                }
                for pk in &it.backchannel_providers {
                    self.backchannel.entry(*pk).or_insert(it.id);
                }
            }
            Object::Binding(it) => self.bindings.entry(it.target).or_default().push(it.id),
            Object::FlowStageBinding(it) => {
                self.stages.entry(it.target).or_default().push(it.id);
            }
            Object::Provider(_)
            | Object::Mapping(_)
            | Object::Policy(_)
            | Object::Source(_)
            | Object::Key(_)
            | Object::Flow(_)
            | Object::Stage(_)
            | Object::Prompt(_) => {}
        }
    }

    /// The ids of those who are called so; in sound configuration, at most one.
    pub(super) fn named(
        &self,
        kind: ObjectKind,
        (field, name): (&str, &str),
    ) -> impl Iterator<Item = &str> {
        let found = self.names.get(&(kind, format!("{field}:{name}")));
        found.into_iter().flatten().map(String::as_str)
    }

    pub(super) fn application_of(&self, pk: u64) -> Option<Uuid> {
        self.applications.get(&pk).copied()
    }

    pub(super) fn backchannel_of(&self, pk: u64) -> Option<Uuid> {
        self.backchannel.get(&pk).copied()
    }

    pub(super) fn bindings_of(&self, target: Uuid) -> &[Uuid] {
        self.bindings.get(&target).map_or(&[], Vec::as_slice)
    }

    pub(super) fn stages_of(&self, flow: Uuid) -> &[Uuid] {
        self.stages.get(&flow).map_or(&[], Vec::as_slice)
    }
}
