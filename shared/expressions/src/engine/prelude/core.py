# What every expression needs: builtins and operators that the interpreter lacks.
# Names that begin with _ak_ are out of an expression's reach: the rewriter refuses them.

_ak_querysets = {}
_ak_ordered = ()


# --- builtins that are lists in the interpreter, and iterators in Python ---

def map(function, *iterables):
    if len(iterables) == 1:
        return iter([function(x) for x in iterables[0]])
    if not iterables:
        raise TypeError("map() must have at least two arguments.")
    return iter([function(*xs) for xs in _ak_zip(*iterables)])


def filter(function, iterable):
    if function is None:
        return iter([x for x in iterable if x])
    return iter([x for x in iterable if function(x)])


def zip(*iterables, strict=False):
    return iter(_ak_zip(*iterables, strict=strict))


def enumerate(iterable, start=0):
    return iter(_ak_enumerate(iterable, start))


def reversed(sequence):
    return iter(_ak_reversed(sequence))


def sum(iterable, start=0):
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    return _ak_sum([_ak_number(x) for x in iterable], _ak_number(start))


def round(number, ndigits=None):
    # Rounding the decimal digits of the float itself, as CPython does; the interpreter scales it first.
    if isinstance(number, float) and isinstance(ndigits, int) and 0 <= ndigits <= 300:
        if number != number or number in (float("inf"), float("-inf")):
            return number
        return float(f"{number:.{ndigits}f}")
    if ndigits is None:
        return _ak_round(_ak_number(number))
    return _ak_round(_ak_number(number), ndigits)


def callable(value):
    name = type(value).__name__ if not _ak_is_type(value) else "type"
    return name in ("type", "function", "builtin_function_or_method", "method", "partial")


def format(value, spec=""):
    return f"{value:{spec}}"


def ascii(value):
    out = []
    for c in repr(value):
        n = ord(c)
        if n < 128:
            out.append(c)
        elif n < 256:
            out.append(f"\\x{n:02x}")
        elif n < 65536:
            out.append(f"\\u{n:04x}")
        else:
            out.append(f"\\U{n:08x}")
    return "".join(out)


# --- operators ---

def _ak_is_type(value):
    return type(value) is _ak_type_of_types


def _ak_number(value):
    if value is True:
        return 1
    if value is False:
        return 0
    return value


def _ak_true(value):
    return True


def _ak_is_set(value):
    return isinstance(value, (set, frozenset))


def _ak_le(a, b):
    if _ak_is_set(a) and _ak_is_set(b):
        return a.issubset(b)
    if isinstance(a, _ak_ordered) and isinstance(b, _ak_ordered):
        return a._key(b) <= b._key(a)
    return a <= b


def _ak_lt(a, b):
    if _ak_is_set(a) and _ak_is_set(b):
        return len(a) < len(b) and a.issubset(b)
    if isinstance(a, _ak_ordered) and isinstance(b, _ak_ordered):
        return a._key(b) < b._key(a)
    return a < b


def _ak_ge(a, b):
    if _ak_is_set(a) or isinstance(a, _ak_ordered):
        return _ak_le(b, a)
    return a >= b


def _ak_gt(a, b):
    if _ak_is_set(a) or isinstance(a, _ak_ordered):
        return _ak_lt(b, a)
    return a > b


def _ak_compare(a, op, b):
    if op == "<":
        return _ak_lt(a, b)
    if op == "<=":
        return _ak_le(a, b)
    if op == ">":
        return _ak_gt(a, b)
    if op == ">=":
        return _ak_ge(a, b)
    if op == "==":
        return a == b
    if op == "!=":
        return a != b
    if op == "in":
        return a in b
    if op == "not in":
        return a not in b
    if op == "is":
        return a is b
    return a is not b


def _ak_chain(left, *rest):
    for i in range(0, len(rest), 2):
        right = rest[i + 1]()
        answer = _ak_compare(left, rest[i], right)
        if not answer:
            return answer
        left = right
    return answer


