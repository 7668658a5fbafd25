//! All objects of a tenant as they are at one revision.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use protocol::Slug;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::flows::{FlowObject, FlowStageBinding, StageObject};
use super::index::Index;
use super::keys::KeyPair;
use super::object::{Object, provider_id};
use super::objects::{Application, Mapping, PolicyBinding, Provider, Source};
use crate::flow::stage::PromptSettings;
use crate::policy::ExpressionPolicy;
use crate::ports::{Document, ObjectKind, Outcome, PortError};

/// An object and the count of its changes.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Counts its changes, from 1.
    pub version: u64,
    /// The object.
    pub object: Object,
}

/// All objects of a tenant. A copy shares them with what it is a copy of.
#[derive(Clone, Debug, Default)]
pub struct Config {
    objects: BTreeMap<Place, Arc<Stored>>,
    index: OnceLock<Arc<Index>>,
}

/// Which object.
pub(super) type Place = (ObjectKind, String);

impl Object {
    /// As it is kept.
    ///
    /// # Errors
    /// Never in practice: every object can be written as JSON.
    pub fn document(&self, version: u64) -> Outcome<Document> {
        let body = match self {
            Self::Provider(it) => serde_json::to_value(it),
            Self::Application(it) => serde_json::to_value(it),
            Self::Binding(it) => serde_json::to_value(it),
            Self::Mapping(it) => serde_json::to_value(it),
            Self::Policy(it) => serde_json::to_value(it),
            Self::Source(it) => serde_json::to_value(it),
            Self::Key(it) => serde_json::to_value(it),
            Self::Flow(it) => serde_json::to_value(it),
            Self::Stage(it) => serde_json::to_value(it),
            Self::FlowStageBinding(it) => serde_json::to_value(it),
            Self::Prompt(it) => serde_json::to_value(it),
        };
        let names = self.names().into_iter();
        Ok(Document {
            kind: self.kind(),
            id: self.id(),
            version,
            names: names
                .map(|(field, name)| format!("{field}:{name}"))
                .collect(),
            body: body.map_err(|_| unreadable(self.kind(), &self.id()))?,
        })
    }

    /// Reads what is kept.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it is not what it must be.
    pub fn read(document: Document) -> Outcome<Self> {
        fn body<T: DeserializeOwned>(document: Document) -> Outcome<T> {
            let why = unreadable(document.kind, &document.id);
            serde_json::from_value(document.body).map_err(|_| why)
        }
        Ok(match document.kind {
            ObjectKind::Provider => Self::Provider(Box::new(body(document)?)),
            ObjectKind::Application => Self::Application(body(document)?),
            ObjectKind::Binding => Self::Binding(body(document)?),
            ObjectKind::Mapping => Self::Mapping(body(document)?),
            ObjectKind::Policy => Self::Policy(body(document)?),
            ObjectKind::Source => Self::Source(body(document)?),
            ObjectKind::Key => Self::Key(Box::new(body(document)?)),
            ObjectKind::Flow => Self::Flow(Box::new(body(document)?)),
            ObjectKind::Stage => Self::Stage(Box::new(body(document)?)),
            ObjectKind::FlowStageBinding => Self::FlowStageBinding(body(document)?),
            ObjectKind::Prompt => Self::Prompt(Box::new(body(document)?)),
        })
    }

    /// Whether it says the same.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        match (self.document(0), other.document(0)) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
    }
}

fn unreadable(kind: ObjectKind, id: &str) -> PortError {
    PortError::Corrupt(format!("{} {id}: is not of its form", kind.as_str()))
}

