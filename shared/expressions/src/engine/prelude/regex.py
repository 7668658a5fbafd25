# Regular expressions as Python reads them: the interpreter's engine is Rust's, whose syntax differs in places
# that would pass or deny without an error (`$` before a final line end, `\Z`, `[[`, `&&`, `\h`).

import re as _ak_native_re

_ak_patterns = {}
_ak_escapes = "AbBdDsSwWafnrtvxu"


def _ak_bad_pattern(message, at):
    raise _ak_native_re.error(f"{message} at position {at}")


def _ak_translate(pattern, dollar):
    """`pattern` in the engine's syntax. `dollar` stands for `$` outside a set, or None to leave it."""
    out = []
    names = set()
    i = 0
    size = len(pattern)
    while i < size:
        c = pattern[i]
        if c == "\\":
            text, i = _ak_escape_of(pattern, i, False)
            out.append(text)
        elif c == "[":
            text, i = _ak_set_of(pattern, i)
            out.append(text)
        elif c == "$" and dollar is not None:
            out.append(dollar)
            i += 1
        elif pattern[i:i + 2] == "(?":
            _ak_check_group(pattern, i, names)
            out.append("(?")
            i += 2
        else:
            out.append(c)
            i += 1
    return "".join(out)


def _ak_escape_of(pattern, i, in_set):
    c = pattern[i + 1:i + 2]
    if c == "":
        _ak_bad_pattern("bad escape (end of pattern)", i)
    if c == "Z" and not in_set:
        return "\\z", i + 2
    if c == "0":
        digits = _ak_native_re.match("[0-7]{1,3}", pattern[i + 1:]).group()
        return f"\\x{int(digits, 8):02x}", i + 1 + len(digits)
    if c.isascii() and c.isalpha():
        allowed = _ak_escapes if not in_set else "bdDsSwWafnrtvxu"
        if c not in allowed:
            _ak_bad_pattern(f"bad escape \\{c}", i)
    return pattern[i:i + 2], i + 2


def _ak_set_of(pattern, i):
    out = ["["]
    start = i
    i += 1
    if pattern[i:i + 1] == "^":
        out.append("^")
        i += 1
    first = True
    while True:
        c = pattern[i:i + 1]
        if c == "":
            _ak_bad_pattern("unterminated character set", start)
        if c == "]" and not first:
            return "".join(out) + "]", i + 1
        first = False
        if c == "\\":
            text, i = _ak_escape_of(pattern, i, True)
            out.append(text)
            continue
        if c == "-" and pattern[i + 1:i + 2] == "-":
            _ak_bad_pattern("`--` in a character set is not supported", i)
        out.append("\\" + c if c in "[]&~^" else c)
        i += 1


def _ak_check_group(pattern, i, names):
    rest = pattern[i + 2:]
    named = _ak_native_re.match(r"P<(\w+)>", rest)
    if named is not None:
        if named.group(1) in names:
            _ak_bad_pattern(f"redefinition of group name '{named.group(1)}'", i)
        names.add(named.group(1))
        return
    flags = _ak_native_re.match(r"([aiLmsux]*)(-[imsx]+)?([:)])", rest)
    if flags is not None and rest[:1] not in ":)":
        if "x" in flags.group() or "L" in flags.group() or "a" in flags.group():
            _ak_bad_pattern("the flags a, L and x are not supported", i)
        if flags.group(3) == ")" and i > 0:
            _ak_bad_pattern("global flags not at the start of the expression", i)
        return
    if rest[:1] in (":", "=", "!", "#", ">", "(") or rest[:2] in ("<=", "<!", "P="):
        return
    _ak_bad_pattern(f"unknown extension ?{rest[:1]}", i)


