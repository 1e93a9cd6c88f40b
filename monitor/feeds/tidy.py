"""Values of feeds made safe to keep: bounded, and of characters that every store and terminal takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final
from urllib.parse import urljoin

from monitor.core.urls import is_whole
from monitor.feeds import limits

# C0 without tab and line feed, DEL, C1, surrogates, and the two non-characters that XML forbids.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def text(value: object, limit: int) -> str:
    """Return the text without unfit characters, at most `limit` characters; anything but text is empty."""
    if not isinstance(value, str):
        return ""
    return _UNFIT.sub("", value[: 2 * limit]).strip()[:limit]


def address(value: object) -> str | None:
    """Return an address; one longer than limits.ADDRESS is none, since half of it leads elsewhere."""
    if not isinstance(value, str) or len(value) > limits.ADDRESS:
        return None
    return _UNFIT.sub("", value).replace("\n", "").replace("\t", "").strip() or None


def link(value: object, base: str) -> str | None:
    """Return an address made absolute; None if that cannot be."""
    found = address(value)
    if found is None or is_whole(found):
        return found
    try:
        return address(urljoin(base, found))
    except ValueError:
        return None


def guid(value: object) -> str | None:
    """Return an identifier; a very long one is replaced by its hash."""
    if not isinstance(value, str):
        return None
    if len(value) > limits.ADDRESS:
        return "blake2b:" + blake2b(value.encode("utf-8", "replace"), digest_size=16).hexdigest()
    return _UNFIT.sub("", value).strip() or None


def moment(parts: object) -> datetime | None:
    """Turn the nine-part UTC tuple of feedparser into a time, if there was such a day; a time stays one.

    Tuples with years before 1 and after 9999 and leap seconds occur.
    """
    if isinstance(parts, datetime):
        return parts
    if not isinstance(parts, tuple):
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in parts[:6])
        return datetime(year, month, day, hour, minute, tzinfo=UTC) + timedelta(seconds=second)
    except (ValueError, OverflowError, TypeError):
        return None


def iso_moment(value: object) -> datetime | None:
    """Read an RFC 3339 time; without a zone it counts as UTC."""
    if not isinstance(value, str) or len(value) > limits.DATE_TEXT:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def to_seconds(value: datetime | None) -> int | None:
    """Return whole seconds since 1970."""
    return None if value is None else (value - _EPOCH) // timedelta(seconds=1)


def from_seconds(value: int | None) -> datetime | None:
    """Return the time so many seconds after 1970.

    Raises:
        OverflowError: there is no such time.
    """
    return None if value is None else _EPOCH + timedelta(seconds=value)
