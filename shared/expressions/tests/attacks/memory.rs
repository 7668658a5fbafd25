//! Asking for more than there is: one huge value, many, or values that are small only while shared.

use super::{Attack, hostile, hostile_claim, hostile_value};

/// Sequences and texts of a size that one expression asks for.
const AT_ONCE: &[(&str, &str)] = &[
    ("text times 10**9", "x = 'a' * 10**9"),
    ("text times 10**10, reversed", "x = 10**10 * 'a'"),
    ("list times 10**9", "x = [0] * 10**9"),
    ("tuple times 10**9", "x = (0,) * 10**9"),
    ("bytes of 10**10", "x = bytes(10**10)"),
    ("bytes times 10**9", "x = b'a' * 10**9"),
    ("ljust", "x = 'a'.ljust(10**9)"),
    ("rjust", "x = 'a'.rjust(10**9)"),
    ("center", "x = 'a'.center(10**9)"),
    ("zfill", "x = '1'.zfill(10**9)"),
    ("width in an f-string", "x = f'{1:>1000000000}'"),
    (
        "computed width in an f-string",
        "n = 10**9\nx = f'{1:>{n}}'",
    ),
    ("precision in an f-string", "x = f'{1.5:.1000000000f}'"),
    ("width in format", "x = '{:>1000000000}'.format(1)"),
    ("width in percent", "x = '%1000000000d' % 1"),
    ("precision in percent", "x = '%.1000000000f' % 1.5"),
    ("replace", "x = ('a' * 10**5).replace('a', 'b' * 10**5)"),
    (
        "replace of nothing",
        "x = ('a' * 10**5).replace('', 'b' * 10**5)",
    ),
    ("join", "x = ('a' * 10**5).join(['b'] * 10**5)"),
    ("join of long parts", "x = ''.join(['a' * 10**5] * 10**5)"),
    ("expandtabs", "x = ('\\t' * 10**5).expandtabs(10**5)"),
    ("split", "x = ('a ' * 10**7).split()"),
    ("splitlines", "x = ('a\\n' * 10**7).splitlines()"),
    (
        "list of a long text",
        "x = [list('a' * 10**7) for _ in range(100)]",
    ),
    (
        "re.sub",
        "import re\nx = re.sub('a', 'b' * 10**5, 'a' * 10**5)",
    ),
    (
        "regex_replace",
        "x = regex_replace('a' * 10**5, 'a', 'b' * 10**5)",
    ),
    (
        "re.findall",
        "import re\nx = [re.findall('', 'a' * 10**6) for _ in range(100)]",
    ),
    ("slice of a range", "x = list(range(10**12))[::2]"),
    ("star unpacking", "x = [*range(10**12)]"),
    (
        "star arguments",
        "def f(*a):\n    return a\nx = f(*range(10**12))",
    ),
    (
        "escape of json",
        "import json\nx = json.dumps(['\\x00' * 10**7] * 10)",
    ),
    ("shift", "x = 1 << 10**10"),
    ("text of a big int", "x = str(1 << 10**7)"),
    ("int to bytes", "x = (1).to_bytes(10**10, 'big')"),
    (
        "strftime",
        "from datetime import datetime\nx = datetime(2020, 1, 1).strftime('%Y' * 10**7)",
    ),
];

/// `range(10**12)` into anything that keeps it.
const CONTAINERS: &[(&str, &str)] = &[
    ("range into list", "list(range(10**12))"),
    ("range into tuple", "tuple(range(10**12))"),
    ("range into set", "set(range(10**12))"),
    ("range into frozenset", "frozenset(range(10**12))"),
    ("range into sorted", "sorted(range(10**12))"),
    ("range into dict.fromkeys", "dict.fromkeys(range(10**12))"),
    (
        "range into a list comprehension",
        "[i for i in range(10**12)]",
    ),
    (
        "range into a set comprehension",
        "{i for i in range(10**12)}",
    ),
    (
        "range into a dict comprehension",
        "{i: i for i in range(10**12)}",
    ),
    ("range into enumerate", "list(enumerate(range(10**12)))"),
    ("range into zip", "list(zip(range(10**12), range(10**12)))"),
    ("range into map", "list(map(str, range(10**12)))"),
    ("range into reversed", "list(reversed(range(10**12)))"),
    ("range into filter", "list(filter(None, range(10**12)))"),
    ("range into bytes", "bytes(i % 256 for i in range(10**12))"),
    ("range into join", "''.join(str(i) for i in range(10**12))"),
    ("range into sum", "sum(range(10**12))"),
    ("range into max", "max(range(10**12))"),
];

