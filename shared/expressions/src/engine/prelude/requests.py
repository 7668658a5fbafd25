# Requests, providers, tokens; the parameters of an expression; its helpers.

def _ak_users_locale(value):
    """`user.locale()`: a method in authentik, and an attribute here."""
    return _ak_Locale(value.locale) if isinstance(value, (_ak_User, _ak_AnonymousUser)) else value


def _ak_request_classes():
    class Application:
        _ak_object = True

        def __init__(self, facts):
            self.pk = _ak_UUID(facts["pk"])
            self.pbm_uuid = self.pk
            self.slug = facts["slug"]
            self.name = facts["name"]
            self.group = facts["group"]
            self.meta_launch_url = facts["meta_launch_url"]

        def __str__(self):
            return self.name

        def __repr__(self):
            return f"<Application: {self.name}>"

        def __eq__(self, other):
            return hasattr(other, "pk") and other.pk == self.pk

        def __hash__(self):
            return hash(self.pk)

    class OAuth2Provider:
        _ak_object = True

        def __init__(self, facts):
            self.pk = facts["pk"]
            self.id = facts["pk"]
            self.name = facts["name"]
            self.client_id = facts["client_id"]
            self.client_type = facts["client_type"]
            self.application = None if facts["application"] is None else Application(facts["application"])

        def __str__(self):
            return f"OAuth2 Provider {self.name}"

        def __repr__(self):
            return f"<OAuth2Provider: {self}>"

        def __eq__(self, other):
            return isinstance(other, OAuth2Provider) and other.pk == self.pk

        def __hash__(self):
            return hash(self.pk)

    class Token:
        _ak_object = True

        def __init__(self, facts, user, provider):
            self.scope = facts["scope"]
            self.expires = _ak_time(facts["expires"])
            self.auth_time = _ak_time(facts["auth_time"])
            self.user = user
            self.provider = provider

        def __str__(self):
            return "Token"

    class Bound:
        _ak_object = True

        def __init__(self, facts, provider):
            self.pk = _ak_UUID(facts["pk"]) if len(facts["pk"]) == 36 else facts["pk"]
            self.name = facts["name"]
            self.slug = facts["slug"]
            self.scope_name = facts["slug"]
            self.provider = provider

        def __str__(self):
            return self.name

        def __eq__(self, other):
            return hasattr(other, "pk") and other.pk == self.pk

        def __hash__(self):
            return hash(self.pk)

    class SessionStore:
        def __init__(self, key):
            self.session_key = key

        def get(self, key, default=None):
            return default

        def __contains__(self, key):
            return False

    class HttpHeaders:
        def __init__(self, meta):
            self._items = {}
            for key, value in meta.items():
                if key.startswith("HTTP_"):
                    self._items[key[5:].replace("_", "-").lower()] = value
                elif key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                    self._items[key.replace("_", "-").lower()] = value

        def get(self, name, default=None):
            return self._items.get(name.lower(), default)

        def __contains__(self, name):
            return name.lower() in self._items

    class Tenant:
        _ak_object = True

        def __init__(self, facts):
            self.default_user_change_name = facts["default_user_change_name"]
            self.default_user_change_email = facts["default_user_change_email"]
            self.default_user_change_username = facts["default_user_change_username"]

        def __str__(self):
            return "Tenant"

    class Brand:
        _ak_object = True

        def __init__(self, facts):
            self.branding_title = facts["branding_title"]

        def __str__(self):
            return self.branding_title

    class WSGIRequest:
        _ak_object = True

        def __init__(self, facts, user, tenant):
            self.method = facts["method"]
            self.path = facts["path"]
            self.path_info = facts["path"]
            self.GET = facts["query"]
            self.POST = {}
            self.META = facts["meta"]
            self.headers = HttpHeaders(facts["meta"])
            self.session = SessionStore(facts["session_key"])
            self.user = user
            self.tenant = Tenant(tenant)
            self.brand = Brand(tenant)

        def __str__(self):
            return f"<WSGIRequest: {self.method} '{self.path}'>"

    class PolicyRequest:
        _ak_object = True

        def __init__(self, user, http_request, obj, context):
            self.user = user
            self.http_request = http_request
            self.obj = obj
            self.context = context
            self.debug = False

        def __str__(self):
            return f"<PolicyRequest user={self.user}>"

    class PolicyResult:
        _ak_object = True

        def __init__(self, passing, messages):
            self.passing = passing
            self.messages = tuple(messages)

        def __str__(self):
            return f"PolicyResult passing={self.passing}"

    class Locale:
        def __init__(self, name):
            self._name = name

        def locale(self, request=None):
            return self._name

    return OAuth2Provider, Token, Bound, WSGIRequest, PolicyRequest, PolicyResult, Application, Locale


