"""What a document and its headers leave noted of a feed: gaps, old copies, dates that stop, false 304s."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from monitor.core.health import DAY
from monitor.core.models import FeedState, Fetched, Hints, Noted

CHECK_AFTER = DAY
"""A server that says nothing but 'not modified' for so long is asked once without validators."""
_DISTRUST = 14 * DAY
_PROOF = 2
"""Strikes at which validators are no longer sent."""
_SEVERAL = 3
"""A document of fewer entries proves nothing when all are new."""
_USED_TO_HAVE = 5
_LATE = timedelta(hours=1)
"""An entry dated so long before a 'not modified' stood in the document then."""
_OLD_AGE = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in a document."""

    body_hash: str
    listed: int
    """Entries in it."""
    published: Sequence[datetime | None] = ()
    """The dates of those never seen before."""
    hints: Hints


def distrusts(noted: Noted, now: datetime) -> bool:
    """Say whether the next request does without validators: they lie, or it is time to see if they do."""
    if noted.distrusted_until is not None and now < noted.distrusted_until:
        return True
    return noted.whole_at is not None and noted.unmodified > 0 and now - noted.whole_at >= CHECK_AFTER


def noted_document(state: FeedState, answer: Fetched, found: Found, now: datetime) -> Noted:
    """Return what is noted after a document that was read; `state` is as before the poll."""
    noted, new = state.noted, len(found.published)
    dates = [date for date in found.published if date is not None]
    noted = replace(
        noted,
        wall="",
        offer="",
        failed="",
        listed=found.listed,
        usual=max(found.listed, noted.usual - noted.usual // 20 if found.listed else noted.usual),
        **_emptiness(noted, found, now),
        dated=noted.dated or bool(dates),
        undated=_undated(noted, new, len(dates)),
        gap_at=now if _lost_entries(state, found, dates) else noted.gap_at,
        former=state.body_hash or noted.former,
        hints=found.hints,
    )
    return _unmasked(_aged(noted, state, answer, found, now), state, answer, found, now)


def noted_whole(noted: Noted, now: datetime) -> Noted:
    """Return what is noted after the document itself came, changed or not."""
    return replace(noted, whole_at=now, unmodified=0)


def _emptiness(noted: Noted, found: Found, now: datetime) -> dict[str, Any]:
    """Count documents without entries, and how often entries came back."""
    if found.listed or noted.usual < _USED_TO_HAVE:
        return {"empty": 0, "empty_at": None, "refilled": noted.refilled + (noted.empty > 1)}
    return {"empty": noted.empty + 1, "empty_at": noted.empty_at or now}


def _undated(noted: Noted, new: int, dated: int) -> int:
    if not new:
        return noted.undated
    return noted.undated + 1 if noted.dated and 2 * dated < new else 0


def _lost_entries(state: FeedState, found: Found, dates: Sequence[datetime]) -> bool:
    """Say whether nothing in the document was known, though it was read before.

    Entries that are mostly dated before the last look are old ones under new names: none was lost.
    """
    if state.last_success_at is None or state.noted.listed < _SEVERAL or found.listed < _SEVERAL:
        return False
    older = sum(date < state.last_success_at - _LATE for date in dates)
    return len(found.published) >= found.listed and 2 * older <= len(found.published)


def _aged(noted: Noted, state: FeedState, answer: Fetched, found: Found, now: datetime) -> Noted:
    """Note whether the document is an old copy."""
    how = _how_old(state, answer, found)
    if not how:
        return noted
    recent = noted.old_at is not None and now - noted.old_at < DAY
    return replace(noted, old=how, old_at=now, old_copies=noted.old_copies + 1 if recent else 1)


def _how_old(state: FeedState, answer: Fetched, found: Found) -> str:
    if answer.age > _OLD_AGE:
        return f"a cache has kept the copy that came for {answer.age / timedelta(hours=1):.0f} hours"
    before, after = _http_date(state.last_modified), _http_date(answer.last_modified)
    if before is not None and after is not None and after < before:
        return "a copy came that is older, by Last-Modified, than the one before"
    if found.body_hash == state.noted.former and found.body_hash != state.body_hash:
        return "the document before the last one came again: caches do not agree"
    return ""


def _http_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text and text.endswith("GMT") else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _unmasked(noted: Noted, state: FeedState, answer: Fetched, found: Found, now: datetime) -> Noted:
    """Note whether a document asked for without validators shows that they are not heeded."""
    before = state.noted
    if not (before.unmodified and distrusts(before, now)) or not found.published:
        return noted
    if _same_validators(state, answer):
        strikes = _PROOF
    else:
        looked = state.last_polled_at or now
        strikes = before.strikes + any(date is not None and date < looked - _LATE for date in found.published)
    until = now + _DISTRUST if strikes >= _PROOF else before.distrusted_until
    return replace(noted, strikes=strikes if strikes < _PROOF else 0, distrusted_until=until)


def _same_validators(state: FeedState, answer: Fetched) -> bool:
    if state.etag is not None and answer.etag is not None:
        return state.etag == answer.etag
    return state.last_modified is not None and state.last_modified == answer.last_modified
