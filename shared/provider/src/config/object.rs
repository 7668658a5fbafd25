//! Any of the objects, as the saver handles them.

use super::flows::{FlowObject, FlowStageBinding, StageObject};
use super::keys::KeyPair;
use super::objects::{Application, Mapping, PolicyBinding, Provider, Source};
use crate::flow::stage::PromptSettings;
use crate::mapping::ScopeMapping;
use crate::policy::ExpressionPolicy;
use crate::ports::ObjectKind;

/// Any of them.
#[derive(Clone, Debug)]
pub enum Object {
    /// A provider.
    Provider(Box<Provider>),
    /// An application.
    Application(Application),
    /// A binding.
    Binding(PolicyBinding),
    /// A scope mapping.
    Mapping(Mapping),
    /// An expression policy.
    Policy(ExpressionPolicy),
    /// An OAuth source.
    Source(Source),
    /// A key.
    Key(Box<KeyPair>),
    /// A flow.
    Flow(Box<FlowObject>),
    /// A stage.
    Stage(Box<StageObject>),
    /// A stage in its flow.
    FlowStageBinding(FlowStageBinding),
    /// A field of a prompt stage.
    Prompt(Box<PromptSettings>),
}

impl Object {
    /// What it is.
    pub const fn kind(&self) -> ObjectKind {
        match self {
            Self::Provider(_) => ObjectKind::Provider,
            Self::Application(_) => ObjectKind::Application,
            Self::Binding(_) => ObjectKind::Binding,
            Self::Mapping(_) => ObjectKind::Mapping,
            Self::Policy(_) => ObjectKind::Policy,
            Self::Source(_) => ObjectKind::Source,
            Self::Key(_) => ObjectKind::Key,
            Self::Flow(_) => ObjectKind::Flow,
            Self::Stage(_) => ObjectKind::Stage,
            Self::FlowStageBinding(_) => ObjectKind::FlowStageBinding,
            Self::Prompt(_) => ObjectKind::Prompt,
        }
    }

    /// Its id, as lists are ordered by.
    pub fn id(&self) -> String {
        match self {
            Self::Provider(provider) => provider_id(provider.pk),
            Self::Application(application) => application.id.to_string(),
            Self::Binding(binding) => binding.id.to_string(),
            Self::Mapping(mapping) => mapping.mapping.id.to_string(),
            Self::Policy(policy) => policy.id.to_string(),
            Self::Source(source) => source.id.to_string(),
            Self::Key(key) => key.id.to_string(),
            Self::Flow(flow) => flow.id.to_string(),
            Self::Stage(stage) => stage.id.to_string(),
            Self::FlowStageBinding(binding) => binding.id.to_string(),
            Self::Prompt(prompt) => prompt.id.to_string(),
        }
    }

    /// What no other of its kind may be called: `(field, value)`.
    pub fn names(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Provider(provider) => vec![
                ("name", &provider.name),
                ("client_id", provider.client_id.as_str()),
            ],
            Self::Application(application) => vec![("slug", application.slug.as_str())],
            Self::Binding(_) | Self::FlowStageBinding(_) => Vec::new(),
            Self::Mapping(mapping) => {
                let managed = mapping.mapping.managed.as_deref();
                let managed = managed.map(|managed| ("managed", managed));
                std::iter::once(("name", &*mapping.mapping.name))
                    .chain(managed)
                    .collect()
            }
            Self::Policy(policy) => vec![("name", &policy.name)],
            Self::Source(source) => vec![("slug", source.slug.as_str())],
            Self::Key(key) => vec![("name", &key.name)],
            Self::Flow(flow) => vec![("slug", flow.slug.as_str())],
            Self::Stage(stage) => vec![("name", &stage.name)],
            Self::Prompt(prompt) => vec![("name", &prompt.name)],
        }
    }

    /// What messages call it.
    pub fn label(&self) -> &str {
        match self {
            Self::Provider(provider) => &provider.name,
            Self::Application(application) => application.slug.as_str(),
            Self::Binding(_) | Self::FlowStageBinding(_) => "",
            Self::Mapping(mapping) => &mapping.mapping.name,
            Self::Policy(policy) => &policy.name,
            Self::Source(source) => source.slug.as_str(),
            Self::Key(key) => &key.name,
            Self::Flow(flow) => flow.slug.as_str(),
            Self::Stage(stage) => &stage.name,
            Self::Prompt(prompt) => &prompt.name,
        }
    }
}

/// A provider's number as an id: lists are in order of numbers.
pub fn provider_id(pk: u64) -> String {
    format!("{pk:020}")
}

macro_rules! objects {
    ($($type:ty => $make:expr),* $(,)?) => { $(
        impl From<$type> for Object {
            fn from(object: $type) -> Self {
                $make(object)
            }
        }
    )* };
}
objects! {
    Provider => |it| Self::Provider(Box::new(it)),
    Application => Self::Application,
    PolicyBinding => Self::Binding,
    Mapping => Self::Mapping,
    ScopeMapping => |it: ScopeMapping| Self::Mapping(it.into()),
    ExpressionPolicy => Self::Policy,
    Source => Self::Source,
    KeyPair => |it| Self::Key(Box::new(it)),
    FlowObject => |it| Self::Flow(Box::new(it)),
    StageObject => |it| Self::Stage(Box::new(it)),
    FlowStageBinding => Self::FlowStageBinding,
    PromptSettings => |it| Self::Prompt(Box::new(it)),
}
