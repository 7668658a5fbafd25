//! The Python that stands before an expression: the object model, and what the interpreter lacks.
//!
//! In pieces, so that an expression pays for what its text names.

/// A piece of the prelude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    /// `casefold`.
    Fold,
    /// `hasattr` and `getattr`: what they stand on, and they themselves.
    Reflect,
    /// See [`Piece::Reflect`].
    ReflectNames,
    /// Regular expressions, and the helpers that take them.
    Regex,
    /// IP addresses and networks.
    Net,
    /// The plan of a flow.
    Flow,
    /// The table of modules.
    Modules,
    /// `re`.
    Re,
    /// `json`.
    Json,
    /// `datetime`, `time`, `zoneinfo`, Django's `timezone`.
    Datetime,
    /// `collections`, `itertools`, `functools`.
    Collections,
    /// `string`, `copy`, `operator`, `contextlib`, `html`, authentik's constants.
    Small,
    /// `hashlib`, `uuid`, `secrets`.
    Hash,
    /// `urllib.parse`.
    Web,
    /// `ipaddress`.
    NetModule,
}

impl Piece {
    /// Its text.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::Fold => include_str!("prelude/fold.py"),
            Self::Reflect => include_str!("prelude/reflect.py"),
            Self::ReflectNames => include_str!("prelude/reflect_names.py"),
            Self::Regex => include_str!("prelude/regex.py"),
            Self::Net => include_str!("prelude/net.py"),
            Self::Flow => include_str!("prelude/flow.py"),
            Self::Modules => include_str!("prelude/modules.py"),
            Self::Re => include_str!("prelude/mod_re.py"),
            Self::Json => include_str!("prelude/mod_json.py"),
            Self::Datetime => include_str!("prelude/mod_datetime.py"),
            Self::Collections => include_str!("prelude/mod_collections.py"),
            Self::Small => include_str!("prelude/mod_small.py"),
            Self::Hash => include_str!("prelude/mod_hash.py"),
            Self::Web => include_str!("prelude/mod_web.py"),
            Self::NetModule => include_str!("prelude/mod_net.py"),
        }
    }

    /// The pieces it stands on.
    pub(super) fn needs(self) -> &'static [Self] {
        match self {
            Self::Reflect | Self::Fold | Self::Regex | Self::Net | Self::Flow | Self::Modules => {
                &[]
            }
            Self::ReflectNames => &[Self::Reflect],
            Self::NetModule => &[Self::Net, Self::Modules],
            Self::Re => &[Self::Modules, Self::Regex],
            Self::Small => &[Self::Modules, Self::Datetime],
            _ => &[Self::Modules],
        }
    }
}

/// What every expression stands on: operators, query sets, times, UUIDs, users, requests, helpers.
pub(super) const BASE: [&str; 8] = [
    include_str!("prelude/native.py"),
    include_str!("prelude/core.py"),
    include_str!("prelude/answer.py"),
    include_str!("prelude/ids.py"),
    include_str!("prelude/times.py"),
    include_str!("prelude/groups.py"),
    include_str!("prelude/models.py"),
    include_str!("prelude/requests.py"),
];
