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
