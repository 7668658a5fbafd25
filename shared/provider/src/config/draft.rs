//! Configuration in the course of a change: a copy, and what was touched of it.

use std::collections::BTreeSet;

use protocol::Slug;
use uuid::Uuid;

use super::object::{Object, provider_id};
use super::refer::{self, Hold};
use super::state::{Config, Place, Stored};
use crate::ports::{ClientEdit, DocumentEdit, FlowEdit, ObjectKind, Outcome};

/// Configuration in the course of a change.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    stored: &'a Config,
    /// As it would be.
    pub(super) config: Config,
    touched: BTreeSet<Place>,
}

impl<'a> Draft<'a> {
    /// Without a change so far.
    pub(super) fn of(stored: &'a Config) -> Self {
        Self {
            stored,
            config: stored.clone(),
            touched: BTreeSet::new(),
        }
    }

    /// Puts an object in its place; one that says the same as the stored one is left alone.
    pub(super) fn put(&mut self, object: Object) {
        let place = (object.kind(), object.id());
        let stored = self.stored.at(&place);
        let version = stored.map_or(1, |stored| stored.version + 1);
        if stored.is_some_and(|stored| stored.object.same_as(&object)) {
            return;
        }
        let moved = match (&object, stored.map(|stored| &stored.object)) {
            (Object::Flow(now), Some(Object::Flow(before))) if now.slug != before.slug => {
                Some((before.slug.clone(), now.slug.clone()))
            }
            _ => None,
        };
        self.config
            .insert(place.clone(), Stored { version, object });
        self.touched.insert(place);
        if let Some((from, to)) = moved {
            self.rename(&from, &to);
        }
    }

    /// Whoever names a flow goes on naming it when it is renamed (authentik refers to flows by id).
    fn rename(&mut self, from: &Slug, to: &Slug) {
        if self.config.flow_named(from).is_some() {
            return; // another has taken its name in the same change, and now they mean that
        }
        let all = self.config.all();
        let moved: Vec<Object> = all
            .filter_map(|(_, stored)| refer::renamed(&stored.object, from, to))
            .collect();
        for object in moved {
            self.put(object);
        }
    }

    /// Takes an object away, and what hangs on it (authentik's `used_by`): bindings go with what they bind or
    /// are made to, elsewhere the reference is dropped. What cannot be without it is found by
    /// [`super::check::removed`].
    pub(super) fn remove(&mut self, kind: ObjectKind, id: &str) {
        let place = (kind, id.to_owned());
        let Some(removed) = self.config.take(&place) else {
            return;
        };
        self.touched.insert(place);
        let removed = &removed.object;
        let all = self.config.all();
        let hanging: Vec<Place> = all
            .filter(|(_, stored)| refer::hold(&stored.object, removed) == Hold::Hangs)
            .map(|(place, _)| place.clone())
            .collect();
        for (kind, id) in hanging {
            self.remove(kind, &id); // and what hangs on that
        }
        let freed = self.config.all();
        let freed: Vec<Object> = freed
            .filter_map(|(_, stored)| refer::without(&stored.object, removed))
            .collect();
        for object in freed {
            self.put(object);
        }
    }

    /// The objects that were taken away.
    pub(super) fn removed(&self) -> impl Iterator<Item = &Object> {
        let gone = self.touched.iter();
        let gone = gone.filter(|place| self.config.at(place).is_none());
        gone.filter_map(|place| Some(&self.stored.at(place)?.object))
    }

    /// The objects that were put so far.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Object> {
        let stored = self.touched.iter();
        stored.filter_map(|place| Some(&self.config.at(place)?.object))
    }

    /// The places in which something has changed.
    pub(super) fn touched(&self) -> impl Iterator<Item = &Place> {
        self.touched.iter()
    }

    /// Whether a client changes by its own provider or application, and not only by what these use.
    pub(super) fn is_own(&self, edit: &ClientEdit) -> bool {
        match edit {
            ClientEdit::Remove(_) => true,
            ClientEdit::Put { client, .. } => {
                let provider = (ObjectKind::Provider, provider_id(client.provider_pk));
                let application = client.application_id.to_string();
                let application = (ObjectKind::Application, application);
                self.touched.contains(&provider) || self.touched.contains(&application)
            }
        }
    }

    /// Whether a flow changes by itself or by the order of its stages, and not only by what these use.
    pub(super) fn is_own_flow(&self, edit: &FlowEdit) -> bool {
        let FlowEdit::Put(flow) = edit else {
            return true;
        };
        let own = (ObjectKind::Flow, flow.id.to_string());
        let binding = |id: Uuid| (ObjectKind::FlowStageBinding, id.to_string());
        let mut bound = flow.stages.iter().map(|bound| binding(bound.id));
        self.touched.contains(&own) || bound.any(|place| self.touched.contains(&place))
    }

    /// What is to be written.
    pub(super) fn edits(&self) -> Outcome<Vec<DocumentEdit>> {
        let edits = self.touched.iter().map(|place| self.edit(place));
        Ok(edits
            .collect::<Outcome<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect())
    }

    fn edit(&self, place: &Place) -> Outcome<Option<DocumentEdit>> {
        let document = |stored: &Stored| stored.object.document(stored.version);
        let previous = self.stored.at(place).map(document).transpose()?;
        let next = self.config.at(place).map(document).transpose()?;
        Ok(match (next, previous) {
            (Some(document), previous) => Some(DocumentEdit::Put { document, previous }),
            (None, Some(previous)) => Some(DocumentEdit::Remove(previous)),
            (None, None) => None,
        })
    }
}
