"""Durations and sizes as people write them: `30s`, `5m`, `1.5h`, `7d`; `500KB`, `8MiB`."""

from __future__ import annotations

import re
from datetime import timedelta

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?\s*")
_SECONDS = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_RATE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*/\s*([smhd])\s*")
_CENTURY = 36500 * 86400.0
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|KiB|MiB|GiB)?\s*")
_BYTES = {None: 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def duration(value: object) -> object:
    """Read `90s`, `5m`, `1.5h`, `7d` or a number of seconds as a timedelta.

    Raises:
        ValueError: the text is no duration; the message shows what is.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _length(value)
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a duration as 30s, 5m, 2h or 7d")
    return _length(float(found[1]) * _SECONDS[found[2]])


def _length(seconds: float) -> timedelta:
    """Return so many seconds, up to a century either way: more would overflow where a date is added."""
    if not abs(seconds) <= _CENTURY:
        raise ValueError("a duration is at most 36500d")
    return timedelta(seconds=seconds)


def spoken(length: timedelta) -> str:
    """Write a duration as people do."""
    seconds = length.total_seconds()
    for unit, each in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % each == 0:
            return f"{seconds / each:.0f}{unit}"
    return f"{seconds:g}s"


def size(value: object) -> object:
    """Read `8MiB`, `500KB` or a number of bytes as bytes.

    Raises:
        ValueError: the text is no size; the message shows what is.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a size as 500KB or 8MiB")
    return int(float(found[1]) * _BYTES[found[2]])


def per_hour(value: object) -> object:
    """Read `600/h`, `10/m`, `2/s` or `5000/d` as a number an hour.

    Raises:
        ValueError: the text is no such number, or it is nothing; the message shows what is.
    """
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not float(found[1]):
        raise ValueError("write a number of requests as 600/h, 10/m or 2/s")
    return float(found[1]) * 3600 / _SECONDS[found[2]]