def _ak_pattern_class():
    class Pattern:
        def __init__(self, pattern, flags):
            self.pattern = pattern
            self.flags = flags | 32
            inline = _ak_native_re.match(r"\(\?[aiLmsux]+\)", pattern)
            many_lines = flags & _ak_native_re.M or (inline is not None and "m" in inline.group())
            self._plain = _ak_native_re.compile(_ak_translate(pattern, None), flags)
            self._ended = self._plain
            if "$" in pattern and not many_lines:
                self._ended = _ak_native_re.compile(_ak_translate(pattern, r"(?=\n?\z)"), flags)

        def __str__(self):
            return f"re.compile({self.pattern!r})"

        def __repr__(self):
            return f"re.compile({self.pattern!r})"

        def __eq__(self, other):
            return isinstance(other, Pattern) and (self.pattern, self.flags) == (other.pattern, other.flags)

        def __hash__(self):
            return hash((self.pattern, self.flags))

        def _on(self, string):
            # `$` differs only where the text ends in a line end.
            if isinstance(string, str) and string.endswith("\n"):
                return self._ended
            return self._plain

        def search(self, string):
            return self._on(string).search(string)

        def match(self, string):
            return self._on(string).match(string)

        def fullmatch(self, string):
            return self._on(string).fullmatch(string)

        def findall(self, string):
            return self._on(string).findall(string)

        def finditer(self, string):
            return iter(self._on(string).finditer(string))

        def sub(self, repl, string, count=0):
            return self.subn(repl, string, count)[0]

        def subn(self, repl, string, count=0):
            if callable(repl):
                replace = repl
            else:
                parts = _ak_template(repl)
                replace = lambda m: _ak_expand(parts, m)
            out = []
            at = 0
            made = 0
            for found in self._on(string).finditer(string):
                if count and made >= count:
                    break
                out.append(string[at:found.start()])
                out.append(replace(found))
                at = found.end()
                made += 1
            out.append(string[at:])
            return "".join(out), made

        def split(self, string, maxsplit=0):
            # With the text of groups, which the interpreter's own `split` drops.
            out = []
            at = 0
            for i, found in _ak_enumerate(self._on(string).finditer(string)):
                if maxsplit and i >= maxsplit:
                    break
                out.append(string[at:found.start()])
                out.extend(list(found.groups()))
                at = found.end()
            out.append(string[at:])
            return out

    return Pattern


_ak_Pattern = _ak_pattern_class()


def _ak_pattern_of(pattern, flags=0):
    if isinstance(pattern, _ak_Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    if not isinstance(pattern, str):
        raise TypeError("first argument must be string or compiled pattern")
    known = _ak_patterns.get((pattern, flags))
    if known is None:
        known = _ak_Pattern(pattern, flags)
        _ak_patterns[(pattern, flags)] = known
    return known


def _ak_template(repl):
    """A replacement text as literals and groups (numbers or names)."""
    if not isinstance(repl, str):
        raise TypeError(f"decoding to str: need a bytes-like object, {type(repl).__name__} found")
    parts = []
    i = 0
    while True:
        at = repl.find("\\", i)
        if at < 0:
            parts.append((None, repl[i:]))
            return parts
        parts.append((None, repl[i:at]))
        rest = repl[at + 1:]
        group = _ak_native_re.match(r"g<(\w+)>|([1-9][0-9]?)", rest)
        if group is not None:
            name = group.group(1) or group.group(2)
            parts.append((int(name) if name.isdigit() else name, ""))
            i = at + 1 + group.end()
            continue
        c = rest[:1]
        if c == "":
            _ak_bad_pattern("bad escape (end of pattern)", at)
        if c in "abfnrtv0":
            parts.append((None, {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}[c]))
        elif c.isascii() and c.isalnum():
            _ak_bad_pattern(f"bad escape \\{c}", at)
        else:
            parts.append((None, c if c == "\\" else "\\" + c))
        i = at + 2


def _ak_expand(parts, found):
    out = []
    for group, text in parts:
        if group is None:
            out.append(text)
        elif group == 0:
            out.append(found.group())
        else:
            if isinstance(group, int) and group > len(found.groups()):
                raise _ak_native_re.error(f"invalid group reference {group}")
            if isinstance(group, str) and group not in found.groupdict():
                raise IndexError(f"unknown group name '{group}'")
            out.append(found.group(group) or "")
    return "".join(out)


def regex_match(value, regex):
    return _ak_pattern_of(regex).search(value) is not None


def regex_replace(value, regex, repl):
    return _ak_pattern_of(regex).sub(repl, value)
