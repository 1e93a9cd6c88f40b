"""Dates in the two forms that nearly all feeds use; feedparser reads the others, and says what is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from feedparser.datetimes import _parse_date

from monitor.feeds import limits, tidy

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_RFC_822 = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},? )?([0-9]{1,2}) ([a-z]{3})[a-z]{0,6} ([0-9]{4}) "
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))? (?:gmt|utc|z|([+-])([0-9]{2})([0-9]{2}))"
)
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(?:z|([+-])([0-9]{2}):([0-9]{2}))"
)


def parsed(text: str | None) -> datetime | None:
    """Read a date as feedparser does; None where it finds none, or a day that never was."""
    if not text:
        return None
    return usual(text) or tidy.moment(_parse_date(text))


def usual(text: str) -> datetime | None:
    """Read a date in one of the forms of RFC 822 and RFC 3339; None if it is in another."""
    if len(text) > limits.DATE_TEXT:
        return None
    lower = text.lower()
    try:
        return _of_rfc_822(lower) or _of_rfc_3339(lower)
    except (ValueError, OverflowError):
        return None


def _of_rfc_822(text: str) -> datetime | None:
    found = _RFC_822.fullmatch(text)
    month = _MONTHS.get(found[2]) if found else None
    if found is None or month is None:
        return None
    zone = UTC if found[7] is None else _zone(found[7], found[8], found[9])
    time = int(found[4]), int(found[5]), int(found[6] or 0)
    return datetime(int(found[3]), month, int(found[1]), *time, tzinfo=zone).astimezone(UTC)


def _of_rfc_3339(text: str) -> datetime | None:
    found = _RFC_3339.fullmatch(text)
    if found is None:
        return None
    zone = UTC if found[2] is None else _zone(found[2], found[3], found[4])
    return datetime.fromisoformat(found[1]).replace(tzinfo=zone).astimezone(UTC)


def _zone(sign: str, hours: str, minutes: str) -> timezone:
    behind = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-behind if sign == "-" else behind)
