//! What `import` may name, and which piece of the prelude answers it.

use super::prelude::Piece;

/// A module that expressions may import.
pub(super) struct Module {
    /// Its dotted name.
    pub(super) name: &'static str,
    /// The piece of the prelude that makes it; `None` where the interpreter's own is whole enough.
    pub(super) piece: Option<Piece>,
    /// Its members; empty where the interpreter says which there are.
    pub(super) members: &'static [&'static str],
}

/// Every module, by name.
pub(super) fn find(name: &str) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.name == name)
}

/// Why a module or a member of it is not there: the network, the database, or simply unknown.
pub(super) fn absence(name: &str) -> &'static str {
    let root = name.split('.').next().unwrap_or_default();
    match root {
        "requests" | "urllib3" | "http" | "socket" | "ssl" | "smtplib" | "ldap3" | "dns" => {
            "expressions have no network"
        }
        "os" | "sys" | "io" | "pathlib" | "shutil" | "tempfile" | "subprocess" | "glob" => {
            "expressions have no files and no processes"
        }
        "authentik" | "django" | "guardian" | "django_otp" => {
            "expressions cannot query the database; use request.user, ak_user_by or ak_is_group_member"
        }
        _ => "it is not among the modules of docs/expressions.md",
    }
}

const fn whole(name: &'static str) -> Module {
    Module {
        name,
        piece: None,
        members: &[],
    }
}

const fn made(name: &'static str, piece: Piece, members: &'static [&'static str]) -> Module {
    Module {
        name,
        piece: Some(piece),
        members,
    }
}

static MODULES: &[Module] = &[
    whole("asyncio"),
    whole("base64"),
    whole("binascii"),
    whole("dataclasses"),
    whole("math"),
    whole("typing"),
    whole("unicodedata"),
    made(
        "re",
        Piece::Re,
        &[
            "sub",
            "subn",
            "split",
            "match",
            "search",
            "fullmatch",
            "findall",
            "finditer",
            "compile",
            "escape",
            "Pattern",
            "error",
            "I",
            "IGNORECASE",
            "M",
            "MULTILINE",
            "S",
            "DOTALL",
            "A",
            "ASCII",
        ],
    ),
    made("json", Piece::Json, &["dumps", "loads", "JSONDecodeError"]),
    made(
        "datetime",
        Piece::Datetime,
        &["datetime", "date", "time", "timedelta", "timezone", "UTC"],
    ),
    made("zoneinfo", Piece::Datetime, &["ZoneInfo"]),
    made("time", Piece::Datetime, &["time", "time_ns"]),
    made(
        "django.utils.timezone",
        Piece::Datetime,
        &["now", "utc", "is_aware", "is_naive"],
    ),
    made(
        "collections",
        Piece::Collections,
        &[
            "Counter",
            "defaultdict",
            "deque",
            "namedtuple",
            "OrderedDict",
        ],
    ),
    made(
        "itertools",
        Piece::Collections,
        &[
            "chain",
            "islice",
            "groupby",
            "product",
            "permutations",
            "combinations",
            "combinations_with_replacement",
            "accumulate",
            "takewhile",
            "dropwhile",
            "zip_longest",
            "filterfalse",
            "starmap",
            "pairwise",
            "count",
            "repeat",
        ],
    ),
    made(
        "functools",
        Piece::Collections,
        &["reduce", "partial", "wraps", "cache", "lru_cache"],
    ),
    made(
        "string",
        Piece::Small,
        &[
            "ascii_lowercase",
            "ascii_uppercase",
            "ascii_letters",
            "digits",
            "hexdigits",
            "octdigits",
            "punctuation",
            "whitespace",
            "capwords",
        ],
    ),
    made("copy", Piece::Small, &["deepcopy", "copy"]),
    made(
        "operator",
        Piece::Small,
        &[
            "itemgetter",
            "attrgetter",
            "add",
            "sub",
            "mul",
            "or_",
            "and_",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "not_",
            "truth",
            "contains",
            "getitem",
        ],
    ),
    made("contextlib", Piece::Small, &["suppress", "nullcontext"]),
    made("html", Piece::Small, &["escape"]),
    made("django.utils", Piece::Small, &["timezone", "text"]),
    made("django.utils.text", Piece::Small, &["slugify"]),
    made(
        "authentik.core.models",
        Piece::Small,
        &[
            "USER_ATTRIBUTE_DEBUG",
            "USER_ATTRIBUTE_GENERATED",
            "USER_ATTRIBUTE_EXPIRES",
            "USER_ATTRIBUTE_DELETE_ON_LOGOUT",
            "USER_ATTRIBUTE_SOURCES",
            "USER_ATTRIBUTE_TOKEN_EXPIRING",
            "USER_ATTRIBUTE_TOKEN_MAXIMUM_LIFETIME",
            "USER_ATTRIBUTE_CHANGE_USERNAME",
            "USER_ATTRIBUTE_CHANGE_NAME",
            "USER_ATTRIBUTE_CHANGE_EMAIL",
            "USER_PATH_SYSTEM_PREFIX",
            "USER_PATH_SERVICE_ACCOUNT",
            "UserTypes",
        ],
    ),
    made(
        "authentik.stages.authenticator",
        Piece::Small,
        &["devices_for_user"],
    ),
    made(
        "hashlib",
        Piece::Hash,
        &["new", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
    ),
    made(
        "uuid",
        Piece::Hash,
        &[
            "UUID",
            "uuid3",
            "uuid4",
            "uuid5",
            "NAMESPACE_DNS",
            "NAMESPACE_URL",
            "NAMESPACE_OID",
            "NAMESPACE_X500",
        ],
    ),
    made(
        "secrets",
        Piece::Hash,
        &["token_hex", "token_bytes", "compare_digest"],
    ),
    made(
        "urllib.parse",
        Piece::Web,
        &[
            "quote",
            "quote_plus",
            "unquote",
            "unquote_plus",
            "urlencode",
            "parse_qs",
            "parse_qsl",
            "urlparse",
            "urlsplit",
            "urljoin",
        ],
    ),
    made("urllib", Piece::Web, &["parse"]),
    made(
        "ipaddress",
        Piece::NetModule,
        &[
            "ip_address",
            "ip_network",
            "IPv4Address",
            "IPv6Address",
            "IPv4Network",
            "IPv6Network",
            "AddressValueError",
            "NetmaskValueError",
        ],
    ),
];