macro_rules! typed {
    ($($variant:ident($type:ty): $as:ident, $one:ident($id:ident: $key:ty => $text:expr), $all:ident;)*) => {
        impl Object { $(
            #[doc = concat!("The object, where it is a `", stringify!($variant), "`.")]
            pub fn $as(&self) -> Option<&$type> {
                match self {
                    Self::$variant(object) => Some(object),
                    _ => None,
                }
            }
        )* }

        impl Config { $(
            #[doc = concat!("The `", stringify!($variant), "` with this id.")]
            pub fn $one(&self, $id: $key) -> Option<&$type> {
                self.get(ObjectKind::$variant, &$text)?.object.$as()
            }

            #[doc = concat!("Each `", stringify!($variant), "`, in order of ids.")]
            pub fn $all(&self) -> impl Iterator<Item = &$type> {
                let stored = self.stored_of(ObjectKind::$variant);
                stored.filter_map(|stored| stored.object.$as())
            }
        )* }
    };
}
typed! {
    Provider(Provider): as_provider, provider(pk: u64 => provider_id(pk)), providers;
    Application(Application): as_application, application(id: Uuid => id.to_string()), applications;
    Binding(PolicyBinding): as_binding, binding(id: Uuid => id.to_string()), bindings;
    Mapping(Mapping): as_mapping, mapping(id: Uuid => id.to_string()), mappings;
    Policy(ExpressionPolicy): as_policy, policy(id: Uuid => id.to_string()), policies;
    Source(Source): as_source, source(id: Uuid => id.to_string()), sources;
    Key(KeyPair): as_key, key(id: Uuid => id.to_string()), keys;
    Flow(FlowObject): as_flow, flow(id: Uuid => id.to_string()), flows;
    Stage(StageObject): as_stage, stage(id: Uuid => id.to_string()), stages;
    FlowStageBinding(FlowStageBinding): as_flow_stage_binding,
        flow_stage_binding(id: Uuid => id.to_string()), flow_stage_bindings;
    Prompt(PromptSettings): as_prompt, prompt(id: Uuid => id.to_string()), prompts;
}

impl Config {
    /// With one more object, as it is stored.
    ///
    /// # Errors
    /// [`PortError::Corrupt`] where it cannot be read.
    pub fn add(&mut self, document: Document) -> Outcome<()> {
        let place = (document.kind, document.id.clone());
        let version = document.version;
        let object = Object::read(document)?;
        self.insert(place, Stored { version, object });
        Ok(())
    }

    /// Puts an object in its place.
    pub(super) fn insert(&mut self, place: Place, stored: Stored) {
        self.index.take();
        self.objects.insert(place, Arc::new(stored));
    }

    /// Takes an object away.
    pub(super) fn take(&mut self, place: &Place) -> Option<Arc<Stored>> {
        self.index.take();
        self.objects.remove(place)
    }

    /// The object in this place.
    pub(super) fn at(&self, place: &Place) -> Option<&Stored> {
        self.objects.get(place).map(|stored| &**stored)
    }

    /// All objects, with their places.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Place, &Stored)> {
        self.objects
            .iter()
            .map(|(place, stored)| (place, &**stored))
    }

    fn index(&self) -> &Index {
        let made = || Arc::new(Index::of(self.all().map(|(_, stored)| stored)));
        self.index.get_or_init(made)
    }

    /// The object with this id.
    pub fn get(&self, kind: ObjectKind, id: &str) -> Option<&Stored> {
        self.at(&(kind, id.to_owned()))
    }

    /// Each object of a kind.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        self.stored_of(kind).map(|stored| &stored.object)
    }

    fn stored_of(&self, kind: ObjectKind) -> impl Iterator<Item = &Stored> {
        let from = self.objects.range((kind, String::new())..);
        let of_kind = from.take_while(move |((its, _), _)| *its == kind);
        of_kind.map(|(_, stored)| &**stored)
    }

    /// The object that is called so, such as `("slug", "web")`.
    pub fn named(&self, kind: ObjectKind, name: (&str, &str)) -> Option<&Stored> {
        self.all_named(kind, name).next()
    }

    /// Each object that is called so; in what is saved, at most one.
    pub(super) fn all_named(
        &self,
        kind: ObjectKind,
        name: (&str, &str),
    ) -> impl Iterator<Item = &Stored> {
        let ids = self.index().named(kind, name);
        ids.filter_map(move |id| self.get(kind, id))
    }

    /// The flow with this slug.
    pub fn flow_named(&self, slug: &Slug) -> Option<&FlowObject> {
        let stored = self.named(ObjectKind::Flow, ("slug", slug.as_str()))?;
        stored.object.as_flow()
    }

    /// The application of a provider.
    pub fn application_of(&self, pk: u64) -> Option<&Application> {
        self.application(self.index().application_of(pk)?)
    }

    /// The application that has a provider nobody signs in by.
    pub fn backchannel_of(&self, pk: u64) -> Option<&Application> {
        self.application(self.index().backchannel_of(pk)?)
    }

    /// What is bound to an application, a flow or a stage in it, in order of ids.
    pub fn bindings_of(&self, target: Uuid) -> impl Iterator<Item = &PolicyBinding> {
        let ids = self.index().bindings_of(target).iter();
        ids.filter_map(|id| self.binding(*id))
    }

    /// The stages in a flow, in order of the ids of their places.
    pub fn stages_of(&self, flow: Uuid) -> impl Iterator<Item = &FlowStageBinding> {
        let ids = self.index().stages_of(flow).iter();
        ids.filter_map(|id| self.flow_stage_binding(*id))
    }
}
