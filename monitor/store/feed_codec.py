"""What is learned and noted of a feed, as compact JSON: what stands at its default is left out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from monitor.core.models import NOTHING_NOTED, FeedHealth, Health, Hints, Noted, Rhythm, Why

_REMEMBERED = 4096
"""Rhythms of which the text is remembered: some eight megabytes."""
_encode = json.JSONEncoder(separators=(",", ":")).encode
_TIMES = frozenset({"whole_at", "distrusted_until", "gap_at", "old_at", "empty_at", "due_at"})
_FIELDS = tuple(Noted.__dataclass_fields__)
_DEFAULTS = tuple((name, getattr(NOTHING_NOTED, name)) for name in _FIELDS)


@lru_cache(_REMEMBERED)
def rhythm_to_text(rhythm: Rhythm | None) -> str | None:
    """Write a rhythm: some three to six hundred bytes. Most polls write the one that was read."""
    if rhythm is None:
        return None
    moments = [_second(rhythm.since), _second(rhythm.at), _second(rhythm.newest)]
    counts = [rhythm.hours, rhythm.days, rhythm.minutes]
    return _encode([moments, rhythm.count, *counts, rhythm.burst, rhythm.gaps])


@lru_cache(_REMEMBERED)
def rhythm_from_text(kept: str | None) -> Rhythm | None:
    """Read what rhythm_to_text wrote."""
    if kept is None:
        return None
    (since, at, newest), count, hours, days, minutes, burst, gaps = json.loads(kept)
    return Rhythm(
        since=_moment(since),
        at=_moment(at),
        newest=_moment(newest),
        count=count,
        hours=tuple(hours),
        days=tuple(days),
        minutes=tuple(minutes),
        burst=burst,
        gaps=tuple(gaps),
    )


def noted_to_json(noted: Noted) -> dict[str, Any]:
    """Write what was noted."""
    kept: dict[str, Any] = {}
    for name, default in _DEFAULTS:
        value = getattr(noted, name)
        if value == default:
            continue
        kept[name] = _second(value) if name in _TIMES else value
    if noted.why is not NOTHING_NOTED.why:
        kept["why"] = noted.why.value
    if "hints" in kept:
        hints = noted.hints
        kept["hints"] = [hints.every, hints.fresh, list(hints.skip_hours), list(hints.skip_days)]
    return kept


def noted_from_json(kept: dict[str, Any] | None) -> Noted:
    """Read what noted_to_json wrote; what a later version added is left out."""
    if not kept:
        return NOTHING_NOTED
    return Noted(
        **{
            name: read(value) if (read := _READ.get(name)) is not None else value
            for name, value in kept.items()
            if name in _KNOWN
        }
    )


def _hints(kept: Sequence[Any]) -> Hints:
    every, fresh, hours, days = kept
    return Hints(every=every, fresh=fresh, skip_hours=tuple(hours), skip_days=tuple(days))


def health_of(state: str | None, since: datetime | None, reason: str | None) -> FeedHealth:
    """Read how a feed is doing from its columns."""
    return FeedHealth(state=Health(state) if state else Health.NEW, since=since, reason=reason or "")


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


_KNOWN = frozenset(_FIELDS)
_READ: Mapping[str, Callable[[Any], Any]] = {**dict.fromkeys(_TIMES, _moment), "why": Why, "hints": _hints}
"""What is written as something else than itself."""
