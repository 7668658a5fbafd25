# Dates and times: the methods the interpreter's own types lack. None of them waits for the host.

import datetime as _ak_dt

_ak_utc = _ak_dt.timezone.utc
_ak_epoch = _ak_dt.datetime(1970, 1, 1, tzinfo=_ak_dt.timezone.utc)


def _ak_time(text):
    return None if text is None else _ak_dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def _ak_microseconds(seconds):
    if isinstance(seconds, int):
        return seconds * 1000000
    whole = int(seconds // 1)
    return whole * 1000000 + int(_ak_round((seconds - whole) * 1000000))


def _ak_zone(tz):
    if tz is None or isinstance(tz, _ak_dt.timezone):
        return tz
    if hasattr(tz, "_ak_zone"):
        return tz._ak_zone
    raise TypeError(f"tzinfo argument must be None or of a tzinfo subclass, not type '{type(tz).__name__}'")


def _ak_from_timestamp(seconds, tz=None):
    moment = _ak_epoch + _ak_dt.timedelta(microseconds=_ak_microseconds(seconds))
    if tz is None:
        return moment.replace(tzinfo=None)
    return _ak_as_timezone(moment, _ak_zone(tz))


def _ak_offset(moment):
    """Seconds east of UTC, or None: read from the ISO text, the one place that shows it."""
    found = _ak_regex.search(r"([+-])(\d\d):(\d\d)(?::(\d\d))?$", moment.isoformat())
    if found is None or moment.tzinfo is None:
        return None
    east = int(found.group(2)) * 3600 + int(found.group(3)) * 60 + int(found.group(4) or 0)
    return east if found.group(1) == "+" else -east


def _ak_as_timezone(moment, tz=None):
    offset = _ak_offset(moment) or 0
    zone = _ak_utc if tz is None else _ak_zone(tz)
    there = _ak_offset(_ak_epoch.replace(tzinfo=zone)) or 0
    naive = moment.replace(tzinfo=None) + _ak_dt.timedelta(seconds=there - offset)
    return naive.replace(tzinfo=zone)


def _ak_time_classes():
    class DateTimeType:
        def now(self, tz=None):
            return _ak_from_timestamp(_ak_state["now"], tz)

        def utcnow(self):
            return _ak_from_timestamp(_ak_state["now"])

        def today(self):
            return _ak_from_timestamp(_ak_state["now"])

        def fromtimestamp(self, timestamp, tz=None):
            return _ak_from_timestamp(timestamp, tz)

        def utcfromtimestamp(self, timestamp):
            return _ak_from_timestamp(timestamp)

        def combine(self, date, time, tzinfo=None):
            return _ak_dt.datetime(
                date.year, date.month, date.day, time.hour, time.minute, time.second, time.microsecond, tzinfo=tzinfo
            )

        # On the class with an instance: `datetime.isoformat(d)`.
        def isoformat(self, moment, *args, **kwargs):
            return _ak_moment(moment).isoformat(*args, **kwargs)

        def astimezone(self, moment, tz=None):
            return _ak_as_timezone(moment, tz)

    class DateType:
        def today(self):
            return _ak_from_timestamp(_ak_state["now"]).date()

        def fromtimestamp(self, timestamp):
            return _ak_from_timestamp(timestamp).date()

        def isoformat(self, day):
            return day.isoformat()

    class Moment:
        def __init__(self, moment):
            self._moment = moment

        def astimezone(self, tz=None):
            return _ak_as_timezone(self._moment, tz)

        def utcoffset(self):
            offset = _ak_offset(self._moment)
            return None if offset is None else _ak_dt.timedelta(seconds=offset)

        def isocalendar(self):
            return _ak_isocalendar(self._moment.date())

        def toordinal(self):
            return (self._moment.date() - _ak_dt.date(1, 1, 1)).days + 1

        def tzname(self):
            offset = _ak_offset(self._moment)
            if offset is None:
                return None
            return "UTC" + (self._moment.isoformat()[-6:] if offset else "")

        def isoformat(self, sep="T", timespec="auto"):
            whole = self._moment.isoformat()
            day = whole[:10]
            clock = whole[11:19]
            zone = _ak_regex.search(r"([+-]\d\d:\d\d(:\d\d)?)?$", whole[19:]).group()
            micro = self._moment.microsecond
            if timespec == "auto":
                clock = clock + (f".{micro:06d}" if micro else "")
            elif timespec == "milliseconds":
                clock = clock + f".{micro // 1000:03d}"
            elif timespec == "microseconds":
                clock = clock + f".{micro:06d}"
            elif timespec == "minutes":
                clock = clock[:5]
            elif timespec == "hours":
                clock = clock[:2]
            elif timespec != "seconds":
                raise ValueError("Unknown timespec value")
            return day + sep + clock + zone

    class Day:
        def __init__(self, day):
            self._day = day

        def isocalendar(self):
            return _ak_isocalendar(self._day)

        def toordinal(self):
            return (self._day - _ak_dt.date(1, 1, 1)).days + 1

        def isoformat(self):
            return self._day.isoformat()

    return DateTimeType, DateType, Moment, Day


_ak_DateTimeType, _ak_DateType, _ak_Moment, _ak_Day = _ak_time_classes()


def _ak_isocalendar(day):
    # The week belongs to the year of its Thursday.
    thursday = day + _ak_dt.timedelta(days=3 - day.weekday())
    first = _ak_dt.date(thursday.year, 1, 1)
    return (thursday.year, (thursday - first).days // 7 + 1, day.weekday() + 1)


def _ak_moment(value):
    """The methods of dates and times that the interpreter lacks, if `value` is one; else `value`."""
    if _ak_is_type(value):
        if value is _ak_dt.datetime:
            return _ak_DateTimeType()
        if value is _ak_dt.date:
            return _ak_DateType()
        return value
    if isinstance(value, _ak_dt.datetime):
        return _ak_Moment(value)
    if isinstance(value, _ak_dt.date):
        return _ak_Day(value)
    return value


def _ak_timedelta(cls, *args, **kwargs):
    if cls is not _ak_dt.timedelta:
        return cls(*args, **kwargs)
    names = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
    scale = (86400000000, 1000000, 1, 1000, 60000000, 3600000000, 604800000000)
    given = dict(_ak_zip(names, args))
    if len(args) > 7:
        raise TypeError("timedelta() takes at most 7 arguments")
    for name, value in kwargs.items():
        if name not in names or name in given:
            raise TypeError(f"'{name}' is an invalid keyword argument for timedelta()")
        given[name] = value
    total = 0
    part = 0.0
    for name, unit in _ak_zip(names, scale):
        value = _ak_number(given.get(name, 0))
        if isinstance(value, int):
            total += value * unit
        elif isinstance(value, float):
            whole = int(value)
            total += whole * unit
            part += (value - whole) * unit
        else:
            raise TypeError(f"unsupported type for timedelta {name} component: {type(value).__name__}")
    return _ak_dt.timedelta(microseconds=total + int(_ak_round(part)))
