"""Stand-ins for what authentik and Django give an expression. Standard library only."""

import datetime
import ipaddress
import json
import re
import unicodedata
import uuid


class ORMError(Exception):
    pass


# Django's own exceptions are plain `Exception`s to an expression, which cannot import them.
ORMError.__name__ = "Exception"


def merge(base, more):
    """deepmerge's always_merger: dicts merge, lists concatenate, sets unite, all else is overwritten."""
    for key, value in more.items():
        if key not in base:
            base[key] = json.loads(json.dumps(value))
        elif isinstance(base[key], dict) and isinstance(value, dict):
            merge(base[key], value)
        elif isinstance(base[key], list) and isinstance(value, list):
            base[key] = base[key] + value
        else:
            base[key] = value
    return base


class Missing:
    pass


def field(row, path):
    value = row
    for index, step in enumerate(path):
        if isinstance(value, (dict, list)):
            try:
                value = value[int(step) if isinstance(value, list) else step]
            except (KeyError, IndexError, ValueError):
                return Missing
        elif value is None:
            return None
        elif step not in value.columns:
            raise ORMError(f"Cannot resolve keyword '{step}' into field.")
        else:
            value = getattr(value, step)
    return value.pk if isinstance(value, Model) else value


def contains(value, wanted):
    if isinstance(value, dict) and isinstance(wanted, dict):
        return all(k in value and contains(value[k], w) for k, w in wanted.items())
    if isinstance(value, list):
        wanted = wanted if isinstance(wanted, list) else [wanted]
        return all(any(contains(v, w) for v in value) for w in wanted)
    return value == wanted


def plain(value):
    if isinstance(value, Model):
        value = value.pk
    return str(value) if isinstance(value, uuid.UUID) else value


OPERATORS = {
    "exact": lambda v, w: v == w,
    "iexact": lambda v, w: str(v).upper() == str(w).upper(),
    "contains": lambda v, w: contains(v, w) if isinstance(v, (dict, list)) else str(w) in str(v),
    "icontains": lambda v, w: str(w).upper() in str(v).upper(),
    "startswith": lambda v, w: str(v).startswith(str(w)),
    "istartswith": lambda v, w: str(v).upper().startswith(str(w).upper()),
    "endswith": lambda v, w: str(v).endswith(str(w)),
    "iendswith": lambda v, w: str(v).upper().endswith(str(w).upper()),
    "in": lambda v, w: v in [plain(x) for x in w],
    "regex": lambda v, w: re.search(w, str(v)) is not None,
    "iregex": lambda v, w: re.search(w, str(v), re.I) is not None,
    "gt": lambda v, w: v is not None and v > w,
    "gte": lambda v, w: v is not None and v >= w,
    "lt": lambda v, w: v is not None and v < w,
    "lte": lambda v, w: v is not None and v <= w,
    "has_key": lambda v, w: isinstance(v, dict) and w in v,
}


def matches(row, lookups):
    for key, wanted in lookups.items():
        path = key.split("__")
        operator = "exact"
        if len(path) > 1 and path[-1] in (*OPERATORS, "isnull"):
            operator = path.pop()
        path = ["pk" if step == "id" else step for step in path]
        value = field(row, path)
        if operator == "isnull":
            if (value is None or value is Missing) != bool(wanted):
                return False
            continue
        if value is Missing:
            return False
        if operator == "exact" and isinstance(value, uuid.UUID) and isinstance(wanted, str):
            wanted = uuid.UUID(wanted)
        wanted = plain(wanted) if operator != "in" else wanted
        if not OPERATORS[operator](plain(value), wanted):
            return False
    return True


class QuerySet(list):
    """A query set that was evaluated: Django's methods over a list."""

    def all(self):
        return QuerySet(self)

    def none(self):
        return QuerySet()

    def filter(self, **lookups):
        return QuerySet(r for r in self if matches(r, lookups))

    def exclude(self, **lookups):
        return QuerySet(r for r in self if lookups and not matches(r, lookups))

    def get(self, **lookups):
        found = self.filter(**lookups)
        if not found:
            raise ORMError("matching query does not exist.")
        if len(found) > 1:
            raise ORMError(f"get() returned more than one -- it returned {len(found)}!")
        return found[0]

    def exists(self):
        return len(self) > 0

    def count(self):
        return len(self)

    def first(self):
        return self[0] if self else None

    def last(self):
        return self[-1] if self else None

    def reverse(self):
        return QuerySet(self[::-1])

    def iterator(self):
        return iter(self)

    def select_related(self, *names):
        return self.all()

    def prefetch_related(self, *names):
        return self.all()

    def distinct(self):
        out = []
        for row in self:
            if row not in out:
                out.append(row)
        return QuerySet(out)

    def order_by(self, *names):
        rows = list(self)
        for name in reversed(names):
            path = name.removeprefix("-").split("__")

            def key(row):
                value = row[path[0]] if isinstance(row, dict) else field(row, path)
                return (value is None, plain(value) if value is not None else 0)

            rows.sort(key=key, reverse=name.startswith("-"))
        return QuerySet(rows)

    def values_list(self, *names, flat=False):
        names = names or (self[0].columns if self else ())
        if flat and len(names) != 1:
            raise TypeError("'flat' is not valid when values_list is called with more than one field.")
        rows = [tuple(field(r, n.split("__")) for n in names) for r in self]
        return QuerySet(r[0] for r in rows) if flat else QuerySet(rows)

    def values(self, *names):
        return QuerySet({n: field(r, n.split("__")) for n in names or r.columns} for r in self)

    def __str__(self):
        return "<QuerySet " + super().__repr__() + ">"


