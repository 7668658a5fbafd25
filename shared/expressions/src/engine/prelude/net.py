# `ipaddress`, in so far as policies use it.

def _ak_parse_v4(text):
    parts = text.split(".")
    if len(parts) != 4:
        return None
    number = 0
    for part in parts:
        if not 1 <= len(part) <= 3 or _ak_regex.fullmatch("[0-9]+", part) is None:
            return None
        # A leading zero is refused: other software reads it as octal.
        if len(part) > 1 and part[0] == "0" or int(part) > 255:
            return None
        number = number * 256 + int(part)
    return number


def _ak_parse_v6(text):
    text, _, scope = text.partition("%")
    if "." in text:
        head, _, tail = text.rpartition(":")
        last = _ak_parse_v4(tail)
        if last is None:
            return None
        text = f"{head}:{last >> 16:x}:{last & 65535:x}"
    if text.count("::") > 1 or ":::" in text:
        return None
    if "::" in text:
        left, _, right = text.partition("::")
        before = left.split(":") if left else []
        after = right.split(":") if right else []
        if len(before) + len(after) > 7:
            return None
        groups = before + ["0"] * (8 - len(before) - len(after)) + after
    else:
        groups = text.split(":")
    if len(groups) != 8:
        return None
    number = 0
    for group in groups:
        if _ak_regex.fullmatch("[0-9a-fA-F]{1,4}", group) is None:
            return None
        number = number * 65536 + int(group, 16)
    return number


def _ak_write_v4(number):
    return ".".join([str(number >> shift & 255) for shift in (24, 16, 8, 0)])


def _ak_write_v6(number):
    groups = [number >> shift & 65535 for shift in (112, 96, 80, 64, 48, 32, 16, 0)]
    best = 0
    at = -1
    i = 0
    while i < 8:
        run = 0
        while i + run < 8 and groups[i + run] == 0:
            run += 1
        if run > best and run > 1:
            best = run
            at = i
        i += run + 1
    texts = [f"{g:x}" for g in groups]
    if best == 0:
        return ":".join(texts)
    return ":".join(texts[:at]) + "::" + ":".join(texts[at + best:])


_ak_private = {
    4: ("0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.170/31 192.0.2.0/24 "
        "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32").split(" "),
    6: ("::1/128 ::/128 ::ffff:0:0/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 fc00::/7 "
        "fe80::/10").split(" "),
}
_ak_not_private = {
    4: "192.0.0.9/32 192.0.0.10/32".split(" "),
    6: "2001:1::1/128 2001:1::2/128 2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28".split(" "),
}


def _ak_in_any(number, version, names):
    bits = 32 if version == 4 else 128
    for name in names:
        base, _, length = name.partition("/")
        start = _ak_parse_v4(base) if version == 4 else _ak_parse_v6(base)
        if number >> (bits - int(length)) == start >> (bits - int(length)):
            return True
    return False


def _ak_is_private(number, version):
    return _ak_in_any(number, version, _ak_private[version]) and not _ak_in_any(
        number, version, _ak_not_private[version]
    )


def _ak_mapped_v4(number, version):
    # An IPv4 address inside IPv6 is judged as the IPv4 address that it is.
    if version == 6 and number >> 32 == 65535:
        return number & 4294967295, 4
    return number, version


