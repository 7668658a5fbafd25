//! Never ending: loops, recursion, and single operations that take for ever.

use serde_json::json;

use super::{Attack, harmless, hostile};

const LOOPS: &[(&str, &str)] = &[
    ("while True", "while True:\n    pass"),
    ("while 1 with work", "i = 0\nwhile 1:\n    i += 1"),
    (
        "except BaseException",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    ),
    (
        "bare except",
        "while True:\n    try:\n        while True:\n            pass\n    except:\n        pass",
    ),
    (
        "except TimeoutError",
        "while True:\n    try:\n        while True:\n            pass\n    except TimeoutError:\n        continue",
    ),
    (
        "endless finally",
        "while True:\n    try:\n        return True\n    finally:\n        continue",
    ),
    (
        "finally in finally",
        "def f():\n    try:\n        while True:\n            pass\n    finally:\n        while True:\n            pass\nf()",
    ),
    (
        "return in finally",
        "def f():\n    while True:\n        try:\n            while True:\n                pass\n        finally:\n            return True\nreturn f()",
    ),
    (
        "nested for",
        "for a in range(10**6):\n    for b in range(10**6):\n        for c in range(10**6):\n            pass",
    ),
    (
        "count",
        "from itertools import count\nfor i in count():\n    pass",
    ),
    ("endless iter", "for i in iter(int, 1):\n    pass"),
    (
        "endless generator expression",
        "x = next(i for i in range(10**15) if i < 0)",
    ),
    (
        "any over a huge range",
        "x = any(i < 0 for i in range(10**15))",
    ),
    (
        "all over a huge range",
        "x = all(i >= 0 for i in range(10**15))",
    ),
    ("in a mapped range", "x = -1 in map(abs, range(10**12))"),
    (
        "sleeping",
        "import asyncio\nasyncio.run(asyncio.sleep(1000))",
    ),
    ("sleeping with time", "import time\ntime.sleep(1000)"),
];

const RECURSION: &[(&str, &str)] = &[
    ("recursion", "def f():\n    return f()\nreturn f()"),
    (
        "recursion with arguments",
        "def f(n):\n    return 1 + f(n + 1)\nreturn f(0)",
    ),
    (
        "mutual recursion",
        "def f():\n    return g()\ndef g():\n    return f()\nreturn f()",
    ),
    ("recursion of lambdas", "f = lambda: f()\nreturn f()"),
    (
        "recursion in a sort key",
        "def f(x):\n    return sorted([2, 1], key=f)\nreturn f(1)",
    ),
    (
        "recursion in map",
        "def f(x):\n    return list(map(f, [1]))\nreturn f(1)",
    ),
    (
        "recursion in a comprehension",
        "def f():\n    return [f() for _ in [1]]\nreturn f()",
    ),
    (
        "recursion in eq",
        "class A:\n    def __eq__(self, o):\n        return self == o\nreturn A() == A()",
    ),
    (
        "recursion in repr",
        "class A:\n    def __repr__(self):\n        return repr(self)\nreturn repr(A())",
    ),
    (
        "recursion in str",
        "class A:\n    def __str__(self):\n        return f'{self}'\nreturn str(A())",
    ),
    (
        "recursion in hash",
        "class A:\n    def __hash__(self):\n        return hash(self)\nreturn {A(): 1}",
    ),
    (
        "recursion in a default",
        "def f(g):\n    return g(g)\nreturn f(f)",
    ),
    (
        "recursion in except",
        "def f():\n    try:\n        return f()\n    except RecursionError:\n        return f()\nreturn f()",
    ),
    (
        "recursion in finally",
        "def f():\n    try:\n        f()\n    finally:\n        f()\nreturn f()",
    ),
    (
        "recursion caught for ever",
        "def f():\n    return f()\nwhile True:\n    try:\n        f()\n    except RecursionError:\n        pass",
    ),
    (
        "ackermann",
        "def a(m, n):\n    if m == 0:\n        return n + 1\n    if n == 0:\n        return a(m - 1, 1)\n    return a(m - 1, a(m, n - 1))\nwhile True:\n    try:\n        a(4, 1)\n    except RecursionError:\n        pass",
    ),
    (
        "fibonacci",
        "def f(n):\n    return n if n < 2 else f(n - 1) + f(n - 2)\nreturn f(90)",
    ),
];

