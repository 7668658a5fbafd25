import collections as _ak_native_collections
import functools as _ak_native_functools
import itertools as _ak_native_itertools

_ak_module(
    "collections",
    Counter=_ak_native_collections.Counter,
    defaultdict=_ak_native_collections.defaultdict,
    deque=_ak_native_collections.deque,
    namedtuple=_ak_native_collections.namedtuple,
    # A dict keeps its order; only `move_to_end` and an order-sensitive `==` are missing.
    OrderedDict=dict,
)


def _ak_chain_items(*iterables):
    return iter([x for items in iterables for x in items])


def _ak_islice(iterable, *span):
    start, stop, step = (0, span[0], 1) if len(span) == 1 else (span + (None,))[:3]
    start = 0 if start is None else start
    step = 1 if step is None else step
    out = []
    i = 0
    it = iter(iterable)
    wanted = start
    while stop is None or wanted < stop:
        if stop is not None and i >= stop:
            break
        value = next(it, _ak_islice)
        if value is _ak_islice:
            break
        if i == wanted:
            out.append(value)
            wanted += step
        i += 1
    return iter(out)


def _ak_groupby(iterable, key=None):
    out = []
    for value in iterable:
        mark = value if key is None else key(value)
        if out and out[-1][0] == mark:
            out[-1][1].append(value)
        else:
            out.append((mark, [value]))
    return iter([(mark, iter(values)) for mark, values in out])


def _ak_product(*iterables, repeat=1):
    out = [()]
    for items in [list(i) for i in iterables] * repeat:
        out = [head + (x,) for head in out for x in items]
    return iter(out)


def _ak_choices(items, length, ordered, again=False):
    items = list(items)
    out = [()]
    for _ in range(length):
        longer = []
        for head in out:
            start = 0 if ordered or not head else (head[-1] if again else head[-1] + 1)
            for i in range(start, len(items)):
                if not ordered or i not in head:
                    longer.append(head + (i,))
        out = longer
    return iter([tuple([items[i] for i in places]) for places in out])


def _ak_accumulate(iterable, func=None, initial=None):
    out = [] if initial is None else [initial]
    for value in iterable:
        out.append(value if not out else (out[-1] + value if func is None else func(out[-1], value)))
    return iter(out)


def _ak_takewhile(predicate, iterable):
    out = []
    for value in iterable:
        if not predicate(value):
            break
        out.append(value)
    return iter(out)


def _ak_dropwhile(predicate, iterable):
    out = []
    for value in iterable:
        if out or not predicate(value):
            out.append(value)
    return iter(out)


def _ak_zip_longest(*iterables, fillvalue=None):
    lists = [list(i) for i in iterables]
    length = max([len(x) for x in lists], default=0)
    return iter([tuple([x[i] if i < len(x) else fillvalue for x in lists]) for i in range(length)])


_ak_module(
    "itertools",
    chain=_ak_chain_items,
    islice=_ak_islice,
    groupby=_ak_groupby,
    product=_ak_product,
    permutations=lambda items, r=None: _ak_choices(items, len(list(items)) if r is None else r, True),
    combinations=lambda items, r: _ak_choices(items, r, False),
    combinations_with_replacement=lambda items, r: _ak_choices(items, r, False, True),
    accumulate=_ak_accumulate,
    takewhile=_ak_takewhile,
    dropwhile=_ak_dropwhile,
    zip_longest=_ak_zip_longest,
    filterfalse=lambda predicate, items: iter([x for x in items if not (predicate(x) if predicate else x)]),
    starmap=lambda function, items: iter([function(*xs) for xs in items]),
    pairwise=lambda items: zip(list(items)[:-1], list(items)[1:]),
    count=_ak_native_itertools.count,
    repeat=_ak_native_itertools.repeat,
)


def _ak_cache(function):
    kept = {}

    def cached(*args, **kwargs):
        key = (args, tuple(sorted(kwargs.items())))
        if key not in kept:
            kept[key] = function(*args, **kwargs)
        return kept[key]

    return cached


def _ak_lru_cache(maxsize=128, typed=False):
    if callable(maxsize):
        return _ak_cache(maxsize)
    return _ak_cache


_ak_module(
    "functools",
    reduce=_ak_native_functools.reduce,
    partial=_ak_native_functools.partial,
    wraps=lambda wrapped: (lambda wrapper: wrapper),
    cache=_ak_cache,
    lru_cache=_ak_lru_cache,
)
