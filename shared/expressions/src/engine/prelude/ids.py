# UUIDs, and text the interpreter's own strings cannot do.

import re as _ak_regex
import unicodedata as _ak_unicode


def _ak_uuid_class():
    class UUID:
        _ak_object = True

        def __init__(self, hex=None, bytes=None, int=None, version=None):
            if int is not None:
                digits = f"{int:032x}"
            elif bytes is not None:
                if len(bytes) != 16:
                    raise ValueError("bytes is not a 16-char string")
                digits = bytes.hex()
            elif hex is not None:
                digits = hex.replace("urn:", "").replace("uuid:", "").strip("{}").replace("-", "").lower()
            else:
                raise TypeError("one of the hex, bytes, bytes_le, fields, or int arguments must be given")
            if _ak_regex.fullmatch("[0-9a-f]{32}", digits) is None:
                raise ValueError("badly formed hexadecimal UUID string")
            if version is not None:
                variant = "89ab"[_ak_int(digits[16], 16) & 3]
                digits = digits[:12] + str(version) + digits[13:16] + variant + digits[17:]
            self.hex = digits
            self.int = _ak_int(digits, 16)
            self.urn = "urn:uuid:" + str(self)
            self.version = _ak_int(digits[12], 16) if digits[16] in "89ab" else None

        def __str__(self):
            h = self.hex
            return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"

        def __repr__(self):
            return f"UUID('{self}')"

        def __eq__(self, other):
            return isinstance(other, UUID) and other.hex == self.hex

        def __hash__(self):
            return hash(self.hex)

        def _key(self, other):
            if not isinstance(other, UUID):
                raise TypeError("'<' not supported between these types")
            return self.int

    return UUID


_ak_UUID = _ak_uuid_class()
_ak_ordered = _ak_ordered + (_ak_UUID,)


# --- `text % values` ---

def _ak_mod(a, b):
    if not isinstance(a, str):
        return _ak_number(a) % _ak_number(b)
    values = list(b) if isinstance(b, tuple) else [b]
    out = []
    used = 0
    at = 0
    named = False
    while True:
        next_at = a.find("%", at)
        if next_at < 0:
            out.append(a[at:])
            break
        out.append(a[at:next_at])
        at = next_at + 1
        if a[at:at + 1] == "%":
            out.append("%")
            at += 1
            continue
        key = None
        if a[at:at + 1] == "(":
            end = a.find(")", at)
            if end < 0:
                raise ValueError("incomplete format key")
            if not isinstance(b, dict):
                raise TypeError("format requires a mapping")
            key = a[at + 1:end]
            named = True
            at = end + 1
        spec = _ak_regex.match(r"([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?", a[at:])
        text = spec.group()
        at += len(text)
        flags = spec.group(1) or ""
        width = spec.group(2)
        precision = spec.group(3) if "." in text else None
        if "." in text and precision is None:
            precision = "0"
        sizes = []
        for size in (width, precision):
            if size == "*":
                if used >= len(values):
                    raise TypeError("not enough arguments for format string")
                size = values[used]
                used += 1
            sizes.append(None if size is None else int(size))
        conversion = a[at:at + 1]
        if conversion == "":
            raise ValueError("incomplete format")
        at += 1
        if key is not None:
            value = b[key]
        else:
            if used >= len(values):
                raise TypeError("not enough arguments for format string")
            value = values[used]
            used += 1
        out.append(_ak_mod_one(conversion, flags, sizes[0], sizes[1], value, at - 1))
    if used < len(values) and not named and not isinstance(b, dict):
        raise TypeError("not all arguments converted during string formatting")
    return "".join(out)


