//! All objects of a tenant as they are at one revision, and what a change makes of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::object::{Object, provider_id};
use super::objects::{Application, Bound, KeyPair, Mapping, PolicyBinding, Provider, Source};
use crate::policy::ExpressionPolicy;
use crate::ports::{ClientEdit, Document, DocumentEdit, ObjectKind, Outcome, PortError};

/// An object and the count of its changes.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Counts its changes, from 1.
    pub version: u64,
    /// The object.
    pub object: Object,
}

/// All objects of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Config {
    objects: BTreeMap<(ObjectKind, String), Stored>,
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
                self.objects.values().filter_map(|stored| stored.object.$as())
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
        self.objects.insert(place, Stored { version, object });
        Ok(())
    }

    /// The object with this id.
    pub fn get(&self, kind: ObjectKind, id: &str) -> Option<&Stored> {
        self.objects.get(&(kind, id.to_owned()))
    }

    /// Each object of a kind.
    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &Object> {
        let stored = self.objects.values().map(|stored| &stored.object);
        stored.filter(move |object| object.kind() == kind)
    }

    /// The object that is called so, such as `("slug", "web")`.
    pub fn named(&self, kind: ObjectKind, name: (&str, &str)) -> Option<&Stored> {
        let of_kind = self.objects.values().filter(|it| it.object.kind() == kind);
        of_kind
            .into_iter()
            .find(|stored| stored.object.names().contains(&name))
    }

    /// The application of a provider.
    pub fn application_of(&self, pk: u64) -> Option<&Application> {
        self.applications()
            .find(|application| application.provider == Some(pk))
    }
}

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
        let stored = self.stored.objects.get(&place);
        let version = stored.map_or(1, |stored| stored.version + 1);
        if stored.is_some_and(|stored| stored.object.same_as(&object)) {
            return;
        }
        self.config
            .objects
            .insert(place.clone(), Stored { version, object });
        self.touched.insert(place);
    }

    /// Takes an object away, and what hangs on it (authentik's `used_by`): bindings go with what they bind or
    /// are made to, elsewhere the reference is dropped.
    pub(super) fn remove(&mut self, kind: ObjectKind, id: &str) {
        let Some(removed) = self.config.objects.remove(&(kind, id.to_owned())) else {
            return;
        };
        self.touched.insert((kind, id.to_owned()));
        let gone: Vec<Place> = self
            .config
            .bindings()
            .filter(|binding| hangs_on(binding, &removed.object))
            .map(|binding| (ObjectKind::Binding, binding.id.to_string()))
            .collect();
        for place in gone {
            self.config.objects.remove(&place);
            self.touched.insert(place);
        }
        let freed = self.config.objects.values();
        let freed: Vec<Object> = freed
            .filter_map(|stored| without(&stored.object, &removed.object))
            .collect();
        for object in freed {
            self.put(object);
        }
    }

    /// The objects that were put so far.
    pub(super) fn changed(&self) -> impl Iterator<Item = &Object> {
        let stored = self.touched.iter();
        stored.filter_map(|place| Some(&self.config.objects.get(place)?.object))
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
        let previous = self.stored.objects.get(place).map(document).transpose()?;
        let next = self.config.objects.get(place).map(document).transpose()?;
        Ok(match (next, previous) {
            (Some(document), previous) => Some(DocumentEdit::Put { document, previous }),
            (None, Some(previous)) => Some(DocumentEdit::Remove(previous)),
            (None, None) => None,
        })
    }
}

/// Whether a binding goes where this goes.
fn hangs_on(binding: &PolicyBinding, removed: &Object) -> bool {
    match removed {
        Object::Application(application) => binding.target == application.id,
        Object::Policy(policy) => binding.bound == Bound::Policy(policy.id),
        _ => false,
    }
}

/// The object without its references to what is removed; `None` where it has none.
fn without(object: &Object, removed: &Object) -> Option<Object> {
    match (object, removed) {
        (Object::Application(application), Object::Provider(gone)) => {
            (application.provider == Some(gone.pk)).then(|| {
                let mut application = application.clone();
                application.provider = None;
                application.into()
            })
        }
        (Object::Provider(provider), gone) => {
            let mut free = (**provider).clone();
            release(&mut free, gone);
            let free = Object::from(free);
            (!free.same_as(object)).then_some(free)
        }
        _ => None,
    }
}

fn release(provider: &mut Provider, gone: &Object) {
    match gone {
        Object::Provider(gone) => provider
            .jwt_federation_providers
            .retain(|pk| *pk != gone.pk),
        Object::Mapping(gone) => provider
            .property_mappings
            .retain(|id| *id != gone.mapping.id),
        Object::Source(gone) => provider.jwt_federation_sources.retain(|id| *id != gone.id),
        Object::Key(gone) => {
            for key in [&mut provider.signing_key, &mut provider.encryption_key] {
                if *key == Some(gone.id) {
                    *key = None;
                }
            }
        }
        Object::Application(_) | Object::Binding(_) | Object::Policy(_) => {}
    }
}