def _ak_ip_classes():
    class IPAddress:
        _ak_object = True

        def __init__(self, number, version):
            self._number = number
            self.version = version
            self.max_prefixlen = 32 if version == 4 else 128
            self.compressed = _ak_write_v4(number) if version == 4 else _ak_write_v6(number)
            if version == 4:
                self.exploded = self.compressed
                self.ipv4_mapped = None
                self.packed = bytes.fromhex(f"{number:08x}")
            else:
                text = f"{number:032x}"
                self.exploded = ":".join([text[i:i + 4] for i in range(0, 32, 4)])
                mapped, kind = _ak_mapped_v4(number, version)
                self.ipv4_mapped = IPAddress(mapped, 4) if kind == 4 else None
                self.packed = bytes.fromhex(text)
            real, kind = _ak_mapped_v4(number, version)
            shared = kind == 4 and _ak_in_any(real, 4, ["100.64.0.0/10"])
            self.is_private = _ak_is_private(real, kind)
            self.is_global = not self.is_private and not shared
            self.is_loopback = _ak_in_any(real, kind, ["127.0.0.0/8"] if kind == 4 else ["::1/128"])
            self.is_multicast = _ak_in_any(real, kind, ["224.0.0.0/4"] if kind == 4 else ["ff00::/8"])
            self.is_link_local = _ak_in_any(real, kind, ["169.254.0.0/16"] if kind == 4 else ["fe80::/10"])
            self.is_unspecified = real == 0
            self.is_reserved = kind == 4 and real >> 28 == 15 or kind == 6 and _ak_in_any(
                real, 6, "::/8 100::/8 200::/7 400::/6 800::/5 1000::/4 4000::/3 6000::/3 8000::/3 a000::/3 "
                "c000::/3 e000::/4 f000::/5 f800::/6 fe00::/9".split(" ")
            )

        def __str__(self):
            return self.compressed

        def __repr__(self):
            return f"IPv{self.version}Address('{self.compressed}')"

        def __eq__(self, other):
            return isinstance(other, IPAddress) and (self.version, self._number) == (other.version, other._number)

        def __hash__(self):
            return hash((self.version, self._number))

        def _key(self, other):
            if not isinstance(other, IPAddress) or self.version != other.version:
                raise TypeError(f"{self} and {other} are not of the same version")
            return self._number

    class IPNetwork:
        _ak_object = True

        def __init__(self, number, version, prefixlen):
            bits = 32 if version == 4 else 128
            self.version = version
            self.prefixlen = prefixlen
            self.max_prefixlen = bits
            self.num_addresses = 2 ** (bits - prefixlen)
            self._first = number
            self._last = number + self.num_addresses - 1
            self.network_address = IPAddress(number, version)
            self.broadcast_address = IPAddress(self._last, version)
            every = 2 ** bits - 1
            self.netmask = IPAddress(every - (self.num_addresses - 1), version)
            self.hostmask = IPAddress(self.num_addresses - 1, version)
            self.with_prefixlen = f"{self.network_address}/{prefixlen}"
            self.compressed = self.with_prefixlen
            ends = (self.network_address, self.broadcast_address)
            self.is_private = all([a.is_private for a in ends])
            self.is_global = all([a.is_global for a in ends])
            self.is_loopback = all([a.is_loopback for a in ends])
            self.is_link_local = all([a.is_link_local for a in ends])
            self.is_multicast = all([a.is_multicast for a in ends])

        def __str__(self):
            return self.with_prefixlen

        def __repr__(self):
            return f"IPv{self.version}Network('{self.with_prefixlen}')"

        def __eq__(self, other):
            return isinstance(other, IPNetwork) and self.with_prefixlen == other.with_prefixlen

        def __hash__(self):
            return hash(self.with_prefixlen)

        def __contains__(self, other):
            if isinstance(other, IPNetwork):
                return False
            if not isinstance(other, IPAddress):
                raise AttributeError(f"'{type(other).__name__}' object has no attribute '_version'")
            return self.version == other.version and self._first <= other._number <= self._last

        def __iter__(self):
            if self.num_addresses > 65536:
                raise ValueError("a network of more than 65536 addresses cannot be listed here")
            return iter([IPAddress(self._first + i, self.version) for i in range(self.num_addresses)])

        def hosts(self):
            every = list(self)
            if self.prefixlen >= self.max_prefixlen - 1:
                return iter(every)
            return iter(every[1:-1] if self.version == 4 else every[1:])

        def overlaps(self, other):
            return self.version == other.version and self._first <= other._last and other._first <= self._last

        def subnet_of(self, other):
            if self.version != other.version:
                raise TypeError(f"{self} and {other} are not of the same version")
            return other._first <= self._first and self._last <= other._last

        def supernet_of(self, other):
            return other.subnet_of(self)

        def _key(self, other):
            if not isinstance(other, IPNetwork) or self.version != other.version:
                raise TypeError(f"{self} and {other} are not of the same version")
            return (self._first, self.prefixlen)

    return IPAddress, IPNetwork


_ak_IPAddress, _ak_IPNetwork = _ak_ip_classes()
_ak_ordered = _ak_ordered + (_ak_IPAddress, _ak_IPNetwork)


def ip_address(address):
    if isinstance(address, _ak_IPAddress):
        return address
    if isinstance(address, int) and not isinstance(address, bool):
        if 0 <= address < 2 ** 32:
            return _ak_IPAddress(address, 4)
        if 0 <= address < 2 ** 128:
            return _ak_IPAddress(address, 6)
    if isinstance(address, str):
        number = _ak_parse_v4(address)
        if number is not None:
            return _ak_IPAddress(number, 4)
        number = _ak_parse_v6(address)
        if number is not None:
            return _ak_IPAddress(number, 6)
    raise ValueError(f"{address!r} does not appear to be an IPv4 or IPv6 address")


def _ak_prefix(text, version):
    bits = 32 if version == 4 else 128
    if _ak_regex.fullmatch("[0-9]+", text) is not None and len(text) <= 3:
        return int(text) if int(text) <= bits else None
    mask = _ak_parse_v4(text) if version == 4 else None
    if mask is None:
        return None
    for length in range(33):
        # A net mask, or its complement, the host mask.
        if mask == 2 ** 32 - 2 ** (32 - length) or (mask == 2 ** (32 - length) - 1 and 0 < length < 32):
            return length
    return None


def ip_network(address, strict=True):
    if isinstance(address, _ak_IPNetwork):
        return address
    if isinstance(address, _ak_IPAddress):
        return _ak_IPNetwork(address._number, address.version, address.max_prefixlen)
    if isinstance(address, str):
        base, slash, length = address.partition("/")
        for version in (4, 6):
            number = _ak_parse_v4(base) if version == 4 else _ak_parse_v6(base)
            bits = 32 if version == 4 else 128
            prefix = (_ak_prefix(length, version) if slash else bits) if number is not None else None
            if prefix is None:
                continue
            size = 2 ** (bits - prefix)
            if number % size:
                if strict:
                    raise ValueError(f"{address} has host bits set")
                number -= number % size
            return _ak_IPNetwork(number, version, prefix)
    raise ValueError(f"{address!r} does not appear to be an IPv4 or IPv6 network")


def _ak_ip_of(address, version):
    made = ip_address(address)
    if made.version != version:
        raise ValueError(f"{address!r} is not an IPv{version} address")
    return made


def _ak_net_of(address, version, strict):
    made = ip_network(address, strict)
    if made.version != version:
        raise ValueError(f"{address!r} is not an IPv{version} network")
    return made


_ak_state["addresses"] = True
