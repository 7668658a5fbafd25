"""Runs the corpus on CPython with stand-ins for authentik's objects, and writes expected.json.

    python3 reference.py            writes expected.json
    python3 reference.py --print    prints it instead

Standard library only, Python 3.11 or later. The stand-ins follow authentik's documented behaviour:
what a body sees, in the order and with the meaning that Django and authentik give it.
"""

import contextlib
import datetime
import io
import ipaddress
import json
import pathlib
import re
import sys
import textwrap
import time
import tomllib
import types
import uuid
import warnings

from standins import (
    AnonymousUser, Headers, Logger, Plain, Session, User, moment, slugify, to_json,
)

# Bodies may be in bad style.
warnings.simplefilter("ignore")

HERE = pathlib.Path(__file__).parent
FILE = "<expression>"


def make_user(facts):
    return User(facts["user"], facts.get("groups", {})) if facts.get("user") else AnonymousUser()


class Plan:
    """authentik's FlowPlan: the values of its context are shared with the policies' own."""

    def __init__(self, facts, pending):
        self.flow_pk = facts["pk"]
        self.context = json.loads(json.dumps(facts.get("context", {})))
        self.before = json.loads(json.dumps(self.context))
        if pending:
            self.context["pending_user"] = pending

    def changes(self):
        now = {k: to_json(v) for k, v in self.context.items() if k != "pending_user"}
        return {"set": {k: v for k, v in now.items() if k not in self.before or json.dumps(v) != json.dumps(self.before[k])},
                "removed": [k for k in self.before if k not in now]}


def make_pending(facts):
    flow = facts.get("flow") or {}
    if not flow.get("pending_user"):
        return None
    pending = User(flow["pending_user"], facts.get("groups", {}))
    if flow.get("pending_user_backend"):
        pending.backend = flow["pending_user_backend"]
    return pending


def environment(kind, facts, told):
    actor = make_user(facts)
    pending = make_pending(facts)
    user = pending or actor
    http = None
    if facts.get("http_request"):
        it = facts["http_request"]
        headers = {k[5:].replace("_", "-").lower(): v for k, v in it["meta"].items() if k.startswith("HTTP_")}
        http = Plain(f"<WSGIRequest: {it['method']} '{it['path']}'>", method=it["method"], path=it["path"],
                     GET=dict(it["query"]), POST={}, META=dict(it["meta"]), headers=Headers(headers),
                     session=Session(it.get("session_key")), user=actor)
    provider = None
    if facts.get("provider"):
        it = facts["provider"]
        app = it.get("application")
        app = app and Plain(app["name"], **{**app, "pk": uuid.UUID(app["pk"])})
        provider = Plain(f"OAuth2 Provider {it['name']}", **{**it, "application": app})
    token = None
    if facts.get("token"):
        it = facts["token"]
        token = Plain("Token", scope=it["scope"], expires=moment(it.get("expires")),
                      auth_time=moment(it.get("auth_time")), user=user, provider=provider)
    context = json.loads(json.dumps(facts.get("context", {})))
    if "oauth_scopes" in context:
        context["oauth_scopes"] = set(context["oauth_scopes"])
    obj = None
    if facts.get("object"):
        it = facts["object"]
        obj = Plain(it["name"], **{**it, "pk": uuid.UUID(it["pk"])}, scope_name=it["slug"], provider=provider)
    if kind == "mapping":
        context.update(provider=provider, token=token)
    elif kind == "prompt":
        context = {"prompt_context": facts.get("flow", {}).get("context", {}).get("prompt_data", {})}
    elif facts.get("flow"):
        plan = Plan(facts["flow"], pending)
        context = {"flow_plan": plan, **plan.context, **context}
    request = Plain(f"<PolicyRequest user={user}>", user=user, http_request=http, obj=obj, context=context, debug=False)
    if kind == "mapping":
        names = {"request": request, "user": user, "provider": provider, "token": token}
    elif kind == "prompt":
        names = {"request": request, "user": user, **context}
    else:
        is_sso = context.get("is_sso", facts.get("is_sso_flow", False))
        names = {"request": request, "context": context, "ak_is_sso_flow": is_sso,
                 "ak_message": lambda text: told["messages"].append(str(text))}
        if http:
            names["http_request"] = http
            names["ak_client_ip"] = ipaddress.ip_address(facts.get("client_ip") or "255.255.255.255")
    return names