class Manager:
    """A related manager: the methods of a query set, and nothing of a list."""

    def __init__(self, rows):
        self._rows = QuerySet(rows)

    def __getattr__(self, name):
        if name in ("reverse", "append", "extend", "insert", "pop", "remove", "clear", "sort", "index", "copy"):
            raise AttributeError(f"'RelatedManager' object has no attribute '{name}'")
        return getattr(self._rows, name)


class Model:
    columns = ()

    def __eq__(self, other):
        return type(other) is type(self) and other.pk == self.pk

    def __hash__(self):
        return hash(self.pk)

    def __repr__(self):
        return f"<{type(self).__name__}: {self}>"


class Group(Model):
    columns = ("group_uuid", "pk", "name", "is_superuser", "num_pk", "attributes", "parent_id", "parent")

    def __init__(self, facts):
        self.pk = self.group_uuid = uuid.UUID(facts["uuid"])
        self.num_pk = facts.get("num_pk", 0)
        self.name = facts["name"]
        self.is_superuser = facts.get("is_superuser", False)
        self.attributes = facts.get("attributes", {})
        self.parent = None

    @property
    def parent_id(self):
        return self.parent.pk if self.parent else None

    def __str__(self):
        return f"Group {self.name}"

    def is_member(self, user):
        return self in user.all_groups()


class ApplicationEntitlement(Model):
    columns = ("name", "attributes")

    def __init__(self, facts):
        self.pk = facts["name"]
        self.name = facts["name"]
        self.attributes = facts.get("attributes", {})

    def __str__(self):
        return f"Application Entitlement {self.name}"


def moment(text):
    return datetime.datetime.fromisoformat(text) if text else None


class User(Model):
    columns = ("pk", "username")
    is_anonymous = False
    is_authenticated = True

    def __init__(self, facts, group_facts):
        groups = {key: Group(value) for key, value in group_facts.items()}
        for key, group in groups.items():
            group.parent = groups.get(group_facts[key].get("parent"))
        self.pk = self.id = facts["pk"]
        self.uuid = uuid.UUID(facts["uuid"])
        for name, default in (("uid", ""), ("username", ""), ("name", ""), ("email", ""), ("is_active", False),
                              ("is_superuser", False), ("type", ""), ("path", ""), ("attributes", {}),
                              ("avatar", "")):
            setattr(self, name, facts.get(name, default))
        self.is_staff = self.is_superuser
        self.date_joined = moment(facts.get("date_joined"))
        self.last_login = moment(facts.get("last_login"))
        self._locale = facts.get("locale", "")
        self._direct = [groups[key] for key in facts.get("groups", [])]
        self.ak_groups = self.groups = Manager(self._direct)
        self._entitlements = [ApplicationEntitlement(e) for e in facts.get("entitlements", [])]
        self.authenticators = facts.get("authenticators", [])

    def __str__(self):
        return self.username

    def locale(self, request=None):
        return self._locale

    def get_username(self):
        return self.username

    def all_groups(self):
        found = list(self._direct)
        level = found
        for _ in range(20):
            level = list(dict.fromkeys(g.parent for g in level if g.parent and g.parent not in found))
            found = found + level
        return QuerySet(found)

    def group_attributes(self, request=None):
        merged = {}
        for group in self.all_groups().order_by("name"):
            merge(merged, group.attributes)
        return merge(merged, self.attributes)

    def app_entitlements(self, app):
        return QuerySet(self._entitlements).order_by("name") if app else []

    def app_entitlements_attributes(self, app):
        merged = {}
        for entitlement in self.app_entitlements(app):
            merge(merged, entitlement.attributes)
        return merged


class AnonymousUser(User):
    is_anonymous = True
    is_authenticated = False

    def __init__(self):
        super().__init__({"pk": None, "uuid": str(uuid.UUID(int=0))}, {})
        self.uuid = None

    def __str__(self):
        return "AnonymousUser"


class Plain:
    """An object with attributes and a text."""

    def __init__(self, text, **attributes):
        self._text = text
        self.__dict__.update(attributes)

    def __str__(self):
        return self._text


class Session:
    def __init__(self, key):
        self.session_key = key

    def get(self, key, default=None):
        return default


class Headers(dict):
    def get(self, name, default=None):
        return super().get(name.lower(), default)

    def __contains__(self, name):
        return super().__contains__(name.lower())


class Logger:
    def __init__(self, lines, bound=None):
        self._lines = lines
        self._bound = bound or {}

    def bind(self, **fields):
        return Logger(self._lines, self._bound | fields)

    def __getattr__(self, name):
        level = {"warn": "warning", "exception": "error", "critical": "error"}.get(name, name)

        def log(event="", *args, **fields):
            text = str(event) % args if args else str(event)
            data = {k: loggable(v) for k, v in (self._bound | fields).items()}
            self._lines.append([level, text, data])

        return log


OBJECTS = (Model, Plain, uuid.UUID, ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network,
           ipaddress.IPv6Network, datetime.timedelta)


def to_json(value):
    """A value as `Done` gives it: JSON, sets sorted, times as ISO text, objects as their text."""
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float):
        json.dumps(value, allow_nan=False)
        return value
    if isinstance(value, dict):
        return {to_key(k): to_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted((to_json(v) for v in value), key=lambda v: v if isinstance(v, str) else repr(v))
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, OBJECTS):
        return str(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def to_key(key):
    if isinstance(key, str):
        return key
    return next(iter(json.loads(json.dumps({key: 0}))))


def loggable(value):
    try:
        return to_json(value)
    except (TypeError, ValueError):
        return str(value)


def slugify(value):
    value = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", value.lower())).strip("-_")