/// What grows step by step until something stops it.
const GROWING: &[(&str, &str)] = &[
    ("list doubled", "x = [0]\nwhile True:\n    x = x + x"),
    ("list doubled in place", "x = [0]\nwhile True:\n    x += x"),
    (
        "list extended by itself",
        "x = [0]\nwhile True:\n    x.extend(x)",
    ),
    ("text doubled", "x = 'a'\nwhile True:\n    x += x"),
    ("bytes doubled", "x = b'a'\nwhile True:\n    x = x + x"),
    ("append for ever", "x = []\nwhile True:\n    x.append(0)"),
    (
        "append caught",
        "x = []\nwhile True:\n    try:\n        x.append('a' * 10**6)\n    except BaseException:\n        pass",
    ),
    (
        "dict for ever",
        "x = {}\ni = 0\nwhile True:\n    i += 1\n    x[i] = i",
    ),
    (
        "set for ever",
        "x = set()\ni = 0\nwhile True:\n    i += 1\n    x.add(str(i))",
    ),
    (
        "insert for ever",
        "x = []\nwhile True:\n    x.insert(0, 'a' * 1000)",
    ),
    (
        "appended while iterated",
        "x = [0]\nfor i in x:\n    x.append(i)",
    ),
    (
        "closures for ever",
        "x = []\nwhile True:\n    x.append(lambda: x)",
    ),
    (
        "exceptions for ever",
        "x = []\nwhile True:\n    try:\n        raise ValueError('a' * 10**5)\n    except ValueError as e:\n        x.append(e)",
    ),
    (
        "context grown",
        "while True:\n    request.context[str(len(request.context))] = 'a' * 10**5",
    ),
    (
        "cycle of garbage",
        "while True:\n    x = ['a' * 10**5]\n    x.append(x)",
    ),
    (
        "dict updated by itself",
        "x = {'a': 1}\nwhile True:\n    x = {**x, str(len(x)): x}",
    ),
];

/// Ways to walk a value that is small in memory and endless to walk.
const WALKS: &[(&str, &str)] = &[
    ("str", "return str(x)"),
    ("repr", "return repr(x)"),
    ("f-string", "return f'{x}'"),
    ("percent", "return '%s' % (x,)"),
    ("equal", "return x == y"),
    ("less", "return x < y"),
    ("in", "return x in [y]"),
    ("json.dumps", "import json\nreturn json.dumps(x)"),
    ("message", "ak_message(x)\nreturn True"),
    ("log", "ak_logger.info('x', x=x)\nreturn True"),
    ("event", "ak_create_event('x', x=x)\nreturn True"),
    ("raised", "raise ValueError(x)"),
    ("question", "return ak_call_policy('x', x=x).passing"),
    ("sorted", "return sorted([x, y, x, y])"),
];

/// The same for a result: a mapping's is converted, a policy's is only true.
const CONVERSIONS: &[(&str, &str)] = &[
    ("returned", "return x"),
    ("returned in a dict", "return {'x': x}"),
    ("flattened", "return list_flatten(x)"),
];

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, source) in AT_ONCE {
        attacks.push(hostile(
            *name,
            format!("{source}\nreturn len(x) > 0 and True"),
        ));
    }
    for (name, value) in CONTAINERS {
        attacks.push(hostile(*name, format!("x = {value}\nreturn True")));
    }
    for (name, source) in GROWING {
        attacks.push(hostile(*name, format!("{source}\nreturn True")));
    }
    for (name, walk) in WALKS {
        attacks.extend(walked(hostile_value, name, walk));
    }
    for (name, walk) in CONVERSIONS {
        attacks.extend(walked(hostile_claim, name, walk));
    }
    attacks.extend([
        hostile_claim(
            "shared tuples hashed",
            "x = (1,)\nfor _ in range(60):\n    x = (x, x)\nreturn {x: True}",
        ),
        hostile(
            "300,000 deep tuples hashed",
            "x = (1,)\nfor _ in range(300000):\n    x = (x,)\nreturn hash(x) or True",
        ),
        hostile_claim(
            "300,000 deep dicts returned",
            "x = {}\nfor _ in range(300000):\n    x = {'x': x}\nreturn x",
        ),
        hostile_claim("list in itself returned", "x = []\nx.append(x)\nreturn x"),
        hostile_claim("dict in itself returned", "x = {}\nx['x'] = x\nreturn x"),
    ]);
    attacks
}

/// The same walk over 2**60 paths through 60 lists or dicts, and over one very long path.
fn walked(attack: fn(String, String) -> Attack, name: &str, walk: &str) -> [Attack; 3] {
    let grown = |first: &str, times: u32, step: [&str; 2]| {
        let [x, y] = step;
        format!(
            "x = {first}\ny = {first}\nfor _ in range({times}):\n    x = {x}\n    y = {y}\n{walk}"
        )
    };
    let dicts = ["{'a': x, 'b': x}", "{'a': y, 'b': y}"];
    [
        attack(
            format!("shared 60 times, {name}"),
            grown("[1]", 60, ["[x, x]", "[y, y]"]),
        ),
        attack(
            format!("shared 60 times in dicts, {name}"),
            grown("{}", 60, dicts),
        ),
        attack(
            format!("a million deep, {name}"),
            grown("[]", 1_000_000, ["[x]", "[y]"]),
        ),
    ]
}
