//! How each setting of a stage looks on the wire, and what becomes of settings of authentik that are not here.

use provider::config::{Config, Validity};
use provider::flow::stage::Settings;
use provider::ports::ObjectKind;
use serde_json::{Map, Value, json};

use super::About;
use super::shapes::COMMON;
use crate::filter::Row;
use crate::shape::{Field, Presence};

/// How a setting is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    /// As it is on the wire.
    Plain,
    /// As on the wire; where it is not kept, it is this.
    Or(Fixed),
    /// A flow: by its slug.
    Flow,
    /// Ids of other objects.
    Of(ObjectKind),
    /// The id of a group.
    Group,
    /// A lifetime; none is `seconds=0`.
    Validity,
    /// A lifetime in minutes.
    Minutes,
    /// A number that is a word on the wire.
    Digits,
    /// A text that is null where it is empty.
    Nullable,
    /// A number up to 255.
    Small,
    /// Classes of authenticators; those that nobody can have here are left out.
    Classes,
    /// Where passwords are looked up; accounts here are among it.
    Backends,
    /// It is sealed, and never answered.
    Secret,
    /// Not here; only the empty list may be given.
    Empty(&'static str),
    /// Not here; only this may be given.
    Only(Fixed, &'static str),
    /// Not here, and without any effect: whatever is given, this is answered.
    Idle(Fixed),
}

/// A value that is always the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fixed {
    Text(&'static str),
    Number(i64),
    Flag(bool),
    None,
}

impl Fixed {
    pub(super) fn value(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Number(number) => number.into(),
            Self::Flag(flag) => flag.into(),
            Self::None => json!([]),
        }
    }
}

const NO_SOURCES: &str = "Nobody signs in by way of another service here; leave it empty.";
const NO_TYPES: &str = "Kinds of security keys cannot be told apart here; leave it empty.";
const NO_BINDING: &str =
    "Sessions are not bound to networks or places here; only no_binding is possible.";
const ONE_SENDER: &str = "Mail is sent as the installation says; only true is possible.";

/// The settings that are kept otherwise than they are on the wire, or not at all.
const WAYS: &[(&str, Way)] = &[
    ("configure_flow", Way::Flow),
    ("enrollment_flow", Way::Flow),
    ("recovery_flow", Way::Flow),
    ("passwordless_flow", Way::Flow),
    ("target_flow", Way::Flow),
    ("target_static", Way::Or(Fixed::Text(""))),
    ("keep_context", Way::Or(Fixed::Flag(true))),
    ("password_stage", Way::Of(ObjectKind::Stage)),
    ("captcha_stage", Way::Of(ObjectKind::Stage)),
    ("configuration_stages", Way::Of(ObjectKind::Stage)),
    ("fields", Way::Of(ObjectKind::Prompt)),
    ("validation_policies", Way::Of(ObjectKind::Policy)),
    ("create_users_group", Way::Group),
    ("session_duration", Way::Validity),
    ("remember_me_offset", Way::Validity),
    ("consent_expire_in", Way::Validity),
    ("last_auth_threshold", Way::Validity),
    ("token_expiry", Way::Minutes),
    ("digits", Way::Digits),
    ("friendly_name", Way::Nullable),
    ("token_count", Way::Small),
    ("token_length", Way::Small),
    ("device_classes", Way::Classes),
    ("backends", Way::Backends),
    ("private_key", Way::Secret),
    ("sources", Way::Empty(NO_SOURCES)),
    ("webauthn_allowed_device_types", Way::Empty(NO_TYPES)),
    ("webauthn_allowed_device_types_obj", Way::Idle(Fixed::None)),
    ("device_type_restrictions", Way::Empty(NO_TYPES)),
    ("device_type_restrictions_obj", Way::Idle(Fixed::None)),
    (
        "network_binding",
        Way::Only(Fixed::Text("no_binding"), NO_BINDING),
    ),
    (
        "geoip_binding",
        Way::Only(Fixed::Text("no_binding"), NO_BINDING),
    ),
    (
        "use_global_settings",
        Way::Only(Fixed::Flag(true), ONE_SENDER),
    ),
    ("show_source_labels", Way::Idle(Fixed::Flag(false))),
    // authentik's defaults; they have no effect there either where `use_global_settings` is true
    ("host", Way::Idle(Fixed::Text("localhost"))),
    ("port", Way::Idle(Fixed::Number(25))),
    ("username", Way::Idle(Fixed::Text(""))),
    ("password", Way::Idle(Fixed::Text(""))),
    ("use_tls", Way::Idle(Fixed::Flag(false))),
    ("use_ssl", Way::Idle(Fixed::Flag(false))),
    ("timeout", Way::Idle(Fixed::Number(10))),
    (
        "from_address",
        Way::Idle(Fixed::Text("system@authentik.local")),
    ),
];

/// How a setting is kept.
pub(super) fn way(field: &str) -> Way {
    let mut ways = WAYS.iter();
    ways.find(|(name, _)| *name == field)
        .map_or(Way::Plain, |(_, way)| *way)
}

/// A kind's own fields.
pub(super) fn fields(about: &About) -> impl Iterator<Item = &'static Field> {
    about.shape.fields.iter().skip(COMMON)
}

/// A stage's own fields, as they are answered.
pub(super) fn own(config: &Config, about: &About, settings: &Settings) -> Row {
    let kept = crate::wire::value(settings);
    let none = Map::new();
    let kept = kept.as_object().unwrap_or(&none);
    let shown = fields(about).filter(|field| field.output != Presence::Absent);
    let row = shown.map(|field| (field.name.to_owned(), on_wire(config, field.name, kept)));
    row.collect()
}

fn on_wire(config: &Config, field: &str, kept: &Map<String, Value>) -> Value {
    let value = kept.get(field).cloned().unwrap_or_default();
    match way(field) {
        Way::Or(_) if kept.contains_key(field) => value,
        Way::Flow => {
            let mut flows = config.flows();
            let flow = flows.find(|flow| value == flow.slug.as_str());
            flow.map_or(Value::Null, |flow| flow.id.to_string().into())
        }
        Way::Validity if value.is_null() => "seconds=0".into(),
        Way::Minutes => minutes(&value).into(),
        Way::Digits => value.to_string().into(),
        Way::Nullable if value == "" => Value::Null,
        Way::Secret => Value::Null,
        Way::Empty(_) => json!([]),
        Way::Or(fixed) | Way::Only(fixed, _) | Way::Idle(fixed) => fixed.value(),
        Way::Plain
        | Way::Of(_)
        | Way::Group
        | Way::Validity
        | Way::Nullable
        | Way::Small
        | Way::Classes
        | Way::Backends => value,
    }
}

/// A lifetime in whole minutes, those that have begun included.
pub(super) fn minutes(kept: &Value) -> i64 {
    let validity = kept.as_str().and_then(|text| Validity::parse(text).ok());
    let seconds = validity.map_or(0, |validity| validity.seconds().0);
    seconds.saturating_add(59) / 60
}
