# What comes of a run: its value as JSON, its messages, events and log lines, all bounded.

_ak_messages = []
_ak_events = []
_ak_logs = []
_ak_written = [0]
_ak_over = []


def _ak_exceed(what):
    if not _ak_over:
        _ak_over.append(what)
    raise RuntimeError("exceeded: " + what)


def _ak_spend(size):
    _ak_written[0] += size
    if _ak_written[0] > 65536:
        _ak_exceed("more than 64 KiB of output")


def _ak_write(text):
    _ak_spend(len(text))
    return text


def _ak_json(value, depth=0, reference=None):
    """A copy of `value` of nothing but JSON's types: bounded, so that shared lists do not explode.

    Objects are their text, or what `reference` says of them."""
    _ak_spend(4)
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _ak_write(str(value))
    if isinstance(value, int):
        if value > 18446744073709551615 or value < -9223372036854775808:
            raise ValueError("an integer of more than 64 bits has no form in JSON here")
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("Out of range float values are not JSON compliant")
        return value
    if depth >= 32:
        _ak_exceed("a value nested deeper than 32")
    if isinstance(value, dict):
        return {_ak_json_key(k): _ak_json(v, depth + 1, reference) for k, v in value.items()}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "deque":
        return [_ak_json(v, depth + 1, reference) for v in value]
    if _ak_is_set(value):
        items = [_ak_json(v, depth + 1, reference) for v in value]
        if all([isinstance(v, str) for v in items]):
            return sorted(items)
        return [v for _, _, v in sorted([(repr(v), i, v) for i, v in _ak_enumerate(items)])]
    row = None if reference is None else reference(value)
    return _ak_json_object(value) if row is None else _ak_json(row, depth + 1)


def _ak_json_object(value):
    name = "type" if _ak_is_type(value) else type(value).__name__
    if name in ("datetime", "date", "time", "datetime.datetime", "datetime.date", "datetime.time"):
        return _ak_write(value.isoformat())
    if name in ("timedelta", "datetime.timedelta") or hasattr(value, "_ak_object"):
        return _ak_write(str(value))
    raise TypeError(f"Object of type {name} is not JSON serializable")


def _ak_json_key(key):
    if isinstance(key, str):
        return _ak_write(key)
    if key is True:
        return "true"
    if key is False:
        return "false"
    if key is None:
        return "null"
    if isinstance(key, (int, float)):
        return _ak_write(str(key))
    raise TypeError(f"keys must be str, int, float, bool or None, not {type(key).__name__}")


def _ak_main(handler, arguments, whole):
    value = handler(*arguments)
    truthy = True if value else False
    answer = _ak_json(value) if whole else truthy
    flow, prompt = _ak_state["leave"]() if _ak_state["plan"] is not None else (None, None)
    if _ak_over:
        _ak_exceed(_ak_over[0])
    return [answer, truthy, _ak_messages, _ak_events, _ak_logs, flow, prompt]


# --- what an expression may tell ---

def _ak_tell(into, entry):
    if len(into) >= 100:
        _ak_exceed("more than 100 messages, events or log lines")
    into.append(entry)


def ak_create_event(action, **kwargs):
    _ak_tell(_ak_events, [_ak_write(str(action)), _ak_json(kwargs)])


def _ak_loggers():
    class Logger:
        def __init__(self, bound):
            self._bound = bound

        def _log(self, level, event, args, fields):
            text = str(event)
            if args:
                text = _ak_mod(text, args)
            every = self._bound.copy()
            every.update(fields)
            _ak_tell(_ak_logs, [level, _ak_write(text), {k: _ak_loggable(v) for k, v in every.items()}])

        def debug(self, event="", *args, **fields):
            self._log("debug", event, args, fields)

        def info(self, event="", *args, **fields):
            self._log("info", event, args, fields)

        def warning(self, event="", *args, **fields):
            self._log("warning", event, args, fields)

        def warn(self, event="", *args, **fields):
            self._log("warning", event, args, fields)

        def error(self, event="", *args, **fields):
            self._log("error", event, args, fields)

        def exception(self, event="", *args, **fields):
            self._log("error", event, args, fields)

        def critical(self, event="", *args, **fields):
            self._log("error", event, args, fields)

        def bind(self, **fields):
            every = self._bound.copy()
            every.update(fields)
            return Logger(every)

    return Logger({})


def _ak_loggable(value):
    try:
        return _ak_json(value)
    except (TypeError, ValueError):
        return _ak_write(str(value))


ak_logger = _ak_loggers()