def _ak_or(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        both = a.copy()
        both.update(b)
        return both
    if (_ak_is_type(a) or a is None) and (_ak_is_type(b) or b is None):
        # `int | str`: `isinstance` takes a tuple, and a tuple of tuples.
        return (type(None) if a is None else a, type(None) if b is None else b)
    if isinstance(a, tuple) and a and _ak_is_type(b) and all([_ak_is_type(t) for t in a]):
        return a + (b,)
    return a | b


def _ak_ior(a, b):
    if isinstance(a, dict):
        a.update(b)
        return a
    if isinstance(a, set):
        if not _ak_is_set(b):
            return a | b
        a.update(b)
        return a
    return _ak_or(a, b)


def _ak_become(a, b):
    """Makes the set `a` what `b` is: `-=`, `&=` and `^=` change the set itself."""
    a.clear()
    a.update(b)
    return a


def _ak_isub(a, b):
    return _ak_become(a, a - b) if isinstance(a, set) else _ak_number(a) - _ak_number(b)


def _ak_iand(a, b):
    return _ak_become(a, a & b) if isinstance(a, set) else a & b


def _ak_ixor(a, b):
    return _ak_become(a, a ^ b) if isinstance(a, set) else a ^ b


def _ak_imul(a, b):
    if isinstance(a, list):
        again = a * _ak_number(b)
        a.clear()
        a.extend(again)
        return a
    return _ak_number(a) * _ak_number(b)


def _ak_iadd(a, b):
    if isinstance(a, list):
        a.extend(b)
        return a
    return _ak_number(a) + _ak_number(b)


def _ak_any(collect):
    kept = []
    collect(kept)
    return len(kept) > 0


def _ak_all(collect):
    kept = []
    collect(kept)
    return len(kept) == 0


def _ak_next(collect, *default):
    kept = []
    collect(kept)
    if kept:
        return kept[0]
    if default:
        return default[0]
    raise StopIteration


def _ak_delete(container, key):
    if isinstance(container, (dict, list)):
        if isinstance(container, list) and isinstance(key, str):
            raise TypeError("list indices must be integers or slices, not str")
        container.pop(key)
        return
    raise TypeError(f"'{type(container).__name__}' object doesn't support item deletion")


def _ak_places(items, start, stop, step):
    return range(len(items))[start:stop:step]


def _ak_delete_slice(items, start, stop, step):
    if not isinstance(items, list):
        raise TypeError(f"'{type(items).__name__}' object does not support item deletion")
    gone = set(_ak_places(items, start, stop, step))
    left = [x for i, x in _ak_enumerate(items) if i not in gone]
    items.clear()
    items.extend(left)


def _ak_set_slice(items, start, stop, step, values):
    if not isinstance(items, list):
        raise TypeError(f"'{type(items).__name__}' object does not support item assignment")
    values = list(values)
    places = _ak_places(items, start, stop, step)
    if step is None or step == 1:
        first = range(len(items) + 1)[start:] if start is not None else range(1)
        begin = places[0] if len(places) else (first[0] if len(first) else len(items))
        begin = min(begin, len(items))
        new = items[:begin] + values + items[begin + len(places):]
    else:
        if len(places) != len(values):
            raise ValueError(
                f"attempt to assign sequence of size {len(values)} to extended slice of size {len(places)}"
            )
        new = items[:]
        for i, value in _ak_zip(list(places), values):
            new[i] = value
    items.clear()
    items.extend(new)


def _ak_set_class():
    class Set:
        def __init__(self, items):
            self._items = items

        def union(self, *others):
            out = self._items.copy()
            for other in others:
                out = out | set(other)
            return out

        def intersection(self, *others):
            out = self._items.copy()
            for other in others:
                out = out & set(other)
            return out

        def difference(self, *others):
            out = self._items.copy()
            for other in others:
                out = out - set(other)
            return out

        def update(self, *others):
            for other in others:
                self._items.update(other)

    return Set


_ak_Set = _ak_set_class()


def _ak_sets(value):
    """The methods of sets that take several arguments, if `value` is a set; else `value`."""
    return _ak_Set(value) if _ak_is_set(value) else value


def _ak_bind(owner, load, call):
    # A method of a native value, not called: `key=str.lower`, `key=d.get`, `add = x.append`.
    if _ak_is_type(owner):
        return call if owner in _ak_natives else load(owner)
    if type(owner) in _ak_natives:
        return lambda *a, **k: call(owner, *a, **k)
    return load(owner)


_ak_natives = (str, bytes, list, dict, set, frozenset, tuple, int, float)


def _ak_sequence(value, least, exact):
    if not isinstance(value, (list, tuple)):
        return False
    return len(value) == least if exact else len(value) >= least


def _ak_mapping(value, keys):
    return isinstance(value, dict) and all([k in value for k in keys])


def _ak_without(value, keys):
    return {k: v for k, v in value.items() if k not in keys}
