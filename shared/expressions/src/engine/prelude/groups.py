# Query sets. One that was made is a real list, so that `if`, `len`, `[0]`, `in`, slices and `for` are the list's
# own; its methods are those of `_ak_QuerySet`, which the rewriter calls through `_ak_qs(…)`.

def _ak_queryset_classes():
    class QuerySet:
        _ak_object = True

        def __init__(self, rows, model):
            self._rows = rows
            self._model = model

        def __str__(self):
            return "<QuerySet [" + ", ".join([_ak_django_repr(r) for r in self._rows]) + "]>"

        def all(self):
            return _ak_rows(self._rows[:], self._model)

        def none(self):
            return _ak_rows([], self._model)

        def filter(self, **lookups):
            return _ak_rows([r for r in self._rows if _ak_matches(r, self._model, lookups)], self._model)

        def exclude(self, **lookups):
            if not lookups:
                return self.none()
            return _ak_rows([r for r in self._rows if not _ak_matches(r, self._model, lookups)], self._model)

        def get(self, **lookups):
            found = self.filter(**lookups)
            if not found:
                raise Exception(f"{self._model} matching query does not exist.")
            if len(found) > 1:
                raise Exception(f"get() returned more than one {self._model} -- it returned {len(found)}!")
            return found[0]

        def exists(self):
            return len(self._rows) > 0

        def count(self):
            return len(self._rows)

        def first(self):
            return self._rows[0] if self._rows else None

        def last(self):
            return self._rows[-1] if self._rows else None

        def reverse(self):
            return _ak_rows(self._rows[::-1], self._model)

        def iterator(self):
            return iter(self._rows[:])

        def select_related(self, *names):
            return self.all()

        def prefetch_related(self, *names):
            return self.all()

        def distinct(self):
            out = []
            for row in self._rows:
                if row not in out:
                    out.append(row)
            return _ak_rows(out, self._model)

        def order_by(self, *names):
            rows = self._rows[:]
            for name in names[::-1]:
                down = name.startswith("-")
                path = name[1:] if down else name
                keys = [(_ak_order_key(_ak_field(r, self._model, path.split("__"))), i) for i, r in _ak_enumerate(rows)]
                if down:
                    keys = sorted([(k, -i) for k, i in keys], reverse=True)
                    rows = [rows[-i] for _, i in keys]
                else:
                    rows = [rows[i] for _, i in sorted(keys)]
            return _ak_rows(rows, self._model)

        def values_list(self, *names, flat=False):
            names = names or _ak_fields[self._model]
            if flat and len(names) != 1:
                raise TypeError("'flat' is not valid when values_list is called with more than one field.")
            rows = [tuple([_ak_field(r, self._model, n.split("__")) for n in names]) for r in self._rows]
            return _ak_rows([r[0] for r in rows] if flat else rows, None)

        def values(self, *names):
            names = names or _ak_fields[self._model]
            return _ak_rows([{n: _ak_field(r, self._model, n.split("__")) for n in names} for r in self._rows], None)

    class RelatedManager:
        _ak_object = True

        def __init__(self, rows, model):
            self._set = QuerySet(rows, model)

        def __str__(self):
            return f"authentik_core.{self._set._model}.None"

        def all(self):
            return self._set.all()

        def none(self):
            return self._set.none()

        def filter(self, **lookups):
            return self._set.filter(**lookups)

        def exclude(self, **lookups):
            return self._set.exclude(**lookups)

        def get(self, **lookups):
            return self._set.get(**lookups)

        def exists(self):
            return self._set.exists()

        def count(self):
            return self._set.count()

        def first(self):
            return self._set.first()

        def last(self):
            return self._set.last()

        def iterator(self):
            return self._set.iterator()

        def select_related(self, *names):
            return self._set.all()

        def prefetch_related(self, *names):
            return self._set.all()

        def distinct(self):
            return self._set.distinct()

        def order_by(self, *names):
            return self._set.order_by(*names)

        def values_list(self, *names, flat=False):
            return self._set.values_list(*names, flat=flat)

        def values(self, *names):
            return self._set.values(*names)

    return QuerySet, RelatedManager


_ak_QuerySet, _ak_RelatedManager = _ak_queryset_classes()

# The columns a look-up, `values()` or `order_by()` may name.
_ak_fields = {
    "Group": ("group_uuid", "pk", "name", "is_superuser", "num_pk", "attributes", "parent_id"),
    "ApplicationEntitlement": ("pbm_uuid", "pk", "name", "attributes"),
}


def _ak_rows(rows, model):
    _ak_querysets[id(rows)] = (rows, model)
    return rows


def _ak_qs(value):
    """The methods of a query set, if `value` is one; else `value`."""
    if type(value) is list:
        known = _ak_querysets.get(id(value))
        if known is not None and known[0] is value:
            if known[1] is None:
                return _ak_Values(value)
            return _ak_QuerySet(value, known[1])
    return value


