//! Out of the sandbox: files, sockets, processes, the interpreter's own machinery.

use super::{Attack, hostile};

const ESCAPES: &[(&str, &str)] = &[
    ("open", "open('/etc/passwd')"),
    ("open and read", "x = open('/proc/self/environ').read()"),
    (
        "open for writing",
        "open('/tmp/expression', 'w').write('x')",
    ),
    (
        "pathlib",
        "from pathlib import Path\nx = Path('/etc/passwd').read_text()",
    ),
    (
        "pathlib exists",
        "from pathlib import Path\nx = Path('/etc/passwd').exists()",
    ),
    ("io.open", "import io\nx = io.open('/etc/passwd')"),
    ("os.environ", "import os\nx = os.environ['PATH']"),
    (
        "os.getenv",
        "import os\nx = os.getenv('PATH')\nreturn x + 'x'",
    ),
    ("os.system", "import os\nos.system('true')"),
    ("os.listdir", "import os\nx = os.listdir('/')"),
    ("os by __import__", "__import__('os').system('true')"),
    ("subprocess", "import subprocess\nsubprocess.run(['true'])"),
    ("socket", "import socket\nsocket.socket()"),
    ("socket by __import__", "__import__('socket').socket()"),
    (
        "importlib",
        "import importlib\nimportlib.import_module('socket')",
    ),
    (
        "urllib.request",
        "import urllib.request\nurllib.request.urlopen('http://169.254.169.254/')",
    ),
    (
        "http.client",
        "import http.client\nhttp.client.HTTPConnection('169.254.169.254')",
    ),
    (
        "requests",
        "requests.get('http://169.254.169.254/latest/meta-data/')",
    ),
    (
        "requests imported",
        "import requests\nrequests.get('http://169.254.169.254/')",
    ),
    ("resolve_dns", "resolve_dns('example.com')"),
    ("reverse_dns", "reverse_dns('127.0.0.1')"),
    (
        "ak_send_email",
        "ak_send_email('a@example.com', 'subject', body='x')",
    ),
    (
        "ak_create_jwt",
        "ak_create_jwt(request.user, 'provider', [], {})",
    ),
    ("ctypes", "import ctypes\nctypes.string_at(0)"),
    ("sys.exit", "import sys\nsys.exit(0)"),
    ("sys.modules", "import sys\nx = sys.modules['os']"),
    ("exit", "exit()"),
    ("quit", "quit()"),
    ("SystemExit", "raise SystemExit(0)"),
    ("KeyboardInterrupt", "raise KeyboardInterrupt()"),
    ("GeneratorExit", "raise GeneratorExit()"),
    ("os._exit", "import os\nos._exit(0)"),
    ("os.kill", "import os\nos.kill(os.getppid(), 9)"),
    (
        "threads",
        "import threading\nthreading.Thread(target=print).start()",
    ),
    (
        "multiprocessing",
        "import multiprocessing\nmultiprocessing.Process().start()",
    ),
    ("signal", "import signal\nsignal.alarm(0)"),
    ("gc", "import gc\nx = gc.get_objects()"),
    ("inspect", "import inspect\nx = inspect.currentframe()"),
    ("eval", "eval('1')"),
    ("exec", "exec('x = 1')"),
    ("compile", "compile('1', '', 'eval')"),
    ("input", "input()"),
    ("breakpoint", "breakpoint()"),
    ("help", "help()"),
    ("globals", "globals()['x'] = 1"),
    ("locals", "locals()['x'] = 1"),
    ("vars", "vars(request)"),
    ("builtins", "__builtins__['open']('/etc/passwd')"),
    (
        "builtins imported",
        "import builtins\nbuiltins.open('/etc/passwd')",
    ),
    ("loader", "__loader__.load_module('os')"),
    (
        "subclasses",
        "x = ().__class__.__bases__[0].__subclasses__()",
    ),
    ("mro", "x = ''.__class__.__mro__[1].__subclasses__()"),
    ("base", "x = [].__class__.__base__.__subclasses__()"),
    ("globals of a helper", "x = ak_message.__globals__"),
    (
        "globals of a method",
        "x = request.user.ak_groups.all.__func__.__globals__",
    ),
    (
        "globals of an init",
        "x = request.user.__init__.__globals__",
    ),
    (
        "code of a function",
        "def f():\n    pass\nf.__code__ = None",
    ),
    ("code object", "def f():\n    pass\nx = f.__code__.co_code"),
    (
        "closure of a function",
        "x = ak_is_group_member.__closure__[0].cell_contents",
    ),
    (
        "frame of an error",
        "try:\n    1 / 0\nexcept Exception as e:\n    x = e.__traceback__.tb_frame.f_globals",
    ),
    ("reduce", "x = ''.__reduce_ex__(2)"),
    (
        "dict of the request",
        "x = request.__dict__['user']\nreturn x.__class__.__subclasses__()",
    ),
    (
        "class changed",
        "request.user.__class__ = str\nreturn request.user.upper()",
    ),
    (
        "format to attributes",
        "x = '{0.__class__.__mro__}'.format(request)",
    ),
    (
        "format to globals",
        "x = '{0.__init__.__globals__}'.format(request.user)",
    ),
    (
        "getattr of a dunder",
        "x = getattr(getattr(request, '__cla' + 'ss__'), '__mro__')",
    ),
    (
        "type with three arguments",
        "x = type('X', (object,), {'a': 1})",
    ),
    (
        "metaclass",
        "class M(type):\n    pass\nclass A(metaclass=M):\n    pass",
    ),
    ("memoryview", "x = memoryview(b'abc').tolist()"),
    ("import star", "from os import *"),
    ("relative import", "from . import engine"),
    (
        "import of models",
        "from authentik.core.models import User\nx = User.objects.all()",
    ),
    (
        "import of settings",
        "from django.conf import settings\nx = settings.SECRET_KEY",
    ),
    (
        "http_request's cookies",
        "x = http_request.COOKIES['authentik_session']",
    ),
    ("password of the user", "x = request.user.password"),
    (
        "saving the user",
        "request.user.is_superuser = True\nrequest.user.save()",
    ),
    ("check_password", "request.user.check_password('x')"),
    ("set_password", "request.user.set_password('x')"),
    ("yield from the wrapper", "yield True"),
    ("await in the wrapper", "await True"),
    (
        "dedent out of the wrapper",
        "return True\n\ndef handler(*args):\n  return True\n x",
    ),
    ("prelude's inside", "x = _ak_m.__globals__"),
    (
        "recursion limit",
        "import sys\nsys.setrecursionlimit(10**9)",
    ),
    (
        "resource limits",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    ),
];

pub(crate) fn attacks() -> Vec<Attack> {
    ESCAPES
        .iter()
        .map(|(name, source)| hostile(*name, format!("{source}\nreturn True")))
        .collect()
}
