"""Dates of feeds that no standard reads: as newsrooms write them by hand, in three languages.

The parser has tried the standard forms already; this is for what is left, and says None when unsure.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_LONGEST = 80
_MONTHS = {
    start: number
    for number, starts in enumerate(
        (
            "jan янв січ",
            "feb фев лют",
            "mar мар бер",
            "apr апр кві",
            "may май мая тра",
            "jun июн чер",
            "jul июл лип",
            "aug авг сер",
            "sep сен вер",
            "oct окт жов",
            "nov ноя лис",
            "dec дек гру",
        ),
        start=1,
    )
    for start in starts.split()
}
_NAMED = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s.-]+(?P<month>[^\W\d_]{3,10})\.?,?[\s.-]+(?P<year>\d{4})"
)
_AMERICAN = re.compile(r"(?P<month>[^\W\d_]{3,10})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})")
_DOTTED = re.compile(r"(?<!\d)(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)")
_TIME = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?\s*$")
_ZONES = {
    "msk": 3,
    "мск": 3,
    "eet": 2,
    "eest": 3,
    "cet": 1,
    "cest": 2,
    "bst": 1,
    "est": -5,
    "edt": -4,
    "pst": -8,
    "pdt": -7,
}
_NOON = 12


def read_date(text: str | None) -> datetime | None:
    """Read a date as people write it; None if it is none. Without a zone it is taken as UTC.

    Understands ISO 8601, RFC 5322, `24 ноября 2026, 14:30 МСК`, `24 листопада 2026`, `24.11.2026 14:30` and
    `Nov. 24, 2026 2:30 pm`. `11/24/2026` is left alone: nobody knows which number is the day.
    """
    given = " ".join((text or "").split())
    if not given or len(given) > _LONGEST:
        return None
    for read in (_iso, _mail, _by_hand):
        try:
            found = read(given)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        if found is not None:
            return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return None


def _iso(text: str) -> datetime | None:
    return datetime.fromisoformat(text)


def _mail(text: str) -> datetime | None:
    return parsedate_to_datetime(text) if text.isascii() else None


def _by_hand(text: str) -> datetime | None:
    found = _NAMED.search(text) or _AMERICAN.search(text) or _DOTTED.search(text)
    if found is None:
        return None
    written = found["month"].lower()
    month = int(written) if written.isdigit() else _MONTHS.get(written[:3], 0)
    rest = text[: found.start()] + " " + text[found.end() :]
    hour, minute, second = _time(rest)
    return datetime(int(found["year"]), month, int(found["day"]), hour, minute, second, tzinfo=_zone(rest))


def _time(text: str) -> tuple[int, int, int]:
    found = _TIME.search(text)
    if found is None:
        return 0, 0, 0
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"][0] in "pP" else 0)
    return hour, int(found["minute"]), int(found["second"] or 0)


def _zone(text: str) -> timezone:
    words = re.findall(r"[^\W\d_]+", text.lower())
    named = next((_ZONES[word] for word in words if word in _ZONES), 0)
    offset = _OFFSET.search(text)
    if offset is None:
        return timezone(timedelta(hours=named))
    size = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    return timezone(size if offset["sign"] == "+" else -size)
