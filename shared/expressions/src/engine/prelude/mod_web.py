# urllib.parse

_ak_safe_always = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"


def _ak_quote(string, safe="/", encoding=None, errors=None):
    data = string.encode() if isinstance(string, str) else string
    if not isinstance(data, bytes):
        raise TypeError("quote_from_bytes() expected bytes")
    keep = _ak_safe_always + safe
    return "".join([chr(b) if b < 128 and chr(b) in keep else f"%{b:02X}" for b in data])


def _ak_quote_plus(string, safe="", encoding=None, errors=None):
    return _ak_quote(string, safe + " ").replace(" ", "+")


def _ak_unquote(string, encoding="utf-8", errors="replace"):
    if "%" not in string:
        return string
    out = []
    run = []
    i = 0
    while i < len(string):
        two = string[i + 1:i + 3]
        if string[i] == "%" and _ak_regex.fullmatch("[0-9a-fA-F]{2}", two) is not None:
            run.append(two)
            i += 3
            continue
        if run:
            out.append(bytes.fromhex("".join(run)).decode(encoding, errors))
            run = []
        out.append(string[i])
        i += 1
    if run:
        out.append(bytes.fromhex("".join(run)).decode(encoding, errors))
    return "".join(out)


def _ak_unquote_plus(string, encoding="utf-8", errors="replace"):
    return _ak_unquote(string.replace("+", " "), encoding, errors)


def _ak_urlencode(query, doseq=False, safe="", encoding=None, errors=None, quote_via=_ak_quote_plus):
    pairs = []
    for key, value in query.items() if isinstance(query, dict) else query:
        values = value if doseq and isinstance(value, (list, tuple)) else [value]
        for one in values:
            texts = [x if isinstance(x, (str, bytes)) else str(x) for x in (key, one)]
            pairs.append(quote_via(texts[0], safe) + "=" + quote_via(texts[1], safe))
    return "&".join(pairs)


def _ak_parse_qsl(qs, keep_blank_values=False, strict_parsing=False, encoding="utf-8", errors="replace"):
    out = []
    for pair in qs.split("&"):
        if not pair:
            continue
        name, equals, value = pair.partition("=")
        if not equals and strict_parsing:
            raise ValueError(f"bad query field: {pair!r}")
        if value or keep_blank_values:
            out.append((_ak_unquote_plus(name), _ak_unquote_plus(value)))
    return out


def _ak_parse_qs(qs, keep_blank_values=False, strict_parsing=False, encoding="utf-8", errors="replace"):
    out = {}
    for name, value in _ak_parse_qsl(qs, keep_blank_values, strict_parsing):
        out.setdefault(name, []).append(value)
    return out


def _ak_url_class():
    class ParseResult:
        _ak_object = True

        def __init__(self, scheme, netloc, path, params, query, fragment):
            self.scheme = scheme
            self.netloc = netloc
            self.path = path
            self.params = params
            self.query = query
            self.fragment = fragment
            info, at, host = netloc.rpartition("@")
            user, colon, word = info.partition(":")
            self.username = user if at else None
            self.password = word if at and colon else None
            if host.startswith("["):
                name, _, port = host[1:].partition("]")
                port = port[1:]
            else:
                name, _, port = host.partition(":")
            self.hostname = name.lower() or None
            self.port = int(port) if port else None

        def geturl(self):
            url = self.path + (";" + self.params if self.params else "")
            if self.netloc:
                url = "//" + self.netloc + ("/" if url and url[0] != "/" else "") + url
            if self.scheme:
                url = self.scheme + ":" + url
            if self.query:
                url = url + "?" + self.query
            return url + ("#" + self.fragment if self.fragment else "")

        def _tuple(self):
            return (self.scheme, self.netloc, self.path, self.params, self.query, self.fragment)

        def __iter__(self):
            return iter(self._tuple())

        def __str__(self):
            return self.geturl()

        def __eq__(self, other):
            return isinstance(other, ParseResult) and self._tuple() == other._tuple()

        def __hash__(self):
            return hash(self._tuple())

    return ParseResult


_ak_Url = _ak_url_class()


def _ak_urlsplit(url, scheme="", allow_fragments=True):
    url = url.strip()
    found = _ak_regex.match("([A-Za-z][A-Za-z0-9+.-]*):", url)
    if found is not None:
        scheme = found.group(1).lower()
        url = url[found.end():]
    netloc = ""
    if url.startswith("//"):
        found = _ak_regex.match("//([^/?#]*)", url)
        netloc = found.group(1)
        url = url[found.end():]
    fragment = ""
    if allow_fragments:
        url, _, fragment = url.partition("#")
    path, _, query = url.partition("?")
    return _ak_Url(scheme, netloc, path, "", query, fragment)


def _ak_urlparse(url, scheme="", allow_fragments=True):
    made = _ak_urlsplit(url, scheme, allow_fragments)
    head, slash, last = made.path.rpartition("/")
    if ";" in last and made.scheme in ("", "http", "https", "ftp", "sip", "sips"):
        last, _, params = last.partition(";")
        made.params = params
        made.path = head + slash + last
    return made


def _ak_urljoin(base, url, allow_fragments=True):
    if not base or not url:
        return url or base
    b = _ak_urlsplit(base)
    u = _ak_urlsplit(url, b.scheme)
    if u.scheme != b.scheme or b.scheme not in ("http", "https", "ftp", ""):
        return url
    if u.netloc:
        return u.geturl()
    if not u.path:
        u.path = b.path
        u.query = u.query or b.query
    else:
        steps = u.path.split("/") if u.path[0] == "/" else b.path.split("/")[:-1] + u.path.split("/")
        out = []
        for step in steps:
            if step == "..":
                if len(out) > 1:
                    out.pop()
            elif step != ".":
                out.append(step)
        if steps[-1] in (".", ".."):
            out.append("")
        u.path = "/".join(out)
        if b.netloc and not u.path.startswith("/"):
            u.path = "/" + u.path
    u.netloc = b.netloc
    return u.geturl()


_ak_module(
    "urllib.parse",
    quote=_ak_quote,
    quote_plus=_ak_quote_plus,
    unquote=_ak_unquote,
    unquote_plus=_ak_unquote_plus,
    urlencode=_ak_urlencode,
    parse_qs=_ak_parse_qs,
    parse_qsl=_ak_parse_qsl,
    urlparse=_ak_urlparse,
    urlsplit=_ak_urlsplit,
    urljoin=_ak_urljoin,
)
_ak_module("urllib", parse=_ak_modules["urllib.parse"])
