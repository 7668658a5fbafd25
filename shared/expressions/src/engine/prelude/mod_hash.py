# hashlib, uuid, secrets: digests and random bytes come from the host.

def _ak_hash_class():
    class HASH:
        def __init__(self, name, data):
            self.name = name
            self.digest_size = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64}[name]
            self._data = data

        def update(self, data):
            if not isinstance(data, bytes):
                raise TypeError("Strings must be encoded before hashing")
            self._data = self._data + data

        def digest(self):
            return _ak_host("digest", self.name, self._data)

        def hexdigest(self):
            return self.digest().hex()

        def copy(self):
            return HASH(self.name, self._data)

    return HASH


_ak_HASH = _ak_hash_class()


def _ak_hash(name, data=b"", usedforsecurity=True):
    name = name.lower().replace("-", "")
    if name not in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        raise ValueError(f"unsupported hash type {name}")
    if not isinstance(data, bytes):
        raise TypeError("Strings must be encoded before hashing")
    return _ak_HASH(name, data)


_ak_module(
    "hashlib",
    new=_ak_hash,
    md5=lambda *a, **k: _ak_hash("md5", *a, **k),
    sha1=lambda *a, **k: _ak_hash("sha1", *a, **k),
    sha224=lambda *a, **k: _ak_hash("sha224", *a, **k),
    sha256=lambda *a, **k: _ak_hash("sha256", *a, **k),
    sha384=lambda *a, **k: _ak_hash("sha384", *a, **k),
    sha512=lambda *a, **k: _ak_hash("sha512", *a, **k),
)


def _ak_uuid_bytes(value):
    return bytes.fromhex(value.hex)


def _ak_named_uuid(name, namespace, text, version):
    text = text.encode() if isinstance(text, str) else text
    data = _ak_host("digest", name, _ak_uuid_bytes(namespace) + text)
    return _ak_UUID(bytes=data[:16], version=version)


_ak_module(
    "uuid",
    UUID=_ak_UUID,
    uuid3=lambda namespace, name: _ak_named_uuid("md5", namespace, name, 3),
    uuid4=lambda: _ak_UUID(bytes=_ak_host("random", 16), version=4),
    uuid5=lambda namespace, name: _ak_named_uuid("sha1", namespace, name, 5),
    NAMESPACE_DNS=_ak_UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    NAMESPACE_URL=_ak_UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8"),
    NAMESPACE_OID=_ak_UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8"),
    NAMESPACE_X500=_ak_UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8"),
)

_ak_module(
    "secrets",
    token_hex=lambda nbytes=32: _ak_host("random", nbytes).hex(),
    token_bytes=lambda nbytes=32: _ak_host("random", nbytes),
    compare_digest=lambda a, b: a == b,
)
