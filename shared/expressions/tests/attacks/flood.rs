//! Too much of what is allowed: questions to the host, messages, events, logs, output, errors.

use super::{Attack, hostile, hostile_claim};

const FLOODS: &[(&str, &str)] = &[
    ("ak_user_by", "while True:\n    ak_user_by(username='x')"),
    (
        "ak_user_by caught",
        "while True:\n    try:\n        ak_user_by(username='x')\n    except BaseException:\n        pass",
    ),
    (
        "ak_user_by 21 times",
        "for _ in range(21):\n    ak_user_by(username='x')",
    ),
    (
        "ak_user_by with a huge filter",
        "while True:\n    try:\n        ak_user_by(username='x' * 300000)\n    except Exception:\n        pass",
    ),
    ("ak_call_policy", "while True:\n    ak_call_policy('x')"),
    (
        "ak_call_policy caught",
        "while True:\n    try:\n        ak_call_policy('x')\n    except:\n        pass",
    ),
    (
        "ak_call_policy with a huge context",
        "while True:\n    try:\n        ak_call_policy('x', a='x' * 300000)\n    except:\n        pass",
    ),
    ("ak_message", "while True:\n    ak_message('x')"),
    (
        "ak_message caught",
        "while True:\n    try:\n        ak_message('x')\n    except BaseException:\n        pass",
    ),
    ("ak_message, huge", "ak_message('x' * 10**7)"),
    (
        "ak_message, many",
        "for _ in range(10**6):\n    ak_message('x' * 1000)",
    ),
    ("ak_logger", "while True:\n    ak_logger.info('x')"),
    ("ak_logger, huge", "ak_logger.info('x' * 10**7)"),
    (
        "ak_logger, huge field",
        "ak_logger.info('x', y='x' * 10**7)",
    ),
    ("ak_create_event", "while True:\n    ak_create_event('x')"),
    ("ak_create_event, huge", "ak_create_event('x' * 10**7)"),
    (
        "ak_create_event, huge field",
        "ak_create_event('x', y='x' * 10**7)",
    ),
    (
        "datetime.now",
        "from datetime import datetime\nwhile True:\n    datetime.now()",
    ),
    (
        "timezone.now",
        "from django.utils.timezone import now\nwhile True:\n    now()",
    ),
    ("ip_address", "while True:\n    ip_address('10.0.0.1')"),
    ("regex_match", "while True:\n    regex_match('a', 'b')"),
    ("print", "while True:\n    print('x' * 1000)"),
    ("uuid4", "import uuid\nwhile True:\n    uuid.uuid4()"),
    (
        "hashlib",
        "import hashlib\nwhile True:\n    hashlib.sha256(b'a' * 10**6)",
    ),
];

/// Errors and texts without an end.
const ERRORS: &[(&str, &str)] = &[
    ("a raised text of 10 MB", "raise ValueError('x' * 10**7)"),
    ("a raised list", "raise ValueError(list(range(10**6)))"),
    ("a key error of 10 MB", "return {}['x' * 10**7]"),
    (
        "an attribute error of 10 MB",
        "return getattr(request, 'x' * 10**7)",
    ),
    (
        "a chain of errors",
        "def f(n):\n    try:\n        raise ValueError('x' * 10**6)\n    except ValueError as e:\n        if n:\n            f(n - 1)\n        raise RuntimeError('y' * 10**6) from e\nf(50)",
    ),
    (
        "an import of 60 KB",
        "raise ImportError('x' * 60000)\nreturn True",
    ),
    (
        "an error in str",
        "class A:\n    def __str__(self):\n        while True:\n            pass\nraise ValueError(A())",
    ),
    (
        "an endless str returned",
        "class A:\n    def __str__(self):\n        while True:\n            pass\nreturn str(A())",
    ),
];

/// A mapping's value would be sent; a policy's is only true.
const CLAIMS: &[(&str, &str)] = &[
    ("a text of 10 MB returned", "return 'x' * 10**7"),
    ("a text of 300 KB returned", "return 'x' * 300000"),
    ("a claim of 10 MB", "return {'x': 'y' * 10**7}"),
    ("a key of 10 MB", "return {'y' * 10**7: 1}"),
    (
        "a million claims",
        "return {str(i): i for i in range(10**6)}",
    ),
    ("a list of a million", "return list(range(10**6))"),
    ("a range returned", "return range(10**12)"),
    ("a range in a claim", "return {'x': range(10**12)}"),
    ("a map returned", "return map(str, range(10**12))"),
    ("bytes returned", "return b'x' * 10**7"),
    ("a big int returned", "return 10 ** 10**6"),
];

pub(crate) fn attacks() -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, source) in FLOODS {
        attacks.push(hostile(*name, format!("{source}\nreturn True")));
    }
    for (name, source) in ERRORS {
        attacks.push(hostile(*name, *source));
    }
    for (name, source) in CLAIMS {
        attacks.push(hostile_claim(*name, *source));
    }
    attacks
}
