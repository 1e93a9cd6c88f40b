"""Moments in words that stay true whenever they are read."""

from __future__ import annotations

from datetime import UTC, datetime


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
