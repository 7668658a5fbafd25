import json as _ak_native_json


def _ak_json_default(value, default):
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, dict):
        return {k: _ak_json_default(v, default) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ak_json_default(v, default) for v in value]
    return _ak_json_default(default(value), default)


def _ak_json_dumps(obj, default=None, **options):
    if default is not None:
        obj = _ak_json_default(obj, default)
    return _ak_native_json.dumps(obj, **options)


_ak_module(
    "json", dumps=_ak_json_dumps, loads=_ak_native_json.loads, JSONDecodeError=_ak_native_json.JSONDecodeError
)