def helpers(facts, context, told):
    others = facts.get("_others", {})

    def user_by(**filters):
        for other in others.get("users", []):
            if all(other["user"].get(k) == v for k, v in filters.items()):
                return make_user(other)
        return None

    def has_authenticator(user, device_type=None):
        return device_type in user.authenticators if device_type else bool(user.authenticators)

    def call_policy(name, **kwargs):
        if name not in others.get("policies", {}):
            raise ValueError(f"Policy '{name}' not found.")
        context.update(kwargs)
        verdict = others["policies"][name]
        return Plain("PolicyResult", passing=verdict["passing"], messages=tuple(verdict["messages"]))

    return {
        "ak_is_group_member": lambda user, **filters: user.all_groups().filter(**filters).exists(),
        "ak_user_by": user_by,
        "ak_user_has_authenticator": has_authenticator,
        "ak_call_policy": call_policy,
        "ak_create_event": lambda action, **data: told["events"].append([action, to_json(data)]),
        "ak_logger": Logger(told["logs"]),
        "ip_address": ipaddress.ip_address,
        "ip_network": ipaddress.ip_network,
        "list_flatten": lambda v: (v[0] if v else None) if isinstance(v, list) else v,
        "regex_match": lambda value, regex: re.search(regex, value) is not None,
        "regex_replace": lambda value, regex, repl: re.sub(regex, repl, value),
        "slugify": slugify,
    }


def stand_in_modules(now):
    """Django's and authentik's modules, and a clock that stands still."""
    utc = datetime.timezone.utc

    class Clock(type):
        def __instancecheck__(cls, instance):
            return isinstance(instance, REAL)

    class Frozen(REAL, metaclass=Clock):
        @classmethod
        def now(cls, tz=None):
            return REAL.fromtimestamp(now, tz or utc).replace(tzinfo=tz)

        @classmethod
        def utcnow(cls):
            return cls.now()

        @classmethod
        def today(cls):
            return cls.now()

        @classmethod
        def fromtimestamp(cls, seconds, tz=None):
            # The server's local time is UTC.
            return REAL.fromtimestamp(seconds, tz or utc).replace(tzinfo=tz)

    datetime.datetime = Frozen
    time.time = lambda: float(now)
    timezone = types.ModuleType("django.utils.timezone")
    timezone.now = lambda: REAL.fromtimestamp(now, utc)
    text = types.ModuleType("django.utils.text")
    text.slugify = slugify
    models = types.ModuleType("authentik.core.models")
    for name, value in (("GENERATED", "generated"), ("EXPIRES", "expires"), ("DEBUG", "debug"),
                        ("SOURCES", "sources"), ("CHANGE_USERNAME", "can-change-username"),
                        ("CHANGE_EMAIL", "can-change-email"), ("CHANGE_NAME", "can-change-name")):
        setattr(models, f"USER_ATTRIBUTE_{name}", f"goauthentik.io/user/{value}")
    models.UserTypes = types.SimpleNamespace(
        INTERNAL="internal", EXTERNAL="external", SERVICE_ACCOUNT="service_account",
        INTERNAL_SERVICE_ACCOUNT="internal_service_account")
    utils = types.ModuleType("django.utils")
    utils.timezone, utils.text = timezone, text
    for name, module in (("django", types.ModuleType("django")), ("django.utils", utils),
                         ("django.utils.timezone", timezone), ("django.utils.text", text),
                         ("authentik", types.ModuleType("authentik")),
                         ("authentik.core", types.ModuleType("authentik.core")),
                         ("authentik.core.models", models)):
        sys.modules[name] = module


REAL = datetime.datetime


def run(case, facts):
    told = {"messages": [], "events": [], "logs": []}
    kind = case.get("kind", "mapping")
    facts = json.loads(json.dumps(facts))
    names = environment(kind, facts, told)
    plan = names["request"].context.get("flow_plan")
    scope = helpers(facts, names["request"].context, told)
    text = f"def handler({', '.join(names)}):\n{textwrap.indent(case['source'], '    ')}\n"
    try:
        exec(compile(text, FILE, "exec", dont_inherit=True), scope)
        with contextlib.redirect_stdout(io.StringIO()):
            value = scope["handler"](**names)
        answer = {"truthy": bool(value), "value": bool(value) if kind == "policy" else to_json(value)}
    except Exception as error:
        lines = []
        trace = error.__traceback__
        while trace:
            if trace.tb_frame.f_code.co_filename == FILE:
                lines.append(trace.tb_lineno - 1)
            trace = trace.tb_next
        return {"raised": type(error).__name__, "line": lines[-1] if lines else 0}
    changes = plan.changes() if plan else {}
    if any(changes.values()):
        answer["flow"] = changes
    return answer | {key: entries for key, entries in told.items() if entries}


def main():
    every = json.loads((HERE / "facts.json").read_text())
    stand_in_modules(every["alice"]["now"])
    expected = {}
    for path in sorted(HERE.glob("*.toml")):
        if path.name == "refused.toml":
            continue
        for case in tomllib.loads(path.read_text())["case"]:
            if case["name"] in expected:
                raise SystemExit(f"{path.name}: two cases are called {case['name']!r}")
            expected[case["name"]] = run(case, every[case.get("facts", "alice")])
    text = json.dumps(expected, indent=1, ensure_ascii=False) + "\n"
    if "--print" in sys.argv:
        sys.stdout.write(text)
    else:
        (HERE / "expected.json").write_text(text)
        print(f"{len(expected)} cases")


if __name__ == "__main__":
    main()