def _ak_mod_one(conversion, flags, width, precision, value, at):
    if width is not None and width < 0:
        flags = flags + "-"
        width = -width
    sign = "+" if "+" in flags else (" " if " " in flags else "")
    numeric = True
    if conversion in "sra":
        text = str(value) if conversion == "s" else (repr(value) if conversion == "r" else ascii(value))
        if precision is not None:
            text = text[:precision]
        numeric = False
    elif conversion == "c":
        text = chr(value) if isinstance(value, int) else value
        if len(text) != 1:
            raise TypeError("%c requires int or char")
        numeric = False
    elif conversion in "diu":
        value = _ak_number(value)
        if not isinstance(value, (int, float)):
            raise TypeError(f"%{conversion} format: a real number is required, not {type(value).__name__}")
        text = _ak_mod_digits(f"{int(value):{sign}d}", precision)
    elif conversion in "xXo":
        value = _ak_number(value)
        if not isinstance(value, int):
            raise TypeError(f"%{conversion} format: an integer is required, not {type(value).__name__}")
        alternate = "#" if "#" in flags else ""
        text = _ak_mod_digits(f"{value:{sign}{alternate}{conversion}}", precision)
    elif conversion in "eEfFgG":
        value = _ak_number(value)
        if not isinstance(value, (int, float)):
            raise TypeError(f"must be real number, not {type(value).__name__}")
        alternate = "#" if "#" in flags else ""
        places = 6 if precision is None else precision
        text = f"{float(value):{sign}{alternate}.{places}{conversion}}"
    else:
        raise ValueError(
            f"unsupported format character '{conversion}' (0x{ord(conversion):x}) at index {at}"
        )
    if width is None or len(text) >= width:
        return text
    if "-" in flags:
        return text + " " * (width - len(text))
    if numeric and "0" in flags:
        head = _ak_regex.match(r"[-+ ]?(0[xXo])?", text).group() if conversion in "xXo" else (
            text[:1] if text[:1] in "-+ " else "")
        return head + "0" * (width - len(text)) + text[len(head):]
    return " " * (width - len(text)) + text


def _ak_mod_digits(text, precision):
    if precision is None:
        return text
    head = text[:1] if text[:1] in "-+ " else ""
    return head + "0" * (precision - len(text) + len(head)) + text[len(head):]


# --- strings ---

def _ak_maketrans(x, y=None, z=None):
    if y is None:
        return {ord(k) if isinstance(k, str) else k: v for k, v in x.items()}
    if len(x) != len(y):
        raise ValueError("the first two maketrans arguments must have equal length")
    table = {ord(a): ord(b) for a, b in _ak_zip(x, y)}
    for c in z or "":
        table[ord(c)] = None
    return table


def _ak_text_class():
    class Text:
        def __init__(self, text):
            self._text = text

        def translate(self, table):
            out = []
            for c in self._text:
                to = table.get(ord(c), c)
                if to is not None:
                    out.append(to if isinstance(to, str) else chr(to))
            return "".join(out)

        def isprintable(self):
            return all([
                c == " " or _ak_unicode.category(c)[0] not in "CZ" for c in self._text
            ])

        def casefold(self):
            return _ak_casefold(self._text)

        def is_integer(self):
            return self._text == self._text // 1 if isinstance(self._text, float) else True

        def bit_length(self):
            number = _ak_number(self._text)
            return len(bin(-number if number < 0 else number)) - 2 if number else 0

        def to_bytes(self, length=1, byteorder="big", signed=False):
            number = _ak_number(self._text)
            if number < 0 or number >= 256 ** length:
                raise OverflowError("int too big to convert")
            data = bytes.fromhex(f"{number:0{length * 2}x}") if length else b""
            return data if byteorder == "big" else data[::-1]

    return Text


_ak_Text = _ak_text_class()


def _ak_text(value):
    """The methods of `str`, `int` and `float` that the interpreter lacks."""
    return _ak_Text(value) if isinstance(value, (str, int, float)) else value


def _ak_from_bytes(data, byteorder="big", signed=False):
    data = data if byteorder == "big" else data[::-1]
    number = _ak_int(data.hex() or "0", 16)
    if signed and data and data[0] > 127:
        number -= 256 ** len(data)
    return number


def _ak_bytes(value=b"", *rest):
    if isinstance(value, (list, tuple, range)):
        for n in value:
            if not 0 <= n < 256:
                raise ValueError("bytes must be in range(0, 256)")
        return _ak_native_bytes.fromhex("".join([f"{n:02x}" for n in value]))
    return _ak_native_bytes(value, *rest)

