# `hasattr` and `getattr` of native values: the interpreter does not show their methods as attributes.

_ak_methods = {
    str: (
        "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum "
        "isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper "
        "join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust "
        "rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill"
    ).split(" "),
    bytes: (
        "capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii "
        "isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix "
        "removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip "
        "swapcase title translate upper zfill"
    ).split(" "),
    list: (
        "append clear copy count extend index insert pop remove reverse sort"
    ).split(" "),
    dict: (
        "clear copy fromkeys get items keys pop popitem setdefault update values"
    ).split(" "),
    set: (
        "add clear copy difference difference_update discard intersection intersection_update isdisjoint "
        "issubset issuperset pop remove symmetric_difference symmetric_difference_update union update"
    ).split(" "),
    frozenset: (
        "copy difference intersection isdisjoint issubset issuperset symmetric_difference union"
    ).split(" "),
    tuple: (
        "count index"
    ).split(" "),
    int: (
        "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes"
    ).split(" "),
    float: (
        "as_integer_ratio conjugate fromhex hex imag is_integer real"
    ).split(" "),
}
_ak_native_hasattr = hasattr
_ak_native_getattr = getattr


def _ak_has_method(value, name):
    if _ak_native_hasattr(_ak_qs(value), name):
        return True
    return name in (_ak_methods.get(type(value)) or ())