/// One operation, during which the interpreter does not look at the clock.
const OPERATIONS: &[(&str, &str)] = &[
    ("power of a power", "x = 10**10**7"),
    ("power of powers", "x = 9**9**9**9"),
    (
        "square of 60 Mbit",
        "x = 1 << 60000000\nwhile True:\n    y = x * x",
    ),
    (
        "odd square of 60 Mbit",
        "x = (1 << 60000000) - 1\nwhile True:\n    y = x * x",
    ),
    ("modular power", "a = 10**4000 + 7\nx = pow(a, a, a - 2)"),
    (
        "modular power of 2 Mbit",
        "a = (1 << 2000000) - 1\nx = pow(3, a, a)",
    ),
    (
        "big division",
        "while True:\n    x = (1 << 30000000) // ((1 << 15000000) - 1)",
    ),
    (
        "big modulo",
        "while True:\n    x = (1 << 30000000) % ((1 << 15000000) - 1)",
    ),
    ("squares for ever", "x = 3\nwhile True:\n    x = x * x"),
    ("squares in place", "x = 3\nwhile True:\n    x *= x"),
    ("powers for ever", "x = 3\nwhile True:\n    x = x ** 2"),
    ("factorial", "x = 1\nfor i in range(1, 10**6):\n    x *= i"),
    ("math.factorial", "import math\nx = math.factorial(10**7)"),
    ("math.comb", "import math\nx = math.comb(10**7, 5 * 10**6)"),
    ("big int to text", "import sys\nx = f'{1 << 10**8}'"),
    ("int from text", "x = int('9' * 10**7)"),
    (
        "int from hex text",
        "x = int('f' * 10**7, 16)\nwhile True:\n    x = x * x",
    ),
    (
        "base64 for ever",
        "import base64\nx = b'a'\nwhile True:\n    x = base64.b64encode(x)",
    ),
    (
        "json in json for ever",
        "import json\nx = '\"'\nwhile True:\n    x = json.dumps(x)",
    ),
    (
        "repr for ever",
        "x = \"'\\\\\"\nwhile True:\n    x = repr(x)",
    ),
    (
        "str.count",
        "x = ('a' * 10**7).count('a' * 5 * 10**6 + 'b')\nwhile True:\n    x = ('a' * 10**6).count('aab')",
    ),
    (
        "find in a long text",
        "while True:\n    x = ('a' * 10**6).find('a' * 5 * 10**5 + 'b')",
    ),
    (
        "sort of the worst kind",
        "x = sorted([str(i % 7919) for i in range(10**7)])",
    ),
    (
        "sort with a slow key",
        "def k(v):\n    while True:\n        pass\nx = sorted([1, 2], key=k)",
    ),
    (
        "json of deep brackets",
        "import json\nx = json.loads('[' * 10**6)",
    ),
    (
        "json of a long list",
        "import json\nx = json.loads('[' + '0,' * 10**7 + '0]')",
    ),
    (
        "hash flood",
        "x = {}\nfor i in range(10**7):\n    x[i * (2**61 - 1)] = i",
    ),
    (
        "flatten",
        "x = [0]\nfor _ in range(10**5):\n    x = [x]\nx = list_flatten(x)\nwhile True:\n    pass",
    ),
    (
        "ip_network",
        "x = list(ip_network('::/0'))\nwhile True:\n    pass",
    ),
    (
        "ip_network hosts",
        "x = [a for a in ip_network('10.0.0.0/8').hosts()]\nwhile True:\n    pass",
    ),
    (
        "slugify",
        "x = slugify('a-' * 10**7)\nwhile True:\n    pass",
    ),
];

/// The engine of regular expressions is linear, but for what a linear one cannot do.
const PATTERNS: &[(&str, &str)] = &[
    ("back reference", r"x = re.search(r'(a*)*\1b', 'a' * 40)"),
    ("look-ahead", r"x = re.search(r'(?=(a+)+b)a', 'a' * 40)"),
    (
        "look-behind",
        r"x = re.search(r'(?<!b)(a|aa)+$', 'a' * 60 + 'b')",
    ),
    (
        "huge repetition",
        r"x = re.search(r'((a{1,100}){1,100}){1,100}', 'a' * 100)",
    ),
    (
        "huge class repetition",
        r"x = re.search(r'(\w{1000}){1000}', 'a' * 100)",
    ),
    (
        "long pattern",
        r"x = re.search('(a|b)' * 10000 + 'c', 'ab' * 10000)",
    ),
    (
        "deep pattern",
        r"x = re.search('(' * 10000 + ')' * 10000, 'a')",
    ),
];

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, source) in LOOPS.iter().chain(OPERATIONS) {
        attacks.push(hostile(*name, format!("{source}\nreturn True")));
    }
    for (name, source) in RECURSION {
        attacks.push(hostile(*name, *source));
    }
    for (name, source) in PATTERNS {
        // None of them matches: where the engine copes, nobody is let in.
        attacks.push(harmless(
            *name,
            json!(false),
            format!("import re\n{source}\nreturn x is not None and x.group(0) == 'never'"),
        ));
        attacks.push(hostile(
            format!("{name}, for ever"),
            format!("import re\nwhile True:\n    try:\n        {source}\n    except Exception:\n        pass\nreturn True"),
        ));
    }
    attacks.push(harmless(
        "nested quantifiers",
        json!(false),
        "return regex_match('a' * 30 + 'b', '^(a+)+$')",
    ));
    attacks.push(hostile(
        "nested quantifiers over a long text, for ever",
        "while True:\n    regex_match('a' * 10**6 + 'b', '^(a+)+$')",
    ));
    attacks
}