def _ak_values_class():
    class ValuesQuerySet:
        def __init__(self, rows):
            self._rows = rows

        def all(self):
            return _ak_rows(self._rows[:], None)

        def exists(self):
            return len(self._rows) > 0

        def count(self):
            return len(self._rows)

        def first(self):
            return self._rows[0] if self._rows else None

        def last(self):
            return self._rows[-1] if self._rows else None

        def iterator(self):
            return iter(self._rows[:])

        def reverse(self):
            return _ak_rows(self._rows[::-1], None)

        def distinct(self):
            out = []
            for row in self._rows:
                if row not in out:
                    out.append(row)
            return _ak_rows(out, None)

        def order_by(self, *names):
            if self._rows and isinstance(self._rows[0], dict):
                rows = self._rows[:]
                for name in names[::-1]:
                    rows.sort(key=lambda r: _ak_order_key(r[name.removeprefix("-")]), reverse=name.startswith("-"))
                return _ak_rows(rows, None)
            raise TypeError("order_by() after values_list() is not supported: order before")

    return ValuesQuerySet


_ak_Values = _ak_values_class()


def _ak_django_repr(row):
    return f"<{type(row).__name__}: {row}>" if hasattr(row, "_ak_object") else repr(row)


def _ak_order_key(value):
    # NULLs last, as PostgreSQL sorts ascending.
    if value is None:
        return (1, 0)
    return (0, str(value) if hasattr(value, "_ak_object") else _ak_number(value))


def _ak_field(row, model, path):
    head = path[0]
    if model == "Group" and head == "parent":
        if len(path) == 1:
            return row.parent.pk if row.parent is not None else None
        if row.parent is None:
            return None
        return _ak_field(row.parent, model, path[1:])
    if head == "id":
        head = "pk"
    if head not in _ak_fields[model]:
        raise Exception(f"Cannot resolve keyword '{head}' into field.")
    value = row.parent.pk if head == "parent_id" and row.parent is not None else (
        None if head == "parent_id" else getattr(row, head))
    for step in path[1:]:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and _ak_int(step) < len(value):
            value = value[_ak_int(step)]
        else:
            return _ak_absent
    return value


def _ak_absent_value():
    class Absent:
        _ak_object = True

        def __str__(self):
            return "None"

    return Absent()


_ak_absent = _ak_absent_value()

_ak_lookups = (
    "exact iexact contains icontains startswith istartswith endswith iendswith in isnull regex iregex "
    "gt gte lt lte has_key".split(" ")
)


def _ak_matches(row, model, lookups):
    for key, wanted in lookups.items():
        path = key.split("__")
        op = "exact"
        if len(path) > 1 and path[-1] in _ak_lookups:
            op = path[-1]
            path = path[:-1]
        if not _ak_lookup(_ak_field(row, model, path), op, wanted):
            return False
    return True


def _ak_plain(value):
    # Keys compare by their text, objects by their key, as the database does.
    if hasattr(value, "pk"):
        value = value.pk
    return str(value) if hasattr(value, "_ak_object") else value


def _ak_lookup(value, op, wanted):
    if op == "isnull":
        return (value is None or value is _ak_absent) == (True if wanted else False)
    if value is _ak_absent:
        return False
    if op == "in":
        return _ak_plain(value) in [_ak_plain(w) for w in wanted]
    if isinstance(value, _ak_UUID) and isinstance(wanted, str) and op == "exact":
        return value == _ak_UUID(wanted)
    value = _ak_plain(value)
    wanted = _ak_plain(wanted)
    if op == "exact":
        if isinstance(value, bool) != isinstance(wanted, bool):
            return False
        return value == wanted
    if op == "has_key":
        return isinstance(value, dict) and wanted in value
    if op == "contains" and isinstance(value, (dict, list)):
        return _ak_contains(value, wanted)
    if value is None or wanted is None:
        return False
    if op == "gt":
        return value > wanted
    if op == "gte":
        return value >= wanted
    if op == "lt":
        return value < wanted
    if op == "lte":
        return value <= wanted
    return _ak_text_lookup(str(value), op, str(wanted))


def _ak_text_lookup(value, op, wanted):
    if op in ("regex", "iregex"):
        return _ak_pattern_of(wanted, _ak_regex.I if op == "iregex" else 0).search(value) is not None
    if op in ("iexact", "icontains", "istartswith", "iendswith"):
        value = value.upper()
        wanted = wanted.upper()
        op = op[1:]
    if op == "exact":
        return value == wanted
    if op == "contains":
        return wanted in value
    if op == "startswith":
        return value.startswith(wanted)
    return value.endswith(wanted)


def _ak_contains(value, wanted):
    # PostgreSQL's @> for JSON.
    if isinstance(value, dict) and isinstance(wanted, dict):
        return all([k in value and _ak_contains(value[k], w) for k, w in wanted.items()])
    if isinstance(value, list) and isinstance(wanted, list):
        return all([any([_ak_contains(v, w) for v in value]) for w in wanted])
    if isinstance(value, list) and not isinstance(wanted, dict):
        return wanted in value
    return value == wanted