(_ak_Provider, _ak_Token, _ak_Bound, _ak_Http, _ak_Request, _ak_Result, _ak_Application, _ak_Locale) = (
    _ak_request_classes()
)


def _ak_is_application(app):
    # Entitlements are loaded for the provider's application alone.
    if not isinstance(app, (_ak_Application, _ak_Bound)):
        raise TypeError("app_entitlements() takes an application")
    here = _ak_state["application"]
    return here is None or here == app


def _ak_make_user(facts, group_facts):
    if facts is None:
        return _ak_AnonymousUser()
    groups = {uuid: _ak_Group(g) for uuid, g in group_facts.items()}
    for uuid, group in groups.items():
        group.parent = groups.get(group_facts[uuid]["parent"])
    return _ak_User(facts, groups)


_ak_state = {"addresses": False, "application": None, "context": {}, "now": 0, "plan": None}


def _ak_arguments(facts, names):
    """The values of the wrapper's parameters, by name."""
    _ak_state["now"] = facts["now"]
    actor = _ak_make_user(facts["user"], facts["groups"])
    flow = facts["flow"] if "provider" not in names else None
    pending = None if flow is None else _ak_pending_user(flow, facts["groups"])
    # Within a flow, policies are about the user that it is about.
    user = actor if pending is None else pending
    provider = None if facts["provider"] is None else _ak_Provider(facts["provider"])
    if provider is not None:
        _ak_state["application"] = provider.application
    token = None if facts["token"] is None else _ak_Token(facts["token"], user, provider)
    http = None if facts["http_request"] is None else _ak_Http(facts["http_request"], actor, facts["tenant"])
    context = facts["context"]
    if isinstance(context.get("oauth_scopes"), list):
        context["oauth_scopes"] = set(context["oauth_scopes"])
    if "provider" in names:
        context["provider"] = provider
        context["token"] = token
    elif "prompt_context" in names:
        context = {"prompt_context": _ak_prompt_context(context, flow)}
    elif flow is not None:
        context = _ak_state["enter"](facts, pending, context)
    _ak_state["context"] = context
    obj = None if facts["object"] is None else _ak_Bound(facts["object"], provider)
    values = {
        "request": _ak_Request(user, http, obj, context),
        "user": user,
        "provider": provider,
        "token": token,
        "context": context,
        "prompt_context": context.get("prompt_context"),
        "ak_is_sso_flow": facts["is_sso_flow"] if flow is None else context.get("is_sso", facts["is_sso_flow"]),
        "ak_message": _ak_message,
        "http_request": http,
        "ak_client_ip": facts["client_ip"] or "255.255.255.255",
    }
    # Without the piece for addresses the source does not name this one.
    if "ak_client_ip" in names and _ak_state["addresses"]:
        values["ak_client_ip"] = ip_address(values["ak_client_ip"])
    return [values[n] for n in names]


def _ak_pending_user(flow, groups):
    if flow["pending_user"] is None:
        return None
    user = _ak_make_user(flow["pending_user"], groups)
    if flow["pending_user_backend"] is not None:
        user.backend = flow["pending_user_backend"]
    return user


def _ak_prompt_context(own, flow):
    """What was entered so far: as given, or what the plan has of it."""
    given = own.get("prompt_context")
    if given is None and flow is not None:
        given = flow["context"].get("prompt_data")
    return {} if given is None else given


def _ak_message(message):
    _ak_tell(_ak_messages, _ak_write(str(message)))


# --- helpers ---

def ak_is_group_member(user, **group_filters):
    return len(_ak_QuerySet(user.all_groups(), "Group").filter(**group_filters)) > 0


def ak_user_by(**filters):
    found = _ak_host("user_by", _ak_json({k: _ak_plain(v) for k, v in filters.items()}))
    return None if found is None else _ak_make_user(found[0], found[1])


def ak_user_has_authenticator(user, device_type=None, type=None):
    wanted = device_type or type
    if wanted:
        return wanted in user._authenticators
    return len(user._authenticators) > 0


def ak_call_policy(name, **kwargs):
    context = _ak_json(kwargs)
    _ak_state["context"].update(kwargs)
    verdict = _ak_host("call_policy", str(name), context)
    return _ak_Result(verdict[0], verdict[1])


def list_flatten(value):
    if isinstance(value, list):
        return value[0] if value else None
    return value


def slugify(value, allow_unicode=False):
    value = str(value)
    if allow_unicode:
        value = _ak_unicode.normalize("NFKC", value)
    else:
        value = _ak_unicode.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii")
    value = _ak_regex.sub(r"[^\w\s-]", "", value.lower())
    return _ak_regex.sub(r"[-\s]+", "-", value).strip("-_")
