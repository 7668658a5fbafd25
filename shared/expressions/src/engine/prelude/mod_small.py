# Small modules: string, copy, operator, contextlib, html, secrets, authentik's and Django's.

_ak_lower = "abcdefghijklmnopqrstuvwxyz"
_ak_module(
    "string",
    ascii_lowercase=_ak_lower,
    ascii_uppercase=_ak_lower.upper(),
    ascii_letters=_ak_lower + _ak_lower.upper(),
    digits="0123456789",
    hexdigits="0123456789abcdefABCDEF",
    octdigits="01234567",
    punctuation="!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    whitespace=" \t\n\r\x0b\x0c",
    capwords=lambda text, sep=None: (sep or " ").join([w.capitalize() for w in text.split(sep)]),
)


def _ak_deepcopy(value):
    if isinstance(value, dict):
        return {k: _ak_deepcopy(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_ak_deepcopy(v) for v in value]
    if isinstance(value, tuple):
        return tuple([_ak_deepcopy(v) for v in value])
    if isinstance(value, set):
        return value.copy()
    return value


def _ak_shallow(value):
    if isinstance(value, (dict, set)):
        return value.copy()
    return value[:] if isinstance(value, list) else value


_ak_module("copy", deepcopy=_ak_deepcopy, copy=_ak_shallow)


def _ak_itemgetter(*items):
    if len(items) == 1:
        return lambda value: value[items[0]]
    return lambda value: tuple([value[i] for i in items])


def _ak_attr_path(value, path):
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _ak_attrgetter(*names):
    if len(names) == 1:
        return lambda value: _ak_attr_path(value, names[0])
    return lambda value: tuple([_ak_attr_path(value, n) for n in names])


_ak_module(
    "operator",
    itemgetter=_ak_itemgetter,
    attrgetter=_ak_attrgetter,
    add=lambda a, b: a + b,
    sub=lambda a, b: a - b,
    mul=lambda a, b: a * b,
    or_=_ak_or,
    and_=lambda a, b: a & b,
    eq=lambda a, b: a == b,
    ne=lambda a, b: a != b,
    lt=_ak_lt,
    le=_ak_le,
    gt=_ak_gt,
    ge=_ak_ge,
    not_=lambda a: not a,
    truth=lambda a: True if a else False,
    contains=lambda a, b: b in a,
    getitem=lambda a, b: a[b],
)


def _ak_context_classes():
    class suppress:
        def __init__(self, *exceptions):
            self._exceptions = exceptions

        def __enter__(self):
            return None

        def __exit__(self, kind, value, traceback):
            return value is not None and isinstance(value, self._exceptions)

    class nullcontext:
        def __init__(self, enter_result=None):
            self._result = enter_result

        def __enter__(self):
            return self._result

        def __exit__(self, kind, value, traceback):
            return False

    return suppress, nullcontext


_ak_suppress, _ak_nullcontext = _ak_context_classes()
_ak_module("contextlib", suppress=_ak_suppress, nullcontext=_ak_nullcontext)


def _ak_html_escape(s, quote=True):
    s = s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return s.replace('"', "&quot;").replace("'", "&#x27;") if quote else s


_ak_module("html", escape=_ak_html_escape)
_ak_module("django.utils.text", slugify=slugify)
_ak_module("django.utils", timezone=_ak_modules["django.utils.timezone"], text=_ak_modules["django.utils.text"])


def _ak_user_types():
    class UserTypes:
        INTERNAL = "internal"
        EXTERNAL = "external"
        SERVICE_ACCOUNT = "service_account"
        INTERNAL_SERVICE_ACCOUNT = "internal_service_account"

    return UserTypes


# The values of authentik's constants: what administrators find in `user.attributes`.
_ak_module(
    "authentik.core.models",
    USER_ATTRIBUTE_DEBUG="goauthentik.io/user/debug",
    USER_ATTRIBUTE_GENERATED="goauthentik.io/user/generated",
    USER_ATTRIBUTE_EXPIRES="goauthentik.io/user/expires",
    USER_ATTRIBUTE_DELETE_ON_LOGOUT="goauthentik.io/user/delete-on-logout",
    USER_ATTRIBUTE_SOURCES="goauthentik.io/user/sources",
    USER_ATTRIBUTE_TOKEN_EXPIRING="goauthentik.io/user/token-expires",
    USER_ATTRIBUTE_TOKEN_MAXIMUM_LIFETIME="goauthentik.io/user/token-maximum-lifetime",
    USER_ATTRIBUTE_CHANGE_USERNAME="goauthentik.io/user/can-change-username",
    USER_ATTRIBUTE_CHANGE_NAME="goauthentik.io/user/can-change-name",
    USER_ATTRIBUTE_CHANGE_EMAIL="goauthentik.io/user/can-change-email",
    USER_PATH_SYSTEM_PREFIX="goauthentik.io",
    USER_PATH_SERVICE_ACCOUNT="goauthentik.io/service-accounts",
    UserTypes=_ak_user_types(),
)


def _ak_device_classes():
    class TOTPDevice:
        _ak_object = True

    class StaticDevice:
        _ak_object = True

    class WebAuthnDevice:
        _ak_object = True

    class DuoDevice:
        _ak_object = True

    class SMSDevice:
        _ak_object = True

    class EmailDevice:
        _ak_object = True

    class EndpointDevice:
        _ak_object = True

    return {
        "totp": TOTPDevice, "static": StaticDevice, "webauthn": WebAuthnDevice, "duo": DuoDevice, "sms": SMSDevice,
        "email": EmailDevice, "endpoint": EndpointDevice,
    }


_ak_devices = _ak_device_classes()


def _ak_devices_for_user(user, confirmed=True):
    # Only confirmed ones are known.
    known = user._authenticators if confirmed is None or confirmed else []
    return iter([_ak_devices[kind]() for kind in known if kind in _ak_devices])


_ak_module("authentik.stages.authenticator", devices_for_user=_ak_devices_for_user)
