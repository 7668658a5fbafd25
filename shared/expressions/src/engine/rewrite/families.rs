//! Methods by what they need: a helper around their owner, or a lambda in their place.

/// Methods, and the function of the prelude that gives its argument those methods if it lacks them.
const FAMILIES: &[(&str, &[&str])] = &[
    (
        "_ak_qs",
        &[
            "all",
            "filter",
            "exclude",
            "exists",
            "count",
            "first",
            "last",
            "values",
            "values_list",
            "order_by",
            "distinct",
            "reverse",
            "none",
            "iterator",
            "select_related",
            "prefetch_related",
        ],
    ),
    (
        "_ak_moment",
        &[
            "astimezone",
            "isoformat",
            "fromtimestamp",
            "utcfromtimestamp",
            "utcnow",
            "now",
            "today",
            "isocalendar",
            "utcoffset",
            "tzname",
            "toordinal",
            "combine",
        ],
    ),
    (
        "_ak_text",
        &[
            "translate",
            "isprintable",
            "casefold",
            "to_bytes",
            "bit_length",
            "is_integer",
        ],
    ),
    ("_ak_users_locale", &["locale"]),
];

/// Methods of native values that may be passed on uncalled.
pub(super) const METHODS: &[&str] = &[
    "add",
    "append",
    "capitalize",
    "casefold",
    "center",
    "clear",
    "copy",
    "count",
    "decode",
    "difference",
    "discard",
    "encode",
    "endswith",
    "extend",
    "find",
    "format",
    "get",
    "hex",
    "index",
    "insert",
    "intersection",
    "is_integer",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isdisjoint",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "issubset",
    "issuperset",
    "istitle",
    "isupper",
    "items",
    "join",
    "keys",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "pop",
    "popitem",
    "remove",
    "removeprefix",
    "removesuffix",
    "replace",
    "reverse",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "setdefault",
    "sort",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "symmetric_difference",
    "title",
    "translate",
    "union",
    "update",
    "upper",
    "values",
    "zfill",
];

/// Builtin types whose methods take the value as first argument: `str.upper(name)`.
pub(super) const TYPES: &[&str] = &[
    "str",
    "bytes",
    "list",
    "dict",
    "set",
    "frozenset",
    "tuple",
    "int",
    "float",
];

/// What a native type itself can do, under its own name.
pub(super) const STATIC: &[&str] = &["fromkeys", "fromhex"];

/// The function of the prelude that a method's owner passes through.
pub(super) fn family(name: &str) -> Option<&'static str> {
    FAMILIES
        .iter()
        .find(|(_, methods)| methods.contains(&name))
        .map(|(family, _)| *family)
}

/// A method as a function of its owner.
pub(super) fn unbound(name: &str) -> String {
    let owner =
        family(name).map_or_else(|| "_ak_o".to_owned(), |family| format!("{family}(_ak_o)"));
    // A native method refuses even empty keywords.
    format!(
        "lambda _ak_o, *_ak_a, **_ak_k: {owner}.{name}(*_ak_a, **_ak_k) if _ak_k else {owner}.{name}(*_ak_a)"
    )
}
