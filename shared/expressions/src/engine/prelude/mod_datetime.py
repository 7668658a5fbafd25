_ak_module(
    "datetime",
    datetime=_ak_dt.datetime,
    date=_ak_dt.date,
    time=_ak_dt.time,
    timedelta=_ak_dt.timedelta,
    timezone=_ak_dt.timezone,
    UTC=_ak_utc,
)


def _ak_zoneinfo(key):
    if key not in ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu"):
        raise LookupError(f"zoneinfo: only UTC is known here, not {key!r}")
    return _ak_utc


_ak_module("zoneinfo", ZoneInfo=_ak_zoneinfo)
_ak_module("time", time=lambda: float(_ak_state["now"]), time_ns=lambda: _ak_state["now"] * 1000000000)
_ak_module(
    "django.utils.timezone",
    now=lambda: _ak_from_timestamp(_ak_state["now"], _ak_utc),
    utc=_ak_utc,
    is_aware=lambda value: _ak_offset(value) is not None,
    is_naive=lambda value: _ak_offset(value) is None,
)
