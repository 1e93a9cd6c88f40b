"""Moments in words that stay true whenever they are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = (("d", 86_400, "h", 3_600), ("h", 3_600, "min", 60), ("min", 60, "s", 1))


def moment(at: datetime, *, now: datetime) -> str:
    """Say `14:03 UTC` for the day of `now`, `3 Mar 14:03 UTC` for its year, else with the year."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    clock = f"{at:%H:%M} UTC"
    if at.date() == now.date():
        return clock
    year = "" if at.year == now.year else f" {at.year}"
    return f"{at.day} {at:%b}{year} {clock}"


def dated(at: datetime) -> str:
    """Say `3 Mar 2024, 14:03 UTC`, for messages that are read on other days as well."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%b} {at.year}, {at:%H:%M} UTC"


def minute(at: datetime) -> str:
    """Write a moment to the minute, with its zone: `2026-03-01 14:03 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def ago(at: datetime | None, now: datetime) -> str:
    """Say how long ago or in how long something is: `3 min ago`, `in 2 h`, `never`."""
    if at is None:
        return "never"
    seconds = (now - at).total_seconds()
    size, unit = next(
        ((size, unit) for size, unit in ((86400, "d"), (3600, "h"), (60, "min")) if abs(seconds) >= size),
        (1, "s"),
    )
    length = f"{abs(seconds) / size:.0f} {unit}"
    return f"{length} ago" if seconds >= 0 else f"in {length}"


def lasting(length: timedelta) -> str:
    """Say a length of time in at most two units: `42 s`, `3 min 10 s`, `2 h 5 min`, `3 d 4 h`."""
    seconds = round(abs(length.total_seconds()))
    for unit, each, smaller, part in _UNITS:
        if seconds >= each:
            rest = seconds % each // part
            return f"{seconds // each} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds} s"
