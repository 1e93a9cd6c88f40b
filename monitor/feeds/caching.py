"""How old and how fresh an answer is by its own headers: Date, Age, Cache-Control, Expires (RFC 9111)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from multidict import CIMultiDictProxy

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
_NEVER = re.compile(r"no-cache|no-store", re.IGNORECASE)
_DIGITS = 10
_LONGEST = timedelta(days=365)
NONE = timedelta(0)


def age(headers: CIMultiDictProxy[str]) -> timedelta:
    """Return for how long a cache on the way has kept the answer; zero if it says nothing."""
    text = headers.get("Age", "").strip()
    if not (text.isascii() and text.isdigit()):
        return NONE
    return min(timedelta(seconds=int(text[:_DIGITS])), _LONGEST)


def server_time(headers: CIMultiDictProxy[str]) -> datetime | None:
    """Return what time the server takes it to be; None if it does not say. A cached answer has aged since."""
    made = _date(headers.get("Date"))
    return None if made is None else made + age(headers)


def fresh(headers: CIMultiDictProxy[str]) -> timedelta:
    """Return for how long asking again would bring the same answer from a cache; zero if that is not said.

    Only what caches say counts: where no cache has the answer, asking again soon is the origin's to bear, and
    it says so by max-age too.
    """
    control = headers.get("Cache-Control", "")
    if _NEVER.search(control):
        return NONE
    if found := _MAX_AGE.search(control):
        return max(min(timedelta(seconds=int(found[1])), _LONGEST) - age(headers), NONE)
    until, now = _date(headers.get("Expires")), _date(headers.get("Date"))
    if until is None or now is None:
        return NONE
    return min(max(until - now, NONE), _LONGEST)


def _date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text and text.strip().endswith("GMT") else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
